"""What many tests need: a ward on a new database, actors, and an hour that stands still."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from govinteract import Locality, Settings
from govinteract.kernel import Anonymous, Officer

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["ANONYMOUS", "OFFICER", "Hands", "make_ward"]

OFFICER = Officer("an", unit="ha-tang", roles=frozenset({"handler", "moderator"}))
ANONYMOUS = Anonymous()


class Hands:
    """A clock whose hands a test moves; it starts on a Monday morning in Ha Noi."""

    def __init__(self, at: datetime = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)) -> None:
        self.at = at

    def now(self) -> datetime:
        """Return the hour that the hands show."""
        return self.at

    def move(self, **span: float) -> None:
        """Move the hands on by a `timedelta`'s arguments."""
        self.at += timedelta(**span)


def make_ward(home: Path, url: str | None = None, **settings: Any) -> Locality:
    """Open a new ward on `url` (an SQLite file in `home` by default), tables and keys made.

    `clock` and `entropy` may be among the settings.
    """
    parts = {
        name: settings.pop(name) for name in ("clock", "entropy", "engine") if name in settings
    }
    values = {
        "database_url": url or f"sqlite:///{home / 'ward.db'}",
        "key_file": home / "ward.key",
        "locality": "hoa-binh",
        "single_machine": True,
        **settings,
    }
    ward = Locality(Settings.load(**values), **parts)
    ward.upgrade()
    return ward

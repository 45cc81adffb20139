"""Local times without a zone, as old systems write them: which instants they mean.

Twice a year in many zones the clock on the wall is no good witness (PEP 495). An hour that
it shows twice is taken as the first, or as the second where the first would end a report
before it began. An hour that it never showed is read by the clock as it was before the
change, so 02:30 is what the clock called 03:30. Both are counted and said.
"""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

from attrs import frozen

if TYPE_CHECKING:
    from collections.abc import Sequence
    from zoneinfo import ZoneInfo

__all__ = ["Reading", "WallClock"]

_REMEMBERED = 16_384
"""Times of one file that are kept read: most rows of a day share their minutes."""


@frozen
class Reading:
    """The instant that a local time means; `again` is when the clock showed it once more."""

    at: datetime
    again: datetime | None = None
    odd: Literal["", "twice", "never"] = ""


class WallClock:
    """Reads local times of `zone` that are written in one of `formats`.

    A format is one of `strptime`, or "iso" for ISO 8601. A time that says its own offset
    from UTC is taken at its word.
    """

    def __init__(self, zone: ZoneInfo, formats: Sequence[str]) -> None:
        self.zone = zone
        self._formats = tuple(formats)
        self.read = lru_cache(_REMEMBERED)(self._read)

    def _read(self, text: str) -> Reading | None:
        """Return what `text` means, None when no format fits it."""
        for form in self._formats:
            try:
                local = datetime.fromisoformat(text) if form == "iso" else _parse(text, form)
                return self._place(local)
            except (ValueError, OverflowError):
                continue
        return None

    def _place(self, local: datetime) -> Reading:
        if local.tzinfo is not None:
            return Reading(local.astimezone(UTC))
        here = local.replace(tzinfo=self.zone)
        again = here.replace(fold=1)
        first, second = here.astimezone(UTC), again.astimezone(UTC)
        if first == second:
            return Reading(first)
        if first < second:
            return Reading(first, second, "twice")
        return Reading(first, odd="never")


def _parse(text: str, form: str) -> datetime:
    return datetime.strptime(text, form)  # noqa: DTZ007 - the zone is put beside it in _place

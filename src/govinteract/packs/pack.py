"""A country pack: the data of a country, each with its source, and the calendar made of it."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING, Self

from attrs import frozen

from govinteract.errors import SettingsError
from govinteract.kernel import Hours, WorkingCalendar
from govinteract.packs.calendar_file import OwnCalendar, read_calendar
from govinteract.packs.holidays import PublicHolidays, release
from govinteract.packs.table import Table, Unreadable, read_week

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import time
    from importlib.resources.abc import Traversable

__all__ = ["Level", "Pack", "Source"]


@frozen
class Source:
    """Where a piece of data comes from, and whether somebody has read that source."""

    text: str
    verified: bool


@frozen
class Level:
    """A level of administrative units, with its name by language."""

    code: str
    names: Mapping[str, str]


@frozen(kw_only=True)
class Pack:
    """What is true of a country and is no code: read it with `govinteract.packs.load`."""

    name: str
    version: str
    """Changes with the data."""
    country: str
    """Code of ISO 3166-1 alpha-2; also the region of phone numbers without a country."""
    zone: str
    """IANA time zone in which the law counts days."""
    language: str
    currency: str
    """Code of ISO 4217."""
    levels: tuple[Level, ...]
    """Levels of administrative units, the highest first."""
    week: tuple[Hours, ...]
    """The usual hours of an office, Monday first."""
    make_up: Hours
    """The usual hours of a weekend day that is worked for a day off."""
    cut_off_example: time | None
    """A cut-off hour as some localities have it; none holds unless a locality says so."""
    sources: Mapping[str, Source]
    """The source of `levels`, `holidays`, `hours` and `cut_off`."""

    @classmethod
    def read(cls, file: Traversable) -> Self:
        """Read a `pack.toml`. Raises SettingsError `packs.pack_invalid`; its hint says where."""
        try:
            return cls._of(Table.of(file))
        except Unreadable as error:
            hint = f"{file}: {error}"
            raise SettingsError("packs.pack_invalid", hint=hint, name=file.name) from error

    @property
    def unverified(self) -> tuple[str, ...]:
        """Names of the data whose source nobody has read yet."""
        return tuple(name for name, source in self.sources.items() if not source.verified)

    def calendar(self, file: Path | str | None = None) -> WorkingCalendar:
        """Return the working calendar of a locality, with its own calendar file if it has one.

        Its `version` is the pack's name and version and twelve hex digits of a SHA-256 over
        all that it is made of, the release of the `holidays` package included: two calendars
        of one version promise the same. Raises SettingsError `packs.calendar_invalid`.

        >>> from govinteract import packs
        >>> packs.load("vn").calendar().version.partition("+")[0]
        'vn-2026.1'
        """
        own = OwnCalendar() if file is None else read_calendar(Path(file), self.make_up)
        days = PublicHolidays(
            country=self.country, language=self.language, make_up_hours=self.make_up
        )
        return WorkingCalendar(
            zone=self.zone,
            week=own.week or self.week,
            off=own.off,
            extra=own.extra,
            holidays=days.names,
            make_up=days.make_up,
            cut_off=own.cut_off,
            version=f"{self.name}-{self.version}+{self._digest(own, release())}",
        )

    def _digest(self, own: OwnCalendar, holidays: str) -> str:
        content = {
            "country": self.country,
            "cut_off": str(own.cut_off or ""),
            "extra": {str(day): str(hours) for day, hours in own.extra.items()},
            "holidays": holidays,
            "language": self.language,
            "make_up": str(self.make_up),
            "off": {str(day): name for day, name in own.off.items()},
            "week": [str(hours) for hours in own.week or self.week],
            "zone": self.zone,
        }
        text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()[:12]

    @classmethod
    def _of(cls, top: Table) -> Self:
        parts = {name: top.table(name) for name in ("levels", "holidays", "hours", "cut_off")}
        hours = parts["hours"]
        pack = cls(
            name=top.text("name"),
            version=top.text("version"),
            country=top.text("country"),
            zone=top.text("zone"),
            language=top.text("language"),
            currency=top.text("currency"),
            levels=_levels(parts["levels"]),
            week=read_week(hours),
            make_up=hours.hours("make_up"),
            cut_off_example=parts["cut_off"].time("time"),
            sources={n: Source(t.text("source"), t.flag("verified")) for n, t in parts.items()},
        )
        for table in (top, *parts.values()):
            table.end()
        return pack


def _levels(table: Table) -> tuple[Level, ...]:
    names = table.table("names")
    levels = [Level(code, _texts(names.table(code))) for code in table.texts("order")]
    names.end()
    return tuple(levels)


def _texts(table: Table) -> Mapping[str, str]:
    return {lang: table.text(lang) for lang in list(table.values)}

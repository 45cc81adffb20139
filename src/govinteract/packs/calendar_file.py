"""The locality's own calendar file: its hours, its cut-off hour, its added and swapped days.

cut_off = 15:00:00                  # left out: none

[hours]                             # left out: the usual hours of the country pack
mon = ["07:30-11:30", "13:30-17:00"]
source = "Quyết định ..."

[[off]]                             # a day that is not worked
date = 2026-01-02
name = "Nghỉ bù Tết Dương lịch"
source = "Công văn ..."

[[work]]                            # a day that is, whatever else is said of it
date = 2026-01-10
hours = ["07:30-11:30"]             # left out: the pack's hours of a make-up day
source = "Công văn ..."
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from attrs import field, frozen

from govinteract.errors import SettingsError
from govinteract.packs.table import Table, Unreadable, read_week

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date, time
    from pathlib import Path

    from govinteract.kernel import Hours

__all__ = ["OwnCalendar", "read_calendar"]

T = TypeVar("T")


@frozen(kw_only=True)
class OwnCalendar:
    """What a locality says of its calendar; what it leaves out is the country pack's."""

    cut_off: time | None = None
    week: tuple[Hours, ...] | None = None
    off: dict[date, str] = field(factory=dict)
    extra: dict[date, Hours] = field(factory=dict)


def read_calendar(path: Path, make_up: Hours) -> OwnCalendar:
    """Read a locality's calendar file; `make_up` are the hours of a worked day without hours.

    Raises SettingsError `packs.calendar_invalid`, whose hint names the entry, when the file
    can't be read, has a key that is not known, or names a day twice.
    """
    try:
        table = Table.of(path)
        own = OwnCalendar(
            cut_off=table.time("cut_off"),
            week=_week(table.table("hours")) if "hours" in table.values else None,
            off=_dated(_off(row) for row in table.tables("off")),
            extra=_dated(_work(row, make_up) for row in table.tables("work")),
        )
        table.end()
        _once(own)
    except Unreadable as error:
        hint = f"{path}: {error}"
        raise SettingsError("packs.calendar_invalid", hint=hint, file=path.name) from error
    return own


def _week(table: Table) -> tuple[Hours, ...]:
    table.text("source")
    week = read_week(table)
    table.end()
    return week


def _off(row: Table) -> tuple[date, str]:
    row.text("source")
    entry = row.date("date"), row.text("name")
    row.end()
    return entry


def _work(row: Table, make_up: Hours) -> tuple[date, Hours]:
    row.text("source")
    day = row.date("date")
    hours = row.hours("hours") if "hours" in row.values else make_up
    row.end()
    if not hours:
        raise Unreadable(f"{row.where}: hours is empty; write the day under [[off]]")
    return day, hours


def _dated(entries: Iterable[tuple[date, T]]) -> dict[date, T]:
    days: dict[date, T] = {}
    for day, entry in entries:
        if day in days:
            raise Unreadable(f"{day} is named twice")
        days[day] = entry
    return days


def _once(own: OwnCalendar) -> None:
    for day in sorted(own.off.keys() & own.extra.keys()):
        raise Unreadable(f"{day} is both off and worked")

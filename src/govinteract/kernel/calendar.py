"""Working time of a locality: when it works, and when a promise falls due.

The rules are the locality's and its law's, told to the calendar as data:

- Working time is the minutes inside the hours of working days, in the locality's zone.
- A day is settled by the first of these that names it: the locality's own `extra` working
  days, its own days `off`, the country's `make_up` days (a Saturday worked for a Friday
  off), the country's `holidays`, the `week`.
- What is received after the cut-off hour, at or after closing, or on a day that is no
  working day counts as received at the opening of the next working day. The very moment
  of the cut-off is still in time.
- "n working days" ends with the office hours of the n-th working day after the day of
  receipt, which does not count. "n working hours" is n * 60 minutes of working time.
- Either is a budget of working time from the moment of receipt. A pause spends nothing of
  it, wherever it lies. The deadline is the first moment at which the budget is spent.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from operator import attrgetter
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, TypeAlias, TypeVar, overload
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from attrs import field, frozen

from govinteract.errors import InputError, SettingsError
from govinteract.kernel import deadline as rules
from govinteract.kernel.hours import Hours
from govinteract.kernel.timeline import BeyondTimeline, Timeline, WorkingDay

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from govinteract.kernel.promise import Pause, Promise

__all__ = ["Holidays", "MakeUpDays", "WorkingCalendar"]

T = TypeVar("T")

Holidays: TypeAlias = "Callable[[int], Mapping[date, str]]"
"""Gives the public holidays of a year by their names."""

MakeUpDays: TypeAlias = "Callable[[int], Mapping[date, Hours]]"
"""Gives the days of a year that a country works for others that it takes off."""

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
_MINUTE: Final = timedelta(minutes=1)
_YEARS: Final = range(1971, 2200)
_MORE_YEARS: Final = (0, 1, 4, 16, 64)
_CLOSED: Final = Hours()


def _no_holidays(_year: int) -> Mapping[date, str]:
    return {}


def _no_make_up(_year: int) -> Mapping[date, Hours]:
    return {}


def _zone(zone: str | ZoneInfo) -> ZoneInfo:
    try:
        return zone if isinstance(zone, ZoneInfo) else ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        hint = "name a zone of the IANA database, like Asia/Ho_Chi_Minh"
        raise SettingsError("kernel.zone_unknown", hint=hint, zone=zone) from error


def _dated(days: Mapping[date, T]) -> Mapping[date, T]:
    if not all(type(day) is date for day in days):
        raise InputError("kernel.hours_invalid", hint="off and extra are keyed by datetime.date")
    return MappingProxyType(dict(days))


def _off(days: Mapping[date, str]) -> Mapping[date, str]:
    return _dated(days)


def _extra(days: Mapping[date, Hours]) -> Mapping[date, Hours]:
    return _dated(days)


def _week(week: Iterable[Hours]) -> tuple[Hours, ...]:
    days = tuple(week)
    if len(days) != 7 or not any(days):  # noqa: PLR2004 - days of a week
        hint = "week has seven Hours, Monday first, and work on at least one of them"
        raise InputError("kernel.hours_invalid", hint=hint)
    return days


@frozen(kw_only=True, eq=False)
class WorkingCalendar:
    """When a locality works. All instants are aware datetimes; those returned are in UTC.

    Days are settled and promises counted as the head of this module says. Each year is laid
    out once and kept, so an answer is a few look-ups; a calendar may be used by many threads.
    Instants before 1971 or after 2199 are refused with InputError `kernel.time_out_of_range`,
    naive ones with `kernel.time_naive`.

    >>> from datetime import datetime
    >>> from govinteract.kernel import Hours, WorkingCalendar, WorkingDays
    >>> office = Hours.of("07:30-11:30", "13:30-17:00")
    >>> calendar = WorkingCalendar(
    ...     zone="Asia/Ho_Chi_Minh", week=[office] * 5 + [Hours()] * 2, version="example-1"
    ... )
    >>> friday = datetime(2026, 11, 20, 9, 0, tzinfo=calendar.zone)
    >>> print(calendar.deadline(friday, WorkingDays(1)).astimezone(calendar.zone))
    2026-11-23 17:00:00+07:00
    """

    zone: ZoneInfo = field(converter=_zone)
    """Where the hours hold; an IANA name is taken too."""
    week: tuple[Hours, ...] = field(converter=_week, repr=False)
    """The usual hours from Monday to Sunday."""
    off: Mapping[date, str] = field(factory=dict, converter=_off, repr=False)
    """Days that the locality takes off besides the holidays, with their names."""
    extra: Mapping[date, Hours] = field(factory=dict, converter=_extra, repr=False)
    """Days that the locality works whatever else is said of them, with their hours."""
    holidays: Holidays = field(default=_no_holidays, repr=False)
    make_up: MakeUpDays = field(default=_no_make_up, repr=False)
    cut_off: time | None = None
    """The local hour after which a receipt counts for the next working day."""
    version: str = field()
    """Names these rules and days; a case keeps the version that it was promised under."""
    _years: dict[int, tuple[WorkingDay, ...]] = field(factory=dict, init=False, repr=False)
    _timelines: dict[tuple[int, int], Timeline] = field(factory=dict, init=False, repr=False)

    def hours_on(self, day: date) -> Hours:
        """Return the hours of a day; none when the locality does not work."""
        own = self.extra.get(day)
        if own is not None:
            return own
        if day in self.off:
            return _CLOSED
        made_up = self.make_up(day.year).get(day)
        if made_up is not None:
            return made_up
        return _CLOSED if day in self.holidays(day.year) else self.week[day.weekday()]

    def day_off(self, day: date) -> str | None:
        """Return the name of a day off ("Quốc khánh"); None if it has none or is worked."""
        if self.hours_on(day):
            return None
        return self.off.get(day) or self.holidays(day.year).get(day)

    def is_working(self, instant: datetime) -> bool:
        """Whether the locality works at that instant."""
        local = self._local(instant)
        return self._timeline(local.year, local.year).is_working(_micros(instant))

    def working_time(self, start: datetime, end: datetime) -> timedelta:
        """Return the working time from `start` until `end`; below zero if `end` is earlier."""
        first, last = sorted((self._local(start).year, self._local(end).year))
        timeline = self._timeline(first, last)
        return (timeline.worked(_micros(end)) - timeline.worked(_micros(start))) * _MICROSECOND

    def working_minutes(self, start: datetime, end: datetime) -> int:
        """Return the whole minutes of `working_time`, without the rest of a minute."""
        return int(self.working_time(start, end) / _MINUTE)

    def counts_from(self, received: datetime) -> datetime:
        """Return the instant from which something received counts as received."""
        local = self._local(received)
        return _instant(self._laid(local.year, local.year, self._receipt(local)).at)

    @overload
    def deadline(self, received: datetime, promise: Promise) -> datetime: ...

    @overload
    def deadline(
        self, received: datetime, promise: Promise, pauses: Iterable[Pause]
    ) -> datetime | None: ...

    def deadline(
        self, received: datetime, promise: Promise, pauses: Iterable[Pause] = ()
    ) -> datetime | None:
        """Return when a promise made for something `received` falls due.

        `pauses` come in any order and may overlap. The answer is None while one of them is
        open and the budget outlasts its start: the clock stands still and there is no
        deadline. Raises SettingsError `kernel.calendar_exhausted` when the calendar has not
        enough working days in sight.
        """
        local = self._local(received)
        spans = [(p.start, p.end) for p in sorted(pauses, key=attrgetter("start"))]
        ends = [end for span in spans for end in span if end is not None]
        last = max((self._local(end).year for end in ends), default=local.year)
        stops = [(_micros(start), None if end is None else _micros(end)) for start, end in spans]
        find = self._receipt(local)

        def fall_due(timeline: Timeline) -> int | None:
            return rules.due(timeline, find(timeline), promise, stops)

        moment = self._laid(local.year, max(last, local.year), fall_due)
        return None if moment is None else _instant(moment)

    def _local(self, instant: datetime) -> datetime:
        if instant.utcoffset() is None:
            raise InputError("kernel.time_naive", hint="hand in aware datetimes")
        if instant.year not in _YEARS:
            hint = f"the calendar goes from {_YEARS[0]} to {_YEARS[-1]}"
            raise InputError("kernel.time_out_of_range", hint=hint)
        return instant.astimezone(self.zone)

    def _receipt(self, local: datetime) -> Callable[[Timeline], rules.Receipt]:
        at, ordinal = _micros(local), local.toordinal()
        late = self.cut_off is not None and local.time() > self.cut_off
        return lambda timeline: rules.receipt(timeline, at, ordinal=ordinal, late=late)

    def _laid(self, first: int, last: int, ask: Callable[[Timeline], T]) -> T:
        """Ask a timeline of these years, and of more years when the answer lies beyond."""
        for more in _MORE_YEARS:
            try:
                return ask(self._timeline(first, last + more))
            except BeyondTimeline:
                continue
        hint = f"too few working days from {first} to {last + _MORE_YEARS[-1]}"
        raise SettingsError("kernel.calendar_exhausted", hint=hint)

    def _timeline(self, first: int, last: int) -> Timeline:
        timeline = self._timelines.get((first, last))
        if timeline is None:
            years = range(first, last + 1)
            timeline = Timeline.of(day for year in years for day in self._year(year))
            self._timelines[first, last] = timeline
        return timeline

    def _year(self, year: int) -> tuple[WorkingDay, ...]:
        days = self._years.get(year)
        if days is None:
            days = self._years[year] = tuple(self._days_of(year))
        return days

    def _days_of(self, year: int) -> Iterator[WorkingDay]:
        for ordinal in range(date(year, 1, 1).toordinal(), date(year + 1, 1, 1).toordinal()):
            day = date.fromordinal(ordinal)
            spans = tuple(self._spans(day))
            if spans:
                yield WorkingDay(ordinal, spans)

    def _spans(self, day: date) -> Iterator[tuple[int, int]]:
        """Turn the hours of a day, which are what a clock on the wall shows, into moments.

        Where the zone's clock is put forward or back in a span, the span lasts from when
        the clock first shows its beginning until it first shows its end.
        """
        midnight = datetime.combine(day, time(), self.zone)
        last = 0
        for start, end in self.hours_on(day).spans:
            opens = max(_micros(midnight + timedelta(minutes=start)), last)
            closes = _micros(midnight + timedelta(minutes=end))
            if closes > opens:
                last = closes
                yield opens, closes


def _micros(instant: datetime) -> int:
    return (instant - _EPOCH) // _MICROSECOND


def _instant(micros: int) -> datetime:
    return _EPOCH + timedelta(microseconds=micros)

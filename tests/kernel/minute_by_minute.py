"""The working calendar's rules once more, without any shortcut: one flag for each minute.

Written from the head of `govinteract.kernel.calendar` alone, to be slow, plain and right.
Zones whose clocks change on whole hours only.
"""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from attrs import field, frozen

Spans = tuple[tuple[int, int], ...]


@frozen(kw_only=True)
class Rules:
    """What a locality says of its time."""

    zone: str
    week: tuple[Spans, ...]
    holidays: frozenset[date] = frozenset()
    make_up: dict[date, Spans] = field(factory=dict)
    off: frozenset[date] = frozenset()
    extra: dict[date, Spans] = field(factory=dict)
    cut_off: time | None = None

    def spans(self, day: date) -> Spans:
        """Return the hours of a day."""
        if day in self.extra:
            return self.extra[day]
        if day in self.off:
            return ()
        if day in self.make_up:
            return self.make_up[day]
        if day in self.holidays:
            return ()
        return self.week[day.weekday()]


class Minutes:
    """Every minute of some days from a midnight in UTC on, and whether it is worked."""

    def __init__(self, rules: Rules, first: date, days: int) -> None:
        self.rules = rules
        self.start = datetime.combine(first, time(), UTC)
        self.works = bytearray()
        self.days: list[date] = []  # of each hour, as `clocks`
        self.clocks: list[int] = []
        zone = ZoneInfo(rules.zone)
        known: dict[tuple[Spans, int], bytes] = {}
        for hour in range(24 * days):
            local = (self.start + timedelta(hours=hour)).astimezone(zone)
            assert local.minute == 0
            self.days.append(local.date())
            self.clocks.append(local.hour)
            key = rules.spans(local.date()), local.hour
            if key not in known:
                minutes = range(local.hour * 60, local.hour * 60 + 60)
                known[key] = bytes(any(a <= m < b for a, b in key[0]) for m in minutes)
            self.works += known[key]

    def instant(self, minute: int) -> datetime:
        """Return the instant in which the minute begins."""
        return self.start + timedelta(minutes=minute)

    def day(self, minute: int) -> date:
        """Return the local day of a minute."""
        return self.days[minute // 60]

    def counts_from(self, minute: int) -> int:
        """Return the minute from which something received then counts."""
        today = self.day(minute)
        clock = time(self.clocks[minute // 60], minute % 60)
        late = self.rules.cut_off is not None and clock > self.rules.cut_off
        at = minute
        while self.day(at) == today:
            if self.works[at] and not late:
                return minute
            at += 1
        while not self.works[at]:
            at += 1
        return at

    def budget_of_days(self, start: int, days: int) -> int:
        """Count the minutes of work from `start` to the end of the n-th working day after it."""
        budget, day, worked_days = 0, self.day(start), 0
        for at, works in enumerate(memoryview(self.works)[start:], start):
            if works:
                if self.days[at // 60] != day:
                    day, worked_days = self.days[at // 60], worked_days + 1
                    if worked_days > days:
                        return budget
                budget += 1
        raise AssertionError("the days do not suffice")

    def deadline(
        self, start: int, budget: int, pauses: Iterable[tuple[int, int | None]]
    ) -> int | None:
        """Return the minute at whose beginning the budget is spent; None if it never is."""
        runs = bytearray(self.works)
        for begin, end in pauses:
            if end is None:
                del runs[begin:]
            else:
                runs[begin:end] = bytes(len(runs[begin:end]))
        left = budget
        for at, works in enumerate(memoryview(runs)[start:], start):
            if works:
                left -= 1
                if left == 0:
                    return at + 1
        assert len(runs) < len(self.works), "the days do not suffice"
        return None

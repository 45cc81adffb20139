"""What the office did, counted from the facts: how much came in, was answered, and in time.

Counted are cases, in the month in which they were reported (the locality's zone), under the
unit that has them now:

    received   every case
    answered   the office's answer stands: replied, resolved, declined, forwarded, duplicate
    in time    of those with a promise: every answer came by the date promised for it
    late       of those with a promise: an answer came after its date
    open       the office owes an answer
    overdue    of those: the promised date passed while the clock was running
    withdrawn  the citizen took it back

received = answered + open + withdrawn. A case without a promise is neither in time nor
late. Working hours are those that passed at the office until the answer that stands, from
the report and from each reopening, without the time that it waited for the citizen.
"""

from __future__ import annotations

from array import array
from collections import defaultdict
from datetime import timedelta
from itertools import chain, groupby
from math import floor
from operator import attrgetter
from typing import TYPE_CHECKING

from attrs import asdict, define, field, frozen

from govinteract.feedback.workflow import OPEN_KINDS
from govinteract.storage import read_instant, write_instant

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import datetime

    from govinteract.facts import Fact
    from govinteract.kernel import WorkingCalendar

__all__ = ["ANSWER_KINDS", "Figures", "Statistics", "quantile", "statistics_of"]

ANSWER_KINDS = ("answered", "resolved", "declined", "forwarded", "duplicate")
"""The kinds in which the office's answer stands."""
_MINUTE = timedelta(minutes=1)


@frozen(kw_only=True)
class Figures:
    """The counts of one group of cases; hours are working hours, None without an answer.

    `rating` is the average of the citizens' latest ratings (1 to 5), `ratings` how many.
    """

    received: int
    answered: int
    in_time: int
    late: int
    open: int
    overdue: int
    withdrawn: int
    median_working_hours: float | None
    p90_working_hours: float | None
    rating: float | None
    ratings: int


@frozen(kw_only=True)
class Statistics:
    """The figures as of an instant, in total and by group; `calendar` names what counted hours."""

    as_of: datetime
    calendar: str
    total: Figures
    by_service: Mapping[str, Figures]
    by_unit: Mapping[str, Figures]
    by_month: Mapping[str, Figures]

    def to_json(self) -> dict[str, object]:
        """Return it as `govinteract stats --json` prints it."""
        groups = {"by_service": self.by_service, "by_unit": self.by_unit, "by_month": self.by_month}
        return {
            "as_of": write_instant(self.as_of),
            "calendar": self.calendar,
            "total": asdict(self.total),
            **{
                name: {key: asdict(figures) for key, figures in group.items()}
                for name, group in groups.items()
            },
        }


def statistics_of(
    batches: Iterable[Sequence[Fact]], calendar: WorkingCalendar, now: datetime
) -> Statistics:
    """Count the cases whose facts `batches` hold, each stream whole and in order.

    Memory holds one case, and one number for each answer.
    """
    tally = _Tally()
    facts = chain.from_iterable(batches)
    for _stream, of_case in groupby(facts, key=attrgetter("stream")):
        tally.add(_read(of_case, calendar), calendar, now)
    return Statistics(
        as_of=now, calendar=calendar.version, total=tally.total.figures(),
        by_service=_largest_first(tally.services), by_unit=_largest_first(tally.units),
        by_month={key: tally.months[key].figures() for key in sorted(tally.months)},
    )  # fmt: skip


def quantile(ordered: Sequence[int], share: float) -> float | None:
    """Return the value below which `share` of the `ordered` values lie, None of nothing.

    Between two values it goes straight from one to the other (Hyndman and Fan's type 7, as
    spreadsheets have it), so the half is the usual median.

    >>> quantile([1, 2, 3, 10], 0.5)
    2.5
    """
    if not ordered:
        return None
    place = (len(ordered) - 1) * share
    low = floor(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)


@define(kw_only=True)
class _Case:
    """One case as its facts tell it."""

    calendar: WorkingCalendar
    service: str
    unit: str
    kind: str
    received: datetime
    clock_from: datetime
    due: datetime | None
    paused: datetime | None = None
    stood: timedelta = timedelta()
    """Working time of this round in which the clock stood."""
    answered: datetime | None = None
    spent: timedelta = timedelta()
    broke_promise: bool = False
    score: int | None = None

    def follow(self, fact: Fact) -> None:
        """Apply the next fact."""
        data, at = fact.data, fact.instant
        apply = _ON.get(fact.kind)
        if apply:
            apply(self, data, at)
        if "state" in data:
            self._move(data["kind"], at, pauses=bool(data.get("pauses")))
        if data.get("due_at"):
            self.due = read_instant(data["due_at"])

    def is_overdue(self, now: datetime) -> bool:
        """Whether the promised date has passed while the office owes an answer."""
        if self.due is None or self.answered is not None or self.kind not in OPEN_KINDS:
            return False
        return self.due < (self.paused or now)

    def _move(self, kind: str, at: datetime, *, pauses: bool) -> None:
        self.kind = kind
        if kind in ANSWER_KINDS and self.answered is None:
            self._answer(at)
        if self.paused is not None and not pauses:
            self.stood += self.calendar.working_time(self.paused, at)
            self.paused = None
        elif pauses and self.paused is None:
            self.paused = at

    def _answer(self, at: datetime) -> None:
        """Close the round: an answer while the clock stands is as of when it stopped."""
        stopped = self.paused or at
        self.answered = at
        self.spent += self.calendar.working_time(self.clock_from, stopped) - self.stood
        self.broke_promise |= self.due is not None and self.due < stopped

    def reopen(self, _data: Mapping[str, object], at: datetime) -> None:
        """Begin a new round."""
        self.answered = self.paused = None
        self.clock_from, self.stood = at, timedelta()


def _assign(case: _Case, data: Mapping[str, object], _at: datetime) -> None:
    case.unit = str(data["unit"])


def _rate(case: _Case, data: Mapping[str, object], _at: datetime) -> None:
    case.score = int(str(data["score"]))


_ON: dict[str, Callable[[_Case, Mapping[str, object], datetime], None]] = {
    "case.assigned": _assign,
    "case.rated": _rate,
    "case.reopened": _Case.reopen,
}


def _read(facts: Iterable[Fact], calendar: WorkingCalendar) -> _Case:
    of_case = iter(facts)
    first = next(of_case)
    data, at = first.data, first.instant
    due = data.get("due_at")
    case = _Case(
        calendar=calendar, service=data["service"], unit=data["unit"], kind=data["kind"],
        received=at, clock_from=at, due=read_instant(due) if due else None,
    )  # fmt: skip
    for fact in of_case:
        case.follow(fact)
    return case


def _numbers() -> array[int]:
    return array("q")


@define
class _Group:
    """The counts of one group, and the minutes of each of its answers."""

    counts: dict[str, int] = field(factory=lambda: defaultdict(int))
    minutes: array[int] = field(factory=_numbers)
    scores: int = 0

    def add(self, case: _Case, minutes: int | None, counted: Iterable[str]) -> None:
        for name in counted:
            self.counts[name] += 1
        if minutes is not None:
            self.minutes.append(minutes)
        if case.score is not None:
            self.counts["ratings"] += 1
            self.scores += case.score

    def figures(self) -> Figures:
        ordered, counts = sorted(self.minutes), self.counts
        ratings = counts["ratings"]
        return Figures(
            received=counts["received"], answered=counts["answered"], in_time=counts["in_time"],
            late=counts["late"], open=counts["open"], overdue=counts["overdue"],
            withdrawn=counts["withdrawn"], ratings=ratings,
            median_working_hours=_hours(quantile(ordered, 0.5)),
            p90_working_hours=_hours(quantile(ordered, 0.9)),
            rating=round(self.scores / ratings, 2) if ratings else None,
        )  # fmt: skip


def _hours(minutes: float | None) -> float | None:
    return None if minutes is None else round(minutes / 60, 2)


@define
class _Tally:
    """All groups, filled case by case."""

    total: _Group = field(factory=_Group)
    services: dict[str, _Group] = field(factory=lambda: defaultdict(_Group))
    units: dict[str, _Group] = field(factory=lambda: defaultdict(_Group))
    months: dict[str, _Group] = field(factory=lambda: defaultdict(_Group))

    def add(self, case: _Case, calendar: WorkingCalendar, now: datetime) -> None:
        month = case.received.astimezone(calendar.zone).strftime("%Y-%m")
        answered = case.kind in ANSWER_KINDS
        minutes = int(case.spent / _MINUTE) if answered else None
        counted = [*_counted(case, now)]
        groups = (
            self.total, self.services[case.service], self.units[case.unit], self.months[month]
        )  # fmt: skip
        for group in groups:
            group.add(case, minutes, counted)


def _counted(case: _Case, now: datetime) -> Iterable[str]:
    """Yield the counts that `case` belongs to."""
    yield "received"
    if case.kind in ANSWER_KINDS:
        yield "answered"
        if case.due is not None:
            yield "late" if case.broke_promise else "in_time"
    elif case.kind in OPEN_KINDS:
        yield "open"
        if case.is_overdue(now):
            yield "overdue"
    else:
        yield "withdrawn"


def _largest_first(groups: Mapping[str, _Group]) -> dict[str, Figures]:
    figures = {key: group.figures() for key, group in groups.items()}
    return dict(sorted(figures.items(), key=lambda item: (-item[1].received, item[0])))

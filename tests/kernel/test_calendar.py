from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from govinteract.errors import GovInteractError, InputError, SettingsError
from govinteract.kernel import (
    Hours,
    Pause,
    Promise,
    WorkingCalendar,
    WorkingDays,
    WorkingHours,
)

VN = ZoneInfo("Asia/Ho_Chi_Minh")
OFFICE = Hours.of("07:30-11:30", "13:30-17:00")
WEEK = (OFFICE,) * 5 + (Hours(),) * 2
TET = {date(2026, 2, day): "Tết Nguyên Đán" for day in range(16, 21)}


def _holidays(year: int) -> Mapping[date, str]:
    return {day: name for day, name in TET.items() if day.year == year}


def _make_up(year: int) -> Mapping[date, Hours]:
    return {date(2026, 8, 22): OFFICE} if year == 2026 else {}


def _calendar(
    cut_off: time | None = time(15),
    off: Mapping[date, str] | None = None,
    extra: Mapping[date, Hours] | None = None,
) -> WorkingCalendar:
    return WorkingCalendar(
        zone=VN,
        week=WEEK,
        off=off or {},
        extra=extra or {},
        holidays=_holidays,
        make_up=_make_up,
        cut_off=cut_off,
        version="test-1",
    )


CALENDAR = _calendar()
INSTANTS = st.datetimes(
    min_value=datetime(2025, 1, 1),  # noqa: DTZ001  Hypothesis adds the zone
    max_value=datetime(2028, 1, 1),  # noqa: DTZ001  as above
    timezones=st.sampled_from([UTC, VN, ZoneInfo("America/Los_Angeles")]),
)
PROMISES = st.one_of(
    st.builds(WorkingDays, st.integers(0, 60)), st.builds(WorkingHours, st.integers(1, 400))
)


def _vn(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=VN)


@pytest.mark.parametrize(
    ("received", "promise", "due"),
    [
        pytest.param("2026-11-23 09:00", WorkingDays(1), "2026-11-24 17:00", id="the next day"),
        pytest.param("2026-11-23 09:00", WorkingDays(0), "2026-11-23 17:00", id="the same day"),
        pytest.param("2026-11-23 05:00", WorkingDays(0), "2026-11-23 17:00", id="before opening"),
        pytest.param("2026-11-20 09:00", WorkingDays(1), "2026-11-23 17:00", id="a weekend"),
        pytest.param("2026-11-21 09:00", WorkingDays(1), "2026-11-24 17:00", id="on a Saturday"),
        pytest.param("2026-02-13 09:00", WorkingDays(1), "2026-02-23 17:00", id="over Tết"),
        pytest.param("2026-02-18 09:00", WorkingDays(1), "2026-02-24 17:00", id="in Tết"),
        pytest.param("2026-08-21 09:00", WorkingDays(1), "2026-08-22 17:00", id="a make-up day"),
        pytest.param("2026-12-31 09:00", WorkingDays(1), "2027-01-01 17:00", id="a new year"),
        pytest.param("2026-11-23 09:00", WorkingHours(2), "2026-11-23 11:00", id="two hours"),
        pytest.param("2026-11-23 10:30", WorkingHours(2), "2026-11-23 14:30", id="over lunch"),
        pytest.param("2026-11-23 09:30", WorkingHours(2), "2026-11-23 11:30", id="until lunch"),
        pytest.param("2026-11-23 12:00", WorkingHours(1), "2026-11-23 14:30", id="at lunch"),
        pytest.param("2026-11-20 14:00", WorkingHours(4), "2026-11-23 08:30", id="to Monday"),
        pytest.param("2026-11-23 16:00", WorkingHours(1), "2026-11-24 08:30", id="too late"),
    ],
)
def test_promises_fall_due_where_people_expect_it(
    received: str, promise: Promise, due: str
) -> None:
    """Days end with the office hours of the last; hours run while the office is open."""
    deadline = CALENDAR.deadline(_vn(received), promise)
    assert deadline.astimezone(VN) == _vn(due)
    assert deadline.tzinfo is UTC


@pytest.mark.parametrize(
    ("received", "counts_from"),
    [
        pytest.param("2026-11-23 15:00:00", "2026-11-23 15:00:00", id="at the cut-off"),
        pytest.param("2026-11-23 15:00:00.000001", "2026-11-24 07:30", id="just after it"),
        pytest.param("2026-11-23 15:00:01", "2026-11-24 07:30", id="a second after it"),
        pytest.param("2026-11-23 00:00:00", "2026-11-23 00:00:00", id="at midnight"),
        pytest.param("2026-11-20 23:59:59", "2026-11-23 07:30", id="late on Friday"),
        pytest.param("2026-11-22 12:00:00", "2026-11-23 07:30", id="on Sunday"),
    ],
)
def test_what_comes_after_the_cut_off_hour_counts_as_the_next_day(
    received: str, counts_from: str
) -> None:
    """The cut-off hour itself is in time; the smallest moment after it is not."""
    assert CALENDAR.counts_from(_vn(received)) == _vn(counts_from)


@pytest.mark.parametrize(
    ("received", "counts_from"),
    [
        pytest.param("2026-11-23 16:59:59.999999", "2026-11-23 16:59:59.999999", id="open"),
        pytest.param("2026-11-23 17:00:00", "2026-11-24 07:30", id="closed"),
    ],
)
def test_without_a_cut_off_the_day_ends_at_closing(received: str, counts_from: str) -> None:
    """Where there is no cut-off hour, what comes before closing counts for the day."""
    assert _calendar(cut_off=None).counts_from(_vn(received)) == _vn(counts_from)


def test_a_day_is_settled_by_the_first_rule_that_names_it() -> None:
    """Extra days win over days off, these over make-up days, these over holidays and the week."""
    day, short = date(2026, 2, 17), Hours.of("08:00-09:00")
    make_up = date(2026, 8, 22)
    assert CALENDAR.hours_on(date(2026, 2, 13)) == OFFICE
    assert not CALENDAR.hours_on(date(2026, 2, 14))
    assert not CALENDAR.hours_on(day)
    assert CALENDAR.hours_on(make_up) == OFFICE
    assert not _calendar(off={make_up: "nghỉ"}).hours_on(make_up)
    both = _calendar(off={day: "nghỉ"}, extra={day: short})
    assert both.hours_on(day) == short


def test_a_day_off_has_its_name() -> None:
    """Days off say why; plain Sundays, working days and worked holidays have no name."""
    own = _calendar(off={date(2026, 2, 13): "Nghỉ bù"}, extra={date(2026, 2, 17): OFFICE})
    assert CALENDAR.day_off(date(2026, 2, 17)) == "Tết Nguyên Đán"
    assert own.day_off(date(2026, 2, 13)) == "Nghỉ bù"
    assert own.day_off(date(2026, 2, 17)) is None
    assert CALENDAR.day_off(date(2026, 2, 22)) is None
    assert CALENDAR.day_off(date(2026, 2, 23)) is None


def test_hours_are_open_from_their_first_moment_until_before_their_last() -> None:
    """07:30 is worked and 11:30 is not."""
    assert not CALENDAR.is_working(_vn("2026-11-23 07:29:59.999999"))
    assert CALENDAR.is_working(_vn("2026-11-23 07:30"))
    assert CALENDAR.is_working(_vn("2026-11-23 11:29:59.999999"))
    assert not CALENDAR.is_working(_vn("2026-11-23 11:30"))
    assert not CALENDAR.is_working(_vn("1999-01-03 08:00"))


@pytest.mark.parametrize(
    ("pauses", "due"),
    [
        pytest.param([], "2026-11-23 14:00", id="none"),
        pytest.param([("2026-11-23 10:00", "2026-11-23 11:00")], "2026-11-23 15:00", id="in work"),
        pytest.param([("2026-11-23 11:30", "2026-11-23 13:30")], "2026-11-23 14:00", id="at lunch"),
        pytest.param(
            [("2026-11-23 08:00", "2026-11-23 09:00")], "2026-11-23 14:00", id="before it began"
        ),
        pytest.param(
            [("2026-11-23 08:00", "2026-11-23 10:00")], "2026-11-23 15:00", id="around the start"
        ),
        pytest.param(
            [("2026-11-23 14:00", "2026-11-30 14:30")], "2026-11-23 14:00", id="once it was due"
        ),
        pytest.param(
            [("2026-11-23 13:59", "2026-11-24 08:00")], "2026-11-24 08:01", id="a minute before"
        ),
        pytest.param(
            [("2026-11-23 10:30", "2026-11-23 11:30"), ("2026-11-23 10:00", "2026-11-23 11:00")],
            "2026-11-23 15:30",
            id="overlapping and out of order",
        ),
        pytest.param(
            [("2026-11-23 10:00", "2026-11-27 10:00"), ("2026-11-24 10:00", "2026-11-24 11:00")],
            "2026-11-27 14:00",
            id="one in another",
        ),
        pytest.param(
            [("2026-11-23 10:00", "2029-11-23 10:00")], "2029-11-23 14:00", id="for years"
        ),
        pytest.param([("2026-11-23 13:30", None)], None, id="open"),
        pytest.param([("2026-11-23 14:00", None)], "2026-11-23 14:00", id="open once it was due"),
        pytest.param(
            [("2026-11-23 08:00", None), ("2026-11-23 10:00", "2026-11-23 10:30")],
            None,
            id="open before another",
        ),
    ],
)
def test_pauses_spend_nothing(pauses: list[tuple[str, str | None]], due: str | None) -> None:
    """A promise of three hours from 09:00 waits while it is paused."""
    stops = [Pause(_vn(start), None if end is None else _vn(end)) for start, end in pauses]
    deadline = CALENDAR.deadline(_vn("2026-11-23 09:00"), WorkingHours(3), stops)
    assert deadline == (None if due is None else _vn(due))


def test_a_promise_in_days_that_was_paused_ends_within_a_day() -> None:
    """What was left of the days when the pause began is what is left when it ends."""
    received = _vn("2026-11-23 10:30")
    pause = Pause(_vn("2026-11-23 11:30"), _vn("2026-11-25 08:00"))
    assert CALENDAR.deadline(received, WorkingDays(1), [pause]) == _vn("2026-11-26 11:30")


@given(INSTANTS, PROMISES)
def test_a_deadline_spends_exactly_what_was_promised(received: datetime, promise: Promise) -> None:
    """From when it counts until it is due lies the promise's working time, to the microsecond."""
    start, due = CALENDAR.counts_from(received), CALENDAR.deadline(received, promise)
    spent = CALENDAR.working_time(start, due)
    if isinstance(promise, WorkingHours):
        assert spent == timedelta(hours=promise.hours)
    else:
        assert due.astimezone(VN).time() == time(17)
        days = due.astimezone(VN).date() - start.astimezone(VN).date()
        worked = [
            start.astimezone(VN).date() + timedelta(n + 1)
            for n in range(days.days)
            if CALENDAR.hours_on(start.astimezone(VN).date() + timedelta(n + 1))
        ]
        assert len(worked) == promise.days


@given(INSTANTS, INSTANTS, PROMISES)
def test_who_comes_later_is_not_served_earlier(
    one: datetime, other: datetime, promise: Promise
) -> None:
    """Of two receipts the later one never has the earlier deadline."""
    early, late = sorted((one, other))
    assert CALENDAR.deadline(early, promise) <= CALENDAR.deadline(late, promise)


@given(INSTANTS, INSTANTS, INSTANTS)
def test_working_time_adds_up(one: datetime, two: datetime, three: datetime) -> None:
    """A way in two parts takes as much working time as the whole, forwards and backwards."""
    whole = CALENDAR.working_time(one, three)
    assert CALENDAR.working_time(one, two) + CALENDAR.working_time(two, three) == whole
    assert CALENDAR.working_time(three, one) == -whole


def test_working_minutes_are_whole() -> None:
    """Half a minute is dropped; a week has 37 hours and a half; backwards is below zero."""
    start = _vn("2026-11-23 09:00:30")
    assert CALENDAR.working_minutes(start, _vn("2026-11-23 09:01:00")) == 0
    assert CALENDAR.working_minutes(start, _vn("2026-11-23 09:02:00")) == 1
    assert CALENDAR.working_minutes(start, start + timedelta(weeks=1)) == 5 * 450
    assert CALENDAR.working_minutes(_vn("2026-11-23 09:02"), _vn("2026-11-23 09:00")) == -2


def test_clocks_that_are_put_forward_and_back_keep_real_time() -> None:
    """A night shift of four hours on the wall is three or five where the clock is changed."""
    night = WorkingCalendar(
        zone="America/Los_Angeles", week=[Hours.of("00:00-04:00")] * 7, version="test"
    )
    forward, back, plain = date(2026, 3, 8), date(2026, 11, 1), date(2026, 6, 1)
    worked = []
    for day in (forward, back, plain):
        midnight = datetime.combine(day, time(), night.zone)
        end = datetime.combine(day, time(12), night.zone)
        worked.append(night.working_time(midnight, end) / timedelta(hours=1))
    assert worked == [3, 5, 4]


def test_hours_that_the_clock_jumps_over_are_not_worked_backwards() -> None:
    """A span that begins in the hour that does not exist is never shorter than nothing."""
    calendar = WorkingCalendar(
        zone="America/Los_Angeles", week=[Hours.of("02:30-03:10", "03:20-05:00")] * 7, version="t"
    )
    midnight = datetime(2026, 3, 8, tzinfo=calendar.zone)
    noon = datetime(2026, 3, 8, 12, tzinfo=calendar.zone)
    assert calendar.working_minutes(midnight, noon) == 100


def _with_week(week: list[Hours]) -> WorkingCalendar:
    return WorkingCalendar(zone="Asia/Ho_Chi_Minh", week=week, version="test")


@pytest.mark.parametrize("week", [[], [OFFICE] * 6, [OFFICE] * 8, [Hours()] * 7], ids=len)
def test_a_week_has_seven_days_and_some_work(week: list[Hours]) -> None:
    """A week of other than seven days, or without any work, is refused."""
    assert _with_week([OFFICE] * 7).week == (OFFICE,) * 7
    with pytest.raises(InputError) as refusal:
        _with_week(week)
    assert refusal.value.code == "kernel.hours_invalid"


@pytest.mark.parametrize("zone", ["Asia/Hue", "", "../../etc/passwd", "/etc/passwd"])
def test_a_zone_is_one_of_the_zone_database(zone: str) -> None:
    """A zone that nobody knows is a fault of the settings."""
    assert WorkingCalendar(zone="Asia/Ho_Chi_Minh", week=WEEK, version="test").zone is VN
    with pytest.raises(SettingsError) as refusal:
        WorkingCalendar(zone=zone, week=WEEK, version="test")
    assert refusal.value.code == "kernel.zone_unknown"


def test_days_off_are_keyed_by_dates() -> None:
    """A datetime in place of a date would never be found, and is refused."""
    assert _calendar(off={date(2026, 2, 13): "nghỉ"}).day_off(date(2026, 2, 13)) == "nghỉ"
    with pytest.raises(InputError):
        _calendar(off={_vn("2026-02-13 00:00"): "nghỉ"})


NOON = _vn("2026-11-23 12:00")


@pytest.mark.parametrize(
    ("instant", "code"),
    [
        (NOON.replace(tzinfo=None), "kernel.time_naive"),
        (NOON.replace(year=1970), "kernel.time_out_of_range"),
        (NOON.replace(year=2200), "kernel.time_out_of_range"),
        (datetime.min.replace(tzinfo=VN), "kernel.time_out_of_range"),
        (datetime.max.replace(tzinfo=UTC), "kernel.time_out_of_range"),
    ],
    ids=str,
)
def test_instants_without_zone_or_sense_are_refused(instant: datetime, code: str) -> None:
    """Every question refuses a naive instant and one that no calendar covers."""
    questions = (
        CALENDAR.is_working,
        CALENDAR.counts_from,
        lambda at: CALENDAR.working_minutes(at, NOON),
        lambda at: CALENDAR.working_minutes(NOON, at),
        lambda at: CALENDAR.deadline(at, WorkingDays(1)),
    )
    for ask in questions:
        ask(NOON)
        with pytest.raises(InputError) as refusal:
            ask(instant)
        assert refusal.value.code == code


def test_a_calendar_without_days_in_sight_says_so() -> None:
    """When every day is a holiday there is no deadline to give, and no endless search."""

    @cache
    def holidays(year: int) -> Mapping[date, str]:
        return dict.fromkeys((date(year, 1, 1) + timedelta(n) for n in range(366)), "nghỉ")

    never = WorkingCalendar(zone=VN, week=WEEK, holidays=holidays, version="test")
    with pytest.raises(GovInteractError) as refusal:
        never.deadline(NOON, WorkingDays(1))
    assert refusal.value.code == "kernel.calendar_exhausted"


def test_the_longest_promise_is_kept() -> None:
    """Two and a half thousand working days are counted over ten years."""
    due = CALENDAR.deadline(NOON, WorkingDays(2_500)).astimezone(VN)
    assert (due.year, due.time()) == (2036, time(17))


def test_a_calendar_shows_its_version_and_not_its_days() -> None:
    """What a calendar prints is short and names its version."""
    assert "version='test-1'" in repr(CALENDAR)
    assert len(repr(CALENDAR)) < 150

"""Local times without a zone mean the instants at which a clock on the wall showed them."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from govinteract.feedback.past.wall_clock import Reading, WallClock

LOS_ANGELES = ZoneInfo("America/Los_Angeles")
FORM = "%m/%d/%y %H:%M"


def read(text: str, *formats: str, zone: ZoneInfo = LOS_ANGELES) -> Reading | None:
    """Read `text` by a clock of these formats."""
    return WallClock(zone, formats or (FORM,)).read(text)


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("1/1/20 0:05", datetime(2020, 1, 1, 8, 5, tzinfo=UTC)),
        ("7/1/20 0:05", datetime(2020, 7, 1, 7, 5, tzinfo=UTC)),
        ("01/01/20 00:05", datetime(2020, 1, 1, 8, 5, tzinfo=UTC)),
        ("11/1/20 2:00", datetime(2020, 11, 1, 10, 0, tzinfo=UTC)),
        ("3/8/20 3:00", datetime(2020, 3, 8, 10, 0, tzinfo=UTC)),
    ],
)
def test_a_plain_local_time_is_one_instant(text: str, instant: datetime) -> None:
    """Summer and winter, with and without leading noughts, and right after a change."""
    assert read(text) == Reading(instant)


def test_an_hour_that_comes_twice_is_the_first_and_knows_the_second() -> None:
    """On the morning of 1 November 2020 the clock showed 01:30 at 08:30 and at 09:30 UTC."""
    first, again = (
        datetime(2020, 11, 1, 8, 30, tzinfo=UTC),
        datetime(2020, 11, 1, 9, 30, tzinfo=UTC),
    )
    assert read("11/1/20 1:30") == Reading(first, again, "twice")


def test_an_hour_that_never_comes_is_read_by_the_clock_before_the_change() -> None:
    """On 8 March 2020 it went from 02:00 to 03:00: 02:30 is what it then called 03:30."""
    assert read("3/8/20 2:30") == Reading(datetime(2020, 3, 8, 10, 30, tzinfo=UTC), odd="never")


def test_a_time_that_says_its_offset_is_taken_at_its_word() -> None:
    """The zone of the mapping is for times that say nothing."""
    assert read("2020-01-01T07:00:00+07:00", "iso") == Reading(datetime(2020, 1, 1, tzinfo=UTC))
    assert read("2020-01-01T07:00:00", "iso") == Reading(datetime(2020, 1, 1, 15, tzinfo=UTC))
    assert read("2020-01-01T00:00:00Z", "iso") == Reading(datetime(2020, 1, 1, tzinfo=UTC))


def test_the_first_format_that_fits_counts() -> None:
    """A file may write its times in several ways."""
    both = ("%d/%m/%Y %H:%M", "%Y-%m-%d")
    zone = ZoneInfo("Asia/Ho_Chi_Minh")
    assert read("02/09/2026 07:00", *both, zone=zone) == Reading(datetime(2026, 9, 2, tzinfo=UTC))
    assert read("2026-09-02", *both, zone=zone) == Reading(datetime(2026, 9, 1, 17, tzinfo=UTC))


@pytest.mark.parametrize(
    "text",
    ["", "yesterday", "13/1/20 0:05", "2/30/20 0:05", "1/1/20 24:00", "1/1/20", "1/1/20 0:05 x"],
)
def test_what_fits_no_format_is_not_guessed(text: str) -> None:
    """No day that isn't, no hour that isn't, nothing behind it."""
    assert read(text) is None
    assert read("1/1/20 0:05") is not None


@given(
    st.datetimes(datetime(1990, 1, 1), datetime(2037, 1, 1)).map(  # noqa: DTZ001 - made aware below
        lambda at: at.replace(second=0, microsecond=0, tzinfo=UTC)
    ),
    st.sampled_from(
        ["America/Los_Angeles", "Asia/Ho_Chi_Minh", "Europe/Berlin", "Australia/Lord_Howe"]
    ),
)
def test_what_the_clock_showed_is_read_as_when_it_showed_it(at: datetime, name: str) -> None:
    """For every instant and zone: the reading is that instant, or names it as the second."""
    zone = ZoneInfo(name)
    shown = at.astimezone(zone).replace(tzinfo=None)
    reading = read(shown.isoformat(), "iso", zone=zone)
    assert reading is not None
    assert at in {reading.at, reading.again}
    assert reading.odd == ("twice" if reading.again else "")


@given(st.integers(0, 59))
def test_the_missing_hour_moves_on_by_the_gap(minute: int) -> None:
    """A time in the gap is as long after the change as it claims to be after two o'clock."""
    reading = read(f"3/8/20 2:{minute:02}")
    change = datetime(2020, 3, 8, 10, tzinfo=UTC)
    assert reading == Reading(change + timedelta(minutes=minute), odd="never")

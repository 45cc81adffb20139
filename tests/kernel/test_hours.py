import pytest

from govinteract.errors import InputError
from govinteract.kernel import Hours


def test_hours_are_spans_of_minutes() -> None:
    """Hours are read as people write them, count their minutes and are written back."""
    office = Hours.of("07:30-11:30", "13:30-17:00")
    assert office == Hours([(450, 690), (810, 1020)])
    assert office.minutes == 450
    assert str(office) == "07:30-11:30, 13:30-17:00"
    assert Hours.of("00:00-24:00").minutes == 1440
    assert Hours.of(*str(office).split(", ")) == office


def test_a_day_without_spans_is_closed() -> None:
    """No hours are false; a minute of work is true."""
    assert not Hours()
    assert Hours.of("08:00-08:01")


@pytest.mark.parametrize(
    "spans",
    [
        ["8:00-12:00"],
        ["08:00 - 12:00"],
        ["12:00-08:00"],
        ["08:00-08:00"],
        ["08:00-24:01"],
        ["08:60-09:00"],
        ["13:30-17:00", "07:30-11:30"],
        ["08:00-12:00", "11:59-17:00"],
        [""],
        [800],
    ],
)
def test_hours_that_make_no_day_are_refused(spans: list[str]) -> None:
    """Spans that are reversed, empty, out of order or of the day are refused."""
    assert Hours.of("08:00-12:00", "12:00-17:00")
    with pytest.raises(InputError) as refusal:
        Hours.of(*spans)
    assert refusal.value.code == "kernel.hours_invalid"


@pytest.mark.parametrize("spans", [[(1, 2, 3)], [(0.5, 2)], [(-1, 5)], [(True, 5)]])
def test_spans_are_two_whole_minutes(spans: list[tuple[int, ...]]) -> None:
    """Minutes are whole numbers from 0 to 1440, two to a span."""
    assert Hours([(1, 2)])
    with pytest.raises(InputError):
        Hours(spans)

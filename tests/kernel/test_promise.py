from datetime import UTC, datetime, timedelta

import pytest

from govinteract.errors import InputError
from govinteract.kernel import Pause, Promise, WorkingDays, WorkingHours, parse_promise

NOON = datetime(2026, 11, 23, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "promise"),
    [("15d", WorkingDays(15)), ("0d", WorkingDays(0)), ("8h", WorkingHours(8))],
)
def test_a_promise_has_a_short_text(text: str, promise: Promise) -> None:
    """A promise is read from its text and written back as it was."""
    assert parse_promise(text) == promise
    assert promise.text == text
    assert {promise: 1}[parse_promise(text)] == 1


def test_days_and_hours_are_different_promises() -> None:
    """Eight working days are not eight working hours."""
    promises: set[Promise] = {WorkingDays(8), WorkingHours(8)}
    assert len(promises) == 2


@pytest.mark.parametrize(
    "text", ["", "15", "d", "-1d", "1.5d", "015d", "15 d", "15D", "0h", "3000d"]
)
def test_texts_that_promise_nothing_are_refused(text: str) -> None:
    """Anything but a plain count of days or hours is refused."""
    assert parse_promise("15d").text == "15d"
    with pytest.raises(InputError) as refusal:
        parse_promise(text)
    assert refusal.value.code == "kernel.promise_invalid"


@pytest.mark.parametrize("count", [-1, 1.0, True, "1", None, 10**6], ids=repr)
def test_a_promise_counts_whole_days(count: object) -> None:
    """A promise of other than a possible whole number is refused."""
    assert WorkingDays(1).days == WorkingHours(1).hours == 1
    for kind in (WorkingDays, WorkingHours):
        with pytest.raises(InputError):
            kind(count)  # type: ignore[arg-type]  # what is tested


def test_a_pause_is_open_until_it_has_an_end() -> None:
    """A pause may be open, closed, or end in the moment in which it begins."""
    assert Pause(NOON).end is None
    assert Pause(NOON, NOON).end == NOON


def test_a_pause_that_ends_before_it_starts_is_refused() -> None:
    """An end before the start is refused; the other way round it is taken."""
    later = NOON + timedelta(minutes=1)
    assert Pause(NOON, later).end == later
    with pytest.raises(InputError) as refusal:
        Pause(later, NOON)
    assert refusal.value.code == "kernel.pause_invalid"


def test_a_pause_needs_zones() -> None:
    """A naive start or end is refused; with a zone it is taken."""
    naive = NOON.replace(tzinfo=None)
    assert Pause(NOON, NOON).start == NOON
    for start, end in ((naive, None), (NOON, naive)):
        with pytest.raises(InputError) as refusal:
            Pause(start, end)
        assert refusal.value.code == "kernel.time_naive"

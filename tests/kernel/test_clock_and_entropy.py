from datetime import UTC, datetime, timedelta

from govinteract.kernel import Clock, Entropy, SystemClock, SystemEntropy
from tests.kernel.repeatable import RepeatableEntropy, StoppedClock


def test_system_clock_is_aware_and_in_utc() -> None:
    """The machine's clock answers in UTC and is not earlier than a moment ago."""
    before = datetime.now(UTC)
    now = SystemClock().now()
    assert now.tzinfo is UTC
    assert before <= now <= before + timedelta(seconds=30)


def test_system_entropy_gives_what_was_asked_and_never_twice_the_same() -> None:
    """The machine's randomness has the length that was asked, and two draws differ."""
    first, second = SystemEntropy().bytes(16), SystemEntropy().bytes(16)
    assert len(first) == len(second) == 16
    assert first != second


def test_doubles_are_clocks_and_entropy() -> None:
    """What tests hand in keeps the same protocols as the machine's."""
    instant = datetime(2026, 11, 21, tzinfo=UTC)
    clocks: list[Clock] = [SystemClock(), StoppedClock(instant)]
    sources: list[Entropy] = [SystemEntropy(), RepeatableEntropy()]
    assert clocks[1].now() == instant
    assert [len(source.bytes(3)) for source in sources] == [3, 3]

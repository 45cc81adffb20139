"""The waits between attempts."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from govinteract.outbox import Patience
from tests.kernel.repeatable import RepeatableEntropy


class Extreme:
    """Entropy whose every bit is the same."""

    def __init__(self, byte: int) -> None:
        self.byte = byte

    def bytes(self, n: int) -> bytes:
        """Return `n` equal bytes."""
        return bytes([self.byte]) * n


def test_the_longest_waits_grow_and_stop_growing() -> None:
    """The ceilings are a minute, three, nine and so on, and never above eighteen hours."""
    waits = [Patience().ceiling(failures) for failures in range(1, 12)]
    minutes = [wait / timedelta(minutes=1) for wait in waits]
    assert minutes == [1, 3, 9, 27, 81, 243, 729, 1080, 1080, 1080, 1080]
    assert Patience().ceiling(10_000) == timedelta(hours=18)


def test_twelve_attempts_take_about_two_days() -> None:
    """A server that is away for a night is no reason to give up: two days are, four surely."""
    longest = sum((Patience().ceiling(failures) for failures in range(1, 12)), timedelta())
    assert timedelta(days=3.5) < longest < timedelta(days=4)
    assert timedelta(days=1.75) < longest / 2 < timedelta(days=2)


@given(st.integers(1, 200), st.integers(0, 2**32))
def test_a_wait_is_drawn_from_nothing_to_its_ceiling(failures: int, seed: int) -> None:
    """Full jitter: every wait between nothing and the ceiling may be drawn."""
    patience = Patience()
    assert timedelta() <= patience.delay(failures, RepeatableEntropy(seed))
    assert patience.delay(failures, RepeatableEntropy(seed)) <= patience.ceiling(failures)
    assert patience.delay(failures, Extreme(0)) == timedelta()
    assert patience.delay(failures, Extreme(255)) > patience.ceiling(failures) * 0.999


def test_letters_that_failed_together_do_not_come_back_together() -> None:
    """The waits of a thousand letters are spread evenly over their range."""
    entropy, patience = RepeatableEntropy(7), Patience()
    quarters = [0, 0, 0, 0]
    for _ in range(1_000):
        quarters[int(patience.delay(4, entropy) / patience.ceiling(4) * 4)] += 1
    assert min(quarters) > 200


def test_a_letter_is_given_up_after_its_attempts() -> None:
    """Twelve failures are the end, eleven are not."""
    assert not Patience().is_over(11)
    assert Patience().is_over(12)

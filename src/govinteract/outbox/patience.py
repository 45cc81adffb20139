"""How long to go on trying: exponential backoff with full jitter, then a dead letter."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from attrs import frozen

if TYPE_CHECKING:
    from govinteract.kernel.entropy import Entropy

__all__ = ["Patience"]

_DRAWN = 6  # bytes of one draw; as much as a float tells apart


@frozen(kw_only=True)
class Patience:
    """The delays between attempts, and how long one attempt may take.

    After the n-th failure a letter waits a random time between nothing and
    `first * factor ** (n - 1)`, at most `longest` ("full jitter": many letters that failed
    together do not come back together). With the numbers below twelve attempts take about
    two days, at most four. `lease` is for how long a relay has a letter to itself: longer
    than any delivery, since when it ends another relay takes the letter.
    """

    attempts: int = 12
    first: timedelta = timedelta(minutes=1)
    factor: int = 3
    longest: timedelta = timedelta(hours=18)
    lease: timedelta = timedelta(minutes=10)

    def ceiling(self, failures: int) -> timedelta:
        """Return the longest wait after the `failures`-th failure (from 1).

        >>> Patience().ceiling(3)
        datetime.timedelta(seconds=540)
        """
        delay = self.first
        for _ in range(failures - 1):
            delay *= self.factor
            if delay >= self.longest:
                break  # before a timedelta overflows
        return min(delay, self.longest)

    def delay(self, failures: int, entropy: Entropy) -> timedelta:
        """Draw the wait after the `failures`-th failure."""
        drawn = int.from_bytes(entropy.bytes(_DRAWN), "big")
        return self.ceiling(failures) * (drawn / (1 << 8 * _DRAWN))

    def is_over(self, failures: int) -> bool:
        """Tell whether a letter that failed `failures` times is given up."""
        return failures >= self.attempts

"""Randomness and a clock that a test can repeat."""

import builtins
import random
from datetime import datetime

from attrs import field, frozen


@frozen
class RepeatableEntropy:
    """The same bytes for the same seed, in the same order."""

    seed: int = 0
    _random: random.Random = field(init=False, repr=False, eq=False)

    def __attrs_post_init__(self) -> None:
        object.__setattr__(self, "_random", random.Random(self.seed))

    def bytes(self, n: int) -> builtins.bytes:
        """Return the next `n` bytes."""
        return self._random.randbytes(n)


@frozen
class StoppedClock:
    """A clock that always shows the same instant."""

    at: datetime

    def now(self) -> datetime:
        """Return the instant that the clock was stopped at."""
        return self.at

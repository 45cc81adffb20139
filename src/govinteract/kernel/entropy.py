"""Randomness, handed in: nothing else in the library makes random bytes."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Protocol

from attrs import frozen

if TYPE_CHECKING:
    import builtins
    from collections.abc import Callable

__all__ = ["Entropy", "SystemEntropy"]


class Entropy(Protocol):
    """Gives random bytes that nobody can guess; tests hand in a repeatable one."""

    def bytes(self, n: int, /) -> builtins.bytes:
        """Return `n` random bytes."""
        ...


@frozen
class SystemEntropy:
    """The operating system's cryptographic generator, for everything that is not a test.

    >>> len(SystemEntropy().bytes(16))
    16
    """

    @property
    def bytes(self) -> Callable[[int], builtins.bytes]:
        """`os.urandom` itself: whoever seals thousands of values keeps it at hand."""
        return os.urandom

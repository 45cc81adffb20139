"""The time, handed in: nothing else in the library reads a clock."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Protocol

from attrs import frozen

__all__ = ["Clock", "SystemClock"]


class Clock(Protocol):
    """Tells the time; a transaction asks it once and uses the answer throughout."""

    def now(self) -> datetime:
        """Return the present instant as an aware datetime in UTC."""
        ...


@frozen
class SystemClock:
    """The machine's clock, for everything that is not a test.

    >>> SystemClock().now().tzname()
    'UTC'
    """

    def now(self) -> datetime:
        """Return the machine's time as an aware datetime in UTC."""
        return datetime.now(UTC)

"""Working time of some years laid end to end, so that any span of it is two look-ups.

Times here are whole microseconds since 1970 in UTC; days are proleptic ordinals as
`date.toordinal` counts them. The rules of what is a working day are in `kernel.calendar`.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from itertools import accumulate
from typing import TYPE_CHECKING, Self

from attrs import frozen

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = ["BeyondTimeline", "Timeline", "WorkingDay"]


class BeyondTimeline(LookupError):  # noqa: N818 - a signal to lay more years, never shown
    """What was asked lies after the last working day that was laid."""


@frozen
class WorkingDay:
    """One working day: its ordinal and its spans of work, in order and apart."""

    ordinal: int
    spans: tuple[tuple[int, int], ...]


@frozen(kw_only=True, eq=False)
class Timeline:
    """All spans of work from the first to the last day that it was made of."""

    days: Sequence[int]
    """Ordinal of each working day."""
    day_opens: Sequence[int]
    day_closes: Sequence[int]
    """First and last moment of work of each working day."""
    opens: Sequence[int]
    closes: Sequence[int]
    """Each span of work."""
    upto: Sequence[int]
    """Work done when each span closes, counted from the beginning."""

    @classmethod
    def of(cls, days: Iterable[WorkingDay]) -> Self:
        """Lay the days end to end; they are in order and none is without work."""
        days = tuple(days)
        spans = [span for day in days for span in day.spans]
        return cls(
            days=[day.ordinal for day in days],
            day_opens=[day.spans[0][0] for day in days],
            day_closes=[day.spans[-1][1] for day in days],
            opens=[start for start, _ in spans],
            closes=[end for _, end in spans],
            upto=list(accumulate(end - start for start, end in spans)),
        )

    def is_working(self, at: int) -> bool:
        """Whether `at` lies in a span of work."""
        index = bisect_right(self.opens, at) - 1
        return index >= 0 and at < self.closes[index]

    def worked(self, at: int) -> int:
        """Return the work done from the beginning until `at`."""
        index = bisect_right(self.opens, at) - 1
        if index < 0:
            return 0
        return self.upto[index] - max(self.closes[index] - at, 0)

    def reach(self, work: int) -> int:
        """Return the first moment at which `work` (above 0) is done, or raise BeyondTimeline."""
        index = bisect_left(self.upto, work)
        if index == len(self.upto):
            raise BeyondTimeline
        return self.closes[index] - (self.upto[index] - work)

    def day_from(self, ordinal: int) -> int:
        """Return the index of the first working day that is not before `ordinal`."""
        return bisect_left(self.days, ordinal)

    def day_close(self, index: int) -> int:
        """Return when the working day of that index closes, or raise BeyondTimeline."""
        if index >= len(self.days):
            raise BeyondTimeline
        return self.day_closes[index]

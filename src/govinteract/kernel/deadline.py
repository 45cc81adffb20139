"""When a promise falls due, on a timeline of working time.

Pure arithmetic in whole microseconds since 1970; `kernel.calendar` states the rules and
turns them from and into datetimes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from attrs import frozen

from govinteract.kernel.promise import Promise, WorkingHours
from govinteract.kernel.timeline import BeyondTimeline, Timeline

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["Receipt", "due", "receipt"]

_HOUR: Final = 3_600_000_000


@frozen
class Receipt:
    """From when a promise counts, and the index of the working day that is its day of receipt."""

    at: int
    day: int


def receipt(timeline: Timeline, at: int, *, ordinal: int, late: bool) -> Receipt:
    """Settle from when something counts that came `at` a moment of the day `ordinal`.

    `late` says that it came after the cut-off hour. Raises BeyondTimeline.
    """
    day = timeline.day_from(ordinal)
    if day < len(timeline.days) and timeline.days[day] == ordinal:
        if not late and at < timeline.day_closes[day]:
            return Receipt(at, day)
        day += 1
    if day >= len(timeline.days):
        raise BeyondTimeline
    return Receipt(timeline.day_opens[day], day)


def due(
    timeline: Timeline,
    received: Receipt,
    promise: Promise,
    pauses: Iterable[tuple[int, int | None]] = (),
) -> int | None:
    """Return the first moment at which the promise's working time is spent.

    `pauses` are in the order of their starts and may overlap. None when the last of them
    is still open and the budget outlasts its start. Raises BeyondTimeline.
    """
    at, left = received.at, _budget(timeline, received, promise)
    for start, end in pauses:
        if end is not None and end <= at:
            continue
        spent = timeline.worked(max(start, at)) - timeline.worked(at)
        if spent >= left:
            break
        if end is None:
            return None
        at, left = end, left - spent
    return timeline.reach(timeline.worked(at) + left)


def _budget(timeline: Timeline, received: Receipt, promise: Promise) -> int:
    """Return the working time that the promise grants; always above 0."""
    if isinstance(promise, WorkingHours):
        return promise.hours * _HOUR
    last = timeline.day_close(received.day + promise.days)
    return timeline.worked(last) - timeline.worked(received.at)

"""What is promised, in working time, and what stops the clock."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, TypeAlias

from attrs import field, frozen

from govinteract.errors import InputError

if TYPE_CHECKING:
    from datetime import datetime

    from attrs import Attribute

__all__ = ["Pause", "Promise", "WorkingDays", "WorkingHours", "parse_promise"]

_TEXT = re.compile(r"(0|[1-9][0-9]{0,4})([dh])")
_MOST_DAYS, _MOST_HOURS = 2_500, 20_000


def _invalid(hint: str) -> InputError:
    return InputError("kernel.promise_invalid", hint=hint)


def _is_count(value: object, least: int, most: int) -> None:
    if type(value) is not int or not least <= value <= most:
        raise _invalid(f"a promise counts {least} to {most}, not {value!r}")


@frozen
class WorkingDays:
    """A promise of `days` working days after the day of receipt; 0 is the same day.

    The day of receipt does not count, and the last day counts whole: the promise ends
    with the office hours of the last day.
    """

    days: int = field()

    @days.validator
    def _is_possible(self, _attribute: Attribute[int], value: object) -> None:
        _is_count(value, 0, _MOST_DAYS)

    @property
    def text(self) -> str:
        """The promise as settings and facts write it: "15d"."""
        return f"{self.days}d"


@frozen
class WorkingHours:
    """A promise of `hours` hours of office time, counted from the minute of receipt."""

    hours: int = field()

    @hours.validator
    def _is_possible(self, _attribute: Attribute[int], value: object) -> None:
        _is_count(value, 1, _MOST_HOURS)

    @property
    def text(self) -> str:
        """The promise as settings and facts write it: "8h"."""
        return f"{self.hours}h"


Promise: TypeAlias = WorkingDays | WorkingHours
"""A length of working time."""


def parse_promise(text: str) -> Promise:
    """Read "15d" (working days) or "8h" (working hours).

    Raises InputError `kernel.promise_invalid`.

    >>> parse_promise("15d")
    WorkingDays(days=15)
    """
    match = _TEXT.fullmatch(str(text))
    if match is None:
        raise _invalid('write "15d" for working days or "8h" for working hours')
    count = int(match[1])
    return WorkingDays(count) if match[2] == "d" else WorkingHours(count)


@frozen
class Pause:
    """A time in which the promise's clock stands still: from `start` until before `end`.

    An `end` of None says that it still stands. Raises InputError `kernel.pause_invalid`
    when the end comes before the start, or `kernel.time_naive` for a time without zone.
    """

    start: datetime = field()
    end: datetime | None = field(default=None)

    @start.validator
    @end.validator
    def _is_aware(self, _attribute: Attribute[object], value: datetime | None) -> None:
        if value is not None and value.utcoffset() is None:
            raise InputError("kernel.time_naive", hint="hand in aware datetimes")

    def __attrs_post_init__(self) -> None:
        """Refuse a pause that ends before it starts."""
        if self.end is not None and self.end < self.start:
            raise InputError("kernel.pause_invalid", hint="a pause ends after it starts")

"""The hours of one day in which an office works."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING, Final, Self

from attrs import field, frozen

from govinteract.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from attrs import Attribute

__all__ = ["Hours"]

_SPAN = re.compile(r"([0-2][0-9]):([0-5][0-9])-([0-2][0-9]):([0-5][0-9])")
_DAY: Final = 24 * 60


def _invalid(hint: str) -> InputError:
    return InputError("kernel.hours_invalid", hint=hint)


def _spans(spans: Iterable[Iterable[int]]) -> tuple[tuple[int, int], ...]:
    pairs = tuple(tuple(span) for span in spans)
    if not all(len(pair) == 2 for pair in pairs):  # noqa: PLR2004 - from and to
        raise _invalid("a span is two minutes after midnight: (from, to)")
    return tuple((pair[0], pair[1]) for pair in pairs)


def _read(span: str) -> tuple[int, int]:
    match = _SPAN.fullmatch(str(span))
    if match is None:
        raise _invalid(f"write a span like 07:30-11:30, not {span!r}")
    hour, minute, end_hour, end_minute = map(int, match.groups())
    return hour * 60 + minute, end_hour * 60 + end_minute


@frozen
class Hours:
    """Spans of minutes after local midnight, in order; none of them on a closed day.

    A span begins with its first minute and ends before its last: (480, 720) is 08:00 to
    12:00. Work past midnight is written as two days. Raises InputError
    `kernel.hours_invalid`.

    >>> Hours.of("07:30-11:30", "13:30-17:00").minutes
    450
    """

    spans: tuple[tuple[int, int], ...] = field(default=(), converter=_spans)

    @spans.validator
    def _is_ordered(self, _attribute: Attribute[object], spans: object) -> None:
        edges = [edge for span in self.spans for edge in span]
        inside = all(type(edge) is int and 0 <= edge <= _DAY for edge in edges)
        if not inside or any(low > high for low, high in pairwise(edges)):
            raise _invalid(f"spans are minutes 0-{_DAY}, in order and apart: {spans}")
        if any(start == end for start, end in self.spans):
            raise _invalid("a span lasts at least a minute")

    @classmethod
    def of(cls, *spans: str) -> Self:
        """Read spans written like "07:30-11:30"; "24:00" ends a day."""
        return cls(_read(span) for span in spans)

    @property
    def minutes(self) -> int:
        """Minutes of work in the day."""
        return sum(end - start for start, end in self.spans)

    def __bool__(self) -> bool:
        """Whether there is any work that day."""
        return bool(self.spans)

    def __str__(self) -> str:
        """Write the spans as `of` reads them."""
        return ", ".join(
            f"{a // 60:02}:{a % 60:02}-{b // 60:02}:{b % 60:02}" for a, b in self.spans
        )

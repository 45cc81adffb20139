"""What a client asked: its parameters, where empty and absent are the same."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Self
from urllib.parse import parse_qsl

from attrs import frozen

from govinteract.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import tzinfo

__all__ = ["Parameters", "instant", "natural", "number", "query"]

_LOST_PLUS = re.compile(r"(?<=\d) (?=\d\d:?\d\d$)")
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?", re.ASCII)
_NATURAL = re.compile(r"[1-9][0-9]{0,5}")
_YEARS = range(1900, 9000)
_MOST_FIELDS = 200


@frozen(repr=False)
class Parameters:
    """The values of each parameter that has any, in the order in which they came.

    >>> asked = Parameters.of([("status", "open,closed"), ("page", " ")])
    >>> asked.several("status"), asked.one("page")
    (('open', 'closed'), None)
    """

    values: Mapping[str, tuple[str, ...]]

    @classmethod
    def of(cls, pairs: Iterable[tuple[str, str]]) -> Self:
        """Read names and values; values of spaces alone are as absent as no value."""
        values: dict[str, tuple[str, ...]] = {}
        for name, value in pairs:
            if value.strip():
                values[name] = (*values.get(name, ()), value)
        return cls(values)

    def one(self, name: str) -> str | None:
        """Return the first value of `name`, trimmed, or None."""
        values = self.values.get(name)
        return values[0].strip() if values else None

    def several(self, name: str) -> tuple[str, ...]:
        """Return the values of `name`, repeated or separated by commas, each once."""
        parts = (part.strip() for value in self.values.get(name, ()) for part in value.split(","))
        return tuple(dict.fromkeys(part for part in parts if part))


def query(encoded: bytes) -> list[tuple[str, str]]:
    """Return the names and values in a query string, in order.

    Raises `InputError("open311.query_unreadable")` for what is no UTF-8 or is endless.
    """
    try:
        return parse_qsl(encoded.decode(), errors="strict", max_num_fields=_MOST_FIELDS)
    except ValueError:
        raise InputError("open311.query_unreadable", hint="encode the query in UTF-8") from None


def instant(text: str, zone: tzinfo) -> datetime:
    """Read a moment of ISO 8601, in UTC.

    Clients leave out the zone (it is the locality's then) or forget to encode the plus sign
    of one; both are taken. Raises `InputError("open311.date_invalid")`.
    """
    try:
        at = datetime.fromisoformat(_LOST_PLUS.sub("+", text))
    except ValueError:
        raise _bad_date() from None
    if at.year not in _YEARS:
        raise _bad_date()
    return (at if at.tzinfo else at.replace(tzinfo=zone)).astimezone(UTC)


def number(text: str) -> float:
    """Read degrees; raises `InputError("open311.number_invalid")`."""
    if not _NUMBER.fullmatch(text):
        raise InputError("open311.number_invalid", hint="decimal degrees with a point: 16.4637")
    return float(text)


def natural(text: str) -> int:
    """Read a count from 1 to 999,999; raises `InputError("open311.page_invalid")`."""
    if not _NATURAL.fullmatch(text):
        raise InputError("open311.page_invalid", hint="page and page_size are whole, from 1")
    return int(text)


def _bad_date() -> InputError:
    return InputError("open311.date_invalid", hint="like 2026-03-01T00:00:00Z")

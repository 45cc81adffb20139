"""Ids of rows: UUID version 7, RFC 9562 section 5.7.

They sort by the millisecond in which they were made, so a new row lands at the end of
its index. They are no secret and open nothing; the codes in `kernel.codes` do.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from govinteract.kernel.entropy import Entropy

__all__ = ["new_id"]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_VERSION_7 = 0x7 << 76
_VARIANT = 0b10 << 62
_RANDOM = ~((0xF << 76) | (0b11 << 62))


def new_id(now: datetime, entropy: Entropy) -> str:
    """Make an id for something that happens at `now` (aware, 1970 or later).

    48 bits of Unix milliseconds, 74 random bits, and the version and variant; returned as
    the canonical 36 characters in lower case. A datetime without a zone is a TypeError.

    >>> from govinteract.kernel import SystemClock, SystemEntropy
    >>> len(new_id(SystemClock().now(), SystemEntropy()))
    36
    """
    milliseconds = (now - _EPOCH) // _MILLISECOND
    random = int.from_bytes(entropy.bytes(10), "big") & _RANDOM
    text = f"{milliseconds << 80 | _VERSION_7 | _VARIANT | random:032x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"

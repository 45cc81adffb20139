"""Blind indexes: finding sealed values by short keyed hashes that tell too little to know one.

A digest is the first `bits` bits of HMAC-SHA-256 over a folded term, under a key for this
index and partition alone, derived from the tenant's index key, which opens no data. So many
people share each digest that a row says little of whose it is (`index_plan` computes how
many bits that takes); whoever searches opens the candidates and keeps those that match.

Values that many share (a frequent name) would show by how often their digest stands; the
rows of such an index are spread over partitions, each with hashes of its own.
"""

from __future__ import annotations

import re
from struct import Struct
from typing import TYPE_CHECKING, Self
from zlib import crc32

from attrs import field as attribute
from attrs import frozen, validators

from govinteract.errors import SettingsError
from govinteract.kernel.text import fold

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["KINDS", "BlindIndex", "Hasher", "folded"]

KINDS = ("equal", "last4", "prefix", "tokens", "word")
"""By the whole value, its last four signs, its first `length`, each of its words, its last word."""

_SIGNS = re.compile(r"[\W_]+")
_first_32_bits = Struct(">I").unpack_from
_MOST_BITS = 31
_LAST = 4
_STORED = re.compile(r"([a-z.]+)/([a-z0-9]+)/(\d+)/(\d+)/(\d+)")


def folded(text: str) -> str:
    """Return `text` as indexes see it: folded, its words a space apart.

    >>> folded(" Nguyễn  Thị Đào ")
    'nguyen thi dao'
    """
    return " ".join(fold(text).split())


@frozen(kw_only=True)
class BlindIndex:
    """One index over one field: what of the value is hashed, and to how many bits.

    `stored_name` says all of it, so that rows of an older plan are found until they are
    rebuilt.
    """

    field: str = attribute(validator=validators.matches_re(r"[a-z][a-z.]{0,39}"))
    kind: str = attribute(validator=validators.in_(KINDS))
    bits: int = attribute(validator=[validators.ge(1), validators.le(_MOST_BITS)])
    partitions: int = attribute(default=1, validator=[validators.ge(1), validators.le(64)])
    length: int = attribute(default=_LAST, validator=[validators.ge(1), validators.le(16)])

    @property
    def stored_name(self) -> str:
        """The name under which its rows stand, and from which its keys are derived."""
        return f"{self.field}/{self.kind}/{self.length}/{self.bits}/{self.partitions}"

    @classmethod
    def from_stored(cls, name: str) -> Self:
        """Read a `stored_name`; raises `SettingsError("vault.index_unknown")`."""
        found = _STORED.fullmatch(name)
        if found is None or found[2] not in KINDS:
            raise SettingsError("vault.index_unknown", hint=f"{name!r} was made by a newer version")
        return cls(
            field=found[1], kind=found[2], length=int(found[3]), bits=int(found[4]),
            partitions=int(found[5]),
        )  # fmt: skip

    def terms(self, text: str) -> frozenset[str]:
        """Return the folded terms of `text` that this index holds, none where it is too short."""
        whole = folded(text)
        match self.kind:
            case "word":
                return frozenset((whole.rpartition(" ")[2],) if whole else ())
            case "equal":
                return frozenset((whole,) if whole else ())
            case "last4":
                signs = _SIGNS.sub("", whole)
                return frozenset({signs[-_LAST:]} if len(signs) >= _LAST else ())
            case "prefix":
                signs = _SIGNS.sub("", whole)
                return frozenset({signs[: self.length]} if len(signs) >= self.length else ())
            case _:
                return frozenset(whole.split())

    def partition(self, record: str) -> int:
        """Return the partition in which the rows of `record` stand; it is no secret."""
        return crc32(record.encode()) % self.partitions if self.partitions > 1 else 0

    def hasher(self, keyed: Callable[[str], Callable[[bytes], bytes]]) -> Hasher:
        """Return the digests of this index; `keyed(label)` is the tenant's hash for a label."""
        keys = tuple(keyed(self.label(number)) for number in range(self.partitions))
        return Hasher(keys, self.bits)

    def label(self, partition: int) -> str:
        """Return the label under which the key of a partition is derived."""
        return f"blind/{self.stored_name}/{partition}"


class Hasher:
    """The digests of one index, under the keys of its partitions."""

    __slots__ = ("_keyed", "_shift")

    def __init__(self, keyed: tuple[Callable[[bytes], bytes], ...], bits: int) -> None:
        self._keyed = keyed
        self._shift = 32 - bits

    def digest(self, term: str, partition: int = 0) -> int:
        """Return the digest of a folded `term` in one partition."""
        first: int = _first_32_bits(self._keyed[partition](term.encode()))[0]
        return first >> self._shift

    def everywhere(self, term: str) -> Iterator[tuple[int, int]]:
        """Yield partition and digest of `term` for every partition: what a search asks for."""
        for partition in range(len(self._keyed)):
            yield partition, self.digest(term, partition)

"""The Merkle tree of RFC 9162 section 2.1, kept as a frontier of complete subtrees.

`Frontier` appends in constant memory. Proofs are made and checked over leaf hashes, as
sections 2.1.3 and 2.1.4 say; all functions are pure.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Self

from attrs import field, frozen

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = [
    "EMPTY_ROOT",
    "TILE_WIDTH",
    "Frontier",
    "consistency_proof",
    "inclusion_proof",
    "node",
    "root_of",
    "split",
    "tile_root",
    "verify_consistency",
    "verify_inclusion",
]

EMPTY_ROOT = hashlib.sha256(b"").digest()


TILE_WIDTH = 256
"""The hashes of a full tile (C2SP tlog-tiles): a subtree of height eight."""


def node(left: bytes, right: bytes) -> bytes:
    """Hash two child hashes into their parent."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def tile_root(hashes: Sequence[bytes]) -> bytes:
    """Return the root over a power of two of hashes, level by level, quickly."""
    sha256, current = hashlib.sha256, hashes
    while len(current) > 1:
        pairs = iter(current)
        current = [
            sha256(b"\x01" + left + right).digest()
            for left, right in zip(pairs, pairs, strict=True)
        ]
    return current[0]


@frozen
class Frontier:
    """The roots of the complete subtrees that make up a tree of `size` leaves, largest first."""

    size: int = 0
    roots: tuple[bytes, ...] = field(default=(), repr=False)

    def append(self, leaves: Sequence[bytes]) -> Frontier:
        """Return the frontier after `leaves` (leaf hashes) were appended in order."""
        size, roots, at = self.size, list(self.roots), 0
        while at < len(leaves):
            if size % TILE_WIDTH == 0 and len(leaves) - at >= TILE_WIDTH:
                current, step = tile_root(leaves[at : at + TILE_WIDTH]), TILE_WIDTH
            else:
                current, step = leaves[at], 1
            rest = size // step
            while rest & 1:
                current, rest = node(roots.pop(), current), rest >> 1
            roots.append(current)
            size, at = size + step, at + step
        return Frontier(size, tuple(roots))

    def root(self) -> bytes:
        """Return the root hash of the tree; of no leaves the hash of nothing."""
        if not self.roots:
            return EMPTY_ROOT
        current = self.roots[-1]
        for left in reversed(self.roots[:-1]):
            current = node(left, current)
        return current

    def to_bytes(self) -> bytes:
        """Write the roots one after another (32 bytes each); `size` is kept beside them."""
        return b"".join(self.roots)

    @classmethod
    def from_bytes(cls, size: int, raw: bytes) -> Self:
        """Read what `to_bytes` wrote for a tree of `size` leaves."""
        return cls(size, tuple(raw[at : at + 32] for at in range(0, len(raw), 32)))


def root_of(leaves: Sequence[bytes]) -> bytes:
    """Return the root over all `leaves`."""
    return Frontier().append(leaves).root()


def split(size: int) -> int:
    """Return the largest power of two below `size`: where a tree of `size` leaves divides."""
    return 1 << ((size - 1).bit_length() - 1)


def inclusion_proof(index: int, leaves: Sequence[bytes]) -> list[bytes]:
    """Return the path that shows leaf `index` in the tree of `leaves` (section 2.1.3.1)."""
    if len(leaves) <= 1:
        return []
    cut = split(len(leaves))
    if index < cut:
        return [*inclusion_proof(index, leaves[:cut]), root_of(leaves[cut:])]
    return [*inclusion_proof(index - cut, leaves[cut:]), root_of(leaves[:cut])]


def verify_inclusion(
    leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes
) -> bool:
    """Tell whether `proof` puts `leaf` at `index` of a tree of `size` (section 2.1.3.2)."""
    if not 0 <= index < size or len(leaf) != len(EMPTY_ROOT):
        return False
    place, last, current = index, size - 1, leaf
    for step in proof:
        if last == 0:
            return False
        if place & 1 or place == last:
            current = node(step, current)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            current = node(current, step)
        place, last = place >> 1, last >> 1
    return last == 0 and current == root


def consistency_proof(old_size: int, leaves: Sequence[bytes]) -> list[bytes]:
    """Return the proof that the first `old_size` leaves are a prefix (section 2.1.4.1)."""
    if not 0 < old_size < len(leaves):
        return []
    return _subproof(old_size, leaves, whole=True)


def _subproof(old: int, leaves: Sequence[bytes], *, whole: bool) -> list[bytes]:
    if old == len(leaves):
        return [] if whole else [root_of(leaves)]
    cut = split(len(leaves))
    if old <= cut:
        return [*_subproof(old, leaves[:cut], whole=whole), root_of(leaves[cut:])]
    return [*_subproof(old - cut, leaves[cut:], whole=False), root_of(leaves[:cut])]


def verify_consistency(
    old_size: int, new_size: int, proof: Sequence[bytes], old_root: bytes, new_root: bytes
) -> bool:
    """Tell whether `proof` shows that the old tree is a prefix of the new (section 2.1.4.2)."""
    if old_size == new_size:
        return not proof and old_root == new_root
    if not 0 < old_size < new_size:
        return old_size == 0 and not proof and old_root == EMPTY_ROOT
    path = list(proof) if old_size & (old_size - 1) else [old_root, *proof]
    if not path:
        return False
    place, last = old_size - 1, new_size - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    old = new = path[0]
    for step in path[1:]:
        if last == 0:
            return False
        if place & 1 or place == last:
            old, new = node(step, old), node(step, new)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            new = node(new, step)
        place, last = place >> 1, last >> 1
    return last == 0 and old == old_root and new == new_root

"""The tree in tiles of 256 hashes (C2SP tlog-tiles), and proofs from a few of them.

Tile `n` at level 0 holds the leaf hashes from `256 * n` on, at each level above the roots
of the full tiles below. A tile that is not full is the beginning of the full one, so that
one row serves every width that it ever had. A proof reads at most two tiles a level and
side: three levels hold sixteen million leaves. All functions are pure but for `read`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from govinteract.errors import CryptoError, InputError
from govinteract.facts.merkle import EMPTY_ROOT, TILE_WIDTH, node, split, tile_root

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = ["HASH_BYTES", "TileTree", "grow", "tile_index", "width_at"]

HASH_BYTES: Final = 32
_HEIGHT = 8
_ELEMENT = re.compile(r"(x[0-9]{3}/){0,5}[0-9]{3}")


class TileTree:
    """A tree that is read through `read(level, index)`, which returns a tile's bytes so far."""

    def __init__(self, read: Callable[[int, int], bytes]) -> None:
        self._read = read
        self._seen: dict[tuple[int, int], bytes] = {}

    def root(self, size: int) -> bytes:
        """Return the root of the first `size` leaves; of none the hash of nothing."""
        return self._range(0, size) if size else EMPTY_ROOT

    def inclusion(self, index: int, size: int) -> list[bytes]:
        """Return the path that shows leaf `index` in the first `size` (RFC 9162, 2.1.3.1)."""
        path, begin, end = [], 0, size
        while end - begin > 1:
            cut = begin + split(end - begin)
            if index < cut:
                path.append(self._range(cut, end))
                end = cut
            else:
                path.append(self._range(begin, cut))
                begin = cut
        return path[::-1]

    def consistency(self, old: int, new: int) -> list[bytes]:
        """Return the proof that the first `old` leaves begin the first `new` (2.1.4.1)."""
        if not 0 < old < new:
            return []
        path, begin, end, whole = [], 0, new, True
        while old != end:
            cut = begin + split(end - begin)
            if old <= cut:
                path.append(self._range(cut, end))
                end = cut
            else:
                path.append(self._range(begin, cut))
                begin, whole = cut, False
        if not whole:
            path.append(self._range(begin, end))
        return path[::-1]

    def _range(self, begin: int, end: int) -> bytes:
        """Return the root over leaves `begin` to `end`; `begin` is where a subtree can begin."""
        roots = []
        while begin < end:
            height = (end - begin).bit_length() - 1
            roots.append(self._subtree(height, begin >> height))
            begin += 1 << height
        current = roots.pop()
        while roots:
            current = node(roots.pop(), current)
        return current

    def _subtree(self, height: int, index: int) -> bytes:
        """Return the root of the `index`-th complete subtree of `2 ** height` leaves."""
        level, rest = divmod(height, _HEIGHT)
        tile, first = divmod(index << rest, TILE_WIDTH)
        key = (level, tile)
        if key not in self._seen:
            self._seen[key] = self._read(level, tile)
        hashes = _hashes(self._seen[key])[first : first + (1 << rest)]
        if len(hashes) != 1 << rest:
            raise CryptoError("facts.tile_missing", hint="rebuild the tiles: audit tiles")
        return tile_root(hashes)


def grow(partial: bytes, new: Sequence[bytes]) -> tuple[list[bytes], list[bytes]]:
    """Append `new` hashes to a level whose last tile is `partial` (empty where it is full).

    Returns the level's tiles from that one on, and the roots of those that are full now:
    what the level above grows by.
    """
    hashes = [*_hashes(partial), *new]
    tiles = [hashes[at : at + TILE_WIDTH] for at in range(0, len(hashes), TILE_WIDTH)]
    full = [tile_root(tile) for tile in tiles if len(tile) == TILE_WIDTH]
    return [b"".join(tile) for tile in tiles], full


def width_at(level: int, size: int) -> int:
    """Return how many hashes `level` has in a tree of `size` leaves, over all its tiles."""
    return size >> (_HEIGHT * level)


def tile_index(path: str) -> tuple[int, int]:
    """Read the tile's index and width of a path: `x001/x234/067` or `067.p/17`.

    Raises `InputError("facts.tile_path_invalid")`.
    """
    element, partial, width = path.partition(".p/")
    groups = element.replace("x", "").split("/")
    padded = len(groups) > 1 and groups[0] == "000"
    if not _ELEMENT.fullmatch(element) or padded or (partial and not _is_width(width)):
        raise InputError("facts.tile_path_invalid", hint="see C2SP tlog-tiles, Merkle Tree")
    return int("".join(groups)), int(width) if partial else TILE_WIDTH


def _is_width(text: str) -> bool:
    return text.isascii() and text.isdigit() and text[0] != "0" and int(text) < TILE_WIDTH


def _hashes(tile: bytes) -> list[bytes]:
    return [tile[at : at + HASH_BYTES] for at in range(0, len(tile), HASH_BYTES)]

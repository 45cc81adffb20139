"""The tiles of this locality's tree in the database: grown by the sequencer, read by proofs.

Tiles say nothing that the leaves don't, and a proof is checked against the signed root
before anybody sees it: who changes a tile stops proofs, and `audit verify` names the tile.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import bindparam, delete, select, update

from govinteract.facts.merkle import TILE_WIDTH
from govinteract.facts.tables import leaf_table, tile_table
from govinteract.facts.tiles import HASH_BYTES, TileTree, grow, width_at

if TYPE_CHECKING:
    from collections.abc import Sequence

    from govinteract.storage.transaction import Transaction

__all__ = ["extend_tiles", "read_tile", "rebuild_tiles", "tile_tree"]

_TILE, _LEAF = tile_table.c, leaf_table.c
_BATCH = 100 * TILE_WIDTH
_ONE = select(_TILE.hashes).where(
    _TILE.locality == bindparam("b_locality"), _TILE.level == bindparam("b_level"),
    _TILE.idx == bindparam("b_idx"),
)  # fmt: skip


def read_tile(tx: Transaction, level: int, index: int) -> bytes:
    """Return the hashes that a tile has so far; nothing when there is no such tile."""
    key = {"b_locality": tx.locality, "b_level": level, "b_idx": index}
    hashes = tx.read(_ONE, key).scalar()
    return bytes(hashes or b"")


def tile_tree(tx: Transaction) -> TileTree:
    """Return the tree as this transaction reads it."""
    return TileTree(lambda level, index: read_tile(tx, level, index))


def extend_tiles(tx: Transaction, size: int, leaves: Sequence[bytes]) -> None:
    """Append `leaves` (hashes) to the tiles of a tree that has `size` leaves.

    Makes the tiles anew from the leaves when what stands is not the tree of that size.
    """
    if not _append(tx, size, leaves):
        rebuild_tiles(tx)


def rebuild_tiles(tx: Transaction) -> int:
    """Make all tiles anew from the leaves that have a place; return how many leaves those are."""
    tx.write(delete(tile_table).where(_TILE.locality == tx.locality))
    query = select(_LEAF.hash).where(_LEAF.locality == tx.locality).order_by(_LEAF.idx)
    size = 0
    while True:
        part = query.where(_LEAF.idx >= size, _LEAF.idx < size + _BATCH)
        leaves = [bytes(leaf) for leaf in tx.read(part).scalars()]
        if not leaves:
            return size
        _append(tx, size, leaves)
        size += len(leaves)


def _append(tx: Transaction, size: int, leaves: Sequence[bytes]) -> bool:
    """Append to each level in turn; return whether every level was as it had to be."""
    level, new = 0, list(leaves)
    while new:
        index, held = divmod(width_at(level, size), TILE_WIDTH)
        partial = read_tile(tx, level, index)
        before = index == 0 or held > 0 or read_tile(tx, level, index - 1) != b""
        if len(partial) != held * HASH_BYTES or not before:
            return False
        tiles, full = grow(partial, new)
        _write(tx, level, index, tiles, begun=held > 0)
        level, new = level + 1, full
    return True


def _write(tx: Transaction, level: int, first: int, tiles: list[bytes], *, begun: bool) -> None:
    rows = [
        {"locality": tx.locality, "level": level, "idx": index, "hashes": hashes}
        for index, hashes in enumerate(tiles, start=first)
    ]
    if begun:
        this = (_TILE.locality == tx.locality, _TILE.level == level, _TILE.idx == first)
        tx.write(update(tile_table).where(*this).values(hashes=tiles[0]))
        rows = rows[1:]
    if rows:
        tx.insert(tile_table, rows)

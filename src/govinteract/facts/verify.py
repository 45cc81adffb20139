"""Reading the whole log against the facts it stands for, and naming the first wrong place.

Every leaf is made anew from the stored bytes of its fact. Checked are, in one pass in the
order of the tree: that each fact has its leaf and each leaf its fact, that the leaf is the
fact's hash and was written by this library (MAC over hash and index), that no index is
missing, that each signed checkpoint is the tree of that size, that the tiles are the
tree's, and that each stream counts from one without a gap.
"""

from __future__ import annotations

import hashlib
from hmac import compare_digest
from typing import TYPE_CHECKING, Any

from attrs import frozen
from sqlalchemy import and_, func, select

from govinteract.errors import CryptoError, StorageError
from govinteract.facts.checkpoint import Checkpoint, read_note
from govinteract.facts.log import newest_note
from govinteract.facts.merkle import EMPTY_ROOT, TILE_WIDTH, Frontier
from govinteract.facts.model import row_head, row_of
from govinteract.facts.tables import checkpoint_table, fact_table, leaf_table, tile_table
from govinteract.facts.tiles import grow

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sqlalchemy import ColumnElement, Row, Select

    from govinteract.facts.log import LogKeys
    from govinteract.storage.transaction import Transaction

__all__ = ["Verdict", "verify_log"]

_FACT, _LEAF, _POINT, _TILE = fact_table.c, leaf_table.c, checkpoint_table.c, tile_table.c
_BATCH = 8 * TILE_WIDTH
_POINTS = 1_000


@frozen
class Verdict:
    """What a verification found: `wrong` names the first wrong place, None when all holds."""

    facts: int
    size: int
    wrong: str | None = None
    note: str = ""

    @property
    def good(self) -> bool:
        """Whether everything holds."""
        return self.wrong is None


class _Wrong(Exception):  # noqa: N818 - never leaves this module
    """Carries the name of the first wrong place out of the pass."""


def verify_log(tx: Transaction, keys: LogKeys, *, known: Checkpoint | None = None) -> Verdict:
    """Verify everything that is sequenced; call `sequence` before.

    `known` is a checkpoint that somebody kept outside: the log must contain it. Memory is
    constant; a million facts take some ten seconds.
    """
    facts, leaves, size = _counts(tx)
    try:
        if facts > leaves:
            _name_a_fact_without_leaf(tx)
        _new_leaves_are_ours(tx, keys)
        _Walk(tx, keys, known).to_the_end()
        if facts != leaves:  # though each leaf has its fact
            _name_a_fact_without_leaf(tx)
        _streams_count_from_one(tx)
    except _Wrong as wrong:
        return Verdict(facts, size, str(wrong))
    return Verdict(facts, size, None, newest_note(tx) or "")


def _counts(tx: Transaction) -> tuple[int, int, int]:
    """Count facts, leaves and leaves in the tree, all at one moment."""
    facts = select(func.count()).select_from(fact_table).where(_FACT.locality == tx.locality)
    leaves = select(func.count()).select_from(leaf_table).where(_LEAF.locality == tx.locality)
    placed = select(func.count(_LEAF.idx)).where(_LEAF.locality == tx.locality)
    all_three = select(facts.scalar_subquery(), leaves.scalar_subquery(), placed.scalar_subquery())
    counts: tuple[int, ...] = tuple(tx.read(all_three).one())
    return counts[0], counts[1], counts[2]


def _same_row() -> ColumnElement[bool]:
    return and_(
        _FACT.locality == _LEAF.locality, _FACT.stream == _LEAF.stream, _FACT.seq == _LEAF.seq
    )


def _name_a_fact_without_leaf(tx: Transaction) -> None:
    joined = fact_table.outerjoin(leaf_table, _same_row())
    query = select(_FACT.stream, _FACT.seq).select_from(joined)
    query = query.where(_FACT.locality == tx.locality, _LEAF.seq.is_(None))
    row = tx.read(query.order_by(_FACT.stream, _FACT.seq).limit(1)).first()
    if row:
        raise _Wrong(f"fact {row.stream}#{row.seq}: stands in no leaf (added by hand?)")


def _new_leaves_are_ours(tx: Transaction, keys: LogKeys) -> None:
    """See that no leaf was put in, or taken out of the tree, by hand."""
    query = select(_LEAF.stream, _LEAF.seq, _LEAF.hash, _LEAF.mac)
    query = query.where(_LEAF.locality == tx.locality, _LEAF.idx.is_(None))
    for row in tx.read(query.order_by(_LEAF.stream, _LEAF.seq)):
        if not keys.wrote(row.hash, row.mac):
            place = f"fact {row.stream}#{row.seq}"
            raise _Wrong(f"{place}: has a leaf that the library did not write (added by hand?)")


class _Walk:
    """One pass over the leaves in the order of the tree, along its checkpoints and tiles."""

    def __init__(self, tx: Transaction, keys: LogKeys, known: Checkpoint | None) -> None:
        self._tx = tx
        self._keys = keys
        self._head = b"\x00" + row_head(tx.locality)
        self._points = _points(tx, keys, known)
        self._next = next(self._points, None)
        self._frontier = Frontier()
        self._signed = 0
        self._wrong_tile = ""

    def to_the_end(self) -> None:
        """Walk; raises `_Wrong` at the first wrong place, and for a tile if nothing else is."""
        above: list[bytes] = []  # the roots of full tiles: what level 1 must hold
        for rows in _leaves(self._tx):
            start = self._frontier.size
            leaves = self._checked(rows)
            above += self._full_tiles(0, start, leaves)
            self._append(leaves)
        if self._next is not None:
            self._reach(self._next)
        if self._frontier.size > self._signed:
            raise _Wrong(f"leaf {self._signed}: has an index that no checkpoint signs")
        level = 1
        while above:
            above, level = self._full_tiles(level, 0, above), level + 1
        if self._wrong_tile:
            raise _Wrong(self._wrong_tile)

    def _checked(self, rows: Sequence[Row[Any]]) -> list[bytes]:
        """Return the leaves of `rows`, made from their facts and found to be what is stored."""
        first, mac = self._frontier.size, self._keys.mac
        streams, seqs, places, hashes, macs, kinds, ats, actors, bodies = zip(*rows, strict=True)
        if None in bodies or places != tuple(range(first, first + len(rows))):
            self._name(rows)
        head, sha256 = self._head, hashlib.sha256
        try:
            leaves = [
                sha256(row_of(head, *row)).digest()
                for row in zip(streams, seqs, kinds, ats, actors, bodies, strict=True)
            ]
            made = b"".join([mac(leaf, index) for index, leaf in enumerate(leaves, start=first)])
            if list(hashes) != leaves or not compare_digest(made, b"".join(macs)):
                self._name(rows)
        except (AttributeError, TypeError):  # SQLite keeps bytes where text belongs, if told to
            self._name(rows)
            raise
        return leaves

    def _name(self, rows: Sequence[Row[Any]]) -> None:
        """Raise for the first of `rows` that is not as it must be."""
        for index, row in enumerate(rows, start=self._frontier.size):
            place = f"fact {row.stream}#{row.seq}"
            if row.idx != index:
                raise _Wrong(f"leaf {index}: missing (next is {row.idx}, {place})")
            if row.body is None:
                raise _Wrong(f"{place}: removed, its leaf {index} stands")
            if not self._is_leaf(row, index):
                raise _Wrong(f"{place}: differs from what was recorded as leaf {index}")

    def _is_leaf(self, row: Row[Any], index: int) -> bool:
        said = (row.kind, row.at, row.actor, row.body)
        kinds = {*map(type, said)}, {type(row.hash), type(row.mac)}
        if kinds != ({str}, {bytes}):
            return False
        leaf = hashlib.sha256(row_of(self._head, row.stream, row.seq, *said)).digest()
        return bool(row.hash == leaf) and compare_digest(self._keys.mac(leaf, index), row.mac)

    def _full_tiles(self, level: int, start: int, hashes: Sequence[bytes]) -> list[bytes]:
        """Compare `hashes` with what the tiles of `level` hold from `start` on.

        Returns the roots of the full ones; remembers the first that is wrong.
        """
        first = start // TILE_WIDTH
        tiles, full = grow(b"", hashes)  # batches begin where tiles do
        query = select(_TILE.idx, _TILE.hashes).where(_TILE.locality == self._tx.locality)
        last = first + len(tiles)
        query = query.where(_TILE.level == level, _TILE.idx >= first, _TILE.idx < last)
        stored = {row.idx: row.hashes for row in self._tx.read(query)}
        wrong = [index for index, tile in enumerate(tiles, first) if stored.get(index) != tile]
        if wrong and not self._wrong_tile:
            self._wrong_tile = f"tile {level}/{wrong[0]}: does not hold what the leaves say"
        return full

    def _append(self, leaves: list[bytes]) -> None:
        """Grow the tree by `leaves`, stopping at each checkpoint to compare."""
        end = self._frontier.size + len(leaves)
        while self._next is not None and self._next.size <= end:
            cut = self._next.size - self._frontier.size
            self._frontier, leaves = self._frontier.append(leaves[:cut]), leaves[cut:]
            self._reach(self._next)
        self._frontier = self._frontier.append(leaves)

    def _reach(self, point: Checkpoint) -> None:
        size = self._frontier.size
        if point.size > size:
            raise _Wrong(f"leaf {size}: missing, {point.size} were signed")
        if self._frontier.root() != point.root:
            raise _Wrong(f"checkpoint {size}: the tree differs from what it signs")
        self._signed, self._next = size, next(self._points, None)


def _leaves(tx: Transaction) -> Iterator[Sequence[Row[Any]]]:
    joined = leaf_table.outerjoin(fact_table, _same_row())
    query = select(
        _LEAF.stream, _LEAF.seq, _LEAF.idx, _LEAF.hash, _LEAF.mac, _FACT.kind, _FACT.at,
        _FACT.actor, _FACT.body,
    ).select_from(joined)  # fmt: skip
    query = query.where(_LEAF.locality == tx.locality).order_by(_LEAF.idx).limit(_BATCH)
    after = -1
    while True:
        try:
            rows = tx.read(query.where(_LEAF.idx > after)).all()
        except StorageError:
            _name_what_cannot_be_read(tx, query, after)
            raise
        if not rows:
            return
        yield rows
        after = rows[-1].idx


def _name_what_cannot_be_read(tx: Transaction, query: Select[Any], after: int) -> None:
    """Find the first leaf after `after` whose text is no text: SQLite takes any bytes for it."""
    places = select(_LEAF.idx).where(_LEAF.locality == tx.locality, _LEAF.idx > after)
    for index in tx.read(places.order_by(_LEAF.idx).limit(_BATCH)).scalars().all():
        try:
            tx.read(query.where(_LEAF.idx == index)).all()
        except StorageError as error:
            raise _Wrong(f"leaf {index}: what is recorded can't be read as text") from error


def _points(tx: Transaction, keys: LogKeys, known: Checkpoint | None) -> Iterator[Checkpoint]:
    """Yield every checkpoint by size, each signature checked, `known` in its place."""
    if known and known.size == 0 and known.root == EMPTY_ROOT:
        known = None  # every log begins with nothing
    for point in _stored_points(tx, keys):
        if known and known.size < point.size:
            yield known
        elif known and known.size == point.size and known.root != point.root:
            raise _Wrong(f"checkpoint {known.size}: differs from the one that was kept outside")
        if known and known.size <= point.size:
            known = None
        yield point
    if known:
        yield known


def _stored_points(tx: Transaction, keys: LogKeys) -> Iterator[Checkpoint]:
    query = select(_POINT.size, _POINT.note).where(_POINT.locality == tx.locality)
    query = query.order_by(_POINT.size).limit(_POINTS)
    after = -1
    while rows := tx.read(query.where(_POINT.size > after)).all():
        for row in rows:
            try:
                checkpoint = read_note(row.note, keys.verifier)
            except CryptoError as error:
                raise _Wrong(f"checkpoint {row.size}: the signature does not hold") from error
            if checkpoint.size != row.size:
                raise _Wrong(f"checkpoint {row.size}: signed for another size")
            yield checkpoint
        after = rows[-1].size


def _streams_count_from_one(tx: Transaction) -> None:
    count, top = func.count(), func.max(_FACT.seq)
    query = select(_FACT.stream, count, top).where(_FACT.locality == tx.locality)
    gaps = tx.read(query.group_by(_FACT.stream).having(count != top).limit(1))
    for gap in gaps.mappings():
        name, found, last = gap.values()
        raise _Wrong(f"stream {name}: {found} facts but the last is number {last}")

"""Reading the whole log against the facts it stands for, and naming the first wrong place.

Every leaf is made anew from the stored bytes of its fact. Checked are, in one pass in the
order of the tree: that each fact has its leaf and each leaf its fact, that the leaf is the
fact's hash and was written by this library (MAC over hash and index), that no index is
missing, that each signed checkpoint is the tree of that size, and that each stream counts
from one without a gap.
"""

from __future__ import annotations

from hmac import compare_digest
from typing import TYPE_CHECKING, Any

from attrs import frozen
from sqlalchemy import and_, func, select

from govinteract.errors import CryptoError
from govinteract.facts.checkpoint import Checkpoint, read_note
from govinteract.facts.merkle import Frontier
from govinteract.facts.model import Fact
from govinteract.facts.tables import checkpoint_table, fact_table, leaf_table

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sqlalchemy import ColumnElement, Row

    from govinteract.facts.log import LogKeys
    from govinteract.storage.transaction import Transaction

__all__ = ["Verdict", "verify_log"]

_FACT, _LEAF, _POINT = fact_table.c, leaf_table.c, checkpoint_table.c
_BATCH = 2_000


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
    constant; a million facts take some seconds.
    """
    counts = _counts(tx)
    try:
        _every_fact_has_its_leaf(tx)
        frontier = _walk(tx, keys, _checkpoints(tx, keys, known))
        _streams_count_from_one(tx)
    except _Wrong as wrong:
        return Verdict(counts[0], counts[1], str(wrong))
    return Verdict(counts[0], frontier.size, None, _newest_note(tx))


def _counts(tx: Transaction) -> tuple[int, int]:
    facts = select(func.count()).select_from(fact_table).where(_FACT.locality == tx.locality)
    leaves = select(func.count(_LEAF.idx)).where(_LEAF.locality == tx.locality)
    return tx.read(facts).scalar_one(), tx.read(leaves).scalar_one()


def _same_row() -> ColumnElement[bool]:
    return and_(
        _FACT.locality == _LEAF.locality, _FACT.stream == _LEAF.stream, _FACT.seq == _LEAF.seq
    )


def _every_fact_has_its_leaf(tx: Transaction) -> None:
    joined = fact_table.outerjoin(leaf_table, _same_row())
    query = select(_FACT.stream, _FACT.seq).select_from(joined)
    query = query.where(_FACT.locality == tx.locality, _LEAF.seq.is_(None))
    row = tx.read(query.order_by(_FACT.stream, _FACT.seq).limit(1)).first()
    if row:
        raise _Wrong(f"fact {row.stream}#{row.seq}: stands in no leaf (added by hand?)")


def _leaves(tx: Transaction) -> Iterator[Sequence[Row[Any]]]:
    joined = leaf_table.outerjoin(fact_table, _same_row())
    query = select(
        _LEAF.stream, _LEAF.seq, _LEAF.idx, _LEAF.hash, _LEAF.mac, _FACT.kind, _FACT.at,
        _FACT.actor, _FACT.body,
    ).select_from(joined)  # fmt: skip
    after = -1
    while True:
        part = query.where(_LEAF.locality == tx.locality, _LEAF.idx > after)
        rows = tx.read(part.order_by(_LEAF.idx).limit(_BATCH)).all()
        if not rows:
            return
        yield rows
        after = rows[-1].idx


def _checkpoints(tx: Transaction, keys: LogKeys, known: Checkpoint | None) -> dict[int, bytes]:
    """Return size → root of every checkpoint, each signature checked."""
    roots: dict[int, bytes] = {}
    query = select(_POINT.size, _POINT.note).where(_POINT.locality == tx.locality)
    for row in tx.read(query.order_by(_POINT.size)):
        try:
            checkpoint = read_note(row.note, keys.signer.public_key())
        except CryptoError as error:
            raise _Wrong(f"checkpoint {row.size}: the signature does not hold") from error
        if checkpoint.size != row.size or checkpoint.origin != keys.origin:
            raise _Wrong(f"checkpoint {row.size}: signed for another size or log")
        roots[row.size] = checkpoint.root
    if known and roots.setdefault(known.size, known.root) != known.root:
        raise _Wrong(f"checkpoint {known.size}: differs from the one that was kept outside")
    return roots


def _walk(tx: Transaction, keys: LogKeys, roots: dict[int, bytes]) -> Frontier:
    frontier, sizes = Frontier(), sorted(roots)
    pending: list[bytes] = []
    for rows in _leaves(tx):
        for row in rows:
            index = frontier.size + len(pending)
            pending.append(_checked_leaf(tx.locality, row, index, keys))
            if sizes and index + 1 == sizes[0]:
                frontier, pending = frontier.append(pending), []
                if frontier.root() != roots[sizes.pop(0)]:
                    raise _Wrong(f"checkpoint {frontier.size}: the tree differs from what it signs")
    if sizes:
        raise _Wrong(f"leaf {frontier.size + len(pending)}: missing, {sizes[-1]} were signed")
    if pending:
        raise _Wrong(f"leaf {frontier.size}: has an index that no checkpoint signs")
    return frontier


def _checked_leaf(locality: str, row: Row[Any], index: int, keys: LogKeys) -> bytes:
    place = f"fact {row.stream}#{row.seq}"
    if row.idx != index:
        raise _Wrong(f"leaf {index}: missing (next is {row.idx}, {place})")
    if row.body is None:
        raise _Wrong(f"{place}: removed, its leaf {index} stands")
    fact = Fact(locality, row.stream, row.seq, row.kind, row.at, row.actor, row.body)
    leaf = fact.leaf()
    if bytes(row.hash) != leaf or not compare_digest(keys.mac(leaf, index), bytes(row.mac)):
        raise _Wrong(f"{place}: differs from what was recorded as leaf {index}")
    return leaf


def _streams_count_from_one(tx: Transaction) -> None:
    count, top = func.count(), func.max(_FACT.seq)
    query = select(_FACT.stream, count, top).where(_FACT.locality == tx.locality)
    gaps = tx.read(query.group_by(_FACT.stream).having(count != top).limit(1))
    for gap in gaps.mappings():
        name, found, last = gap.values()
        raise _Wrong(f"stream {name}: {found} facts but the last is number {last}")


def _newest_note(tx: Transaction) -> str:
    query = select(_POINT.note).where(_POINT.locality == tx.locality)
    return tx.read(query.order_by(_POINT.size.desc()).limit(1)).scalar() or ""

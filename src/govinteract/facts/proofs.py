"""Proofs from the log: that a fact is in it, and that it only ever grew.

Both are read from tiles, a handful of rows however long the log is, and checked against
the signed checkpoint before they are handed out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from govinteract.errors import CryptoError, InputError, NotFound
from govinteract.facts.bundle import ConsistencyProof, InclusionProof
from govinteract.facts.checkpoint import Checkpoint
from govinteract.facts.log import newest_note, witnessed_note
from govinteract.facts.merkle import verify_consistency, verify_inclusion
from govinteract.facts.model import Fact
from govinteract.facts.note import Note
from govinteract.facts.tables import checkpoint_table, fact_table, leaf_table
from govinteract.facts.tile_store import tile_tree

if TYPE_CHECKING:
    from govinteract.storage.transaction import Transaction

__all__ = ["prove_consistency", "prove_inclusion"]

_FACT, _LEAF, _POINT = fact_table.c, leaf_table.c, checkpoint_table.c
_ROW = (_FACT.locality, _FACT.stream, _FACT.seq, _FACT.kind, _FACT.at, _FACT.actor, _FACT.body)


def prove_inclusion(tx: Transaction, stream: str, seq: int) -> InclusionProof:
    """Prove that the `seq`-th fact of `stream` is in the log.

    The proof leads to the newest checkpoint that a witness signed, or to the newest one
    where none of those holds the fact yet. Raises `NotFound("facts.fact_unknown")`,
    `NotFound("facts.not_sequenced")` while the fact is younger than
    the last checkpoint, `CryptoError("facts.log_broken")` when leaf, tiles and checkpoint
    do not agree.
    """
    fact = tx.read(
        select(*_ROW).where(_FACT.locality == tx.locality, _FACT.stream == stream, _FACT.seq == seq)
    ).first()
    if fact is None:
        raise NotFound("facts.fact_unknown", hint="audit prove STREAM SEQ, as in gi_fact")
    index = tx.read(
        select(_LEAF.idx).where(
            _LEAF.locality == tx.locality, _LEAF.stream == stream, _LEAF.seq == seq
        )
    ).scalar()
    if index is None:
        raise _not_sequenced()
    note, checkpoint = _note_over(tx, index)
    path = tuple(tile_tree(tx).inclusion(index, checkpoint.size))
    proof = InclusionProof(row=Fact(*tuple(fact)).row(), index=index, path=path, note=note)
    if not verify_inclusion(proof.leaf, index, checkpoint.size, path, checkpoint.root):
        raise _broken()
    return proof


def prove_consistency(tx: Transaction, old_size: int, new_size: int) -> ConsistencyProof:
    """Prove that the log of `new_size` leaves begins with its first `old_size`.

    `new_size` is the size of a stored checkpoint. Raises
    `InputError("facts.size_invalid")` for another size or an `old_size` beyond it,
    `CryptoError("facts.log_broken")` when the tiles are not the tree that was signed.
    """
    query = select(_POINT.note).where(_POINT.locality == tx.locality, _POINT.size == new_size)
    note = tx.read(query).scalar()
    if note is None or not 0 <= old_size <= new_size:
        raise InputError("facts.size_invalid", hint="the newest checkpoint's size is in its note")
    tree, root = tile_tree(tx), Checkpoint.parse(Note.parse(note).text).root
    path = tuple(tree.consistency(old_size, new_size))
    if not verify_consistency(old_size, new_size, path, tree.root(old_size), root):
        raise _broken()
    return ConsistencyProof(old_size=old_size, new_size=new_size, path=path, note=note)


def _note_over(tx: Transaction, index: int) -> tuple[str, Checkpoint]:
    """Return the note to which a proof of leaf `index` leads."""
    for note in (witnessed_note(tx), newest_note(tx)):
        if note is not None:
            checkpoint = Checkpoint.parse(Note.parse(note).text)
            if index < checkpoint.size:
                return note, checkpoint
    raise _not_sequenced()


def _not_sequenced() -> NotFound:
    return NotFound("facts.not_sequenced", hint="the sequencer runs each second; or audit verify")


def _broken() -> CryptoError:
    return CryptoError("facts.log_broken", hint="audit verify names the first wrong place")

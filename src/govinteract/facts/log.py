"""The sequencer: gives new leaves their place in the tree and signs what it has become.

No writer waits for it. Leaves commit without an index; `sequence` runs about once a
second, takes all that are new, and writes their indexes and one signed checkpoint in one
transaction. Two sequencers at once do no harm: one of them finds its numbers taken.
"""

from __future__ import annotations

import hashlib
import hmac
from typing import TYPE_CHECKING

from attrs import field, frozen
from sqlalchemy import bindparam, select, update

from govinteract.facts.checkpoint import Checkpoint
from govinteract.facts.merkle import Frontier
from govinteract.facts.tables import checkpoint_table, leaf_table
from govinteract.kernel.framing import frame
from govinteract.storage.schema import write_instant

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from govinteract.storage.transaction import Transaction

__all__ = ["BATCH", "LogKeys", "latest", "newest_note", "sequence"]

BATCH = 5_000
"""Leaves per run, so that a long backlog never holds the writer's lock for long."""

_LEAF, _POINT = leaf_table.c, checkpoint_table.c
_SET_INDEX = (
    update(leaf_table)
    .where(_LEAF.locality == bindparam("b_locality"), _LEAF.stream == bindparam("b_stream"))
    .where(_LEAF.seq == bindparam("b_seq"))
    .values(idx=bindparam("b_idx"), mac=bindparam("b_mac"))
)


@frozen
class LogKeys:
    """The keys of one locality's log: `origin` names the log, `signer` signs checkpoints.

    The MAC over each leaf shows which rows this library wrote, also before a leaf has its
    place in the tree; whoever can only write SQL can't make one.
    """

    origin: str
    mac_key: bytes = field(repr=False)
    signer: Ed25519PrivateKey = field(repr=False)

    def mac(self, leaf: bytes, index: int | None) -> bytes:
        """Return HMAC-SHA-256 over the leaf hash and its index (empty while it has none)."""
        place = "" if index is None else str(index)
        framed = frame("gi/leaf/v1", self.origin, place, leaf)
        return hmac.digest(self.mac_key, framed, hashlib.sha256)


def latest(tx: Transaction) -> Frontier:
    """Return the frontier of the newest checkpoint (an empty tree when there is none)."""
    query = select(_POINT.size, _POINT.frontier).where(_POINT.locality == tx.locality)
    row = tx.read(query.order_by(_POINT.size.desc()).limit(1)).first()
    return Frontier.from_bytes(row.size, row.frontier) if row else Frontier()


def newest_note(tx: Transaction) -> str | None:
    """Return the newest signed checkpoint as anybody may read it; None before the first."""
    query = select(_POINT.note).where(_POINT.locality == tx.locality)
    note = tx.read(query.order_by(_POINT.size.desc()).limit(1)).scalar()
    return None if note is None else str(note)


def sequence(tx: Transaction, keys: LogKeys, *, batch: int = BATCH) -> int:
    """Put up to `batch` new leaves into the tree and sign a checkpoint; return how many.

    Leaves are taken in the order of their streams. Raises `ConflictError` when another
    sequencer was faster: there is nothing to do then.
    """
    query = select(_LEAF.stream, _LEAF.seq, _LEAF.hash)
    query = query.where(_LEAF.locality == tx.locality, _LEAF.idx.is_(None))
    new = tx.read(query.order_by(_LEAF.stream, _LEAF.seq).limit(batch)).all()
    if not new:
        return 0
    frontier = latest(tx)
    rows = [
        {
            "b_locality": tx.locality, "b_stream": row.stream, "b_seq": row.seq, "b_idx": index,
            "b_mac": keys.mac(row.hash, index),
        }
        for index, row in enumerate(new, start=frontier.size)
    ]  # fmt: skip
    tx.write(_SET_INDEX, rows)
    _sign(tx, keys, frontier.append(row.hash for row in new))
    return len(new)


def _sign(tx: Transaction, keys: LogKeys, frontier: Frontier) -> None:
    note = Checkpoint(keys.origin, frontier.size, frontier.root()).sign(keys.signer)
    row = {
        "locality": tx.locality, "size": frontier.size, "frontier": frontier.to_bytes(),
        "note": note, "at": write_instant(tx.now),
    }  # fmt: skip
    tx.insert(checkpoint_table, row)

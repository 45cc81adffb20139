"""The sequencer: gives new leaves their place in the tree and signs what it has become.

No writer waits for it. Leaves commit without an index; `sequence` runs about once a
second, takes all that are new, and writes their indexes, the tiles that they fill and one
signed checkpoint in one transaction. Two sequencers at once do no harm: one of them finds
its numbers taken.
"""

from __future__ import annotations

import logging
from datetime import timedelta
from functools import cached_property
from hmac import compare_digest
from struct import Struct
from typing import TYPE_CHECKING

from attrs import field, frozen
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hmac import HMAC
from sqlalchemy import bindparam, delete, func, select, update

from govinteract.facts.checkpoint import Checkpoint
from govinteract.facts.merkle import Frontier
from govinteract.facts.note import VerifierKey
from govinteract.facts.tables import checkpoint_table, cosignature_table, leaf_table
from govinteract.facts.tile_store import extend_tiles
from govinteract.kernel.framing import frame
from govinteract.storage.schema import write_instant

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from govinteract.storage.transaction import Transaction

__all__ = ["BATCH", "LogKeys", "latest", "newest_note", "sequence", "witnessed_note"]

BATCH = 5_000
"""Leaves per run, so that a long backlog never holds the writer's lock for long."""

_KEEP_ALL = timedelta(days=1)
_HOUR = len("2026-11-21T08")
_LEAF, _POINT, _SEEN = leaf_table.c, checkpoint_table.c, cosignature_table.c
_SET_INDEX = (
    update(leaf_table)
    .where(_LEAF.locality == bindparam("b_locality"), _LEAF.stream == bindparam("b_stream"))
    .where(_LEAF.seq == bindparam("b_seq"))
    .values(idx=bindparam("b_idx"), mac=bindparam("b_mac"))
)
_LENGTH = Struct(">I")
_HASH_LENGTH = _LENGTH.pack(SHA256.digest_size)
_log = logging.getLogger("govinteract.facts")


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
        place = b"" if index is None else b"%d" % index
        framed = self._head + _LENGTH.pack(len(place)) + place + _HASH_LENGTH + leaf
        mac = self._keyed.copy()
        mac.update(framed)
        return mac.finalize()

    def wrote(self, leaf: object, mac: object) -> bool:
        """Tell whether the library wrote a leaf that has no place yet, whatever stands there."""
        if not isinstance(leaf, bytes) or not isinstance(mac, bytes):
            return False
        return compare_digest(self.mac(leaf, None), mac)

    @cached_property
    def _keyed(self) -> HMAC:
        """The MAC with its key taken in: copying it is three times quicker than beginning."""
        return HMAC(self.mac_key, SHA256())

    @cached_property
    def _head(self) -> bytes:
        """How the frame (`kernel.framing`) of domain, origin, index and leaf begins."""
        return bytes([4]) + frame("gi/leaf/v1", self.origin)[1:]

    @property
    def verifier(self) -> VerifierKey:
        """The log's public key under its name: what others verify checkpoints and proofs with."""
        return VerifierKey(self.origin, self.signer.public_key())


def latest(tx: Transaction) -> Frontier:
    """Return the frontier of the newest checkpoint (an empty tree when there is none)."""
    query = select(_POINT.size, _POINT.frontier).where(_POINT.locality == tx.locality)
    row = tx.read(query.order_by(_POINT.size.desc()).limit(1)).first()
    return Frontier.from_bytes(row.size, row.frontier) if row else Frontier()


def newest_note(tx: Transaction) -> str | None:
    """Return the newest signed checkpoint as anybody may read it; None before the first.

    Cosignatures of witnesses that have seen just this checkpoint stand in it.
    """
    query = select(_POINT.size, _POINT.note).where(_POINT.locality == tx.locality)
    row = tx.read(query.order_by(_POINT.size.desc()).limit(1)).first()
    if row is None:
        return None
    return str(row.note) + _cosignatures(tx, row.size)


def witnessed_note(tx: Transaction) -> str | None:
    """Return the newest signed checkpoint that a witness signed too, with all who did."""
    query = select(_SEEN.size, _SEEN.note).where(_SEEN.locality == tx.locality)
    row = tx.read(query.order_by(_SEEN.size.desc()).limit(1)).first()
    return None if row is None else str(row.note) + _cosignatures(tx, row.size)


def _cosignatures(tx: Transaction, size: int) -> str:
    query = select(_SEEN.line).where(_SEEN.locality == tx.locality, _SEEN.size == size)
    return "".join(tx.read(query.order_by(_SEEN.witness)).scalars())


def sequence(tx: Transaction, keys: LogKeys, *, batch: int = BATCH) -> int:
    """Put up to `batch` new leaves into the tree and sign a checkpoint; return how many.

    Leaves are taken in the order of their streams. A leaf that this library did not write
    (its MAC is wrong) gets no place, so that `audit verify` names it. Raises
    `ConflictError` when another sequencer was faster: there is nothing to do then.
    """
    query = select(_LEAF.stream, _LEAF.seq, _LEAF.hash, _LEAF.mac)
    query = query.where(_LEAF.locality == tx.locality, _LEAF.idx.is_(None))
    found = tx.read(query.order_by(_LEAF.stream, _LEAF.seq).limit(batch)).all()
    new = [row for row in found if keys.wrote(row.hash, row.mac)]
    if len(new) < len(found):
        _log.error("leaves that the library did not write: run audit verify")
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
    leaves = [bytes(row.hash) for row in new]
    _sign(tx, keys, frontier.append(leaves))
    extend_tiles(tx, frontier.size, leaves)
    return len(new)


def _sign(tx: Transaction, keys: LogKeys, frontier: Frontier) -> None:
    note = Checkpoint(keys.origin, frontier.size, frontier.root()).sign(keys.signer)
    row = {
        "locality": tx.locality, "size": frontier.size, "frontier": frontier.to_bytes(),
        "note": note, "at": write_instant(tx.now),
    }  # fmt: skip
    mine = _POINT.locality == tx.locality
    last = tx.read(select(_POINT.at).where(mine).order_by(_POINT.size.desc()).limit(1)).scalar()
    tx.insert(checkpoint_table, row)
    if last is not None and str(last)[:_HOUR] != str(row["at"])[:_HOUR]:
        _thin(tx)


def _thin(tx: Transaction) -> None:
    """Of checkpoints older than a day keep the last of each hour.

    Nothing is lost: the root of every size can be computed, and a checkpoint that somebody
    kept outside is checked against it (`verify_log(known=...)`).
    """
    old = (_POINT.locality == tx.locality, _POINT.at < write_instant(tx.now - _KEEP_ALL))
    hour = func.substr(_POINT.at, 1, _HOUR)
    kept = select(func.max(_POINT.size)).where(*old).group_by(hour)
    tx.write(delete(checkpoint_table).where(*old, _POINT.size.not_in(kept)))

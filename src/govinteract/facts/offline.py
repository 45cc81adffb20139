"""Checking a proof with public keys alone: no database, no network, little code.

    proven = verify_bundle(text, VerifierKey.parse("govinteract/hoa-binh+1f2e3d4c+AbCd..."))
    print(proven.fact.kind, proven.fact.at)

Loads neither SQLAlchemy nor anything of a locality. The same in JavaScript:
`tests/vectors/verify_bundle.mjs`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from govinteract.errors import CryptoError
from govinteract.facts.bundle import InclusionProof
from govinteract.facts.checkpoint import Checkpoint, read_note
from govinteract.facts.cosignature import cosigned_at
from govinteract.facts.merkle import verify_inclusion
from govinteract.facts.note import Note

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from govinteract.facts.model import Fact
    from govinteract.facts.note import VerifierKey

__all__ = ["Proven", "verify_bundle"]


@frozen(kw_only=True)
class Proven:
    """What a proof shows: this fact, at this place of the log, and who saw the log."""

    fact: Fact
    index: int
    checkpoint: Checkpoint
    witnessed: Mapping[str, datetime]
    """When each of the known witnesses signed the checkpoint, by name."""


def verify_bundle(
    text: str, log: VerifierKey, *, witnesses: Sequence[VerifierKey] = (), quorum: int = 0
) -> Proven:
    """Check a bundle (`InclusionProof.text`) against the log's public key.

    At least `quorum` of `witnesses` must have signed the checkpoint too; each who did
    keeps the log from showing different trees to different people. Raises `CryptoError`:
    `facts.proof_invalid` when it is no proof or the fact is not in the tree,
    `facts.note_invalid` when `log` did not sign the checkpoint,
    `facts.cosignature_invalid` when a known witness's line does not hold,
    `facts.witnesses_missing` when too few signed.
    """
    proof = InclusionProof.parse(text)
    checkpoint = read_note(proof.note, log)
    path = (proof.leaf, proof.index, checkpoint.size, proof.path, checkpoint.root)
    if not verify_inclusion(*path):
        raise CryptoError("facts.proof_invalid", hint="the path does not lead to the root")
    note, seen = Note.parse(proof.note), {}
    for witness in witnesses:
        at = cosigned_at(note, witness)
        if at is not None:
            seen[witness.name] = at
    if len(seen) < quorum:
        raise CryptoError("facts.witnesses_missing", hint=f"{len(seen)} of {quorum} signed")
    return Proven(fact=proof.fact, index=proof.index, checkpoint=checkpoint, witnessed=seen)

"""What happened, provably: one table of facts and the tamper-evident log over it.

The names are loaded when first used, so that checking a proof (`verify_bundle`) needs
neither SQLAlchemy nor a client for HTTP.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from govinteract.facts.bundle import ConsistencyProof, InclusionProof
    from govinteract.facts.checkpoint import Checkpoint, read_note
    from govinteract.facts.log import LogKeys, newest_note, sequence, witnessed_note
    from govinteract.facts.model import JSON, Fact
    from govinteract.facts.note import Note, VerifierKey
    from govinteract.facts.offline import Proven, verify_bundle
    from govinteract.facts.proofs import prove_consistency, prove_inclusion
    from govinteract.facts.service import Facts
    from govinteract.facts.tile_store import read_tile, rebuild_tiles
    from govinteract.facts.tiles import tile_index
    from govinteract.facts.verify import Verdict, verify_log
    from govinteract.facts.witness import Answer, Witness, WitnessKey
    from govinteract.facts.witnessing import Asked, KnownWitness, ask_witnesses

__all__ = [
    "JSON",
    "Answer",
    "Asked",
    "Checkpoint",
    "ConsistencyProof",
    "Fact",
    "Facts",
    "InclusionProof",
    "KnownWitness",
    "LogKeys",
    "Note",
    "Proven",
    "Verdict",
    "VerifierKey",
    "Witness",
    "WitnessKey",
    "ask_witnesses",
    "newest_note",
    "prove_consistency",
    "prove_inclusion",
    "read_note",
    "read_tile",
    "rebuild_tiles",
    "sequence",
    "tile_index",
    "verify_bundle",
    "verify_log",
    "witnessed_note",
]

_HOMES = {
    "bundle": ("ConsistencyProof", "InclusionProof"),
    "checkpoint": ("Checkpoint", "read_note"),
    "log": ("LogKeys", "newest_note", "sequence", "witnessed_note"),
    "model": ("JSON", "Fact"),
    "note": ("Note", "VerifierKey"),
    "offline": ("Proven", "verify_bundle"),
    "proofs": ("prove_consistency", "prove_inclusion"),
    "service": ("Facts",),
    "tile_store": ("read_tile", "rebuild_tiles"),
    "tiles": ("tile_index",),
    "verify": ("Verdict", "verify_log"),
    "witness": ("Answer", "Witness", "WitnessKey"),
    "witnessing": ("Asked", "KnownWitness", "ask_witnesses"),
}


def __getattr__(name: str) -> object:
    """Load a public name from its module the first time it is asked for (PEP 562)."""
    for module, names in _HOMES.items():
        if name in names:
            found = getattr(import_module(f"govinteract.facts.{module}"), name)
            globals()[name] = found
            return found
    message = f"module 'govinteract.facts' has no attribute {name!r}"
    raise AttributeError(message)

"""What happened, provably: one table of facts and the tamper-evident log over it."""

from govinteract.facts.checkpoint import Checkpoint, read_note
from govinteract.facts.log import LogKeys, newest_note, sequence
from govinteract.facts.model import JSON, Fact
from govinteract.facts.service import Facts
from govinteract.facts.verify import Verdict, verify_log

__all__ = [
    "JSON",
    "Checkpoint",
    "Fact",
    "Facts",
    "LogKeys",
    "Verdict",
    "newest_note",
    "read_note",
    "sequence",
    "verify_log",
]

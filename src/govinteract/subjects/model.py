"""The words of this room."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from attrs import frozen

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from govinteract.vault import Portable, WrapDigest

__all__ = ["Erasure", "Hold", "Holder"]


class Holder(Protocol):
    """A room that holds something of people, as this room needs it."""

    @property
    def name(self) -> str:
        """What the room is called."""
        ...

    def count(self, subject: str) -> Mapping[str, int]:
        """Count what `forget` would give up."""
        ...

    def forget(self, subject: str) -> Mapping[str, int]:
        """Give up what is held of `subject`; return how much of what. Commits with the rest."""
        ...

    def unname(self, subject: str) -> Mapping[str, int]:
        """Give up what says or finds who it was, and keep what it was about."""
        ...

    def portable(self, subject: str) -> Portable:
        """Return what is `subject`'s own to take along."""
        ...


@frozen(kw_only=True)
class Erasure:
    """A person who was erased, or would be (`done` is False after a dry run).

    `pseudonym` is the keyed hash that stands for the person in facts; `wraps` are the key
    wraps that were destroyed; `counts` says by room what was given up. `stream` and `seq`
    name the fact. After an anonymising, `classes` names what was destroyed.
    """

    pseudonym: str
    basis: str
    at: datetime
    actor: str
    wraps: tuple[WrapDigest, ...]
    counts: Mapping[str, Mapping[str, int]]
    stream: str
    seq: int
    done: bool
    classes: tuple[str, ...] = ()

    def body(self) -> dict[str, Any]:
        """Return what the fact says: ids and hashes, nothing that opens or names anybody."""
        return {
            "subject": self.pseudonym,
            "basis": self.basis,
            "actor": self.actor,
            "kids": sorted({wrap.kid for wrap in self.wraps}),
            "wraps": sorted(wrap.sha256 for wrap in self.wraps),
            "epochs": sorted({wrap.epoch for wrap in self.wraps}),
            "classes": sorted({wrap.data_class for wrap in self.wraps}),
            "counts": {room: dict(counts) for room, counts in self.counts.items()},
        }

    def to_json(self) -> dict[str, Any]:
        """Return it for a program to read."""
        place = {"stream": self.stream, "seq": self.seq} if self.done else {}
        return {**self.body(), "at": self.at.isoformat(), "done": self.done, **place}


@frozen
class Hold:
    """An order by which a person's data must be kept: its file number, since when, by whom."""

    reason: str
    since: datetime
    actor: str

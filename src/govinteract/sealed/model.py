"""What the server knows of a sealed submission and of those who can read it."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from attrs import frozen

if TYPE_CHECKING:
    from datetime import datetime

    from govinteract.sealed.reader_key import ReaderKey

__all__ = ["ROLE", "Reader", "State", "Submission"]

ROLE = "confidential"
"""The role of officers who may fetch sealed submissions and register readers."""


class State:
    """Where a submission stands: came in, was fetched by a reader, is done with, is erased."""

    RECEIVED: ClassVar = "received"
    OPENED: ClassVar = "opened"
    CLOSED: ClassVar = "closed"
    ERASED: ClassVar = "erased"


@frozen(kw_only=True)
class Reader:
    """Somebody to whom submissions are sealed; `name` is the office's, not a person's."""

    key: ReaderKey
    name: str
    registered_at: datetime
    retired_at: datetime | None

    @property
    def kid(self) -> str:
        """The key's id, 32 hex digits."""
        return self.key.kid.hex()


@frozen(kw_only=True)
class Submission:
    """A sealed submission from outside: when it came, where it stands, who could open it."""

    id: str
    state: str
    submitted_at: datetime
    updated_at: datetime
    readers: tuple[str, ...]
    """Ids of the reader keys that it is sealed to."""

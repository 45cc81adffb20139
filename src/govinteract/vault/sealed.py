"""A sealed value and the place it was sealed for: what rows, facts and rooms pass around."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from attrs import field, frozen

from govinteract.vault import context, envelope
from govinteract.vault.refusal import open_failed

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Sealed"]


def _short(data: bytes) -> str:
    return f"<{len(data)} bytes>"


@frozen(kw_only=True)
class Sealed:
    """An envelope, and everything but the tenant that opening it takes.

    A room stores `envelope` in a column of bytes (or `text` in a column of text) and
    builds the rest from its row. Nothing in it is secret; nothing opens it without a permit.
    """

    envelope: bytes = field(repr=_short)
    data_class: str
    subject: str
    record: str
    field: str
    type: str = "text"
    rev: int = 1

    @property
    def kid(self) -> bytes:
        """The id of the data key; `CryptoError("vault.open_failed")` if it is no envelope."""
        return envelope.key_id(self.envelope)

    @property
    def text(self) -> str:
        """The envelope as `gi1.` text."""
        return envelope.to_text(self.envelope)

    @property
    def place(self) -> context.Field:
        """The field, its type and its revision."""
        return context.field_of(self.field, self.type, self.rev)

    def to_json(self) -> dict[str, str | int]:
        """Return what a fact's body holds of it; `from_json` reads it back."""
        return {
            "class": self.data_class, "field": self.field, "record": self.record,
            "rev": self.rev, "sealed": self.text, "subject": self.subject, "type": self.type,
        }  # fmt: skip

    @classmethod
    def from_json(cls, entry: Mapping[str, Any]) -> Self:
        """Read what `to_json` wrote; `CryptoError("vault.open_failed")` for anything else."""
        try:
            return cls(
                envelope=envelope.from_text(entry["sealed"]), data_class=entry["class"],
                subject=entry["subject"], record=entry["record"], field=entry["field"],
                type=entry["type"], rev=entry["rev"],
            )  # fmt: skip
        except (KeyError, TypeError):
            raise open_failed() from None

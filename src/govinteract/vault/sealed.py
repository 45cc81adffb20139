"""A sealed value and the place it was sealed for: what rows, facts and rooms pass around."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from attrs import field, frozen

from govinteract.vault import context, envelope
from govinteract.vault.refusal import open_failed

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Sealed"]


_NAMES = {
    "data_class": "class", "subject": "subject", "record": "record", "field": "field",
    "type": "type",
}  # fmt: skip


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
        names: dict[str, str] = {key: getattr(self, name) for name, key in _NAMES.items()}
        return {**names, "rev": self.rev, "sealed": self.text}

    @classmethod
    def from_json(cls, entry: Mapping[str, Any]) -> Self:
        """Read what `to_json` wrote; `CryptoError("vault.open_failed")` for anything else."""
        try:
            names = {name: entry[key] for name, key in _NAMES.items()}
            text, rev = entry["sealed"], entry["rev"]
        except KeyError:
            raise open_failed() from None
        well_typed = all(isinstance(part, str) for part in (text, *names.values()))
        if not well_typed or type(rev) is not int:
            raise open_failed()
        return cls(envelope=envelope.from_text(text), rev=rev, **names)

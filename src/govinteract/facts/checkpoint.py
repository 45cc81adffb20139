"""Signed checkpoints: C2SP tlog-checkpoint text in a C2SP signed-note with Ed25519.

govinteract/hoa-binh            origin
1284                            leaves
base64 root

— govinteract/hoa-binh base64(key id || signature)
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from typing import TYPE_CHECKING

from attrs import frozen
from cryptography.exceptions import InvalidSignature

from govinteract.errors import CryptoError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import (
        Ed25519PrivateKey,
        Ed25519PublicKey,
    )

__all__ = ["Checkpoint", "key_id", "read_note"]

_ED25519 = b"\x01"


@frozen
class Checkpoint:
    """A tree of `size` leaves with `root`, in the log named `origin`."""

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> str:
        """The body of the note (tlog-checkpoint, section "Note text")."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"

    def sign(self, key: Ed25519PrivateKey) -> str:
        """Return the signed note: this text, an empty line and the signature line."""
        signature = key_id(self.origin, key.public_key()) + key.sign(self.text.encode())
        return f"{self.text}\n— {self.origin} {base64.b64encode(signature).decode()}\n"


def key_id(name: str, key: Ed25519PublicKey) -> bytes:
    """Return the four bytes by which a signed-note names its Ed25519 key."""
    raw = key.public_bytes_raw()
    return hashlib.sha256(name.encode() + b"\n" + _ED25519 + raw).digest()[:4]


def read_note(note: str, key: Ed25519PublicKey) -> Checkpoint:
    """Read a signed note and check the signature of `key` on it.

    Raises `CryptoError("facts.note_invalid")` when the text is not such a note or `key`
    did not sign exactly it.
    """
    try:
        text, _, signatures = note.partition("\n\n")
        origin, size, root = text.split("\n")
        checkpoint = Checkpoint(origin, int(size), base64.b64decode(root, validate=True))
        mark, name, encoded = signatures.removesuffix("\n").split(" ")
        blob = base64.b64decode(encoded, validate=True)
        well_formed = mark == "—" and name == origin and blob[:4] == key_id(origin, key)
        if not well_formed or checkpoint.text != text + "\n":
            raise CryptoError("facts.note_invalid", hint="is it from this locality's log?")
        key.verify(blob[4:], checkpoint.text.encode())
    except (ValueError, binascii.Error, InvalidSignature) as error:
        raise CryptoError("facts.note_invalid", hint="is it from this locality's log?") from error
    return checkpoint

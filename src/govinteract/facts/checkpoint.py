"""Signed checkpoints: C2SP tlog-checkpoint text in a C2SP signed-note with Ed25519.

govinteract/hoa-binh            origin
1284                            leaves
base64 root

— govinteract/hoa-binh base64(key id || signature)
"""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING, Self

from attrs import frozen

from govinteract.errors import CryptoError
from govinteract.facts.note import Note, VerifierKey, is_key_name, signature_line

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import (
        Ed25519PrivateKey,
        Ed25519PublicKey,
    )

__all__ = ["Checkpoint", "origin_of", "read_note"]

_ROOT_BYTES = 32


@frozen
class Checkpoint:
    """A tree of `size` leaves with `root`, in the log named `origin`.

    `extensions` are further lines that a log may sign; this library writes none.
    """

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The body of the note (tlog-checkpoint, section "Note text")."""
        root = base64.b64encode(self.root).decode()
        return "".join(f"{line}\n" for line in (self.origin, self.size, root, *self.extensions))

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read the body of a note; raises `CryptoError("facts.note_invalid")`.

        The text must be the one spelling of what it says: no sign, no leading zero.
        """
        try:
            origin, size, root, *extensions = text.removesuffix("\n").split("\n")
            raw = base64.b64decode(root, validate=True)
            read = cls(origin, int(size), raw, tuple(extensions))
        except (ValueError, binascii.Error) as error:
            raise _invalid() from error
        well_formed = read.size >= 0 and len(raw) == _ROOT_BYTES and all(extensions)
        if not well_formed or read.text != text or not is_key_name(origin):
            raise _invalid()
        return read

    def sign(self, key: Ed25519PrivateKey) -> str:
        """Return the signed note: this text, an empty line and the signature line."""
        line = signature_line(VerifierKey(self.origin, key.public_key()), key.sign(self._raw))
        return f"{self.text}\n{line}"

    @property
    def _raw(self) -> bytes:
        return self.text.encode()


def origin_of(note: str) -> str:
    """Return the log that a note says it is from; nothing is checked yet."""
    return note.partition("\n")[0]


def read_note(note: str, key: Ed25519PublicKey | VerifierKey) -> Checkpoint:
    """Read a signed note and check the signature of `key`, the log's, on it.

    Signatures of others, witnesses for example, do not matter here. With a `VerifierKey`
    the note must be of the log that it names. Raises `CryptoError("facts.note_invalid")`
    when the text is no signed checkpoint or the log did not sign exactly it.
    """
    read = Note.parse(note)
    checkpoint = Checkpoint.parse(read.text)
    known = key if isinstance(key, VerifierKey) else None
    if known is not None and known.name != checkpoint.origin:
        raise _invalid()
    read.verify(known or VerifierKey(checkpoint.origin, key))  # type: ignore[arg-type]  # no VerifierKey
    return checkpoint


def _invalid() -> CryptoError:
    return CryptoError("facts.note_invalid", hint="is it from this locality's log?")

"""C2SP tlog-cosignature, Ed25519: a witness says that it saw a checkpoint, and when.

What is signed is `cosignature/v1`, the time, and the whole text of the checkpoint, so that
no signature of a witness can be taken for a log's. Its meaning: at that time this was the
largest tree of the log that the witness had seen, and every one before was a part of it.
"""

from __future__ import annotations

import struct
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidSignature

from govinteract.errors import CryptoError
from govinteract.facts.note import COSIGNATURE, VerifierKey, signature_line

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from govinteract.facts.note import Note

__all__ = ["cosign", "cosigned_at"]

_TIME = struct.Struct(">Q")
_SIGNATURE_BYTES = 64
_LATEST = 253_402_300_799  # the last second that a datetime can say


def cosign(text: str, *, name: str, key: Ed25519PrivateKey, at: datetime) -> str:
    """Return the line by which the witness `name` signs that it saw `text` at `at`."""
    seconds = int(at.timestamp())
    signature = _TIME.pack(seconds) + key.sign(_message(text, seconds))
    return signature_line(VerifierKey(name, key.public_key(), COSIGNATURE), signature)


def cosigned_at(note: Note, witness: VerifierKey) -> datetime | None:
    """Return when `witness` signed that it saw the text of `note`; None when it did not.

    Raises `CryptoError("facts.cosignature_invalid")` when a line under its name does not
    hold.
    """
    found = [_checked(note.text, blob, witness) for blob in note.signatures(witness)]
    return max(found, default=None)


def _checked(text: str, blob: bytes, witness: VerifierKey) -> datetime:
    seconds = _TIME.unpack_from(blob)[0] if len(blob) == _TIME.size + _SIGNATURE_BYTES else 0
    if not 0 < seconds <= _LATEST or witness.kind != COSIGNATURE:
        raise CryptoError("facts.cosignature_invalid", hint=witness.name)
    try:
        witness.key.verify(blob[_TIME.size :], _message(text, seconds))
    except InvalidSignature as error:
        raise CryptoError("facts.cosignature_invalid", hint=witness.name) from error
    return datetime.fromtimestamp(seconds, UTC)


def _message(text: str, seconds: int) -> bytes:
    return f"cosignature/v1\ntime {seconds}\n{text}".encode()

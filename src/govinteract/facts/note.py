"""C2SP signed-note: a text, and the signature lines of whoever stands by it.

    text, ending in a newline
    (an empty line)
    — key name base64(key id, 4 bytes || signature)

Two kinds of Ed25519 key sign here: a log's (0x01), which signs the text itself, and a
witness's (0x04), which signs that it saw the text at a time (`cosignature.py`). A key and
its name travel as one line, the verifier key: `name+id+base64(kind || key)`.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from typing import TYPE_CHECKING, Final, Self

from attrs import field, frozen
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from govinteract.errors import CryptoError, InputError

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["COSIGNATURE", "ED25519", "Note", "VerifierKey", "is_key_name", "signature_line"]

ED25519: Final = 1
"""The signature type of a log's key (signed-note, section "Signature types")."""

COSIGNATURE: Final = 4
"""The signature type of a witness's key (tlog-cosignature, section "Format")."""

_MOST_BYTES = 65_536
_MOST_SIGNATURES = 64
_ID_BYTES = 4
_NAME = re.compile(r"[^\s+]+")
_LINE = re.compile(r"— ([^\s+]+) ([A-Za-z0-9+/]+={0,2})")
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f]")


def is_key_name(name: str) -> bool:
    """Tell whether a key may sign under `name`: no spaces, no plus."""
    return _NAME.fullmatch(name) is not None


def _check_name(_key: object, _attribute: object, name: str) -> None:
    if not is_key_name(name):
        raise InputError("facts.key_invalid", hint="a key's name has no spaces and no plus")


@frozen
class VerifierKey:
    """A public key, the name that it signs under, and what its signatures mean (`kind`)."""

    name: str = field(validator=_check_name)
    key: Ed25519PublicKey = field(repr=False)
    kind: int = ED25519

    @property
    def id(self) -> bytes:
        """The four bytes by which a signature line names this key."""
        named = self.name.encode() + b"\n" + bytes([self.kind])
        return hashlib.sha256(named + self.key.public_bytes_raw()).digest()[:_ID_BYTES]

    @property
    def text(self) -> str:
        """The key as one line (signed-note, section "Verifier keys")."""
        raw = base64.b64encode(bytes([self.kind]) + self.key.public_bytes_raw()).decode()
        return f"{self.name}+{self.id.hex()}+{raw}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a verifier key; raises `InputError("facts.key_invalid")`.

        >>> key = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
        >>> VerifierKey.parse(key).name
        'example.com/foo'
        """
        try:
            name, key_id, encoded = text.strip().split("+", 2)
            raw = base64.b64decode(encoded, validate=True)
            key = cls(name, Ed25519PublicKey.from_public_bytes(raw[1:]), raw[0])
        except (ValueError, IndexError) as error:
            raise InputError("facts.key_invalid", hint="name+id+base64 on one line") from error
        if key.kind not in {ED25519, COSIGNATURE} or key.id.hex() != key_id:
            raise InputError("facts.key_invalid", hint="the id is not that of this name and key")
        return key


def signature_line(key: VerifierKey, signature: bytes) -> str:
    """Return the line by which `key` signs a note, with its newline."""
    return f"— {key.name} {base64.b64encode(key.id + signature).decode()}\n"


@frozen
class Note:
    """A signed text, read and not yet believed: `verify` what it is to be trusted for."""

    text: str
    lines: tuple[tuple[str, bytes], ...] = field(repr=False)
    """Each signature's key name, and its key id with the signature."""

    @classmethod
    def parse(cls, note: str) -> Self:
        """Read a note; raises `CryptoError("facts.note_invalid")` when it is not one."""
        text, empty, signed = note.rpartition("\n\n")
        lines = signed.removesuffix("\n").split("\n")
        size = len(note.encode(errors="replace"))
        if not empty or size > _MOST_BYTES or len(lines) > _MOST_SIGNATURES:
            raise _invalid()
        if not signed.endswith("\n") or _CONTROL.search(note):
            raise _invalid()
        return cls(f"{text}\n", tuple(map(_read_line, lines)))

    def signatures(self, key: VerifierKey) -> Iterator[bytes]:
        """Yield what stands under the name and id of `key`."""
        for name, blob in self.lines:
            if name == key.name and blob[:_ID_BYTES] == key.id:
                yield blob[_ID_BYTES:]

    def verify(self, key: VerifierKey) -> None:
        """Check that `key`, a log's, signed this text; lines of other keys do not matter.

        Raises `CryptoError("facts.note_invalid")` when it did not, or when a line under
        its name does not hold.
        """
        found = list(self.signatures(key))
        try:
            for signature in found:
                key.key.verify(signature, self.text.encode())
        except InvalidSignature as error:
            raise _invalid() from error
        if not found:
            raise _invalid()


def _read_line(line: str) -> tuple[str, bytes]:
    found = _LINE.fullmatch(line)
    try:
        blob = base64.b64decode(found[2], validate=True) if found else b""
    except binascii.Error as error:
        raise _invalid() from error
    if found is None or len(blob) <= _ID_BYTES:
        raise _invalid()
    return found[1], blob


def _invalid() -> CryptoError:
    return CryptoError("facts.note_invalid", hint="is it from this locality's log?")

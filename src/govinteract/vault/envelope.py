"""The field envelope, version 1: one value, sealed for one place.

    0x47 'G' | suite 0x01 (AES-256-GCM) | key id 16 | nonce 12 | ciphertext | tag 16

The associated data is the header (the first 18 bytes) and the canonical context of the
value (`vault.context`). AES-256-GCM as in NIST SP 800-38D with a random 96-bit nonce for
each message; at most 2^20 messages a key, so that two nonces of a key meet with
probability 2^-57. In text columns and JSON the envelope is `gi1.` and base64url.

Suites 0x02 (XAES-256-GCM) and 0x03 (AES-256-SIV) are reserved.
"""

from __future__ import annotations

import binascii
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidTag

from govinteract.errors import CryptoError, InputError
from govinteract.vault.context import (
    CONTEXT_LIMIT,
    FIELD_DOMAIN,
    Field,
    context_too_long,
    encode_part,
)
from govinteract.vault.refusal import open_failed

if TYPE_CHECKING:
    from govinteract.kernel.entropy import Entropy
    from govinteract.vault.data_key import DataKey

__all__ = [
    "FIELD_LIMIT",
    "MESSAGE_CAP",
    "OVERHEAD",
    "FieldCipher",
    "RecordCipher",
    "from_text",
    "key_id",
    "to_text",
]

MESSAGE_CAP = 2**20
"""Messages sealed under one data key: with random nonces, 2^-57 that two of them meet."""

FIELD_LIMIT = 64 * 1024
"""Bytes of plaintext in an envelope; what is larger is a file (`vault.blob`)."""

_MAGIC = b"G\x01"
_HEADER = 18
_NONCE = 12
_TAG = 16
OVERHEAD = _HEADER + _NONCE + _TAG
_BODY = _HEADER + _NONCE
_TEXT = "gi1."
_TEXT_FORM = re.compile(r"gi1\.([A-Za-z0-9_-]+)", re.ASCII)
_PARTS = bytes([8])
_PREFIX_AND_SUFFIX = CONTEXT_LIMIT + _HEADER


class FieldCipher:
    """Seals and opens the fields of one person's data class under one data key."""

    __slots__ = ("_prefix", "count", "decrypt", "encrypt", "header", "random")

    def __init__(
        self, key: DataKey, *, tenant: str, data_class: str, subject: str, entropy: Entropy
    ) -> None:
        self.header = _MAGIC + key.kid
        self.encrypt = key.aead.encrypt
        self.decrypt = key.aead.decrypt
        self.count = key.count_message
        self.random = entropy.bytes
        parts = (FIELD_DOMAIN, tenant, data_class, subject)
        self._prefix = self.header + _PARTS + b"".join(map(encode_part, parts))

    def record(self, record: str) -> RecordCipher:
        """Return the cipher for the fields of `record`, their shared context encoded once."""
        return RecordCipher(self, self._prefix + encode_part(record))


class RecordCipher:
    """Seals and opens the fields of one record."""

    __slots__ = ("_cipher", "_prefix", "_room")

    def __init__(self, cipher: FieldCipher, prefix: bytes) -> None:
        self._cipher = cipher
        self._prefix = prefix
        self._room = _PREFIX_AND_SUFFIX - len(prefix)

    def seal(self, field: Field, plaintext: bytes) -> bytes:
        """Return the envelope of `plaintext` in `field`.

        Raises `InputError("vault.field_too_long")` above 64 KiB and
        `("vault.context_too_long")`, `CryptoError("vault.key_worn")` at the message cap.
        """
        cipher, suffix = self._cipher, field.suffix
        if len(plaintext) > FIELD_LIMIT:
            raise InputError(
                "vault.field_too_long", hint="seal it as a file", limit=FIELD_LIMIT // 1024
            )
        if len(suffix) > self._room:
            raise context_too_long()
        if cipher.count() > MESSAGE_CAP:
            raise CryptoError("vault.key_worn", hint="rotate the data key", limit=MESSAGE_CAP)
        nonce = cipher.random(_NONCE)
        return cipher.header + nonce + cipher.encrypt(nonce, plaintext, self._prefix + suffix)

    def open(self, field: Field, envelope: bytes) -> bytes:
        """Return the plaintext of `envelope`, which was sealed for this very place.

        Raises `CryptoError("vault.open_failed")` whatever the reason.
        """
        cipher = self._cipher
        if len(envelope) < OVERHEAD or envelope[:_HEADER] != cipher.header:
            raise open_failed()
        aad = self._prefix + field.suffix
        try:
            return cipher.decrypt(envelope[_HEADER:_BODY], envelope[_BODY:], aad)
        except InvalidTag:
            raise open_failed() from None


def key_id(envelope: bytes) -> bytes:
    """Return the id of the key that `envelope` names.

    Raises `CryptoError("vault.open_failed")` when it is no envelope of this version.
    """
    if len(envelope) < OVERHEAD or not envelope.startswith(_MAGIC):
        raise open_failed()
    return envelope[2:_HEADER]


def to_text(envelope: bytes) -> str:
    """Write an envelope for a text column or JSON.

    >>> to_text(b"G")
    'gi1.Rw'
    """
    return _TEXT + urlsafe_b64encode(envelope).rstrip(b"=").decode()


def from_text(text: str) -> bytes:
    """Read what `to_text` wrote, and only that: every envelope has one spelling.

    Raises `CryptoError("vault.open_failed")` for any other text.
    """
    form = _TEXT_FORM.fullmatch(text)
    if form is None:
        raise open_failed()
    try:
        envelope = urlsafe_b64decode(form[1] + "=" * (-len(form[1]) % 4))
    except binascii.Error:
        raise open_failed() from None
    if to_text(envelope) != text:
        raise open_failed()
    return envelope

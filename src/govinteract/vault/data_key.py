"""The key of one person's data class, and the form in which it is stored.

A data key exists in the database only as wraps, one for each purpose that may open the
class, each under the tenant's key of an epoch:

    0x57 'W' | version 0x01 | epoch u32be | nonce 12 | ciphertext 32 | tag 16

The associated data is the canonical form of "gi/wrap/v1", tenant, epoch, subject, data
class, purpose and key id. Destroying the wrap of a purpose ends that purpose; destroying
the last one ends the data, in backups too once the epoch's key is gone.
"""

from __future__ import annotations

import hmac
import struct
from functools import lru_cache
from itertools import count
from typing import TYPE_CHECKING, NoReturn, Self

from attrs import frozen
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from govinteract.errors import CryptoError
from govinteract.vault.context import CONTEXT_LIMIT, context_too_long, encode_part
from govinteract.vault.envelope import MESSAGE_CAP, FieldCipher
from govinteract.vault.key_material import KEY_BYTES, KeyMaterial
from govinteract.vault.refusal import open_failed

if TYPE_CHECKING:
    from collections.abc import Iterable

    from govinteract.kernel.entropy import Entropy

__all__ = ["WRAP_BYTES", "DataKey", "EpochKey", "WrapScope", "wrapped_epoch"]

_WRAP_HEAD = struct.Struct(">2sI")
_WRAP_MAGIC = b"W\x01"
_NONCE = 12
_NONCE_END = _WRAP_HEAD.size + _NONCE
_PARTS = bytes([7])
WRAP_BYTES = _NONCE_END + KEY_BYTES + 16


class DataKey:
    """A random 256-bit key for one subject and data class.

    It lives within one transaction, and seals `room` messages in it at most: its ciphers
    stop then with `vault.key_worn`. How the caps of single transactions keep a key below
    `MESSAGE_CAP` for ever is the vault's to say (`vault.service`).
    """

    __slots__ = ("_material", "aead", "count_message", "kid")

    def __init__(self, material: KeyMaterial, *, room: int = MESSAGE_CAP) -> None:
        self._material = material
        self.count_message = count(MESSAGE_CAP - room + 1).__next__  # one step for all threads
        self.aead = AESGCM(material.secret())
        self.kid = material.kid

    @classmethod
    def generate(cls, entropy: Entropy, *, room: int = MESSAGE_CAP) -> Self:
        """Make a new data key."""
        return cls(KeyMaterial.generate(entropy), room=room)

    @property
    def material(self) -> KeyMaterial:
        """The key itself, for wrapping."""
        return self._material

    def fields(
        self, *, tenant: str, data_class: str, subject: str, entropy: Entropy
    ) -> FieldCipher:
        """Return the cipher for this person's fields."""
        return FieldCipher(
            self, tenant=tenant, data_class=data_class, subject=subject, entropy=entropy
        )

    def __repr__(self) -> str:
        return f"<DataKey {self.kid.hex()}>"

    def __reduce_ex__(self, _protocol: object) -> NoReturn:
        raise CryptoError("vault.secret_kept", hint="keys are wrapped, never pickled")


@frozen
class WrapScope:
    """Whose data key a wrap holds, and for which purpose."""

    subject: str
    data_class: str
    purpose: str


class EpochKey:
    """The tenant's key of one epoch: wraps data keys, and nothing else."""

    __slots__ = ("_aad", "_aead", "_head", "epoch", "kid", "tenant")

    def __init__(self, material: KeyMaterial, *, tenant: str, epoch: int) -> None:
        self._aead = AESGCM(material.secret())
        self._head = _WRAP_HEAD.pack(_WRAP_MAGIC, epoch)
        self._aad = _PARTS + b"".join(map(encode_part, ("gi/wrap/v1", tenant, str(epoch))))
        self.kid = material.kid
        self.tenant = tenant
        self.epoch = epoch

    def wrap(self, key: DataKey, scope: WrapScope, entropy: Entropy) -> bytes:
        """Return the 66 bytes that hold `key` for `scope`."""
        return self.wraps(key, scope.subject, scope.data_class, [scope.purpose], entropy)[0]

    def wraps(
        self, key: DataKey, subject: str, data_class: str, purposes: Iterable[str],
        entropy: Entropy,
    ) -> list[bytes]:  # fmt: skip
        """Return the wraps of `key` for each of `purposes`, their shared context encoded once."""
        owner = self._aad + encode_part(subject) + _encode_name(data_class)
        secret, kid, encrypt = key.material.secret(), encode_part(key.kid), self._aead.encrypt
        wrapped = []
        for purpose in purposes:
            nonce = entropy.bytes(_NONCE)
            aad = _bounded(owner + _encode_name(purpose) + kid)
            wrapped.append(self._head + nonce + encrypt(nonce, secret, aad))
        return wrapped

    def unwrap(
        self, wrapped: bytes, scope: WrapScope, kid: bytes, *, room: int = MESSAGE_CAP
    ) -> DataKey:
        """Return the data key named `kid` out of its wrap for `scope`.

        The name is computed again from the key that came out. Raises
        `CryptoError("vault.open_failed")` whatever the reason.
        """
        if len(wrapped) != WRAP_BYTES or wrapped_epoch(wrapped) != self.epoch:
            raise open_failed()
        nonce, sealed = wrapped[_WRAP_HEAD.size : _NONCE_END], wrapped[_NONCE_END:]
        owner = self._aad + encode_part(scope.subject) + _encode_name(scope.data_class)
        aad = _bounded(owner + _encode_name(scope.purpose) + encode_part(kid))
        try:
            key = DataKey(KeyMaterial(self._aead.decrypt(nonce, sealed, aad)), room=room)
        except InvalidTag:
            raise open_failed() from None
        if not hmac.compare_digest(key.kid, kid):
            raise open_failed()
        return key

    def __repr__(self) -> str:
        return f"<EpochKey {self.tenant} {self.epoch} {self.kid.hex()}>"

    def __reduce_ex__(self, _protocol: object) -> NoReturn:
        raise CryptoError("vault.secret_kept", hint="keys are wrapped, never pickled")


_encode_name = lru_cache(maxsize=1024)(
    encode_part
)  # of classes and purposes: a few, again and again


def _bounded(aad: bytes) -> bytes:
    if len(aad) > CONTEXT_LIMIT:
        raise context_too_long()
    return aad


def wrapped_epoch(wrapped: bytes) -> int:
    """Return the epoch that a wrap names.

    Raises `CryptoError("vault.open_failed")` when it is no wrap of this version.
    """
    if len(wrapped) < _WRAP_HEAD.size:
        raise open_failed()
    magic, epoch = _WRAP_HEAD.unpack_from(wrapped)
    if magic != _WRAP_MAGIC:
        raise open_failed()
    return int(epoch)

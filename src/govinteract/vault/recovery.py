"""The recovery key: a second way in that needs no service, on paper in several hands.

Its public half stands in the database and wraps every tenant key as it is made; its private
half is 32 random bytes that exist only as shares (`vault.shares`). HPKE (RFC 9180, base mode,
single shot) with the KEM MLKEM768-X25519 (X-Wing, draft-connolly-cfrg-xwing-kem: the seed is
expanded with SHAKE-256 into an ML-KEM-768 seed of 64 bytes and an X25519 key), HKDF-SHA-256
and AES-256-GCM, so that a database that is stolen today stays shut when X25519 falls. What it
wraps has the form

    0x53 'S' | version 0x01 | kid 16 | encapsulation 1120 | ciphertext 32 | tag 16

with the header (18 bytes) and the key's context as HPKE's `info`. The kid is the first half
of SHA-256 over the canonical form of "gi/recovery-kid/v1" and the public key (ML-KEM-768's
1184 bytes, then X25519's 32).
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, NoReturn, Self

from attrs import field, frozen
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey, MLKEM768PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import (
    AEAD,
    KDF,
    KEM,
    MLKEM768X25519PrivateKey,
    MLKEM768X25519PublicKey,
    Suite,
)

from govinteract.errors import CryptoError
from govinteract.kernel.framing import frame
from govinteract.vault.key_material import KEY_BYTES
from govinteract.vault.refusal import open_failed

if TYPE_CHECKING:
    from govinteract.kernel.entropy import Entropy

__all__ = ["RECOVERY", "RecoveryKey", "RecoveryLock"]

RECOVERY = "recovery"
"""What the root of its wrappings begins with, where a provider's name stands else."""

_MAGIC = b"S\x01"
_HEADER = 18
_KEM_PUBLIC = 1184
_SEED = 64


def _suite() -> Suite:
    return Suite(KEM.MLKEM768_X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)


@frozen
class RecoveryLock:
    """The public half: wraps, and opens nothing."""

    public: bytes = field(repr=False)

    @property
    def id(self) -> bytes:
        """The first 16 bytes of the public key's hash."""
        return hashlib.sha256(frame("gi/recovery-kid/v1", self.public)).digest()[:16]

    @property
    def kid(self) -> str:
        """The name that its wrappings carry."""
        return f"{RECOVERY}:{self.id.hex()}"

    def wrap(self, key: bytes, aad: bytes) -> bytes:
        """Return `key` wrapped for whoever puts the shares together, bound to `aad`."""
        header = _MAGIC + self.id
        public = MLKEM768X25519PublicKey(
            MLKEM768PublicKey.from_public_bytes(self.public[:_KEM_PUBLIC]),
            X25519PublicKey.from_public_bytes(self.public[_KEM_PUBLIC:]),
        )
        return header + _suite().encrypt(key, public, header + aad)


class RecoveryKey:
    """The private half, for the minutes in which it is made or used. It does not print."""

    __slots__ = ("_private", "_secret", "lock")

    def __init__(self, secret: bytes) -> None:
        if len(secret) != KEY_BYTES:
            raise CryptoError("vault.key_length", hint="a key is 32 random bytes")
        seed = hashlib.shake_256(secret).digest(_SEED + 32)
        kem = MLKEM768PrivateKey.from_seed_bytes(seed[:_SEED])
        curve = X25519PrivateKey.from_private_bytes(seed[_SEED:])
        self._secret = secret
        self._private = MLKEM768X25519PrivateKey(kem, curve)
        self.lock = RecoveryLock(
            kem.public_key().public_bytes_raw() + curve.public_key().public_bytes_raw()
        )

    @classmethod
    def generate(cls, entropy: Entropy) -> Self:
        """Make a new recovery key."""
        return cls(entropy.bytes(KEY_BYTES))

    def secret(self) -> bytes:
        """Return what the shares are made of."""
        return self._secret

    def unwrap(self, blob: bytes, aad: bytes) -> bytes:
        """Return the key in `blob`; `CryptoError("vault.open_failed")` whatever is wrong."""
        header = _MAGIC + self.lock.id
        if not blob.startswith(header):
            raise open_failed()
        try:
            return _suite().decrypt(blob[_HEADER:], self._private, header + aad)
        except InvalidTag:
            raise open_failed() from None

    def __repr__(self) -> str:
        return f"<RecoveryKey {self.lock.kid}>"

    def __reduce_ex__(self, _protocol: object) -> NoReturn:
        raise CryptoError("vault.secret_kept", hint="a recovery key is kept in shares on paper")

"""Thirty-two secret bytes that do not print, pickle or compare.

Python can't promise to wipe memory: an object that is dropped may leave its bytes behind
until they are overwritten. What can be done is done: secrets live in one type, for one
transaction or a few minutes, and never in a string.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn, Self

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from govinteract.errors import CryptoError
from govinteract.vault.context import canonical

if TYPE_CHECKING:
    from govinteract.kernel.entropy import Entropy

__all__ = ["KEY_BYTES", "KID_BYTES", "KeyMaterial"]

KEY_BYTES = 32
KID_BYTES = 16
_KID_INFO = b"gi/kid/v1"


class KeyMaterial:
    """A 256-bit key. `kid` names it and commits to it; `secret()` is for ciphers alone."""

    __slots__ = ("_secret", "kid")

    kid: bytes
    """HKDF-Expand-SHA-256(key, "gi/kid/v1", 16), RFC 5869 section 2.3: two keys that share
    a name would cost about 2^64 tries, so that a name that was recomputed pins the key."""

    def __init__(self, secret: bytes) -> None:
        if len(secret) != KEY_BYTES:
            raise CryptoError("vault.key_length", hint="a key is 32 random bytes")
        self._secret = bytes(secret)
        self.kid = self._expand(_KID_INFO, KID_BYTES)

    @classmethod
    def generate(cls, entropy: Entropy) -> Self:
        """Make a new random key."""
        return cls(entropy.bytes(KEY_BYTES))

    def secret(self) -> bytes:
        """Return the key's bytes. Grep for this name to find every place that holds them."""
        return self._secret

    def derive(self, domain: str, label: str) -> bytes:
        """Return 32 bytes that only this key gives for `domain` and `label`."""
        return self._expand(canonical(domain, label), KEY_BYTES)

    def _expand(self, info: bytes, length: int) -> bytes:
        return HKDFExpand(algorithm=SHA256(), length=length, info=info).derive(self._secret)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.kid.hex()}>"

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, _memo: object) -> Self:
        return self

    def __reduce_ex__(self, _protocol: object) -> NoReturn:
        raise CryptoError("vault.secret_kept", hint="keys are wrapped, never pickled")

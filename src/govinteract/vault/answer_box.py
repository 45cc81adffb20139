"""An answer kept for whoever comes back with the same idempotency key.

The key that the client made is the secret: the database sees only a keyed hash of it and
the answer sealed under a key derived from it. So a repeated request gets its receipt again,
and a stolen database gives out none, not even together with the tenant's own keys as long
as the client's key is not in it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from govinteract.kernel.framing import frame
from govinteract.vault.refusal import open_failed

if TYPE_CHECKING:
    from govinteract.kernel.entropy import Entropy
    from govinteract.vault.keyring import KeyRing

__all__ = ["AnswerBox"]

_NONCE = 12


class AnswerBox:
    """Seals and opens the answer to one request, under the request's own key.

    `name` is what the database knows the key by. Each first answer has a key of its own,
    so that a random nonce never repeats under it.
    """

    __slots__ = ("_aad", "_aead", "_entropy", "name")

    def __init__(self, keyring: KeyRing, source: str, key: str, entropy: Entropy) -> None:
        framed = frame(source, key)
        self.name = keyring.fingerprint("once-name", framed).hex()
        self._aead = AESGCM(keyring.fingerprint("once-box", framed))
        self._aad = frame("gi/answer/v1", keyring.tenant, self.name)
        self._entropy = entropy

    def seal(self, answer: bytes) -> bytes:
        """Return `answer` sealed: nonce, ciphertext, tag."""
        nonce = self._entropy.bytes(_NONCE)
        return nonce + self._aead.encrypt(nonce, answer, self._aad)

    def open(self, sealed: bytes) -> bytes:
        """Return the answer in `sealed`; raises `CryptoError("vault.open_failed")`."""
        try:
            return self._aead.decrypt(sealed[:_NONCE], sealed[_NONCE:], self._aad)
        except (InvalidTag, ValueError):
            raise open_failed() from None

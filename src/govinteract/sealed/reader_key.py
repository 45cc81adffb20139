"""A reader's keys: a public one that the server knows, and a secret that it never sees.

A reader (an office, or an officer) has two key pairs: X-Wing, and X25519 for clients that
can't do the other. The public key is both, 1,216 and 32 bytes; its id is the first 16 bytes
of SHA-256(frame("gi/reader-key/v1", hybrid, classic)). The secret is X-Wing's seed of 32
bytes (expanded by SHAKE-256 as the draft says) and X25519's 32.

The secret lies in a file of its own, `gi/reader-key-file/v1`, a JSON object:

    format, kid (hex), public, memory_kib, passes, lanes, salt 16, nonce 12, sealed 80

Bytes are base64url without padding. `sealed` is the secret by AES-256-GCM under
Argon2id(passphrase in NFC, salt) (RFC 9106; 64 MiB, 3 passes, 4 lanes unless the file says
otherwise), with frame("gi/reader-key-file/v1", public, salt, memory_kib, passes, lanes) as
associated data (numbers as decimal text).
"""

from __future__ import annotations

import binascii
import hashlib
import json
import unicodedata
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import TYPE_CHECKING, Any, NoReturn, Self

from attrs import field, frozen
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey, MLKEM768PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hpke import MLKEM768X25519PrivateKey, MLKEM768X25519PublicKey
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from govinteract.errors import CryptoError, InputError
from govinteract.kernel.framing import frame
from govinteract.sealed.format import Suite, open_failed

if TYPE_CHECKING:
    from govinteract.kernel import Entropy

__all__ = [
    "PASSPHRASE_LEAST",
    "ReaderKey",
    "ReaderSecret",
    "from_base64",
    "read_public",
    "to_base64",
]

PASSPHRASE_LEAST = 12
"""Characters of the passphrase of a key file."""

_KEY_DOMAIN, _FILE_DOMAIN = "gi/reader-key/v1", "gi/reader-key-file/v1"
_MLKEM, _HYBRID, _PUBLIC = 1184, 1216, 1248
_SECRET = 64
_KDF = {"memory_kib": 64 * 1024, "passes": 3, "lanes": 4}
_KDF_LIMIT = {"memory_kib": 1024 * 1024, "passes": 16, "lanes": 16}


@frozen
class ReaderKey:
    """A reader's public key: what submissions are sealed to."""

    raw: bytes = field(repr=False)
    """The 1,248 bytes of both public keys."""

    @classmethod
    def parse(cls, raw: bytes) -> Self:
        """Read the public key; raises `InputError("sealed.key_invalid")`."""
        try:
            MLKEM768PublicKey.from_public_bytes(raw[:_MLKEM])
            probe = X25519PrivateKey.generate()  # a point of low order gives no secret
            for half in (raw[_MLKEM:_HYBRID], raw[_HYBRID:]):
                probe.exchange(X25519PublicKey.from_public_bytes(half))
        except ValueError as error:
            raise InputError("sealed.key_invalid", hint="1,248 bytes: X-Wing, X25519") from error
        return cls(raw)

    @property
    def kid(self) -> bytes:
        """The 16 bytes that name this key and nothing else."""
        framed = frame(_KEY_DOMAIN, self.raw[:_HYBRID], self.raw[_HYBRID:])
        return hashlib.sha256(framed).digest()[:16]

    @property
    def shown(self) -> str:
        """The key's id for people to compare: eight groups of four hex digits."""
        return " ".join(self.kid.hex()[at : at + 4] for at in range(0, 32, 4))

    def public(self, suite: Suite) -> MLKEM768X25519PublicKey | X25519PublicKey:
        """Return the public key of `suite`."""
        if suite is Suite.CLASSIC:
            return X25519PublicKey.from_public_bytes(self.raw[_HYBRID:])
        return MLKEM768X25519PublicKey(
            MLKEM768PublicKey.from_public_bytes(self.raw[:_MLKEM]),
            X25519PublicKey.from_public_bytes(self.raw[_MLKEM:_HYBRID]),
        )


class ReaderSecret:
    """A reader's secret. It does not print, pickle or compare.

    >>> from govinteract.kernel import SystemEntropy
    >>> secret = ReaderSecret.generate(SystemEntropy())
    >>> len(secret.key.raw)
    1248
    """

    __slots__ = ("_secret", "key")

    key: ReaderKey
    """The public key that belongs to it."""

    def __init__(self, secret: bytes) -> None:
        if len(secret) != _SECRET:
            raise CryptoError("sealed.open_failed", hint="a reader's secret is 64 bytes")
        self._secret = bytes(secret)
        parts = self._parts()
        self.key = ReaderKey(b"".join(part.public_key().public_bytes_raw() for part in parts))

    @classmethod
    def generate(cls, entropy: Entropy) -> Self:
        """Make a new secret."""
        return cls(entropy.bytes(_SECRET))

    def private(self, suite: Suite) -> MLKEM768X25519PrivateKey | X25519PrivateKey:
        """Return the private key of `suite`, for the cipher alone."""
        mlkem, hybrid, classic = self._parts()
        return classic if suite is Suite.CLASSIC else MLKEM768X25519PrivateKey(mlkem, hybrid)

    def write(self, passphrase: str, entropy: Entropy) -> str:
        """Return the text of a key file that `passphrase` opens.

        Raises `InputError("sealed.passphrase_short")` below 12 characters.
        """
        if len(passphrase) < PASSPHRASE_LEAST:
            raise InputError(
                "sealed.passphrase_short", hint="several words", least=PASSPHRASE_LEAST
            )
        salt, nonce = entropy.bytes(16), entropy.bytes(12)
        aad = _aad(self.key.raw, salt, _KDF)
        sealed = _aead(passphrase, salt, _KDF).encrypt(nonce, self._secret, aad)
        parts = {"public": self.key.raw, "salt": salt, "nonce": nonce, "sealed": sealed}
        texts = {name: to_base64(data) for name, data in parts.items()}
        file = {"format": _FILE_DOMAIN, "kid": self.key.kid.hex(), **_KDF, **texts}
        return json.dumps(file, indent=1) + "\n"

    @classmethod
    def read(cls, text: str, passphrase: str) -> Self:
        """Open a key file; `CryptoError("sealed.key_file_refused")` whatever is wrong."""
        try:
            file = json.loads(text)
            salt, kdf = from_base64(file["salt"]), _kdf(file)
            aad = _aad(from_base64(file["public"]), salt, kdf)
            aead, sealed = _aead(passphrase, salt, kdf), from_base64(file["sealed"])
            secret = cls(aead.decrypt(from_base64(file["nonce"]), sealed, aad))
            if secret.key.raw != from_base64(file["public"]):
                raise open_failed()
        except (CryptoError, InvalidTag, KeyError, TypeError, ValueError):
            raise CryptoError(
                "sealed.key_file_refused", hint="wrong passphrase, or no such file"
            ) from None
        return secret

    def _parts(self) -> tuple[MLKEM768PrivateKey, X25519PrivateKey, X25519PrivateKey]:
        """Expand the seed: ML-KEM's d and z, then X25519 (X-Wing draft, section 5.2)."""
        expanded = hashlib.shake_256(self._secret[:32]).digest(96)
        return (
            MLKEM768PrivateKey.from_seed_bytes(expanded[:64]),
            X25519PrivateKey.from_private_bytes(expanded[64:]),
            X25519PrivateKey.from_private_bytes(self._secret[32:]),
        )

    def __repr__(self) -> str:
        return f"<ReaderSecret {self.key.kid.hex()}>"

    def __reduce_ex__(self, _protocol: object) -> NoReturn:
        raise CryptoError("sealed.secret_kept", hint="write() gives a file under a passphrase")


def read_public(text: str) -> bytes:
    """Return the public key in a key file, or in a file of its own, as base64url.

    The secret stays closed. Raises `InputError("sealed.key_invalid")`.
    """
    bare = text.strip()
    try:
        return from_base64(json.loads(bare)["public"] if bare.startswith("{") else bare)
    except (InputError, KeyError, TypeError, ValueError) as error:
        raise InputError("sealed.key_invalid", hint="a file of `sealed-key new`") from error


def to_base64(data: bytes) -> str:
    """Write bytes as base64url without padding."""
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def from_base64(text: str) -> bytes:
    """Read what `to_base64` wrote, and only that; raises `InputError("sealed.malformed")`."""
    try:
        data = urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (binascii.Error, ValueError) as error:
        raise InputError("sealed.malformed", hint="base64url without padding") from error
    if to_base64(data) != text:
        raise InputError("sealed.malformed", hint="base64url without padding")
    return data


def _kdf(file: dict[str, Any]) -> dict[str, int]:
    """Return the parameters of a file, within limits: a file shall not exhaust a machine."""
    found = {name: file[name] for name in _KDF}
    good = all(type(n) is int and 1 <= n <= _KDF_LIMIT[name] for name, n in found.items())
    if not good or file["format"] != _FILE_DOMAIN or found["memory_kib"] < 8 * found["lanes"]:
        raise open_failed()
    return found


def _aead(passphrase: str, salt: bytes, kdf: dict[str, int]) -> AESGCM:
    argon = Argon2id(
        salt=salt, length=32, iterations=kdf["passes"], lanes=kdf["lanes"],
        memory_cost=kdf["memory_kib"],
    )  # fmt: skip
    return AESGCM(argon.derive(unicodedata.normalize("NFC", passphrase).encode()))


def _aad(public: bytes, salt: bytes, kdf: dict[str, int]) -> bytes:
    return frame(_FILE_DOMAIN, public, salt, *(str(kdf[name]) for name in _KDF))

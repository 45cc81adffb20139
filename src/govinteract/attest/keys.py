"""The public keys by which statements are read, and since when each of them signs.

Published as a JWK Set (RFC 7517 section 5) of Ed25519 keys (RFC 8037 section 2). `nbf`,
`exp` and `revoked` are written as OpenID Federation writes its historical keys: a key that
was retired goes on reading what it signed in its time, a revoked one reads nothing.
"""

from __future__ import annotations

import base64
import hashlib
import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Self

from attrs import field, frozen
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from govinteract.errors import CryptoError, InputError
from govinteract.kernel.canonical import canonical_json

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["KeySet", "StatementKey", "from_base64url", "key_id", "to_base64url"]

_KID_BYTES = 8
_KIND = {"kty": "OKP", "crv": "Ed25519"}


def to_base64url(raw: bytes) -> str:
    """Write bytes as base64url without padding (RFC 7515 section 2)."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def from_base64url(text: str) -> bytes:
    """Read base64url without padding in its one spelling; raises `ValueError`."""
    raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    if to_base64url(raw) != text:
        raise ValueError
    return raw


def key_id(key: Ed25519PublicKey) -> str:
    """Return the 11 characters that name `key`: 64 bits of its thumbprint (RFC 7638)."""
    thumbprint = canonical_json({**_KIND, "x": to_base64url(key.public_bytes_raw())})
    return to_base64url(hashlib.sha256(thumbprint.encode()).digest()[:_KID_BYTES])


@frozen(kw_only=True)
class StatementKey:
    """A public key, and the time in which it signed: from `since`, up to `until`."""

    key: Ed25519PublicKey = field(repr=False)
    since: datetime
    until: datetime | None = None
    revoked_at: datetime | None = None

    @property
    def kid(self) -> str:
        """The key's id."""
        return key_id(self.key)

    def to_jwk(self) -> dict[str, Any]:
        """Return the key as a JWK; times are whole seconds since 1970."""
        jwk: dict[str, Any] = {
            **_KIND, "alg": "Ed25519", "use": "sig", "kid": self.kid,
            "x": to_base64url(self.key.public_bytes_raw()), "nbf": _seconds(self.since),
        }  # fmt: skip
        if self.until is not None:
            jwk["exp"] = _seconds(self.until)
        if self.revoked_at is not None:
            jwk["revoked"] = {"revoked_at": _seconds(self.revoked_at)}
        return jwk

    @classmethod
    def from_jwk(cls, jwk: Mapping[str, Any]) -> Self:
        """Read a JWK; raises `KeyError`, `TypeError` or `ValueError`."""
        revoked = jwk.get("revoked")
        read = cls(
            key=Ed25519PublicKey.from_public_bytes(from_base64url(jwk["x"])),
            since=_instant(jwk["nbf"]),
            until=_instant(jwk["exp"]) if "exp" in jwk else None,
            revoked_at=_instant(revoked["revoked_at"]) if revoked is not None else None,
        )
        if read.kid != jwk["kid"]:
            raise ValueError
        return read

    def admits(self, issued_at: datetime) -> bool:
        """Tell whether the key signed at that time."""
        return self.since <= issued_at and (self.until is None or issued_at <= self.until)


class KeySet:
    """The keys of one issuer, past and present."""

    def __init__(self, issuer: str, keys: Iterable[StatementKey]) -> None:
        self.issuer = issuer
        self._keys = {key.kid: key for key in keys}

    def find(self, kid: str) -> StatementKey:
        """Return the key called `kid`; raises `CryptoError("attest.key_unknown")`."""
        if kid not in self._keys:
            raise CryptoError("attest.key_unknown", hint="fetch the issuer's keys again")
        return self._keys[kid]

    def to_json(self, **more: str) -> str:
        """Return the set as it is published; `more` are further members for other programs."""
        jwks = [key.to_jwk() for key in self._keys.values()]
        return canonical_json({**more, "issuer": self.issuer, "keys": jwks})

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a published set; keys of other kinds are passed over (RFC 7517 section 5).

        Raises `InputError("attest.keys_invalid")`.
        """
        try:
            read = json.loads(text)
            ours = [jwk for jwk in read["keys"] if _KIND.items() <= jwk.items()]
            keys = cls(str(read["issuer"]), map(StatementKey.from_jwk, ours))
        except (ValueError, KeyError, TypeError, AttributeError, OverflowError) as error:
            raise InputError("attest.keys_invalid", hint="expected a JWK Set") from error
        return keys


def _seconds(at: datetime) -> int:
    return int(at.timestamp())


def _instant(seconds: int) -> datetime:
    if type(seconds) is not int:
        raise TypeError
    return datetime.fromtimestamp(seconds, UTC)

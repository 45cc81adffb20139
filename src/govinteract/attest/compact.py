"""The one text that a statement is: JWS Compact Serialization (RFC 7515 section 7.1).

    base64url(header) . base64url(payload) . base64url(signature)

    header   {"alg":"Ed25519","kid":"Ab3dE_gh1Jk","typ":"gi.statement.v1"}
    payload  {"claims":{...},"iat":1795248000,"iss":"...","kind":"...","sub":"..."}

Both are canonical JSON (RFC 8785), and a text that is spelled otherwise is refused, so that
a statement has one text. The signature is Ed25519 (RFC 8032; as a JWS algorithm RFC 9864)
over the first two parts and the dot between them; `typ` keeps it apart from everything
else that is ever signed (RFC 8725 section 3.11). Any JOSE library reads it. Frozen: the
vectors are `tests/vectors/statement-v1.json`.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from cryptography.exceptions import InvalidSignature

from govinteract.attest.keys import from_base64url, key_id, to_base64url
from govinteract.attest.model import Statement
from govinteract.errors import CryptoError, InputError
from govinteract.kernel.canonical import canonical_json

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from govinteract.attest.keys import KeySet

__all__ = ["TEXT_LIMIT", "TYPE", "read", "sign"]

TYPE: Final = "gi.statement.v1"
"""What the header says that this is; another format of ours would say something else."""

TEXT_LIMIT: Final = 860
"""Characters of a text: with `#` and an address of 136 before it, a QR code of version 25."""

_PARTS = 3
_MEMBERS = {"claims", "iat", "iss", "kind", "sub"}


def sign(statement: Statement, key: Ed25519PrivateKey) -> str:
    """Return the text of `statement`, signed by `key`.

    Raises `InputError("attest.too_long")` when a QR code would not hold it: carry a
    reference or a hash instead.
    """
    header = {"alg": "Ed25519", "kid": key_id(key.public_key()), "typ": TYPE}
    payload = {
        "claims": dict(statement.claims), "iat": int(statement.issued_at.timestamp()),
        "iss": statement.issuer, "kind": statement.kind, "sub": statement.subject_ref,
    }  # fmt: skip
    signed = f"{_encode(header)}.{_encode(payload)}"
    text = f"{signed}.{to_base64url(key.sign(signed.encode()))}"
    if len(text) > TEXT_LIMIT:
        raise InputError(
            "attest.too_long", hint=f"{len(text)} characters; claim less", limit=TEXT_LIMIT
        )
    return text


def read(text: str, keys: KeySet) -> Statement:
    """Return the statement that `text` is, if a key of `keys` signed it in its time.

    Needs no network and no database. Raises `CryptoError`: `attest.statement_invalid` for
    everything that is not exactly what the issuer signed, `attest.key_unknown` where the
    set has no such key, `attest.key_outdated` where the key did not sign at that time,
    `attest.key_revoked`.
    """
    header, payload, signature, signed = _split(text)
    kid = header.get("kid")
    if header != {"alg": "Ed25519", "kid": kid, "typ": TYPE} or not isinstance(kid, str):
        raise _invalid()
    known = keys.find(kid)
    try:
        known.key.verify(signature, signed.encode())
    except InvalidSignature as error:
        raise _invalid() from error
    statement = _statement(payload)
    if statement.issuer != keys.issuer:
        raise _invalid()
    if known.revoked_at is not None:
        raise CryptoError("attest.key_revoked", hint="have the statement issued anew")
    if not known.admits(statement.issued_at):
        raise CryptoError("attest.key_outdated", hint="the key did not sign at that time")
    return statement


def _encode(value: dict[str, Any]) -> str:
    return to_base64url(canonical_json(value).encode())


def _split(text: str) -> tuple[dict[str, Any], dict[str, Any], bytes, str]:
    parts = text[: TEXT_LIMIT + 1].split(".")
    if len(text) > TEXT_LIMIT or len(parts) != _PARTS:
        raise _invalid()
    try:
        header, payload = (_decode(part) for part in parts[:2])
        signature = from_base64url(parts[2])
    except (ValueError, RecursionError, InputError) as error:
        raise _invalid() from error
    return header, payload, signature, ".".join(parts[:2])


def _decode(part: str) -> dict[str, Any]:
    """Read a part of canonical JSON; raises `ValueError` for any other spelling."""
    text = from_base64url(part).decode()
    value = json.loads(text)
    if not isinstance(value, dict) or canonical_json(value) != text:
        raise ValueError
    return value


def _statement(payload: dict[str, Any]) -> Statement:
    try:
        seconds = payload["iat"]
        statement = Statement(
            kind=payload["kind"], issuer=payload["iss"], subject_ref=payload["sub"],
            issued_at=datetime.fromtimestamp(seconds, UTC), claims=payload["claims"],
        )  # fmt: skip
    except (KeyError, TypeError, ValueError, OverflowError, OSError, InputError) as error:
        raise _invalid() from error
    if type(seconds) is not int or seconds < 0 or payload.keys() != _MEMBERS:
        raise _invalid()
    return statement


def _invalid() -> CryptoError:
    return CryptoError("attest.statement_invalid", hint="changed, cut off, or not a statement")

"""Signing and verifying what a webhook carries: Standard Webhooks specification, v1.

Sections "Signature scheme", "Webhook headers" and "Verifying signatures", symmetric
scheme: HMAC-SHA-256 over `id.timestamp.body` under a secret of 24 to 64 bytes, written
`whsec_` and base64. All functions are pure: the time is handed in.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from govinteract.errors import CryptoError, SettingsError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["TOLERANCE", "read_secret", "signed_headers", "verify"]

TOLERANCE = timedelta(seconds=300)
"""How far a message's time may be from ours; outside it is taken for a replay."""

_PREFIX = "whsec_"
_SHORTEST, _LONGEST = 24, 64
_SECONDS = re.compile(r"[0-9]{1,12}")
_ID = re.compile(r"[!-\-/-~]{1,200}")  # printable ASCII without the full stop that divides


def read_secret(text: str) -> bytes:
    """Read a secret as it is handed out: `whsec_` and the base64 of 24 to 64 bytes.

    Raises `SettingsError("notify.webhook_secret")`, which does not repeat it.
    """
    try:
        secret = base64.b64decode(text.removeprefix(_PREFIX), validate=True)
    except (binascii.Error, ValueError):
        secret = b""
    if not _SHORTEST <= len(secret) <= _LONGEST:
        hint = f"{_PREFIX} and the base64 of {_SHORTEST} to {_LONGEST} random bytes"
        raise SettingsError("notify.webhook_secret", hint=hint)
    return secret


def signed_headers(
    body: bytes, *, message_id: str, secrets: Sequence[bytes], now: datetime
) -> dict[str, str]:
    """Return the three headers that go with `body`, signed under each of `secrets`.

    Two secrets at once let a receiver change over without losing a message. `message_id`
    stays the same at every attempt; `now` is the time of this one.
    """
    seconds = str(int(now.timestamp()))
    signatures = (_signature(secret, message_id, seconds, body) for secret in secrets)
    return {
        "webhook-id": message_id,
        "webhook-timestamp": seconds,
        "webhook-signature": " ".join(signatures),
    }


def verify(
    headers: Mapping[str, str], body: bytes, secrets: Sequence[bytes], *, now: datetime,
    tolerance: timedelta = TOLERANCE,
) -> str:  # fmt: skip
    """Check that `body` is what the holder of one of `secrets` sent within `tolerance`.

    Returns the message id: remember it for twice `tolerance` and refuse a second one, as
    the same message may come again. Raises `CryptoError("notify.signature_invalid")` for
    anything not signed so, and `CryptoError("notify.signature_stale")` for what is
    authentic but too old or too new.
    """
    given = {name.lower(): value for name, value in headers.items()}
    message_id, seconds = given.get("webhook-id", ""), given.get("webhook-timestamp", "")
    offered = [part.encode() for part in given.get("webhook-signature", "").split(" ")]
    if not (_ID.fullmatch(message_id) and _SECONDS.fullmatch(seconds)):
        raise _invalid()
    wanted = [_signature(secret, message_id, seconds, body).encode() for secret in secrets]
    matches = [hmac.compare_digest(one, other) for one in wanted for other in offered]
    if not any(matches):
        raise _invalid()
    if abs(now - datetime.fromtimestamp(int(seconds), UTC)) > tolerance:
        raise CryptoError("notify.signature_stale", hint="check both clocks; is it a replay?")
    return message_id


def _signature(secret: bytes, message_id: str, seconds: str, body: bytes) -> str:
    content = b".".join([message_id.encode(), seconds.encode(), body])
    digest = hmac.digest(secret, content, hashlib.sha256)
    return f"v1,{base64.b64encode(digest).decode()}"


def _invalid() -> CryptoError:
    return CryptoError("notify.signature_invalid", hint="pass the raw body and all three headers")

"""Recognising a client's key without asking the database each time."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import TYPE_CHECKING

from attrs import frozen

from govinteract.apikeys import ApiKeys
from govinteract.errors import AccessDenied
from govinteract.kernel import System

if TYPE_CHECKING:
    from datetime import datetime

    from govinteract.locality import Locality

__all__ = ["MEMORY", "KnownKeys"]

MEMORY = timedelta(seconds=5)
"""How long a revoked key may still be taken by a process that saw it while it was good."""


@frozen
class _Known:
    name: str
    at: datetime


class KnownKeys:
    """The keys that were shown to this process in the last seconds; threads share it.

    Only good keys are remembered, by their SHA-256, so it holds no more than were given out.
    """

    def __init__(self, locality: Locality) -> None:
        self._locality = locality
        self._known: dict[bytes, _Known] = {}

    def name_of(self, key: str | None) -> str:
        """Return the name of the program that shows `key`.

        Raises `AccessDenied`: `open311.key_missing` without a key, `apikeys.key_refused` for
        one that is not good. Must not be called inside a transaction.
        """
        if not key:
            raise AccessDenied("open311.key_missing", hint="send api_key in the body")
        digest = hashlib.sha256(key.encode()).digest()
        now = self._locality.clock.now()
        known = self._known.get(digest)
        if known is None or abs(now - known.at) >= MEMORY:  # also when the clock is set back
            self._known.pop(digest, None)
            known = _Known(self._ask(key), now)
            self._known[digest] = known
        return known.name

    def _ask(self, key: str) -> str:
        ward = self._locality
        with ward.acting_as(System("open311")) as tx:
            return ApiKeys(tx.transaction, tx.facts, ward.keyring.fingerprint).verify(key)

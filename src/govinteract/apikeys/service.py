"""Giving out, recognising and revoking the keys of programs, in one transaction.

A key is 32 random bytes, so there is nothing to guess and a keyed hash of it is enough: the
database holds the tenant's fingerprint of each key, and a stolen database opens nothing.
What happened to the keys of one name stands as facts on its stream, `apikey:<name>`.
"""

from __future__ import annotations

import re
from base64 import urlsafe_b64encode
from typing import TYPE_CHECKING

from attrs import frozen
from sqlalchemy import select, update

from govinteract.apikeys.tables import NAME_LIMIT, api_key_table
from govinteract.errors import AccessDenied, InputError, NotFound
from govinteract.storage import read_instant, write_instant

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from govinteract.facts import Facts
    from govinteract.storage import Transaction

__all__ = ["ApiKey", "ApiKeys"]

_ROW = api_key_table.c
_NAME = re.compile(rf"[a-z0-9][a-z0-9.-]{{0,{NAME_LIMIT - 1}}}")
_KEY = re.compile(r"gi_[A-Za-z0-9_-]{43}")
_KEY_BYTES = 32


@frozen(kw_only=True)
class ApiKey:
    """What is known of a key that was given out: whose it is, since when, until when."""

    name: str
    created_at: datetime
    revoked_at: datetime | None


class ApiKeys:
    """The keys of one transaction's locality.

    `fingerprint(label, data)` is the tenant's keyed hash:

        with ward.acting_as(officer) as tx:
            key = ApiKeys(tx.transaction, tx.facts, ward.keyring.fingerprint).issue("city-app")
    """

    def __init__(
        self, tx: Transaction, facts: Facts, fingerprint: Callable[[str, bytes], bytes]
    ) -> None:
        self._tx = tx
        self._facts = facts
        self._fingerprint = fingerprint

    def issue(self, name: str) -> str:
        """Make a key for the program `name` and return it: it can't be shown again.

        A name may have several keys, so that a program gets a new one before its old one is
        revoked. Records `apikey.issued`. Raises `InputError("apikeys.name_invalid")` when
        the name is not 1 to 40 of a-z, 0-9, dot and hyphen.
        """
        if not _NAME.fullmatch(name):
            raise InputError("apikeys.name_invalid", hint="like city-app", limit=NAME_LIMIT)
        tx = self._tx
        key = f"gi_{urlsafe_b64encode(tx.entropy.bytes(_KEY_BYTES)).decode().rstrip('=')}"
        digest = self._hash(key)
        row = {
            "locality": tx.locality, "key_hash": digest, "name": name,
            "created_at": write_instant(tx.now), "revoked_at": None,
        }  # fmt: skip
        tx.insert(api_key_table, row)
        self._record(name, "apikey.issued", [digest])
        return key

    def verify(self, key: str) -> str:
        """Return the name of the program whose key this is.

        Raises `AccessDenied("apikeys.key_refused")` for a key that was never given out or
        is revoked: the two are told alike.
        """
        query = select(_ROW.name).where(_ROW.locality == self._tx.locality)
        name = None
        if _KEY.fullmatch(key):
            mine = query.where(_ROW.key_hash == self._hash(key), _ROW.revoked_at.is_(None))
            name = self._tx.read(mine).scalar()
        if name is None:
            raise AccessDenied("apikeys.key_refused", hint="govinteract apikey add NAME makes one")
        return str(name)

    def revoke(self, name: str, *, keep_newest: bool = False) -> int:
        """Refuse the keys of `name` from this commit on, but for the newest; return how many.

        With `keep_newest` the key that was given out last stays good, which ends a change of
        keys. Records `apikey.revoked`. Raises `NotFound("apikeys.name_unknown")` when the
        name has no key that is good.
        """
        tx = self._tx
        query = select(_ROW.key_hash).where(
            _ROW.locality == tx.locality, _ROW.name == name, _ROW.revoked_at.is_(None)
        )
        rows = tx.read_locked(query.order_by(_ROW.created_at, _ROW.key_hash)).scalars()
        good = [bytes(digest) for digest in rows]
        if not good:
            raise NotFound("apikeys.name_unknown", hint="ApiKeys.all lists the names")
        ending = good[:-1] if keep_newest else good
        if ending:
            mine = (_ROW.locality == tx.locality, _ROW.key_hash.in_(ending))
            change = update(api_key_table).where(*mine)
            tx.write(change.values(revoked_at=write_instant(tx.now)))
            self._record(name, "apikey.revoked", ending)
        return len(ending)

    def all(self) -> list[ApiKey]:
        """Return every key that was ever given out, by name and age; not the keys themselves."""
        query = select(api_key_table).where(_ROW.locality == self._tx.locality)
        rows = self._tx.read(query.order_by(_ROW.name, _ROW.created_at)).mappings()
        return [
            ApiKey(
                name=row["name"], created_at=read_instant(row["created_at"]),
                revoked_at=row["revoked_at"] and read_instant(row["revoked_at"]),
            )
            for row in rows
        ]  # fmt: skip

    def _hash(self, key: str) -> bytes:
        return self._fingerprint("api-key", key.encode())

    def _record(self, name: str, kind: str, digests: list[bytes]) -> None:
        stream = f"apikey:{name}"
        body = {"name": name, "keys": [digest.hex() for digest in digests]}
        self._facts.append(stream, len(self._facts.of(stream)) + 1, kind, body)

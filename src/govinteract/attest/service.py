"""Issuing statements, and publishing the keys that read them, in one transaction.

Each statement leaves a fact with its digest (`statement.issued`): a statement that the log
doesn't know was signed by somebody who stole the key. Each public key is a fact before the
first text that it signs is given out.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any, Protocol

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy import delete, select, update

from govinteract.attest.compact import sign
from govinteract.attest.keys import KeySet, StatementKey, from_base64url, key_id, to_base64url
from govinteract.attest.model import Statement
from govinteract.attest.tables import statement_key_table
from govinteract.errors import NotFound
from govinteract.storage.schema import read_instant, write_instant

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from sqlalchemy import Row

    from govinteract.attest.model import Claim
    from govinteract.storage.transaction import Transaction

__all__ = ["KEY_STREAM", "Journal", "KeyFact", "Statements"]

KEY_STREAM = "key/statements"
"""The stream in which public keys come, end and are revoked."""

_ROW = statement_key_table.c
_PUBLISHED, _REVOKED = "statement.key_published", "statement.key_revoked"


class KeyFact(Protocol):
    """A fact, as far as this room looks at one."""

    @property
    def kind(self) -> str:
        """What happened."""
        ...

    @property
    def at(self) -> str:
        """When, as it is stored."""
        ...

    @property
    def data(self) -> Mapping[str, Any]:
        """The body, read."""
        ...


class Journal(Protocol):
    """The facts of the transaction (`govinteract.facts.Facts`)."""

    def append(self, stream: str, seq: int, kind: str, body: Mapping[str, Any]) -> object:
        """Record a fact."""
        ...

    def of(self, stream: str) -> Sequence[KeyFact]:
        """Return the facts of a stream."""
        ...


class Statements:
    """The statements of one transaction's locality, which they name as `issuer`."""

    def __init__(
        self, tx: Transaction, facts: Journal, key: Ed25519PrivateKey, *, issuer: str
    ) -> None:
        self._tx = tx
        self._facts = facts
        self._key = key
        self._issuer = issuer

    def issue(self, kind: str, subject_ref: str, claims: Mapping[str, Claim]) -> str:
        """Sign what is stated now and return its text; commits with the rest.

        Publishes the signing key first where it is new: the one before ends with it.
        Raises `InputError`: `attest.statement_unfit`, `attest.too_long`.
        """
        statement = Statement(
            kind=kind, issuer=self._issuer, subject_ref=subject_ref, issued_at=self._tx.now,
            claims=dict(claims),
        )  # fmt: skip
        text = sign(statement, self._key)
        self.publish_key()
        body = {
            "kind": kind, "ref": subject_ref, "kid": key_id(self._key.public_key()),
            "digest": hashlib.sha256(text.encode()).hexdigest(),
        }  # fmt: skip
        self._facts.append(f"statement:{self._tx.new_id()}", 1, "statement.issued", body)
        return text

    def keys(self) -> KeySet:
        """Return every key that ever signed here, to be published.

        The key at hand is among them though it has signed nothing yet.
        """
        query = select(statement_key_table).where(_ROW.locality == self._tx.locality)
        known = [_key_of(row) for row in self._tx.read(query.order_by(_ROW.since, _ROW.kid))]
        public = self._key.public_key()
        if key_id(public) not in {key.kid for key in known}:
            known.append(StatementKey(key=public, since=self._tx.now.replace(microsecond=0)))
        return KeySet(self._issuer, known)

    def publish_key(self) -> bool:
        """Record the key at hand and end the one before; return whether it was new."""
        public, now = self._key.public_key(), _whole_second(write_instant(self._tx.now))
        kid = key_id(public)
        mine = _ROW.locality == self._tx.locality
        if self._tx.read(select(_ROW.kid).where(mine, _ROW.kid == kid)).first():
            return False
        row = {
            "locality": self._tx.locality, "kid": kid, "public": public.public_bytes_raw(),
            "since": now, "until": None, "revoked_at": None,
        }  # fmt: skip
        if not self._tx.insert_if_absent(statement_key_table, row):
            return False
        before = (mine, _ROW.until.is_(None), _ROW.kid != kid)
        self._tx.write(update(statement_key_table).where(*before).values(until=now))
        x = to_base64url(public.public_bytes_raw())
        self._record(_PUBLISHED, {"kid": kid, "x": x, "since": now})
        return True

    def revoke_key(self, kid: str) -> None:
        """Let nothing that `kid` signed be read any more: somebody else may have it.

        Give the locality another signing key before, or the next statement is unreadable.
        Raises `NotFound("attest.key_unknown")`.
        """
        now = _whole_second(write_instant(self._tx.now))
        this = (_ROW.locality == self._tx.locality, _ROW.kid == kid)
        gone = update(statement_key_table).where(*this).values(revoked_at=now)
        if self._tx.write(gone).rowcount == 0:
            raise NotFound("attest.key_unknown", hint="keys() names them")
        self._record(_REVOKED, {"kid": kid, "at": now})

    def rebuild_keys(self) -> int:
        """Make the table of keys anew from the facts; return how many there are."""
        rows: dict[str, dict[str, Any]] = {}
        for fact in self._facts.of(KEY_STREAM):
            said = fact.data
            if fact.kind == _REVOKED:
                rows[said["kid"]]["revoked_at"] = said["at"]
                continue
            for row in rows.values():
                row["until"] = row["until"] or said["since"]
            rows[said["kid"]] = {
                "locality": self._tx.locality, "kid": said["kid"],
                "public": from_base64url(said["x"]), "since": said["since"], "until": None,
                "revoked_at": None,
            }  # fmt: skip
        mine = _ROW.locality == self._tx.locality
        self._tx.write(delete(statement_key_table).where(mine))
        if rows:
            self._tx.insert(statement_key_table, list(rows.values()))
        return len(rows)

    def _record(self, kind: str, body: dict[str, Any]) -> None:
        self._facts.append(KEY_STREAM, len(self._facts.of(KEY_STREAM)) + 1, kind, body)


def _whole_second(instant: str) -> str:
    return f"{instant[:19]}.000000Z"


def _key_of(row: Row[Any]) -> StatementKey:
    return StatementKey(
        key=Ed25519PublicKey.from_public_bytes(bytes(row.public)),
        since=read_instant(row.since),
        until=read_instant(row.until) if row.until else None,
        revoked_at=read_instant(row.revoked_at) if row.revoked_at else None,
    )

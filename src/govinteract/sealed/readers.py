"""The readers of one locality: public keys registered, listed and retired."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select, update

from govinteract.errors import AccessDenied, ConflictError, NotFound
from govinteract.kernel import Officer, System, clean
from govinteract.sealed.model import ROLE, Reader
from govinteract.sealed.reader_key import ReaderKey, to_base64
from govinteract.sealed.tables import reader_key_table
from govinteract.storage import read_instant, write_instant

if TYPE_CHECKING:
    from govinteract.facts import Facts
    from govinteract.storage import Transaction

__all__ = ["Readers", "require_reader"]

_ROW = reader_key_table.c
_NAME_LIMIT = 80


def require_reader(tx: Transaction) -> None:
    """Refuse whoever may not handle sealed submissions.

    Raises `AccessDenied("sealed.not_a_reader")` for citizens, and for officers without the
    role "confidential".
    """
    actor = tx.actor
    if not isinstance(actor, System) and not (isinstance(actor, Officer) and ROLE in actor.roles):
        raise AccessDenied("sealed.not_a_reader", hint=f'give the officer the role "{ROLE}"')


class Readers:
    """The reader keys of one transaction's locality.

        with ward.acting_as(officer) as tx:
            Readers(tx.transaction, tx.facts).register(secret.key, name="Thanh tra phường")

    What happened to a key stands as facts on its stream, `reader:<kid>`.
    """

    def __init__(self, tx: Transaction, facts: Facts) -> None:
        self._tx = tx
        self._facts = facts

    def register(self, key: ReaderKey, *, name: str) -> Reader:
        """Let new submissions be sealed to `key`; records `reader.registered`.

        The fact holds the public key, so that a key that was slipped in shows in the log.
        Raises `InputError("sealed.key_invalid")` and, when it was registered before,
        `ConflictError("sealed.key_known")`.
        """
        require_reader(self._tx)
        key = ReaderKey.parse(key.raw)
        tx, kid = self._tx, key.kid.hex()
        name = clean(name, field="name", limit=_NAME_LIMIT)
        row = {
            "locality": tx.locality, "kid": kid, "name": name, "public": key.raw,
            "registered_at": write_instant(tx.now), "retired_at": None,
        }  # fmt: skip
        if not tx.insert_if_absent(reader_key_table, row):
            raise ConflictError("sealed.key_known", hint="make a new key: govinteract sealed-key")
        self._facts.append(f"reader:{kid}", 1, "reader.registered", {"public": to_base64(key.raw)})
        return Reader(key=key, name=name, registered_at=tx.now, retired_at=None)

    def retire(self, kid: str) -> None:
        """Let nothing new be sealed to the key `kid`; records `reader.retired`.

        What was sealed to it still opens with it: re-wrap it for its successor first.
        Raises `NotFound("sealed.reader_unknown")`.
        """
        require_reader(self._tx)
        tx = self._tx
        mine = (_ROW.locality == tx.locality, _ROW.kid == kid, _ROW.retired_at.is_(None))
        change = update(reader_key_table).where(*mine).values(retired_at=write_instant(tx.now))
        if tx.write(change).rowcount != 1:
            raise NotFound("sealed.reader_unknown", hint="govinteract sealed-key list")
        self._facts.append(f"reader:{kid}", 2, "reader.retired", {})

    def get(self, kid: str) -> Reader:
        """Return the reader whose key is in use; raises `NotFound("sealed.reader_unknown")`."""
        found = next((one for one in self.current() if one.kid == kid), None)
        if found is None:
            raise NotFound("sealed.reader_unknown", hint="govinteract sealed-key list")
        return found

    def current(self) -> list[Reader]:
        """Return those to whom a submission is sealed now, the oldest first."""
        return [one for one in self.all() if one.retired_at is None]

    def all(self) -> list[Reader]:
        """Return every reader that there ever was, the oldest first."""
        query = select(reader_key_table).where(_ROW.locality == self._tx.locality)
        rows = self._tx.read(query.order_by(_ROW.registered_at, _ROW.kid)).mappings()
        return [
            Reader(
                key=ReaderKey(bytes(row["public"])), name=row["name"],
                registered_at=read_instant(row["registered_at"]),
                retired_at=row["retired_at"] and read_instant(row["retired_at"]),
            )
            for row in rows
        ]  # fmt: skip

"""Officers' accounts, over one open transaction."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from sqlalchemy import select, update

from govinteract.errors import ConflictError, InputError
from govinteract.identity.model import Account
from govinteract.identity.tables import officer_table
from govinteract.kernel import PublicId, clean
from govinteract.storage import write_instant

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from govinteract.facts import Facts
    from govinteract.storage import Transaction

__all__ = ["Officers"]

_ROW = officer_table.c
_USERNAME = re.compile(r"[a-z0-9](?:[a-z0-9._-]{0,62}[a-z0-9])?")
_NAME_LIMIT = 120


class Officers:
    """The accounts of one transaction's locality.

    Passwords come and go as hashes that the caller made; every change is recorded as a fact
    on the officer's stream, without names and without the hash.
    """

    def __init__(self, tx: Transaction, facts: Facts) -> None:
        self._tx = tx
        self._facts = facts

    def add(
        self, username: str, *, password_hash: str, name: str = "", unit: str | None = None,
        roles: Iterable[str] = (),
    ) -> Account:  # fmt: skip
        """Make an account and return it; records `officer.added`.

        Raises `InputError("identity.username_invalid")` for anything but 1 to 64 of a-z, 0-9,
        dot, hyphen and underscore, and `ConflictError("identity.username_taken")`.
        """
        account = Account(
            id=f"o-{PublicId.new(self._tx.entropy).text.lower()}", username=_username(username),
            name=clean(name, field="name", limit=_NAME_LIMIT) if name else username, unit=unit,
            roles=frozenset(roles), active=True, password_hash=password_hash,
        )  # fmt: skip
        row = {
            "locality": self._tx.locality, "id": account.id, "username": account.username,
            "name": account.name, "unit": unit, "roles": json.dumps(sorted(account.roles)),
            "password_hash": password_hash, "active": 1, "at": write_instant(self._tx.now),
        }  # fmt: skip
        body = {"unit": account.officer.unit, "roles": sorted(account.officer.roles)}
        if not self._tx.insert_if_absent(officer_table, row):
            raise ConflictError("identity.username_taken", hint="choose another username")
        self._facts.append(f"officer:{account.id}", 1, "officer.added", body)
        return account

    def find(self, username: str) -> Account | None:
        """Return the account with this username, active or not; None when there is none."""
        return self._one("username", username.strip().lower())

    def get(self, account_id: str) -> Account | None:
        """Return the account with this id, None when there is none."""
        return self._one("id", account_id)

    def set_password(self, account: Account, password_hash: str) -> None:
        """Change the password; records `officer.password_set`. Sessions go on: end them too."""
        self._change(account, {"password_hash": password_hash}, "officer.password_set")

    def deactivate(self, account: Account) -> None:
        """Let nobody sign in as `account` any more; records `officer.deactivated`."""
        self._change(account, {"active": 0}, "officer.deactivated")

    def _change(self, account: Account, values: dict[str, Any], kind: str) -> None:
        stream = f"officer:{account.id}"
        mine = (_ROW.locality == self._tx.locality, _ROW.id == account.id)
        self._tx.write(update(officer_table).where(*mine).values(**values))
        self._facts.append(stream, len(self._facts.of(stream)) + 1, kind, {})

    def _one(self, column: str, value: str) -> Account | None:
        mine = (_ROW.locality == self._tx.locality, _ROW[column] == value)
        row = self._tx.read(select(officer_table).where(*mine)).mappings().first()
        return None if row is None else _account(dict(row))


def _account(row: Mapping[str, Any]) -> Account:
    return Account(
        id=row["id"], username=row["username"], name=row["name"], unit=row["unit"],
        roles=frozenset(json.loads(row["roles"])), active=bool(row["active"]),
        password_hash=row["password_hash"],
    )  # fmt: skip


def _username(raw: str) -> str:
    username = raw.strip().lower()
    if not _USERNAME.fullmatch(username):
        raise InputError("identity.username_invalid", hint="a-z, 0-9, dot, hyphen, underscore")
    return username

"""Bringing what wraps the tenant's keys in line with the settings.

The settings name the key providers that are to be: each tenant key gets a wrapping by each of
them, and one for the recovery key where there is one, and loses every other. So a provider
is changed in two rounds, and no process is ever without a way in:

    1. name the new one as second; rotate: both wrap now; let every process start with both
    2. name it as the only one; rotate: the old wrappings go

A new version of a key at its provider counts as a new key: one round. Each key is changed in
a commit of its own, after its new wrappings were opened again.
"""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING, Any

from attrs import frozen
from sqlalchemy import delete, update

from govinteract.errors import ConflictError, CryptoError
from govinteract.facts.service import Facts
from govinteract.kernel.actor import System
from govinteract.storage.schema import write_instant
from govinteract.storage.scrub import scrub
from govinteract.storage.transaction import Transaction
from govinteract.vault.epoch_steps import KEY_TABLES
from govinteract.vault.key_tables import further_wrap_table
from govinteract.vault.recovery_store import read_lock
from govinteract.vault.refusal import open_failed
from govinteract.vault.roots import Wrapping, read_key_rows
from govinteract.vault.tables import key_table

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sqlalchemy import Engine

    from govinteract.vault.key_material import KeyMaterial
    from govinteract.vault.keyring import KeyRing
    from govinteract.vault.provider import KeyProvider
    from govinteract.vault.recovery import RecoveryLock
    from govinteract.vault.roots import Roots, TenantKeyRow

__all__ = ["RootRotation", "RootState", "replace_wrappings", "wrap_again"]

_KEY, _MORE = key_table.c, further_wrap_table.c


@frozen(kw_only=True)
class RootState:
    """Which root keys are to wrap the tenant's keys, and how many keys are not so far yet."""

    wanted: tuple[str, ...]
    keys: int
    left: int


@frozen
class RootRotation:
    """The rotation of the root keys, by whoever runs `govinteract keys rotate --root`."""

    _engine: Engine
    _ring: KeyRing

    def state(self) -> RootState:
        """Tell how far it is. Asks the providers for the names of their keys."""
        wanted, rows = self._wanted(), self._rows()
        left = sum(not _is_aligned(row, wanted) for row in rows)
        return RootState(wanted=tuple(wanted), keys=len(rows), left=left)

    def run(self, progress: Callable[[int, int], object] = lambda _done, _total: None) -> RootState:
        """Wrap every key as the settings say, and drop every other wrapping.

        Killed and run again, it goes on. Raises what the providers say: a key keeps the
        wrappings it has until all new ones are there.
        """
        lock, rows = self._lock(), self._rows()
        for number, row in enumerate(rows, 1):
            self._align(row, lock)
            progress(number, len(rows))
        self._ring.refresh(self._engine)
        scrub(self._engine, KEY_TABLES)
        return self.state()

    def _align(self, row: TenantKeyRow, lock: RecoveryLock | None) -> None:
        self._ring.warm(self._engine)
        (key,) = self._ring.roots.unwrap([row])
        wrappings = wrap_again(row, key, self._ring.roots)
        if lock is not None:
            have = {wrapping.root: wrapping for wrapping in row.wrappings}
            made = Wrapping(lock.kid, lock.wrap(key.secret(), row.context))
            wrappings.append(have.get(lock.kid, made))
        if _names(wrappings) == _names(row.wrappings) and set(wrappings) == set(row.wrappings):
            return
        with self._transaction() as tx:
            facts = Facts(tx, self._ring.log_keys())
            replace_wrappings(tx, facts, row, wrappings, kind="key.rewrapped")

    def _wanted(self) -> list[str]:
        lock = self._lock()
        names = [provider.kid for provider in self._ring.roots.all]
        return names if lock is None else [*names, lock.kid]

    def _lock(self) -> RecoveryLock | None:
        self._ring.warm(self._engine)
        index = self._ring.tenant_keys().current.get("index")
        return read_lock(self._engine, self._ring.tenant, index)

    def _rows(self) -> list[TenantKeyRow]:
        with self._engine.connect() as connection:
            return read_key_rows(connection.execute, self._ring.tenant)

    def _transaction(self) -> Transaction:
        ring = self._ring
        return Transaction(
            self._engine, locality=ring.tenant, actor=System("keys"), clock=ring.clock,
            entropy=ring.entropy,
        )  # fmt: skip


def wrap_again(row: TenantKeyRow, key: KeyMaterial, roots: Roots) -> list[Wrapping]:
    """Return the wrapping of `key` by each provider: the one that it has, else a new one.

    Each is opened before anybody relies on it: a key may have been made anew under its old
    name. Raises `ProviderError`, and `CryptoError("vault.open_failed")` when a new wrapping
    does not open.
    """
    wrappings = []
    for provider in roots.all:
        root = provider.kid
        have = [w for w in row.wrappings if w.root == root and _opens(provider, w, row, key)]
        if not have:
            wrapped = provider.wrap(key.secret(), row.context)
            have = [Wrapping(provider.kid, wrapped)]
            if not _opens(provider, have[0], row, key):
                raise open_failed()
        wrappings.append(have[0])
    return wrappings


def _opens(provider: KeyProvider, wrapping: Wrapping, row: TenantKeyRow, key: KeyMaterial) -> bool:
    try:
        secret = provider.unwrap(wrapping.wrapped, row.context)
    except CryptoError:
        return False
    return hmac.compare_digest(secret, key.secret())


def replace_wrappings(
    tx: Transaction, facts: Facts, row: TenantKeyRow, wrappings: Sequence[Wrapping],
    *, kind: str,
) -> None:  # fmt: skip
    """Put `wrappings` in the place of those that `row` has, with a fact of `kind`.

    Raises `ConflictError("vault.rotation_unfinished")` when the key was changed meanwhile.
    """
    first, *others = wrappings
    before = row.wrappings[0]
    mine = (_KEY.locality == tx.locality, _KEY.role == row.role, _KEY.epoch == row.epoch)
    same = (_KEY.root == before.root, _KEY.wrapped == before.wrapped)
    change = update(key_table).where(*mine, *same)
    if tx.write(change.values(root=first.root, wrapped=first.wrapped)).rowcount != 1:
        raise ConflictError("vault.rotation_unfinished", hint="another process is at it")
    place = (
        _MORE.locality == tx.locality, _MORE.role == row.role, _MORE.epoch == row.epoch
    )  # fmt: skip
    tx.write(delete(further_wrap_table).where(*place))
    if others:
        tx.insert(further_wrap_table, [_further(tx, row, other) for other in others])
    stream = f"key/{row.role}"
    gone = {wrapping.root for wrapping in row.wrappings} - {wrapping.root for wrapping in wrappings}
    body: dict[str, Any] = {
        "epoch": row.epoch, "kid": row.kid.hex(), "root": first.root,
        "further": [other.root for other in others], "dropped": sorted(gone),
    }  # fmt: skip
    facts.append(stream, len(facts.of(stream)) + 1, kind, body)


def _further(tx: Transaction, row: TenantKeyRow, wrapping: Wrapping) -> dict[str, Any]:
    return {
        "locality": tx.locality, "role": row.role, "epoch": row.epoch, "root": wrapping.root,
        "wrapped": wrapping.wrapped, "created_at": write_instant(tx.now),
    }  # fmt: skip


def _names(wrappings: Sequence[Wrapping]) -> list[str]:
    """Return the roots in the order that matters: the first, then the others."""
    first, *others = [wrapping.root for wrapping in wrappings]
    return [first, *sorted(others)]


def _is_aligned(row: TenantKeyRow, wanted: Sequence[str]) -> bool:
    first, *others = wanted
    return _names(row.wrappings) == [first, *sorted(others)]

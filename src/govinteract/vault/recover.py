"""Making the recovery key, and coming back with it when a provider is lost."""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING

from attrs import field, frozen
from sqlalchemy import delete

from govinteract.errors import ConflictError, CryptoError
from govinteract.facts.service import Facts
from govinteract.kernel.actor import System
from govinteract.storage.schema import write_instant
from govinteract.storage.scrub import scrub
from govinteract.storage.transaction import Transaction
from govinteract.vault.epoch_steps import KEY_TABLES
from govinteract.vault.key_material import KeyMaterial
from govinteract.vault.key_tables import further_wrap_table, recovery_table
from govinteract.vault.recovery import RECOVERY, RecoveryKey
from govinteract.vault.recovery_store import recovery_row
from govinteract.vault.refusal import open_failed
from govinteract.vault.root_rotation import replace_wrappings, wrap_again
from govinteract.vault.roots import TenantKeyRow, Wrapping, read_key_rows
from govinteract.vault.shares import join, split
from govinteract.vault.tenant_keys import TenantKeys

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Engine

    from govinteract.vault.keyring import KeyRing

__all__ = ["NewShares", "check_shares", "new_shares", "recover_keys"]

_MORE = further_wrap_table.c


@frozen(kw_only=True)
class NewShares:
    """Shares of a recovery key that is not in use yet: `confirm` them once they are on paper."""

    words: tuple[str, ...] = field(repr=False)
    threshold: int
    kid: str
    _engine: Engine = field(repr=False)
    _ring: KeyRing = field(repr=False)
    _key: RecoveryKey = field(repr=False)

    def confirm(self) -> int:
        """Wrap every tenant key for these shares; return how many.

        From now on they open them all, also those that are made later, and no earlier
        shares do. Commits in one transaction, with the fact.
        """
        engine, ring, lock = self._engine, self._ring, self._key.lock
        ring.refresh(engine)
        rows = _rows(engine, ring.tenant)
        wrapped = [
            lock.wrap(key.secret(), row.context)
            for row, key in zip(rows, ring.roots.unwrap(rows), strict=True)
        ]
        index = ring.tenant_keys().current["index"][1]
        with _transaction(engine, ring) as tx:
            tx.write(delete(recovery_table).where(recovery_table.c.locality == tx.locality))
            earlier = (_MORE.locality == tx.locality, _MORE.root.like(f"{RECOVERY}:%"))
            tx.write(delete(further_wrap_table).where(*earlier))
            row = recovery_row(tx, index, lock, threshold=self.threshold, shares=len(self.words))
            tx.insert(recovery_table, row)
            further = [
                {
                    "locality": tx.locality, "role": row.role, "epoch": row.epoch,
                    "root": lock.kid, "wrapped": blob, "created_at": write_instant(tx.now),
                }
                for row, blob in zip(rows, wrapped, strict=True)
            ]  # fmt: skip
            tx.insert(further_wrap_table, further)
            if [r.kid for r in read_key_rows(tx.read, ring.tenant)] != [r.kid for r in rows]:
                raise ConflictError("vault.keys_contested", hint="a key was made meanwhile: again")
            facts = Facts(tx, ring.log_keys())
            body = {
                "kid": lock.kid, "threshold": self.threshold, "shares": len(self.words),
                "keys": len(rows),
            }  # fmt: skip
            stream = "key/recovery"
            facts.append(stream, len(facts.of(stream)) + 1, "key.recovery_made", body)
        scrub(engine, KEY_TABLES)
        return len(rows)


def new_shares(engine: Engine, ring: KeyRing, *, threshold: int, shares: int) -> NewShares:
    """Make a recovery key and its shares; nothing is stored before they are confirmed.

    Raises `InputError("vault.shares_count")`, `SettingsError("vault.extra_missing")`.
    """
    key = RecoveryKey.generate(ring.entropy)
    words = tuple(split(key.secret(), threshold=threshold, shares=shares))
    return NewShares(
        words=words, threshold=threshold, kid=key.lock.kid, engine=engine, ring=ring, key=key
    )


def check_shares(engine: Engine, ring: KeyRing, shares: Sequence[str]) -> int:
    """See that `shares` open every key of the tenant; change nothing; return how many.

    Asks no provider. Raises `InputError("vault.shares_invalid")`,
    `CryptoError("vault.recovery_foreign")` when they are not this tenant's, or not its
    latest, and `("vault.open_failed")` when a wrapping was changed.
    """
    return len(_opened(engine, ring.tenant, shares))


def recover_keys(engine: Engine, ring: KeyRing, shares: Sequence[str]) -> int:
    """Open every key with `shares` and wrap it by the providers that the settings name now.

    Nobody asks the providers that are lost. The shares stay good; other wrappings go.
    Commits in one transaction, with a fact for each key; returns how many. Raises as
    `check_shares`, and `ProviderError`.
    """
    opened = _opened(engine, ring.tenant, shares)
    lock = RecoveryKey(join(shares)).lock
    changes = []
    for row, key in opened:
        mine = [wrapping for wrapping in row.wrappings if wrapping.root == lock.kid]
        changes.append((row, [*wrap_again(row, key, ring.roots), *mine]))
    now = {row.role: (row.epoch, key) for row, key in opened if row.retired_at is None}
    keys = TenantKeys(now, {})
    with _transaction(engine, ring) as tx:
        facts = Facts(tx, keys.log_keys(ring.origin))
        for row, wrappings in changes:
            replace_wrappings(tx, facts, row, wrappings, kind="key.recovered")
    ring.refresh(engine)
    scrub(engine, KEY_TABLES)
    return len(changes)


def _opened(
    engine: Engine, tenant: str, shares: Sequence[str]
) -> list[tuple[TenantKeyRow, KeyMaterial]]:
    recovery = RecoveryKey(join(shares))
    rows = _rows(engine, tenant)
    return [(row, _open(row, recovery)) for row in rows]


def _open(row: TenantKeyRow, recovery: RecoveryKey) -> KeyMaterial:
    mine: list[Wrapping] = [w for w in row.wrappings if w.root == recovery.lock.kid]
    if not mine:
        raise CryptoError(
            "vault.recovery_foreign", hint=f"{row.role} {row.epoch}: are these the latest shares?"
        )
    key = KeyMaterial(recovery.unwrap(mine[0].wrapped, row.context))
    if not hmac.compare_digest(key.kid, row.kid):
        raise open_failed()
    return key


def _rows(engine: Engine, tenant: str) -> list[TenantKeyRow]:
    with engine.connect() as connection:
        return read_key_rows(connection.execute, tenant)


def _transaction(engine: Engine, ring: KeyRing) -> Transaction:
    return Transaction(
        engine, locality=ring.tenant, actor=System("keys"), clock=ring.clock,
        entropy=ring.entropy,
    )  # fmt: skip

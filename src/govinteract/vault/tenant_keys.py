"""A tenant's own keys: making them, storing them wrapped, and unwrapping them again.

    kek        wraps people's data keys; a new epoch now and then bounds how long a stolen
               backup outlives an erasure
    index      keys the hashes by which rows are found (case codes, idempotency bodies)
    log-mac    shows which rows of the log this library wrote
    log-sign   the Ed25519 seed that signs the log's checkpoints
    statement  the Ed25519 seed that signs what people carry: receipts and certificates
    witness    the Ed25519 seed that signs what this tenant saw of others' logs

Each is 256 random bits, wrapped by every key provider of the locality (`roots.py`) and bound
to role, tenant and epoch.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from attrs import Factory, frozen
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import func, select

from govinteract.facts.log import LogKeys
from govinteract.facts.service import Facts
from govinteract.kernel.actor import System
from govinteract.storage.schema import read_instant, write_instant
from govinteract.storage.transaction import Transaction
from govinteract.vault.data_key import EpochKey
from govinteract.vault.key_material import KeyMaterial
from govinteract.vault.key_tables import further_wrap_table, rotation_table
from govinteract.vault.provider import tenant_key_context
from govinteract.vault.recovery_store import read_lock
from govinteract.vault.roots import Roots, Wrapping, read_key_rows
from govinteract.vault.tables import key_table

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from govinteract.kernel.clock import Clock
    from govinteract.kernel.entropy import Entropy

__all__ = ["ROLES", "SETTLE", "NewKey", "TenantKeys", "load_keys", "store_first_keys"]

ROLES = ("kek", "index", "log-mac", "log-sign", "statement", "witness")

SETTLE = timedelta(seconds=600)
"""How long after its making an epoch comes into use, and how long after its retirement it may
be destroyed: twice as long as a process keeps keys, so that every process knows by then."""

_ROTATION = rotation_table.c


@frozen
class TenantKeys:
    """The unwrapped keys of one tenant: the current key of each role, and every epoch.

    `since` has the making of each epoch that is not retired; data keys made before
    `fresh_from` (an instant as stored) are replaced when they are next needed.
    """

    current: dict[str, tuple[int, KeyMaterial]]
    epochs: dict[int, EpochKey]
    since: dict[int, datetime] = Factory(dict)
    fresh_from: str = ""

    def log_keys(self, origin: str) -> LogKeys:
        """Return the keys of the log named `origin`; `KeyError` while they are not made."""
        return LogKeys(origin, self.current["log-mac"][1].secret(), self.signer("log-sign"))

    def signer(self, role: str) -> Ed25519PrivateKey:
        """Return the signing key of `role`; `KeyError` while it is not made."""
        return Ed25519PrivateKey.from_private_bytes(self.current[role][1].secret())

    def epoch_at(self, now: datetime) -> EpochKey | None:
        """Return the epoch that wraps new data keys: the newest that every process knows."""
        known = [epoch for epoch, made in self.since.items() if made + SETTLE <= now]
        number = max(known, default=min(self.since, default=None))
        return None if number is None else self.epochs[number]


def load_keys(engine: Engine, roots: Roots, tenant: str) -> TenantKeys:
    """Read and unwrap all keys of `tenant`; raises as `Roots.unwrap`."""
    query = select(func.max(_ROTATION.since))
    query = query.where(_ROTATION.locality == tenant, _ROTATION.kind == "data")
    with engine.connect() as connection:
        rows = read_key_rows(connection.execute, tenant)
        fresh_from = connection.execute(query).scalar() or ""
    current, epochs, since = {}, {}, {}
    for row, key in zip(rows, roots.unwrap(rows), strict=True):
        if row.retired_at is None:
            current[row.role] = (row.epoch, key)
        if row.role == "kek":
            epochs[row.epoch] = EpochKey(key, tenant=tenant, epoch=row.epoch)
            if row.retired_at is None:
                since[row.epoch] = read_instant(row.created_at)
    return TenantKeys(current, epochs, since, fresh_from)


@frozen(kw_only=True)
class NewKey:
    """A tenant's key that is about to be stored, wrapped for everybody who is to open it.

    It is wrapped before its transaction begins: providers are asked outside of them.
    """

    role: str
    epoch: int
    material: KeyMaterial
    wrappings: tuple[Wrapping, ...]

    @classmethod
    def make(
        cls, engine: Engine, roots: Roots, known: TenantKeys, *, tenant: str, role: str,
        epoch: int, material: KeyMaterial,
    ) -> NewKey:  # fmt: skip
        """Wrap `material` by every provider, and for the recovery key where there is one.

        Raises `ProviderError`, and `CryptoError("vault.recovery_changed")` when somebody
        put another recovery key in the place of the tenant's.
        """
        context = tenant_key_context(role, tenant, epoch)
        wrappings = roots.wrap(material, context)
        lock = read_lock(engine, tenant, known.current.get("index"))
        if lock is not None:
            wrappings.append(Wrapping(lock.kid, lock.wrap(material.secret(), context)))
        return cls(role=role, epoch=epoch, material=material, wrappings=tuple(wrappings))

    def store(self, tx: Transaction, facts: Facts) -> None:
        """Insert the key with its wrappings, and the fact that it was made."""
        first, *others = self.wrappings
        place = {"locality": tx.locality, "role": self.role, "epoch": self.epoch}
        now = write_instant(tx.now)
        wrapping = {"root": first.root, "wrapped": first.wrapped, "created_at": now}
        tx.insert(key_table, {**place, **wrapping, "kid": self.material.kid, "retired_at": None})
        if others:
            rows = [
                {**place, "root": o.root, "wrapped": o.wrapped, "created_at": now} for o in others
            ]
            tx.insert(further_wrap_table, rows)
        stream = f"key/{self.role}"
        body = {"epoch": self.epoch, "kid": self.material.kid.hex(), "root": first.root}
        if others:
            body["further"] = [other.root for other in others]
        facts.append(stream, len(facts.of(stream)) + 1, "key.made", body)


def store_first_keys(
    engine: Engine, roots: Roots, known: TenantKeys,
    *, tenant: str, origin: str, entropy: Entropy, clock: Clock,
) -> tuple[str, ...]:  # fmt: skip
    """Make the roles that `known` lacks, each in its first epoch, with a fact for each.

    Returns the roles that were made; raises `ConflictError` when another process made one
    of them first: load them then.
    """
    missing = tuple(role for role in ROLES if role not in known.current)
    made = {role: (1, KeyMaterial.generate(entropy)) for role in missing}
    new = [
        NewKey.make(engine, roots, known, tenant=tenant, role=role, epoch=epoch, material=material)
        for role, (epoch, material) in made.items()
    ]
    if not new:
        return ()
    everything = TenantKeys({**known.current, **made}, {})
    with Transaction(
        engine, locality=tenant, actor=System("keys"), clock=clock, entropy=entropy
    ) as tx:
        facts = Facts(tx, everything.log_keys(origin))
        for key in new:
            key.store(tx, facts)
    return missing

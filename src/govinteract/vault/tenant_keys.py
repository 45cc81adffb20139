"""A tenant's own keys: making them, storing them wrapped, and unwrapping them again.

    kek        wraps people's data keys; a new epoch now and then bounds how long a stolen
               backup outlives an erasure
    index      keys the hashes by which rows are found (case codes, idempotency bodies)
    log-mac    shows which rows of the log this library wrote
    log-sign   the Ed25519 seed that signs the log's checkpoints
    statement  the Ed25519 seed that signs what people carry: receipts and certificates
    witness    the Ed25519 seed that signs what this tenant saw of others' logs

Each is 256 random bits, wrapped by the key provider and bound to role, tenant and epoch.
"""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING

from attrs import frozen
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import select

from govinteract.facts.log import LogKeys
from govinteract.facts.service import Facts
from govinteract.kernel.actor import System
from govinteract.storage.schema import write_instant
from govinteract.storage.transaction import Transaction
from govinteract.vault.data_key import EpochKey
from govinteract.vault.key_material import KeyMaterial
from govinteract.vault.provider import KeyProvider, tenant_key_context
from govinteract.vault.refusal import open_failed
from govinteract.vault.tables import key_table

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from govinteract.kernel.clock import Clock
    from govinteract.kernel.entropy import Entropy

__all__ = ["ROLES", "TenantKeys", "load_keys", "store_first_keys"]

ROLES = ("kek", "index", "log-mac", "log-sign", "statement", "witness")

_ROW = key_table.c
_KEYS = select(_ROW.role, _ROW.epoch, _ROW.kid, _ROW.wrapped, _ROW.retired_at)


@frozen
class TenantKeys:
    """The unwrapped keys of one tenant: the current key of each role, and every epoch."""

    current: dict[str, tuple[int, KeyMaterial]]
    epochs: dict[int, EpochKey]

    def log_keys(self, origin: str) -> LogKeys:
        """Return the keys of the log named `origin`; `KeyError` while they are not made."""
        return LogKeys(origin, self.current["log-mac"][1].secret(), self.signer("log-sign"))

    def signer(self, role: str) -> Ed25519PrivateKey:
        """Return the signing key of `role`; `KeyError` while it is not made."""
        return Ed25519PrivateKey.from_private_bytes(self.current[role][1].secret())


def load_keys(engine: Engine, provider: KeyProvider, tenant: str) -> TenantKeys:
    """Read and unwrap all keys of `tenant`.

    Raises `CryptoError("vault.open_failed")` when the provider's root key is not the one
    that wrapped them, or a row was changed.
    """
    query = _KEYS.where(_ROW.locality == tenant).order_by(_ROW.role, _ROW.epoch)
    with engine.connect() as connection:
        rows = connection.execute(query).all()
    current, epochs = {}, {}
    for role, epoch, kid, wrapped, retired_at in rows:
        context = tenant_key_context(role, tenant, epoch)
        key = KeyMaterial(provider.unwrap(bytes(wrapped), context))
        if not hmac.compare_digest(key.kid, bytes(kid)):
            raise open_failed()
        if retired_at is None:
            current[role] = (epoch, key)
        if role == "kek":
            epochs[epoch] = EpochKey(key, tenant=tenant, epoch=epoch)
    return TenantKeys(current, epochs)


def store_first_keys(
    engine: Engine, provider: KeyProvider, known: TenantKeys,
    *, tenant: str, origin: str, entropy: Entropy, clock: Clock,
) -> tuple[str, ...]:  # fmt: skip
    """Make the roles that `known` lacks, each in its first epoch, with a fact for each.

    They are wrapped before the transaction begins. Returns the roles that were made;
    raises `ConflictError` when another process made one of them first: load them then.
    """
    missing = tuple(role for role in ROLES if role not in known.current)
    made = {role: (1, KeyMaterial.generate(entropy)) for role in missing}
    rows = [_row(provider, tenant, role, key, clock) for role, (_epoch, key) in made.items()]
    if not rows:
        return ()
    everything = TenantKeys({**known.current, **made}, {})
    with Transaction(
        engine, locality=tenant, actor=System("keys"), clock=clock, entropy=entropy
    ) as tx:
        tx.insert(key_table, rows)
        facts = Facts(tx, everything.log_keys(origin))
        for role, (epoch, key) in made.items():
            stream = f"key/{role}"
            body = {"epoch": epoch, "kid": key.kid.hex(), "root": provider.kid}
            facts.append(stream, len(facts.of(stream)) + 1, "key.made", body)
    return missing


def _row(
    provider: KeyProvider, tenant: str, role: str, key: KeyMaterial, clock: Clock
) -> dict[str, object]:
    context = tenant_key_context(role, tenant, 1)
    return {
        "locality": tenant, "role": role, "epoch": 1, "kid": key.kid, "root": provider.kid,
        "wrapped": provider.wrap(key.secret(), context),
        "created_at": write_instant(clock.now()), "retired_at": None,
    }  # fmt: skip

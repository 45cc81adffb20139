"""A tenant's keys, unwrapped before a transaction begins and kept for minutes.

The provider may be a service on the network, therefore it is asked outside transactions
only: `warm` before each, and a key that is missing inside is `KeyNotReady`. People's data
keys are not kept here, nor anywhere across transactions: a purpose that lost its wrap is
lost at once, in every process.
"""

from __future__ import annotations

import hashlib
import hmac
import threading
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

from attrs import Factory, frozen

from govinteract.errors import ConflictError
from govinteract.storage.transaction import in_transaction
from govinteract.vault.refusal import KeyNotReady
from govinteract.vault.tenant_keys import ROLES, TenantKeys, load_keys, store_first_keys

if TYPE_CHECKING:
    from collections.abc import Callable

    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from sqlalchemy import Engine

    from govinteract.facts.log import LogKeys
    from govinteract.kernel.clock import Clock
    from govinteract.kernel.entropy import Entropy
    from govinteract.vault.data_key import EpochKey
    from govinteract.vault.key_material import KeyMaterial
    from govinteract.vault.provider import KeyProvider

__all__ = ["MAX_AGE", "MAX_USES", "KeyRing"]

MAX_AGE = timedelta(seconds=300)
"""How long unwrapped keys are used: what the provider disables is dead here after this."""

MAX_USES = 2**20
"""How often: a process that runs wild comes back to the provider, where it can be seen."""

_RENEW_AGE = MAX_AGE / 2  # what begins now has at least this long before its keys end
_RENEW_USES = MAX_USES // 2
_LOG_ROLES = {"log-mac", "log-sign"}
_RACES = 5  # processes that make the first keys of one tenant at the same moment


@frozen
class _Loaded:
    """What one visit to the provider brought, and what was derived from it since."""

    keys: TenantKeys
    at: datetime
    log: LogKeys | None
    labels: dict[str, bytes] = Factory(dict)


class KeyRing:
    """The keys of `tenant`, shared by the threads of a process.

    `ensure` makes the first keys (`govinteract db upgrade` calls it), `warm` loads them.
    `origin` names the tenant's log in its checkpoints.
    """

    def __init__(
        self, provider: KeyProvider, tenant: str, *, entropy: Entropy, clock: Clock,
        origin: str = "",
    ) -> None:  # fmt: skip
        self.tenant = tenant
        self.origin = origin or f"govinteract/{tenant}"
        self._provider = provider
        self._entropy = entropy
        self._clock = clock
        self._lock = threading.Lock()
        self._loaded: _Loaded | None = None
        self._uses = 0
        self._stale = False

    def warm(self, engine: Engine) -> None:
        """Load and unwrap the keys unless they are at hand; call it before each transaction.

        Asks the database and the provider every 150 seconds at most. Raises
        `CryptoError("vault.open_failed")` when the provider's root key is not the one that
        wrapped the keys, and `KeyNotReady` when it would have to ask inside a transaction.
        """
        if self._is_fresh():
            return
        with self._lock:
            if not self._is_fresh():
                self._load(engine)

    def ensure(self, engine: Engine) -> tuple[str, ...]:
        """Make the keys that the tenant lacks, with a fact for each, and load all.

        Returns the roles that were made. Several processes may run it at once: one of
        them makes the keys. Commits in a transaction of its own.
        """
        for _race in range(_RACES):
            with self._lock:
                known = self._load(engine)
            if all(role in known.current for role in ROLES):
                return ()
            try:
                made = store_first_keys(
                    engine, self._provider, known, tenant=self.tenant, origin=self.origin,
                    entropy=self._entropy, clock=self._clock,
                )  # fmt: skip
            except ConflictError:
                continue
            with self._lock:
                self._load(engine)
            return made
        raise ConflictError("vault.keys_contested", hint="run: govinteract db upgrade, once")

    def forget(self) -> None:
        """Drop the unwrapped keys; the next `warm` loads them anew."""
        self._loaded = None

    def current_epoch(self) -> EpochKey:
        """Return the key that wraps new data keys; raises `KeyNotReady`."""
        keys = self._ready().keys
        return keys.epochs[self._current(keys, "kek")[0]]

    def epoch(self, number: int) -> EpochKey:
        """Return the key of epoch `number`, retired or not; raises `KeyNotReady`."""
        key = self._ready().keys.epochs.get(number)
        if key is None:
            raise self._not_ready()
        return key

    def fingerprint(self, label: str, data: bytes) -> bytes:
        """Return 32 bytes by which `data` is found again, and which tell nothing of it.

        HMAC-SHA-256 under a key for `label` alone, derived from the tenant's index key
        (HKDF-Expand-SHA-256; info: the canonical form of "gi/fingerprint/v1" and `label`).
        Raises `KeyNotReady`.
        """
        return hmac.digest(self._label_key(label), data, hashlib.sha256)

    def keyed_hash(self, label: str) -> Callable[[bytes], bytes]:
        """Return `fingerprint` for `label`, quickly and often; for one transaction.

        Raises `KeyNotReady`.
        """
        return partial(hmac.digest, self._label_key(label), digest="sha256")

    def _label_key(self, label: str) -> bytes:
        loaded = self._ready()
        key = loaded.labels.get(label)
        if key is None:
            key = self._current(loaded.keys, "index")[1].derive("gi/fingerprint/v1", label)
            loaded.labels[label] = key
        return key

    def log_keys(self) -> LogKeys:
        """Return the keys of the tenant's log; raises `KeyNotReady`."""
        log = self._ready().log
        if log is None:
            raise self._not_ready()
        return log

    def signer(self, role: str) -> Ed25519PrivateKey:
        """Return the tenant's key that signs as `role`: "statement" or "witness".

        Raises `KeyNotReady`, also where an older version made the tenant's keys and
        `govinteract db upgrade` has not run since.
        """
        keys = self._ready().keys
        if role not in keys.current:
            raise self._not_ready()
        return keys.signer(role)

    def _load(self, engine: Engine) -> TenantKeys:
        if in_transaction():
            raise self._not_ready()
        at = self._clock.now()
        keys = load_keys(engine, self._provider, self.tenant)
        log = keys.log_keys(self.origin) if keys.current.keys() >= _LOG_ROLES else None
        self._loaded, self._uses, self._stale = _Loaded(keys, at, log), 0, False
        return keys

    def _is_fresh(self) -> bool:
        loaded = self._loaded
        if loaded is None or self._stale or self._uses >= _RENEW_USES:
            return False
        return self._age(loaded) < _RENEW_AGE

    def _ready(self) -> _Loaded:
        loaded = self._loaded
        if loaded is None or self._uses >= MAX_USES or self._age(loaded) >= MAX_AGE:
            raise self._not_ready()
        self._uses += 1
        return loaded

    def _age(self, loaded: _Loaded) -> timedelta:
        return abs(self._clock.now() - loaded.at)  # a clock set back must not keep keys alive

    def _current(self, keys: TenantKeys, role: str) -> tuple[int, KeyMaterial]:
        if role not in keys.current:
            raise self._not_ready()
        return keys.current[role]

    def _not_ready(self) -> KeyNotReady:
        self._stale = True  # so that the next warm finds a key that another process made
        return KeyNotReady(
            "vault.key_not_ready",
            hint="call KeyRing.warm before the transaction and begin it again; "
            "a new locality needs: govinteract db upgrade",
        )

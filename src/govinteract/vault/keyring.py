"""A tenant's keys, unwrapped before a transaction begins and kept for minutes.

The provider may be a service on the network, therefore it is asked outside transactions
only: `warm` before each, and a key that is missing inside is `KeyNotReady`. People's data
keys are not kept here, nor anywhere across transactions: a purpose that lost its wrap is
lost at once, in every process.

While no provider answers, sealing goes on with the keys at hand until the end of `outage`,
and opening ends with `MAX_AGE`: people's reports still come in, and nobody reads them under
keys that the provider might have disabled since.
"""

from __future__ import annotations

import hashlib
import hmac
import threading
from copy import copy
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from attrs import Factory, frozen

from govinteract.errors import ConflictError, ProviderError
from govinteract.storage.transaction import in_transaction
from govinteract.vault.refusal import KeyNotReady
from govinteract.vault.roots import Roots
from govinteract.vault.tenant_keys import ROLES, TenantKeys, load_keys, store_first_keys

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from sqlalchemy import Engine

    from govinteract.facts.log import LogKeys
    from govinteract.kernel.clock import Clock
    from govinteract.kernel.entropy import Entropy
    from govinteract.vault.data_key import EpochKey
    from govinteract.vault.key_material import KeyMaterial
    from govinteract.vault.provider import KeyProvider

__all__ = ["MAX_AGE", "MAX_USES", "OUTAGE", "KeyRing"]

MAX_AGE = timedelta(seconds=300)
"""How long unwrapped keys are used: what the provider disables is dead here after this."""

MAX_USES = 2**20
"""How often: a process that runs wild comes back to the provider, where it can be seen."""

OUTAGE = timedelta(hours=12)
"""How long sealing goes on while no provider answers, unless the locality says otherwise."""

_RETRY = timedelta(seconds=15)  # a provider that failed is left alone for as long
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
    `provider` wraps each key, and so does each of the `others`: any one of them opens all.
    `origin` names the tenant's log in its checkpoints.
    """

    def __init__(
        self, provider: KeyProvider, tenant: str, *, entropy: Entropy, clock: Clock,
        origin: str = "", others: Sequence[KeyProvider] = (), outage: timedelta = OUTAGE,
    ) -> None:  # fmt: skip
        self.tenant = tenant
        self.origin = origin or f"govinteract/{tenant}"
        self.roots = Roots(provider, *others)
        self.entropy = entropy
        self.clock = clock
        self._outage = max(outage, MAX_AGE)
        self._lock = threading.Lock()
        self._loaded: _Loaded | None = None
        self._failure: tuple[datetime, ProviderError] | None = None
        self._uses = 0
        self._stale = False

    def warm(self, engine: Engine) -> None:
        """Load and unwrap the keys unless they are at hand; call it before each transaction.

        Asks the database and the provider every 150 seconds at most, and goes on with the
        keys that it has while the provider does not answer. Raises `ProviderError` when
        those are too old, `CryptoError("vault.open_failed")` when the provider's root key
        is not the one that wrapped the keys, and `KeyNotReady` when it would have to ask
        inside a transaction.
        """
        if self._is_fresh():
            return
        # One thread renews; the others need not wait for it while their keys are good.
        if self._lock.acquire(blocking=not self._may_seal()):
            try:
                if not self._is_fresh():
                    self._renew(engine)
            finally:
                self._lock.release()

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
                    engine, self.roots, known, tenant=self.tenant, origin=self.origin,
                    entropy=self.entropy, clock=self.clock,
                )  # fmt: skip
            except ConflictError:
                continue
            with self._lock:
                self._load(engine)
            return made
        raise ConflictError("vault.keys_contested", hint="run: govinteract db upgrade, once")

    def refresh(self, engine: Engine) -> None:
        """Load the keys anew, also those that are at hand; raises as `warm`."""
        with self._lock:
            self._load(engine)

    def forget(self) -> None:
        """Drop the unwrapped keys; the next `warm` loads them anew."""
        self._loaded = None

    @property
    def opens(self) -> bool:
        """Whether `epoch` gives keys: False in an outage, when only sealing goes on."""
        return self._may_open()

    @property
    def fresh_from(self) -> str:
        """The instant, as stored, before which a data key is too old to be used again."""
        return self._ready().keys.fresh_from

    def current_epoch(self) -> EpochKey:
        """Return the key that wraps new data keys; raises `KeyNotReady`."""
        key = self._ready().keys.epoch_at(self.clock.now())
        if key is None:
            raise self._not_ready()
        return key

    def epoch(self, number: int) -> EpochKey:
        """Return the key of epoch `number`, retired or not, for unwrapping.

        Raises `KeyNotReady`, and in an outage of more than `MAX_AGE` what the provider
        said: `ProviderError`.
        """
        loaded = self._ready()
        if not self._may_open():
            raise self._silence()
        key = loaded.keys.epochs.get(number)
        if key is None:
            raise self._not_ready()
        return key

    def tenant_keys(self) -> TenantKeys:
        """Return all unwrapped keys, for who rotates them; raises `KeyNotReady`."""
        return self._ready().keys

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
        keyed = hmac.new(self._label_key(label), digestmod="sha256")

        def hashed(data: bytes) -> bytes:
            mac = keyed.copy()  # the key's own two blocks are hashed once
            mac.update(data)
            return mac.digest()

        return hashed

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

    def outdated(self) -> KeyNotReady:
        """Make the error of a transaction that holds a key which is no more; begin it again."""
        return self._not_ready()

    def _renew(self, engine: Engine) -> None:
        try:
            self._load(engine)
        except ProviderError as error:
            self._failure = self.clock.now(), error
            if not self._may_seal():
                raise

    def _load(self, engine: Engine) -> TenantKeys:
        if in_transaction():
            raise self._not_ready()
        at = self.clock.now()
        keys = load_keys(engine, self.roots, self.tenant)
        log = keys.log_keys(self.origin) if keys.current.keys() >= _LOG_ROLES else None
        self._loaded, self._uses, self._stale = _Loaded(keys, at, log), 0, False
        self._failure = None
        return keys

    def _is_fresh(self) -> bool:
        loaded, failure = self._loaded, self._failure
        if loaded is None:
            return False
        if failure is not None and self._may_seal():
            return abs(self.clock.now() - failure[0]) < _RETRY
        if self._stale or self._uses >= _RENEW_USES:
            return False
        return self._age(loaded) < _RENEW_AGE

    def _may_open(self) -> bool:
        loaded = self._loaded
        return loaded is not None and self._uses < MAX_USES and self._age(loaded) < MAX_AGE

    def _may_seal(self) -> bool:
        loaded, failure = self._loaded, self._failure
        if failure is None or failure[1].code != "vault.provider_unreachable":
            return self._may_open()
        return loaded is not None and self._uses < MAX_USES and self._age(loaded) < self._outage

    def _ready(self) -> _Loaded:
        loaded = self._loaded
        if loaded is None or not self._may_seal():
            raise self._not_ready()
        self._uses += 1
        return loaded

    def _age(self, loaded: _Loaded) -> timedelta:
        return abs(self.clock.now() - loaded.at)  # a clock set back must not keep keys alive

    def _silence(self) -> ProviderError | KeyNotReady:
        """Make the error of opening in an outage: each time a new one, as errors keep traces."""
        if self._failure is None:
            return self._not_ready()
        return copy(self._failure[1])

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

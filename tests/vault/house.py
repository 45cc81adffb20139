"""A small house for the vault's tests: a still clock, counted randomness, keys, a database."""

import builtins
import hashlib
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

from attrs import define, field
from sqlalchemy import Engine

from govinteract.errors import ProviderError
from govinteract.kernel import Actor, System
from govinteract.storage import Transaction, metadata, open_engine
from govinteract.vault import KeyMaterial, KeyRing, LocalKeyFile, Permit, Sealed, Vault
from govinteract.vault.permit import GUARD

TENANT = "phuong-hoa-binh"
PLAN = {"contact": ("resolve-report", "notify-citizen"), "content": ("resolve-report", "moderate")}


@define
class StillClock:
    """A clock that stands until somebody moves it."""

    at: datetime = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)

    def now(self) -> datetime:
        """Return the time it stands at."""
        return self.at

    def move(self, by: timedelta) -> None:
        """Move it."""
        self.at += by


@define
class CountedEntropy:
    """Bytes that look random and are the same in every run."""

    label: str = "test"
    count: int = 0

    def bytes(self, n: int) -> builtins.bytes:
        """Return the next `n` bytes."""
        self.count += 1
        return hashlib.shake_256(f"{self.label} {self.count}".encode()).digest(n)


@define
class CountedProvider:
    """A key provider that counts how often it is asked, and can be cut off."""

    entropy: CountedEntropy = field(factory=CountedEntropy)
    root: KeyMaterial = field(init=False, repr=False)
    unwrapped: int = 0
    reachable: bool = True
    refuses: bool = False
    thinks: Callable[[], object] = int
    name: str = "counted"

    def __attrs_post_init__(self) -> None:
        """Make the root key."""
        self.root = KeyMaterial.generate(self.entropy)

    @property
    def kid(self) -> str:
        """The name of the root key."""
        return f"{self.name}:{self.root.kid.hex()}"

    def wrap(self, key: builtins.bytes, aad: builtins.bytes) -> builtins.bytes:
        """Wrap as a key file does."""
        return LocalKeyFile(self.root, self.entropy).wrap(key, aad)

    def unwrap(self, blob: builtins.bytes, aad: builtins.bytes) -> builtins.bytes:
        """Unwrap as a key file does, and count it."""
        if not self.reachable:
            code = "vault.provider_refused" if self.refuses else "vault.provider_unreachable"
            raise ProviderError(code, hint="the provider is cut off", provider=self.name)
        self.unwrapped += 1
        self.thinks()
        return LocalKeyFile(self.root, self.entropy).unwrap(blob, aad)


@define
class House:
    """A tenant with a database and a key ring, and short ways to work in it."""

    engine: Engine
    ring: KeyRing
    clock: StillClock
    entropy: CountedEntropy
    provider: CountedProvider

    @classmethod
    def build(cls, url: str, *, tenant: str = TENANT, ready: bool = True) -> "House":
        """Make the tables and the tenant's keys in a new database at `url`."""
        engine = open_engine(url)
        with engine.connect() as connection:
            connection.info["gi_writes"] = True
            metadata.create_all(connection)
            connection.commit()
            connection.info["gi_writes"] = False
        clock, entropy, provider = StillClock(), CountedEntropy(tenant), CountedProvider()
        ring = KeyRing(provider, tenant, entropy=entropy, clock=clock)
        if ready:
            ring.ensure(engine)
        return cls(engine, ring, clock, entropy, provider)

    def tx(self, actor: Actor | None = None) -> Transaction:
        """Begin a transaction."""
        return Transaction(
            self.engine,
            locality=self.ring.tenant,
            actor=actor or System("test"),
            clock=self.clock,
            entropy=self.entropy,
        )

    def vault(self, tx: Transaction) -> Vault:
        """Return the vault of a transaction."""
        return Vault(tx, self.ring, PLAN)

    def open(self, sealed: Sequence[Sealed], purpose: str = "resolve-report") -> list[object]:
        """Open values in a transaction of their own and reveal them."""
        with self.tx() as tx:
            return [
                value.reveal() for value in self.vault(tx).open(sealed, permit(tx, sealed, purpose))
            ]

    def seal(
        self,
        value: object = "0912 345 678",
        *,
        subject: str | None = None,
        data_class: str = "contact",
        record: str = "r-1",
        field: str = "phone",
        type: str = "text",  # noqa: A002 - as the vault calls it
        rev: int = 1,
    ) -> Sealed:
        """Seal one value in a transaction of its own, for a new subject unless one is named."""
        with self.tx() as tx:
            vault = self.vault(tx)
            return vault.seal(
                value,
                subject=subject or vault.new_subject(),
                data_class=data_class,
                record=record,
                field=field,
                type=type,
                rev=rev,
            )


def permit(
    tx: object, sealed: Sequence[Sealed], purpose: str = "resolve-report", *, classes: str = ""
) -> Permit:
    """Mint a permit as the guard does."""
    return Permit(
        GUARD,
        transaction=tx,
        actor="officer:an",
        purpose=purpose,
        basis="law: test",
        subjects=[value.subject for value in sealed],
        data_classes=[classes] if classes else [value.data_class for value in sealed],
    )

"""The composition root: one locality's settings, engine, keys, calendar and catalogue.

Open it once for a process and hand out transactions:

    ward = Locality.open("ward.toml")
    with ward.acting_as(citizen) as tx:
        receipt = tx.feedback.submit(Report(service="street-light", text="Đèn tắt"))
"""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import copy_context
from datetime import timedelta
from functools import cached_property
from importlib.resources import files
from typing import TYPE_CHECKING, Any, ParamSpec, Self, TypeVar

from attrs import evolve

from govinteract.acting import Acting
from govinteract.consent import Guard, Purposes
from govinteract.errors import ConflictError, SettingsError
from govinteract.facts import (
    KnownWitness,
    Verdict,
    VerifierKey,
    ask_witnesses,
    rebuild_tiles,
    sequence,
    verify_log,
)
from govinteract.feedback import Catalogue, Workflow, default_workflow
from govinteract.feedback.search import contact_indexes
from govinteract.feedback.tables import draft_table, file_table
from govinteract.kernel import System, SystemClock, SystemEntropy
from govinteract.packs import load as load_pack
from govinteract.sealed.tables import sealed_submission_table, sealed_wrap_table
from govinteract.settings import Settings
from govinteract.storage import Transaction, open_engine, scrub, upgrade
from govinteract.vault import KeyRing
from govinteract.vault.providers import ProviderAccess, make_missing, open_provider
from govinteract.vault.tables import blind_table, wrap_table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from concurrent.futures import ThreadPoolExecutor
    from pathlib import Path

    from sqlalchemy import Engine

    from govinteract.facts import Asked, Checkpoint
    from govinteract.kernel import Actor, Clock, Entropy, WorkingCalendar
    from govinteract.outbox import Relay, Tally
    from govinteract.packs import Pack
    from govinteract.vault import BlindIndex, KeyProvider

__all__ = ["Locality", "starter_catalogue"]

_ERASABLE = (
    wrap_table, file_table, draft_table, blind_table, sealed_submission_table, sealed_wrap_table,
)  # fmt: skip
"""The tables from which an erasure deletes."""

P = ParamSpec("P")
T = TypeVar("T")


class Locality:
    """A ward, a city, a province: everything its app needs, opened once for a process.

    Threads share it. Nothing is created by opening: tables and keys are made by `upgrade`
    (`govinteract db upgrade`).
    """

    def __init__(
        self, settings: Settings, *, engine: Engine | None = None,
        keys: KeyProvider | None = None, clock: Clock | None = None,
        entropy: Entropy | None = None,
    ) -> None:  # fmt: skip
        self.settings = settings
        self.id = settings.locality
        self.clock = clock or SystemClock()
        self.entropy = entropy or SystemEntropy()
        self._owns_engine = engine is None
        self.engine = engine or open_engine(settings.database_url, pool_size=settings.pool_size)
        self._keys = keys

    @classmethod
    def open(cls, config: str | Path | Settings | None = None, **parts: Any) -> Self:
        """Open the locality that `config` describes: a TOML path, `Settings`, or the environment.

        `parts` may be `engine` (one engine for several localities or shared with the host),
        `keys` (a key provider), `clock` and `entropy`. Raises `SettingsError`.
        """
        settings = config if isinstance(config, Settings) else Settings.load(config)
        return cls(settings, **parts)

    @contextmanager
    def acting_as(self, actor: Actor, *, purpose: str | None = None) -> Iterator[Acting]:
        """Open a transaction in which `actor` acts, for `purpose` where data is opened.

        Commits when the block ends, rolls everything back when it raises. Raises
        `StorageError` when the database can't be reached, `CryptoError` when the keys can't.
        """
        self._keyring.warm(self.engine)
        with self._begin(actor, purpose) as tx:
            yield Acting(tx, self)

    async def run(self, work: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Run `work`, which opens transactions, from async code: in this locality's threads.

        There are as many threads as the engine has connections, so that no thread waits for
        one and nobody else's work is delayed by ours.
        """
        from asyncio import get_running_loop  # noqa: PLC0415 - loaded where it is used: 40 ms

        context, loop = copy_context(), get_running_loop()
        return await loop.run_in_executor(self._threads, lambda: context.run(work, *args, **kwargs))

    def upgrade(self) -> list[str]:
        """Create or migrate tables, make missing keys; return what was done, in English.

        With a database URL alone it also makes a local key file beside the database.
        """
        done = []
        for spec in self._key_providers:
            made_file = make_missing(spec, self._provider_access)
            if made_file is not None:
                done.append(f"made key file {made_file} (0600): back it up apart from the database")
        upgrade(self.engine)
        done.append("tables are up to date")
        made = self._keyring.ensure(self.engine)
        if made:
            done.append(f"made keys: {', '.join(made)}")
        if made and "kek" not in made:  # a version without these keys was here before
            done.append(self._catch_up())
        return done

    def _catch_up(self) -> str:
        """Make what this version keeps beside the facts from those that an older one recorded."""
        with self.acting_as(System("upgrade")) as tx:
            looks = tx.openings.rebuild(tx.facts)
            leaves = rebuild_tiles(tx.transaction)
        return f"caught up: {looks} openings by person, tiles of {leaves} leaves"

    def sequence(self) -> int:
        """Put all new facts into the log's tree and sign a checkpoint; return how many."""
        total = 0
        while True:
            try:
                with self.acting_as(System("sequencer")) as tx:
                    count = sequence(tx.transaction, tx.log_keys)
            except ConflictError:
                return total  # another sequencer was faster
            total += count
            if not count:
                return total

    def verify(self, known: Checkpoint | None = None) -> Verdict:
        """Sequence, then verify the whole log against the stored facts.

        `known` is a checkpoint that was kept outside and must be part of this log.
        """
        self.sequence()
        with self.acting_as(System("audit")) as tx:
            return verify_log(tx.transaction, tx.log_keys, known=known)

    def scrub(self) -> bool:
        """Get deleted bytes out of the database's files; call it after an erasure commits.

        Returns False when readers held it back: run it again then (see `storage.scrub`).
        """
        return scrub(self.engine, _ERASABLE)

    def ask_witnesses(self) -> list[Asked]:
        """Have the newest checkpoint signed by the witnesses that the settings name.

        Returns how far each of them has signed; what went wrong with one stands in its
        `error` and hinders no other. Needs the network, so call it in no transaction.
        """
        from govinteract.http import open_client  # noqa: PLC0415 - httpx loads only here

        known = [
            KnownWitness(VerifierKey.parse(witness.key), witness.url)
            for witness in self.settings.witnesses
        ]

        @contextmanager
        def begin() -> Iterator[Transaction]:
            with self.acting_as(System("witnessing")) as tx:
                yield tx.transaction

        if not known:
            return []
        with open_client() as client:
            return ask_witnesses(begin, known, client)

    def relay_once(self) -> Tally:
        """Deliver every message that is due, and return how many arrived, wait or were given up.

        `govinteract relay` and the web app call it about once a second; any number of
        processes may.
        """
        return self.relay.run_once()

    @cached_property
    def relay(self) -> Relay:
        """Takes messages from the outbox to citizens and other programs."""
        from govinteract.delivery import make_relay  # noqa: PLC0415 - mail and HTTP load only here

        return make_relay(self)

    def close(self) -> None:
        """Give threads and connections back."""
        if "_threads" in self.__dict__:
            self._threads.shutdown()
        if self._owns_engine:
            self.engine.dispose()

    def __enter__(self) -> Self:
        """Use the locality in a `with` block that closes it."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close."""
        self.close()

    @property
    def zone(self) -> str:
        """The IANA time zone in which the law counts."""
        return self.settings.zone or self.pack.zone

    @property
    def origin(self) -> str:
        """The name of this locality's log, as checkpoints carry it."""
        return self._keyring.origin

    @cached_property
    def pack(self) -> Pack:
        """The country's data."""
        return load_pack(self.settings.pack)

    @cached_property
    def catalogue(self) -> Catalogue:
        """The services that people can report or ask for."""
        path = self.settings.catalogue
        return Catalogue.from_toml(_text(path) if path else starter_catalogue(self.pack.name))

    @cached_property
    def workflow(self) -> Workflow:
        """The states and moves of a case."""
        path = self.settings.workflow
        return Workflow.from_toml(_text(path)) if path else default_workflow()

    @cached_property
    def calendar(self) -> WorkingCalendar:
        """The working time of this locality."""
        calendar = self.pack.calendar(self.settings.calendar)
        if self.zone == self.pack.zone:
            return calendar
        return evolve(calendar, zone=self.zone, version=f"{calendar.version}@{self.zone}")

    @cached_property
    def purposes(self) -> Purposes:
        """For what personal data may be opened."""
        return Purposes.for_country(self.settings.pack)

    @cached_property
    def contact_indexes(self) -> tuple[BlindIndex, ...]:
        """How contacts are found: the plan for `index_people` of the settings."""
        return contact_indexes(self.settings.index_people)

    @cached_property
    def guard(self) -> Guard:
        """Who decides whether it may."""
        return Guard(self.purposes)

    @cached_property
    def _keyring(self) -> KeyRing:
        first = [self._keys] if self._keys else []
        named = [open_provider(spec, self._provider_access) for spec in self._key_providers]
        provider, *others = [*first, *named]
        return KeyRing(
            provider, self.id, entropy=self.entropy, clock=self.clock, others=others,
            outage=timedelta(hours=self.settings.key_outage_hours),
        )  # fmt: skip

    @property
    def _key_providers(self) -> list[str]:
        """What the settings name, the first first; one that was handed in stands for that."""
        first = [] if self._keys else [self.settings.key_provider]
        second = self.settings.second_key_provider
        return [*first, *([second] if second else [])]

    @property
    def _provider_access(self) -> ProviderAccess:
        settings = self.settings
        return ProviderAccess(
            entropy=self.entropy, key_file=settings.key_path,
            single_machine=settings.single_machine, passphrase=settings.secret("key_passphrase"),
            openbao_token=settings.secret("openbao_token"),
            openbao_token_file=settings.openbao_token_file,
            openbao_ca_file=settings.openbao_ca_file, pkcs11_library=settings.pkcs11_library,
            pkcs11_pin=settings.secret("pkcs11_pin"),
        )  # fmt: skip

    @property
    def keyring(self) -> KeyRing:
        """The unwrapped keys of this locality."""
        return self._keyring

    @cached_property
    def _threads(self) -> ThreadPoolExecutor:
        from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415 - async hosts only

        return ThreadPoolExecutor(self.settings.pool_size, thread_name_prefix="govinteract")

    def _begin(self, actor: Actor, purpose: str | None) -> Transaction:
        return Transaction(
            self.engine, locality=self.id, actor=actor, purpose=purpose, clock=self.clock,
            entropy=self.entropy,
        )  # fmt: skip


def starter_catalogue(pack: str) -> str:
    """Return the example catalogue of a country pack, for a locality that has none yet."""
    return files("govinteract").joinpath("packs", pack, "starter.toml").read_text("utf-8")


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError("settings.unreadable", hint=f"{path}: {error}") from error

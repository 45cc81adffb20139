import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select, update

from govinteract.errors import CryptoError
from govinteract.facts import Facts
from govinteract.kernel import System
from govinteract.storage import Transaction
from govinteract.storage.schema import write_instant
from govinteract.vault import KeyMaterial, KeyNotReady, KeyRing
from govinteract.vault.keyring import MAX_AGE, MAX_USES
from govinteract.vault.provider import tenant_key_context
from govinteract.vault.tables import key_table
from govinteract.vault.tenant_keys import ROLES, SETTLE
from tests.vault.house import TENANT, CountedEntropy, CountedProvider, House, StillClock


def ring_of(house: House, **changes: object) -> KeyRing:
    """Return another key ring on the same database and provider."""
    given = {"provider": house.provider, "tenant": TENANT, **changes}
    return KeyRing(
        given["provider"],  # type: ignore[arg-type]  # what the test hands in
        str(given["tenant"]),
        entropy=house.entropy,
        clock=house.clock,
    )


def test_first_keys_are_made_once_with_their_facts(any_house: House) -> None:
    """`ensure` makes one key for each role, records each as a fact, and makes no second."""
    assert any_house.ring.ensure(any_house.engine) == ()
    with any_house.tx() as tx:
        rows = tx.read(select(key_table)).all()
        facts = Facts(tx, any_house.ring.log_keys())
        bodies = {role: facts.of(f"key/{role}") for role in ROLES}
    assert sorted(row.role for row in rows) == sorted(ROLES)
    assert {row.epoch for row in rows} == {1}
    for row in rows:
        (fact,) = bodies[row.role]
        assert fact.kind == "key.made"
        assert fact.actor == "system:keys"
        assert fact.data == {
            "epoch": 1, "kid": bytes(row.kid).hex(), "root": any_house.provider.kid,
        }  # fmt: skip


def test_no_key_stands_in_the_database_in_the_clear(house: House) -> None:
    """Neither a tenant's key nor the root key is in any file of the database."""
    secrets = [key.secret() for _epoch, key in house.ring._ready().keys.current.values()]
    assert house.seal().kid in everything(house)
    for secret in [*secrets, house.provider.root.secret()]:
        assert secret not in everything(house)
        assert secret.hex().encode() not in everything(house)


def everything(house: House) -> bytes:
    """Return all bytes of the database's files."""
    path = Path(str(house.engine.url.database))
    return b"".join(file.read_bytes() for file in path.parent.glob(f"{path.name}*"))


def test_keys_survive_the_process(house: House) -> None:
    """Another ring on the same database and root key has the same keys."""
    other = ring_of(house)
    other.warm(house.engine)
    assert other.current_epoch().kid == house.ring.current_epoch().kid
    assert other.fingerprint("case-code", b"x") == house.ring.fingerprint("case-code", b"x")
    assert other.log_keys().mac_key == house.ring.log_keys().mac_key


def test_processes_that_start_together_make_one_set_of_keys(
    new_database: Callable[..., str],
) -> None:
    """Many rings that make the first keys at once end with the same keys."""
    house = House.build(new_database(), ready=False)
    rings = [ring_of(house) for _ in range(6)]
    gate = threading.Barrier(len(rings))

    def start(ring: KeyRing) -> tuple[str, ...]:
        gate.wait()
        return ring.ensure(house.engine)

    with ThreadPoolExecutor(len(rings)) as pool:
        made = list(pool.map(start, rings))
    assert sorted(made) == [()] * 5 + [ROLES]
    assert len({ring.current_epoch().kid for ring in rings}) == 1
    with house.tx() as tx:
        assert tx.read(select(func.count()).select_from(key_table)).scalar_one() == len(ROLES)
    house.engine.dispose()


def test_ring_that_was_not_warmed_is_not_ready(house: House) -> None:
    """Every use of a cold ring is `KeyNotReady`; after `warm` each answers."""
    cold = ring_of(house)
    uses: list[Callable[[], object]] = [
        cold.current_epoch,
        lambda: cold.epoch(1),
        lambda: cold.fingerprint("x", b""),
        cold.log_keys,
    ]
    for use in uses:
        with pytest.raises(KeyNotReady) as refused:
            use()
        assert refused.value.code == "vault.key_not_ready"
    cold.warm(house.engine)
    for use in uses:
        assert use() is not None


def test_ring_of_a_tenant_without_keys_is_not_ready(house: House) -> None:
    """A tenant that has no keys yet is not ready, warmed or not, until they are made."""
    other = ring_of(house, tenant="an-binh")
    other.warm(house.engine)
    with pytest.raises(KeyNotReady):
        other.current_epoch()
    other.ensure(house.engine)
    assert other.current_epoch().kid != house.ring.current_epoch().kid
    assert other.fingerprint("x", b"") != house.ring.fingerprint("x", b"")


def test_keys_are_never_asked_for_inside_a_transaction(house: House) -> None:
    """A ring that would have to ask its provider inside a transaction is not ready."""
    cold = ring_of(house)
    with house.tx(), pytest.raises(KeyNotReady):
        cold.warm(house.engine)
    asked = house.provider.unwrapped
    with house.tx():
        house.ring.warm(house.engine)  # nothing to do
    assert house.provider.unwrapped == asked
    cold.warm(house.engine)
    assert house.provider.unwrapped == asked + len(ROLES)


def test_keys_end_after_their_age_and_are_renewed_before(house: House) -> None:
    """Keys are renewed by the first `warm` past half their age, and unusable past it."""
    asked = house.provider.unwrapped
    house.clock.move(MAX_AGE / 2 - timedelta(seconds=1))
    house.ring.warm(house.engine)
    assert house.provider.unwrapped == asked
    house.clock.move(timedelta(seconds=1))
    house.ring.warm(house.engine)
    assert house.provider.unwrapped == asked + len(ROLES)
    house.clock.move(MAX_AGE - timedelta(seconds=1))
    assert house.ring.current_epoch().epoch == 1
    house.clock.move(timedelta(seconds=1))
    with pytest.raises(KeyNotReady):
        house.ring.current_epoch()
    house.clock.move(-2 * MAX_AGE)
    with pytest.raises(KeyNotReady):  # a clock set back keeps no key alive
        house.ring.current_epoch()


def test_keys_end_after_their_uses(house: House) -> None:
    """Keys that were used 2^20 times are unusable, and are renewed at half of that."""
    asked = house.provider.unwrapped
    house.ring._uses = MAX_USES // 2
    assert house.ring.current_epoch().epoch == 1
    house.ring.warm(house.engine)
    assert house.provider.unwrapped == asked + len(ROLES)
    house.ring._uses = MAX_USES
    with pytest.raises(KeyNotReady):
        house.ring.current_epoch()


def test_key_made_by_another_process_is_found_after_a_miss(house: House) -> None:
    """A miss makes the next `warm` look again, so that a new epoch works in every process."""
    insert_epoch(house, 2)
    house.ring.warm(house.engine)
    with pytest.raises(KeyNotReady):
        house.ring.epoch(2)
    assert house.ring.current_epoch().epoch == 1  # others go on meanwhile
    house.ring.warm(house.engine)
    assert house.ring.epoch(2).epoch == 2
    assert house.ring.epoch(1).epoch == 1


def insert_epoch(house: House, number: int) -> None:
    """Store the key of an epoch, as another process would."""
    key = KeyMaterial.generate(house.entropy)
    context = tenant_key_context("kek", TENANT, number)
    row = {
        "locality": TENANT, "role": "kek", "epoch": number, "kid": key.kid,
        "root": house.provider.kid, "wrapped": house.provider.wrap(key.secret(), context),
        "created_at": write_instant(house.clock.now()), "retired_at": None,
    }  # fmt: skip
    with house.tx() as tx:
        tx.insert(key_table, row)


def test_new_epoch_is_used_when_every_process_knows_it(house: House) -> None:
    """A new epoch unwraps at once, and wraps only when no process can be without it."""
    assert SETTLE >= 2 * MAX_AGE
    insert_epoch(house, 2)
    house.ring.refresh(house.engine)
    assert house.ring.current_epoch().epoch == 1
    house.clock.move(SETTLE - timedelta(seconds=1))
    house.ring.warm(house.engine)
    assert house.ring.current_epoch().epoch == 1
    house.clock.move(timedelta(seconds=1))
    assert house.ring.current_epoch().epoch == 2  # without loading anything
    with house.tx() as tx:
        tx.write(update(key_table).where(key_table.c.epoch == 2).values(retired_at="x"))
    house.ring.refresh(house.engine)
    assert house.ring.current_epoch().epoch == 1


def test_retired_epoch_still_unwraps(house: House) -> None:
    """A retired epoch wraps nothing new and unwraps what it wrapped."""
    with house.tx() as tx:
        tx.write(update(key_table).where(key_table.c.role == "kek").values(retired_at="x"))
    house.ring.forget()
    house.ring.warm(house.engine)
    assert house.ring.epoch(1).epoch == 1
    with pytest.raises(KeyNotReady):
        house.ring.current_epoch()


@pytest.mark.parametrize("column", ["wrapped", "kid", "role", "epoch", "locality"])
def test_key_row_that_was_changed_is_refused(house: House, column: str) -> None:
    """A wrapped key in another row, or with another name, does not load."""
    house.ring.forget()
    house.ring.warm(house.engine)
    moved = {
        "wrapped": bytes(78), "kid": bytes(16), "role": "kek2", "epoch": 9, "locality": "an-binh",
    }  # fmt: skip
    statement = update(key_table).where(key_table.c.role == "kek").values({column: moved[column]})
    with house.tx() as tx:
        tx.write(statement)
    tenant = "an-binh" if column == "locality" else TENANT
    with pytest.raises(CryptoError) as refused:
        ring_of(house, tenant=tenant).warm(house.engine)
    assert refused.value.code == "vault.open_failed"


def test_another_root_key_is_refused(house: House) -> None:
    """A provider with another root key opens nothing of this tenant."""
    stranger = CountedProvider(CountedEntropy("stranger"))
    with pytest.raises(CryptoError) as refused:
        ring_of(house, provider=stranger).warm(house.engine)
    assert refused.value.code == "vault.open_failed"


def test_fingerprints_are_keyed_by_label(house: House) -> None:
    """A fingerprint is 32 bytes, the same for the same data and label, and another otherwise."""
    ring = house.ring
    assert len(ring.fingerprint("case-code", b"x")) == 32
    assert ring.fingerprint("case-code", b"x") == ring.fingerprint("case-code", b"x")
    others = [("case-code", b"y"), ("once-body", b"x"), ("case-codex", b"")]
    assert ring.fingerprint("case-code", b"x") not in {ring.fingerprint(*o) for o in others}


def test_log_keys_carry_the_tenants_origin(house: House) -> None:
    """The log's keys name the tenant's log, by default after the tenant."""
    assert house.ring.log_keys().origin == f"govinteract/{TENANT}"
    named = KeyRing(
        house.provider, TENANT, entropy=house.entropy, clock=StillClock(), origin="log.example.vn"
    )
    named.warm(house.engine)
    assert named.log_keys().origin == "log.example.vn"
    assert named.log_keys().mac_key == house.ring.log_keys().mac_key


def test_transaction_of_another_locality_gets_no_vault(house: House) -> None:
    """A vault takes a transaction of its own key ring's tenant only."""
    with house.tx() as tx:
        assert not house.vault(tx).pending
    foreign = Transaction(
        house.engine, locality="an-binh", actor=System("test"), clock=house.clock,
        entropy=house.entropy,
    )  # fmt: skip
    with foreign, pytest.raises(Exception, match=r"vault\.wrong_tenant"):
        house.vault(foreign)

"""Tests of what goes on while no key provider answers."""

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import delete, select

from govinteract.errors import ProviderError
from govinteract.vault import KeyNotReady, KeyRing
from govinteract.vault.keyring import MAX_AGE, MAX_USES, OUTAGE
from govinteract.vault.tables import key_table, wrap_table
from tests.vault.house import PLAN, TENANT, CountedEntropy, CountedProvider, House

SECOND = timedelta(seconds=1)


def said(action: Callable[[], object]) -> str:
    """Return the code with which the provider's silence is told."""
    with pytest.raises(ProviderError) as error:
        action()
    return error.value.code


def test_outage_within_the_age_of_the_keys_is_not_felt(house: House) -> None:
    """While the keys are young enough, sealing and opening go on though nobody answers."""
    sealed = house.seal()
    house.provider.reachable = False
    house.clock.move(MAX_AGE - SECOND)
    house.ring.warm(house.engine)
    later = house.seal("an@example.vn", subject=sealed.subject, field="email")
    assert house.open([sealed, later]) == ["0912 345 678", "an@example.vn"]
    assert later.kid == sealed.kid


def test_in_an_outage_sealing_goes_on_and_opening_says_why_not(any_house: House) -> None:
    """Past the age of the keys new values are sealed, and opening tells that nobody answers."""
    house = any_house
    before = house.seal()
    house.provider.reachable = False
    house.clock.move(MAX_AGE)
    house.ring.warm(house.engine)
    assert not house.ring.opens
    new = house.seal("Đèn tắt", data_class="content", field="text")
    added = house.seal("an@example.vn", subject=before.subject, field="email")
    assert added.kid != before.kid  # the key that stands is not opened for it
    assert house.ring.fingerprint("x", b"y")
    assert house.ring.log_keys().origin
    assert said(lambda: house.open([new])) == "vault.provider_unreachable"
    assert said(lambda: house.open([before])) == "vault.provider_unreachable"
    house.provider.reachable = True
    house.clock.move(timedelta(seconds=15))
    house.ring.warm(house.engine)
    opened = house.open([before, added, new])
    assert opened == ["0912 345 678", "an@example.vn", "Đèn tắt"]


def test_outage_ends_sealing_too_in_the_end(house: House) -> None:
    """After twelve hours without an answer nothing is sealed any more, and it is told why."""
    house.seal()
    house.provider.reachable = False
    house.clock.move(OUTAGE - SECOND)
    house.ring.warm(house.engine)
    assert house.seal().kid
    house.clock.move(SECOND)
    assert said(lambda: house.ring.warm(house.engine)) == "vault.provider_unreachable"
    with pytest.raises(KeyNotReady):
        house.seal()


def test_the_locality_says_how_long(house: House) -> None:
    """Another limit holds as it is set, and none below the age of the keys."""
    for outage, limit in ((timedelta(hours=1), timedelta(hours=1)), (timedelta(0), MAX_AGE)):
        ring = KeyRing(
            house.provider, TENANT, entropy=house.entropy, clock=house.clock, outage=outage
        )
        ring.warm(house.engine)
        house.provider.reachable = False
        house.clock.move(limit - SECOND)
        ring.warm(house.engine)
        assert ring.current_epoch().epoch == 1
        house.clock.move(SECOND)
        assert said(lambda ring=ring: ring.warm(house.engine)) == "vault.provider_unreachable"  # type: ignore[misc]  # this turn's
        house.provider.reachable = True


def test_provider_that_refuses_is_no_outage(house: House) -> None:
    """A key that was disabled on purpose is dead here when the keys at hand are too old."""
    sealed = house.seal()
    house.provider.reachable, house.provider.refuses = False, True
    house.clock.move(MAX_AGE - SECOND)
    house.ring.warm(house.engine)
    assert house.open([sealed]) == ["0912 345 678"]
    house.clock.move(SECOND)
    assert said(lambda: house.ring.warm(house.engine)) == "vault.provider_refused"
    with pytest.raises(KeyNotReady):
        house.seal()


def test_worn_keys_are_not_stretched_by_an_outage(house: House) -> None:
    """The limit of uses holds in an outage as ever."""
    house.provider.reachable = False
    house.clock.move(MAX_AGE)
    house.ring.warm(house.engine)
    assert house.seal().kid
    house.ring._uses = MAX_USES
    with pytest.raises(KeyNotReady):
        house.seal()


def test_silent_provider_is_asked_every_15_seconds_only(house: House) -> None:
    """A transaction does not wait for a provider that failed a moment ago."""
    house.provider.reachable = False
    house.clock.move(MAX_AGE)
    asked = []
    for _second in range(31):
        house.ring.warm(house.engine)
        asked.append(house.ring._failure)
        house.clock.move(SECOND)
    assert len(set(map(id, asked))) == 3


def test_others_do_not_wait_for_who_renews(house: House) -> None:
    """While one thread asks a slow provider, another begins its transaction with good keys."""
    house.clock.move(MAX_AGE / 2)
    asked, answered = threading.Event(), threading.Event()

    def thinks() -> None:
        asked.set()
        assert answered.wait(10)

    house.provider.thinks = thinks
    renewing = threading.Thread(target=house.ring.warm, args=(house.engine,))
    renewing.start()
    assert asked.wait(10)
    house.ring.warm(house.engine)
    assert house.ring.current_epoch().epoch == 1
    answered.set()
    renewing.join()


def test_new_locality_tells_an_outage_at_once(house: House) -> None:
    """A process that has no keys yet can't begin, and says why."""
    cold = KeyRing(house.provider, TENANT, entropy=house.entropy, clock=house.clock)
    house.provider.reachable = False
    assert said(lambda: cold.warm(house.engine)) == "vault.provider_unreachable"
    house.provider.reachable = True
    cold.warm(house.engine)
    assert cold.opens


def test_second_provider_bridges_the_first_ones_outage(house: House) -> None:
    """With two providers the silence of one is not felt, whichever it is."""
    second = CountedProvider(CountedEntropy("second"), name="second")
    given = {"entropy": house.entropy, "clock": house.clock}
    with house.tx() as tx:
        tx.write(delete(key_table))
    ring = KeyRing(house.provider, TENANT, others=[second], **given)  # type: ignore[arg-type]  # as it is
    ring.ensure(house.engine)
    house.ring = ring
    sealed = house.seal()
    for first, other in ((False, True), (True, False)):
        house.provider.reachable, second.reachable = first, other
        fresh = KeyRing(house.provider, TENANT, others=[second], **given)  # type: ignore[arg-type]  # as it is
        fresh.warm(house.engine)
        house.ring = fresh
        assert house.open([sealed]) == ["0912 345 678"]
    house.provider.reachable = second.reachable = False
    house.clock.move(MAX_AGE)
    assert said(lambda: KeyRing(house.provider, TENANT, **given).warm(house.engine))  # type: ignore[arg-type]  # as it is


def test_wraps_made_in_an_outage_under_a_destroyed_epoch_are_refused(any_house: House) -> None:
    """A process that was cut off while an epoch was destroyed commits nothing under it."""
    house = any_house
    house.provider.reachable = False
    house.clock.move(MAX_AGE)
    house.ring.warm(house.engine)
    assert house.seal().kid  # while the epoch stands
    with house.tx() as tx:
        tx.write(delete(key_table).where(key_table.c.role == "kek"))
    with pytest.raises(KeyNotReady):
        house.seal()
    with house.tx() as tx:
        assert len(tx.read(select(wrap_table)).all()) == len(PLAN["contact"])

import builtins
import math
from datetime import timedelta
from typing import Any

import pytest
from attrs import define, evolve
from sqlalchemy import delete, func, select

from govinteract.errors import AccessDenied
from govinteract.facts import Facts
from govinteract.vault import KeyRing, Sealed
from govinteract.vault.data_keys import _FOUND_ROOM, _MADE_ROOM, DATA_KEY_AGE
from govinteract.vault.data_rotation import renew_data_keys
from govinteract.vault.envelope import MESSAGE_CAP
from govinteract.vault.keyring import MAX_AGE
from govinteract.vault.tables import wrap_table
from tests.vault.house import PLAN, TENANT, CountedEntropy, House

WRAP = wrap_table.c
PLACE: dict[str, Any] = {"data_class": "contact", "record": "r"}


@define
class Dice(CountedEntropy):
    """Randomness whose single bytes, by which keys are replaced by chance, are as set."""

    thrown: builtins.bytes = b"\x01"

    def bytes(self, n: int) -> builtins.bytes:
        """Return the next bytes, or the one that was set."""
        return self.thrown if n == 1 else CountedEntropy.bytes(self, n)


@pytest.fixture
def dice(house: House) -> Dice:
    """Let the house throw these dice, which replace no key as they are."""
    house.entropy = Dice("dice")
    return house.entropy


def again(house: House, first: Sealed, field: str = "email") -> Sealed:
    """Seal another value for the same subject, in a transaction of its own."""
    house.ring.warm(house.engine)
    return house.seal("an@example.vn", subject=first.subject, field=field)


def test_key_is_used_for_a_year_and_then_another_one(house: House, dice: Dice) -> None:
    """A value of a year later is sealed under a new key; both open."""
    first = house.seal()
    house.clock.move(DATA_KEY_AGE)
    same = again(house, first)
    house.clock.move(timedelta(seconds=1))
    other = again(house, first, "phone.2")
    assert first.kid == same.kid != other.kid
    assert again(house, first, "phone.3").kid == other.kid
    assert house.open([other, first, same]) == ["an@example.vn", "0912 345 678", "an@example.vn"]


def test_operator_asks_for_new_keys(any_house: House) -> None:
    """After `keys rotate --data` every process seals new values under new keys, within minutes."""
    house = any_house
    house.entropy = Dice("dice")
    first = house.seal()
    elsewhere = KeyRing(house.provider, TENANT, entropy=house.entropy, clock=house.clock)
    elsewhere.warm(house.engine)
    house.clock.move(timedelta(seconds=1))
    renew_data_keys(house.engine, house.ring)
    other = again(house, first)
    assert other.kid != first.kid
    assert again(house, first, "phone.2").kid == other.kid
    assert evolve(house, ring=elsewhere).seal().kid
    house.clock.move(MAX_AGE)
    for ring in (elsewhere, house.ring):
        ring.warm(house.engine)
    assert elsewhere.fresh_from == house.ring.fresh_from != ""
    assert house.open([first, other]) == ["0912 345 678", "an@example.vn"]
    with house.tx() as tx:
        told = Facts(tx, house.ring.log_keys()).of("key/data")
    assert [fact.kind for fact in told] == ["key.data_renewed"]
    renew_data_keys(house.engine, house.ring)
    assert again(house, first).kid not in {first.kid, other.kid}


def test_key_is_replaced_by_chance(house: House, dice: Dice) -> None:
    """One throw of 256 replaces the key that was found; a new one is not thrown for."""
    dice.thrown = b"\x00"
    first = house.seal()
    assert again(house, first).kid != first.kid
    dice.thrown = b"\x01"
    assert again(house, first).kid != first.kid


def test_found_key_seals_so_much_and_no_more(house: House, dice: Dice) -> None:
    """In a transaction a key that was found is followed by a new one, before it could be worn."""
    first = house.seal()
    with house.tx() as tx:
        vault = house.vault(tx)
        sealed = [
            vault.seal(str(number), subject=first.subject, field=f"f-{number}", **PLACE)
            for number in range(_FOUND_ROOM + 5)
        ]
        kids = [value.kid for value in sealed]
        assert len(set(kids)) == 2
        assert kids[:_FOUND_ROOM] == [first.kid] * _FOUND_ROOM
    assert house.open([first, *sealed])[1:] == [str(n) for n in range(_FOUND_ROOM + 5)]
    with house.tx() as tx:
        count = tx.read(select(func.count()).select_from(wrap_table)).scalar_one()
    assert count == 2 * len(PLAN["contact"])


def test_made_key_is_followed_by_another(
    house: House, dice: Dice, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A transaction that seals without end uses one key after the other, and opens them all."""
    monkeypatch.setattr("govinteract.vault.data_keys._MADE_ROOM", 10)
    with house.tx() as tx:
        vault = house.vault(tx)
        subject = vault.new_subject()
        sealed = [
            vault.seal(str(number), subject=subject, field=f"f-{number}", **PLACE)
            for number in range(35)
        ]
        assert len({value.kid for value in sealed}) == 4
    assert house.open(sealed) == [str(number) for number in range(35)]


def test_no_key_gets_near_its_cap() -> None:
    """The chance that a key seals 2^20 values in its life is below 2^-80."""
    transactions = (MESSAGE_CAP - _MADE_ROOM) // _FOUND_ROOM
    assert transactions * math.log2(255 / 256) < -80


@pytest.mark.parametrize("why", ["age", "chance", "worn", "outage"])
def test_new_key_takes_back_no_withdrawal(house: House, dice: Dice, why: str) -> None:
    """Whatever replaces a key, a purpose that lost its wrap does not get the new one."""
    first = house.seal()
    with house.tx() as tx:
        tx.write(delete(wrap_table).where(WRAP.purpose == "notify-citizen"))
    sealed = []
    if why == "age":
        house.clock.move(2 * DATA_KEY_AGE)
    elif why == "chance":
        dice.thrown = b"\x00"
    elif why == "outage":
        house.provider.reachable = False
        house.clock.move(MAX_AGE)
    if why == "worn":
        with house.tx() as tx:
            vault = house.vault(tx)
            for number in range(_FOUND_ROOM + 1):
                field = f"f-{number}"
                sealed.append(vault.seal("x", subject=first.subject, field=field, **PLACE))
    else:
        sealed.append(again(house, first))
    assert sealed[-1].kid != first.kid
    house.provider.reachable = True
    house.clock.move(timedelta(seconds=15))
    house.ring.warm(house.engine)
    assert house.open(sealed[-1:], "resolve-report")
    with pytest.raises(AccessDenied):
        house.open(sealed[-1:], "notify-citizen")


def test_erased_person_gets_a_key_of_his_own_again(house: House, dice: Dice) -> None:
    """After an erasure a new value has a new key with every planned purpose, and only it opens."""
    first = house.seal()
    with house.tx() as tx:
        house.vault(tx).destroy_keys([first.subject])
    second = again(house, first)
    assert second.kid != first.kid
    assert house.open([second], "notify-citizen") == ["an@example.vn"]


def test_keys_are_destroyed_in_the_transaction_that_made_them(house: House) -> None:
    """What was sealed a moment ago goes with the rest, and its wraps are never written."""
    with house.tx() as tx:
        vault = house.vault(tx)
        subject = vault.new_subject()
        gone = vault.seal("x", subject=subject, field="f", **PLACE)
        vault.destroy_keys([subject], classes={"contact"})
        kept = vault.seal("y", subject=subject, data_class="content", record="r", field="f")
    assert house.open([kept]) == ["y"]
    with pytest.raises(AccessDenied):
        house.open([gone])

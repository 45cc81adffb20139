"""Keys of programs: shown once, recognised, changed and revoked."""

import pytest
from sqlalchemy import select

from govinteract import Locality
from govinteract.apikeys import ApiKeys
from govinteract.apikeys.tables import api_key_table
from govinteract.errors import AccessDenied, InputError, NotFound
from govinteract.kernel import System
from tests.support import OFFICER, Hands


def issue(ward: Locality, name: str) -> str:
    """Give a program a key, in a transaction of its own."""
    with ward.acting_as(OFFICER) as tx:
        return ApiKeys(tx.transaction, tx.facts, ward.keyring.fingerprint).issue(name)


def verify(ward: Locality, key: str) -> str:
    """Return whose key it is."""
    with ward.acting_as(System("open311")) as tx:
        return ApiKeys(tx.transaction, tx.facts, ward.keyring.fingerprint).verify(key)


def revoke(ward: Locality, name: str, *, keep_newest: bool = False) -> int:
    """Revoke the keys of a program."""
    with ward.acting_as(OFFICER) as tx:
        keys = ApiKeys(tx.transaction, tx.facts, ward.keyring.fingerprint)
        return keys.revoke(name, keep_newest=keep_newest)


def refused(ward: Locality, key: str) -> bool:
    """Tell whether a key is refused."""
    try:
        verify(ward, key)
    except AccessDenied as error:
        return error.code == "apikeys.key_refused"
    return False


def test_a_key_names_its_program_until_it_is_revoked(ward: Locality) -> None:
    """It is known from the commit that gave it out to the commit that ended it."""
    key = issue(ward, "city-app")
    other = issue(ward, "kiosk.2")
    assert key.startswith("gi_")
    assert len(key) == 46
    assert key != other
    assert (verify(ward, key), verify(ward, other)) == ("city-app", "kiosk.2")
    assert revoke(ward, "city-app") == 1
    assert refused(ward, key)
    assert verify(ward, other) == "kiosk.2"


def test_the_key_itself_is_nowhere_in_the_database(ward: Locality) -> None:
    """Neither the table nor the facts hold it, nor a plain hash of it."""
    key = issue(ward, "city-app")
    with ward.acting_as(OFFICER) as tx:
        (row,) = tx.transaction.read(select(api_key_table)).mappings()
        (fact,) = tx.facts.of("apikey:city-app")
    assert (fact.kind, fact.actor) == ("apikey.issued", OFFICER.key)
    assert fact.data == {"name": "city-app", "keys": [bytes(row["key_hash"]).hex()]}
    assert key not in repr(dict(row)) + fact.body
    assert bytes(row["key_hash"]) == ward.keyring.fingerprint("api-key", key.encode())


def test_a_key_is_changed_without_a_gap(small_ward: Locality, hands: Hands) -> None:
    """A program gets a second key, and the first ends when the second is in use."""
    first = issue(small_ward, "city-app")
    hands.move(days=1)
    second = issue(small_ward, "city-app")
    assert verify(small_ward, first) == verify(small_ward, second) == "city-app"
    assert revoke(small_ward, "city-app", keep_newest=True) == 1
    assert refused(small_ward, first)
    assert verify(small_ward, second) == "city-app"
    assert revoke(small_ward, "city-app", keep_newest=True) == 0
    with small_ward.acting_as(OFFICER) as tx:
        keys = ApiKeys(tx.transaction, tx.facts, small_ward.keyring.fingerprint).all()
        kinds = [fact.kind for fact in tx.facts.of("apikey:city-app")]
    assert [(one.name, one.revoked_at is None) for one in keys] == [
        ("city-app", False),
        ("city-app", True),
    ]
    assert keys[0].revoked_at == keys[1].created_at == hands.now()
    assert kinds == ["apikey.issued", "apikey.issued", "apikey.revoked"]


@pytest.mark.parametrize("wrong", ["", "gi_", "gi_" + "a" * 43, "x" * 5000, "gi_" + "đ" * 43])
def test_what_is_no_key_is_refused(small_ward: Locality, wrong: str) -> None:
    """An unknown key and nonsense are told alike."""
    key = issue(small_ward, "city-app")
    assert refused(small_ward, wrong)
    assert refused(small_ward, key[:-1])
    assert refused(small_ward, f"{key} ")
    assert not refused(small_ward, key)


def test_another_locality_does_not_know_the_key(small_ward: Locality) -> None:
    """Keys are of one locality, also where localities share a database."""
    key = issue(small_ward, "city-app")
    settings = small_ward.settings.model_copy(update={"locality": "an-khe"})
    with Locality(settings, engine=small_ward.engine, clock=small_ward.clock) as other:
        other.upgrade()
        assert refused(other, key)
        with pytest.raises(NotFound):
            revoke(other, "city-app")
    assert not refused(small_ward, key)


@pytest.mark.parametrize("wrong", ["", "City", "a b", "-a", "đ", "a" * 41, "a:b", "a\n"])
def test_a_name_is_short_and_plain(small_ward: Locality, wrong: str) -> None:
    """It becomes part of an actor and of a case's source."""
    with pytest.raises(InputError) as error:
        issue(small_ward, wrong)
    assert error.value.code == "apikeys.name_invalid"
    assert issue(small_ward, "a" * 40)


def test_a_name_without_keys_can_t_be_revoked(small_ward: Locality) -> None:
    """Whoever mistypes a name hears of it."""
    issue(small_ward, "city-app")
    for name in ("city-ap", "kiosk"):
        with pytest.raises(NotFound) as error:
            revoke(small_ward, name)
        assert error.value.code == "apikeys.name_unknown"
    assert revoke(small_ward, "city-app") == 1
    with pytest.raises(NotFound):
        revoke(small_ward, "city-app")

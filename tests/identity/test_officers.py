"""Officers' accounts: made once, found by name, changed and closed."""

import pytest

from govinteract import Locality
from govinteract.errors import ConflictError, InputError
from govinteract.identity import Account, Officers
from govinteract.kernel import System

ADMIN = System("officer-admin")


def add(ward: Locality, username: str, password_hash: str = "hash") -> Account:
    """Make an account, in a transaction of its own."""
    with ward.acting_as(ADMIN) as tx:
        officers = Officers(tx.transaction, tx.facts)
        return officers.add(
            username, password_hash=password_hash, name="Lan", unit="mot-cua", roles={"handler"}
        )


def find(ward: Locality, username: str) -> Account | None:
    """Return the account of this name."""
    with ward.acting_as(ADMIN) as tx:
        return Officers(tx.transaction, tx.facts).find(username)


def test_an_account_is_found_by_its_name(ward: Locality) -> None:
    """In any case and with spaces around it; another name finds nobody."""
    made = add(ward, "Lan.Nguyen")
    assert find(ward, " LAN.nguyen ") == made
    assert find(ward, "lan") is None
    assert made.officer.unit == "mot-cua"
    assert made.officer.roles == {"handler"}


def test_a_name_is_taken_once(ward: Locality) -> None:
    """The second account of a name is refused, another name is not."""
    add(ward, "lan")
    with pytest.raises(ConflictError) as refused:
        add(ward, "lan")
    assert refused.value.code == "identity.username_taken"
    assert add(ward, "lan2").username == "lan2"


@pytest.mark.parametrize("username", ["", "lán", "a b", "-lan", "l" * 65, "lan@example.vn"])
def test_a_name_that_can_not_be_typed_is_refused(small_ward: Locality, username: str) -> None:
    """Letters a-z, digits and three signs are what every keyboard has."""
    with pytest.raises(InputError) as refused:
        add(small_ward, username)
    assert refused.value.code == "identity.username_invalid"
    assert add(small_ward, "l-a.n_1").username == "l-a.n_1"


def test_facts_name_nobody_and_hold_no_hash(ward: Locality) -> None:
    """What happened to an account is recorded, who it is and how they sign in is not."""
    account = add(ward, "lan", "secret-hash")
    with ward.acting_as(ADMIN) as tx:
        officers = Officers(tx.transaction, tx.facts)
        officers.set_password(account, "other-hash")
        officers.deactivate(account)
    with ward.acting_as(ADMIN) as tx:
        facts = tx.facts.of(f"officer:{account.id}")
    kinds = ["officer.added", "officer.password_set", "officer.deactivated"]
    assert [fact.kind for fact in facts] == kinds
    assert not any(word in fact.body for fact in facts for word in ("lan", "Lan", "hash"))


def test_changes_are_seen(ward: Locality) -> None:
    """A new password and a closed account are what the next look finds."""
    account = add(ward, "lan")
    with ward.acting_as(ADMIN) as tx:
        officers = Officers(tx.transaction, tx.facts)
        officers.set_password(account, "new")
        officers.deactivate(account)
    found = find(ward, "lan")
    assert found is not None
    assert found.password_hash == "new"
    assert not found.active


def test_a_password_hash_hides_itself(small_ward: Locality) -> None:
    """An account in a log shows no hash."""
    assert "secret-hash" not in repr(add(small_ward, "lan", "secret-hash"))

"""Attempts: counted in windows, shared by all processes, told of nobody."""

from datetime import timedelta

import pytest

from govinteract import Locality
from govinteract.errors import AccessDenied
from govinteract.identity import Attempts, Limit
from govinteract.kernel import System
from tests.support import Hands

THRICE = Limit(kind="try", most=3, per=timedelta(minutes=10))
DESK = System("desk")


def attempt(ward: Locality, who: str = "203.0.113.7") -> int:
    """Count one try."""
    with ward.acting_as(DESK) as tx:
        return Attempts(tx.transaction, ward.keyring.fingerprint).add(THRICE, who)


def check(ward: Locality, who: str = "203.0.113.7") -> None:
    """Ask whether another try is allowed."""
    with ward.acting_as(DESK) as tx:
        Attempts(tx.transaction, ward.keyring.fingerprint).check(THRICE, who)


def test_a_limit_holds_for_one_and_not_for_another(ward: Locality) -> None:
    """The fourth try of one is refused, with the minutes to wait; somebody else may try."""
    assert [attempt(ward) for _ in range(2)] == [1, 2]
    check(ward)
    attempt(ward)
    with pytest.raises(AccessDenied) as refused:
        check(ward)
    assert refused.value.code == "identity.too_many_attempts"
    assert refused.value.params["minutes"] == 10
    check(ward, "203.0.113.8")


def test_a_new_window_begins_at_nought(ward: Locality, hands: Hands) -> None:
    """When the window is over everybody may try again."""
    for _ in range(3):
        attempt(ward)
    hands.move(minutes=10)
    check(ward)
    assert attempt(ward) == 1


def test_the_database_tells_nobodys_address(small_ward: Locality) -> None:
    """What is stored is a keyed hash, and another one for another kind of try."""
    attempt(small_ward)
    with small_ward.acting_as(DESK) as tx:
        other = Limit(kind="other", most=3, per=timedelta(minutes=10))
        Attempts(tx.transaction, small_ward.keyring.fingerprint).add(other, "203.0.113.7")
    with small_ward.engine.connect() as connection:
        rows = connection.exec_driver_sql("select who from gi_attempt").scalars().all()
    assert len(set(rows)) == 2
    assert all(b"203.0" not in bytes(row) for row in rows)


def test_old_counts_are_swept_away(ward: Locality, hands: Hands) -> None:
    """After a day nothing tells that somebody tried; a count of today stays."""
    attempt(ward)
    hands.move(hours=30)
    attempt(ward)
    with ward.acting_as(DESK) as tx:
        assert Attempts(tx.transaction, ward.keyring.fingerprint).sweep() == 1

"""Sessions: a token for the browser, a hash for the database, and an end."""

import pytest

from govinteract import Locality
from govinteract.identity import Account, Officers, Session, Sessions
from govinteract.kernel import System
from tests.identity.test_officers import add
from tests.support import Hands

DESK = System("desk")


def begin(ward: Locality, account: Account, instead_of: str | None = None) -> str:
    """Sign in."""
    with ward.acting_as(account.officer) as tx:
        sessions = Sessions(tx.transaction, tx.facts, ward.keyring.fingerprint)
        return sessions.begin(account, instead_of=instead_of)


def find(ward: Locality, token: str) -> Session | None:
    """Return the session of a token."""
    with ward.acting_as(DESK) as tx:
        sessions = Sessions(tx.transaction, tx.facts, ward.keyring.fingerprint)
        return sessions.find(token, Officers(tx.transaction, tx.facts))


def test_a_token_finds_its_session(ward: Locality) -> None:
    """And another token finds none."""
    account = add(ward, "lan")
    token = begin(ward, account)
    found = find(ward, token)
    assert found is not None
    assert found.account == account
    assert find(ward, token[:-1] + ("A" if token[-1] != "A" else "B")) is None


def test_the_old_token_ends_at_sign_in(ward: Locality) -> None:
    """One that the browser had before opens nothing any more."""
    account = add(ward, "lan")
    old = begin(ward, account)
    new = begin(ward, account, instead_of=old)
    assert find(ward, old) is None
    assert find(ward, new)


@pytest.mark.parametrize(("minutes", "lasts"), [(59, True), (60, False)])
def test_an_idle_session_ends(ward: Locality, hands: Hands, minutes: int, *, lasts: bool) -> None:
    """After an hour in which nobody was seen."""
    token = begin(ward, add(ward, "lan"))
    hands.move(minutes=minutes)
    assert (find(ward, token) is not None) is lasts


@pytest.mark.parametrize(("hours", "lasts"), [(9, True), (10, False)])
def test_a_busy_session_ends_too(ward: Locality, hands: Hands, hours: int, *, lasts: bool) -> None:
    """After ten hours, whatever happens."""
    token = begin(ward, add(ward, "lan"))
    for _ in range(hours * 2 - 1):
        hands.move(minutes=30)
        assert find(ward, token)
    hands.move(minutes=30)
    assert (find(ward, token) is not None) is lasts


def test_a_closed_account_has_no_session(ward: Locality) -> None:
    """Closing it ends what goes on; a colleague's goes on."""
    account, colleague = add(ward, "lan"), add(ward, "an")
    token, other = begin(ward, account), begin(ward, colleague)
    with ward.acting_as(DESK) as tx:
        Officers(tx.transaction, tx.facts).deactivate(account)
    assert find(ward, token) is None
    assert find(ward, other)


def test_all_sessions_of_an_account_end_together(ward: Locality) -> None:
    """As after a password was changed; other accounts' stay."""
    account, colleague = add(ward, "lan"), add(ward, "an")
    tokens = [begin(ward, account), begin(ward, account)]
    other = begin(ward, colleague)
    with ward.acting_as(DESK) as tx:
        assert Sessions(tx.transaction, tx.facts, ward.keyring.fingerprint).end_all(account) == 2
    assert [find(ward, token) for token in tokens] == [None, None]
    assert find(ward, other)


def test_ended_sessions_are_swept_away(ward: Locality, hands: Hands) -> None:
    """Those that ended go, the one that lasts stays."""
    account = add(ward, "lan")
    begin(ward, account)
    hands.move(minutes=90)
    token = begin(ward, account)
    with ward.acting_as(DESK) as tx:
        assert Sessions(tx.transaction, tx.facts, ward.keyring.fingerprint).sweep() == 1
    assert find(ward, token)


def test_a_sign_in_is_a_fact(ward: Locality) -> None:
    """Named by the account's id; the token is nowhere in it."""
    account = add(ward, "lan")
    token = begin(ward, account)
    with ward.acting_as(DESK) as tx:
        facts = [fact for part in tx.facts.walk("sign-in:") for fact in part]
    assert [(fact.kind, fact.actor) for fact in facts] == [
        ("officer.signed_in", f"officer:{account.id}")
    ]
    assert token not in facts[0].body

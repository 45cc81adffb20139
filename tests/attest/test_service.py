"""Statements are on record, and so are the keys that they are read with."""

import hashlib

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from govinteract import Locality
from govinteract.acting import Acting
from govinteract.attest import KeySet, Statements, read
from govinteract.attest.keys import key_id
from govinteract.errors import CryptoError, InputError, NotFound
from govinteract.kernel import System
from tests.support import OFFICER, Hands

AUDIT = System("audit")


def _issue(ward: Locality, **claims: str) -> str:
    with ward.acting_as(OFFICER) as tx:
        return tx.statements.issue("consent.receipt", "7K3QF9ZT2M", claims or {"purpose": "news"})


def _keys(ward: Locality) -> KeySet:
    with ward.acting_as(AUDIT) as tx:
        return KeySet.parse(tx.statements.keys().to_json())


def test_an_issued_statement_is_read_and_on_record(ward: Locality) -> None:
    """The text reads under the published keys, and its digest is a fact of the log."""
    text = _issue(ward)
    said = read(text, _keys(ward))
    assert (said.issuer, said.claims) == (ward.origin, {"purpose": "news"})
    with ward.acting_as(AUDIT) as tx:
        fact = next(fact for batch in tx.facts.walk("statement:") for fact in batch)
    assert fact.data["digest"] == hashlib.sha256(text.encode()).hexdigest()
    assert ward.verify().good


def test_a_statement_of_a_transaction_that_failed_is_not_on_record(small_ward: Locality) -> None:
    """A statement is a fact only if everything around it happened."""
    with pytest.raises(InputError), small_ward.acting_as(OFFICER) as tx:
        tx.statements.issue("consent.receipt", "ref", {})
        raise InputError("kernel.json_invalid")
    with small_ward.acting_as(AUDIT) as tx:
        assert list(tx.facts.walk("statement:")) == []
        assert tx.facts.of("key/statements") == []


def test_the_key_is_published_once(small_ward: Locality) -> None:
    """The first statement publishes the key; keys are known to readers before."""
    before = _keys(small_ward)
    texts = [_issue(small_ward) for _ in range(3)]
    with small_ward.acting_as(AUDIT) as tx:
        assert [fact.kind for fact in tx.facts.of("key/statements")] == ["statement.key_published"]
    assert [read(text, before).kind for text in texts] == ["consent.receipt"] * 3


def _with(tx: Acting, ward: Locality, key: Ed25519PrivateKey) -> Statements:
    return Statements(tx.transaction, tx.facts, key, issuer=ward.origin)


def test_a_new_key_leaves_the_old_statements_readable(ward: Locality, hands: Hands) -> None:
    """After a change of keys old statements read in their time, and the old key signs no more."""
    old = _issue(ward)
    hands.move(hours=1)
    key = Ed25519PrivateKey.generate()
    with ward.acting_as(OFFICER) as tx:
        new = _with(tx, ward, key).issue("payment.receipt", "bill-7", {"amount": 120000})
    with ward.acting_as(AUDIT) as tx:
        keys = _with(tx, ward, key).keys()
    assert read(old, keys).kind == "consent.receipt"
    assert read(new, keys).claims == {"amount": 120000}
    hands.move(hours=1)
    with ward.acting_as(OFFICER) as tx:
        late = tx.statements.issue("consent.receipt", "ref", {})
    with pytest.raises(CryptoError) as caught:
        read(late, keys)
    assert caught.value.code == "attest.key_outdated"


def test_a_revoked_key_reads_nothing(small_ward: Locality) -> None:
    """What a stolen key signed is refused, whenever it says that it did."""
    text = _issue(small_ward)
    with small_ward.acting_as(AUDIT) as tx:
        kid = key_id(small_ward.keyring.signer("statement").public_key())
        tx.statements.revoke_key(kid)
        with pytest.raises(NotFound):
            tx.statements.revoke_key("AAAAAAAAAAA")
    with pytest.raises(CryptoError) as caught:
        read(text, _keys(small_ward))
    assert caught.value.code == "attest.key_revoked"


def test_the_keys_are_rebuilt_from_facts(small_ward: Locality, hands: Hands) -> None:
    """The table of keys says what the facts say, after a rebuild too."""
    _issue(small_ward)
    hands.move(days=30)
    second = Ed25519PrivateKey.generate()
    with small_ward.acting_as(AUDIT) as tx:
        statements = _with(tx, small_ward, second)
        statements.issue("payment.receipt", "bill-7", {})
        statements.revoke_key(key_id(small_ward.keyring.signer("statement").public_key()))
        before = statements.keys().to_json()
        assert statements.rebuild_keys() == 2
        assert statements.keys().to_json() == before


def test_statements_have_a_key_of_their_own(small_ward: Locality) -> None:
    """No two roles sign with one key, so that no signature can be taken for another's."""
    roles = ("statement", "witness", "log-sign")
    raw = {small_ward.keyring.signer(role).public_key().public_bytes_raw() for role in roles}
    assert len(raw) == len(roles)

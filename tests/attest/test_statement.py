"""A statement is read by those who have the public key, exactly as it was issued."""

import subprocess
import sys
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from attrs import evolve
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from govinteract.attest import KeySet, Statement, StatementKey, read, sign
from govinteract.attest.model import CLAIM_LIMIT
from govinteract.errors import CryptoError, InputError

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
AT = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)
ISSUER = "govinteract/hoa-binh"
KEYS = KeySet(ISSUER, [StatementKey(key=KEY.public_key(), since=datetime(1970, 1, 1, tzinfo=UTC))])
RECEIPT = Statement(
    kind="consent.receipt",
    issuer=ISSUER,
    subject_ref="7K3QF9ZT2M",
    issued_at=AT,
    claims={"purpose": "Nhận bản tin", "classes": ["contact"], "version": 3, "given": True},
)
WHOLE = st.integers(-(2**53) + 1, 2**53 - 1)
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
CLAIM = st.one_of(
    TEXT, WHOLE, st.booleans(), st.lists(TEXT, max_size=3), st.lists(WHOLE, max_size=3)
)
CLAIMS = st.dictionaries(st.from_regex(r"[a-z][a-z0-9_]{0,9}", fullmatch=True), CLAIM, max_size=4)


@given(
    claims=CLAIMS,
    kind=st.from_regex(r"[a-z][a-z-]{0,9}\.[a-z][a-z-]{0,9}", fullmatch=True),
    about=st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=40),
    at=st.datetimes(datetime(1970, 1, 1), datetime(9999, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - Hypothesis wants them naive
)
def test_what_was_signed_is_read(claims: Any, kind: str, about: str, at: datetime) -> None:
    """Whatever a statement may hold comes back as it was, in whole seconds."""
    said = evolve(RECEIPT, kind=kind, subject_ref=about, issued_at=at, claims=claims)
    assert read(sign(said, KEY), KEYS) == evolve(said, issued_at=at.replace(microsecond=0))


def test_every_changed_character_is_refused() -> None:
    """No character of a text can be changed, taken out or put in."""
    text = sign(RECEIPT, KEY)
    assert read(text, KEYS) == RECEIPT
    for at, letter in enumerate(text):
        other = "A" if letter != "A" else "Q"
        for changed in (
            f"{text[:at]}{other}{text[at + 1 :]}",
            f"{text[:at]}{text[at + 1 :]}",
            f"{text[:at]}{other}{text[at:]}",
        ):
            with pytest.raises(CryptoError):
                read(changed, KEYS)


def test_the_issuer_is_the_one_whose_keys_are_asked() -> None:
    """A key that two localities share would not let one speak for the other."""
    other = KeySet("govinteract/other", [StatementKey(key=KEY.public_key(), since=AT)])
    with pytest.raises(CryptoError) as caught:
        read(sign(RECEIPT, KEY), other)
    assert caught.value.code == "attest.statement_invalid"


@pytest.mark.parametrize(
    "changes",
    [
        {"kind": "receipt"},
        {"issuer": "two words"},
        {"subject_ref": ""},
        {"issued_at": datetime(2026, 11, 21, 8)},  # noqa: DTZ001 - naive is what is refused
        {"claims": {"a": 1.5}},
        {"claims": {"a": None}},
        {"claims": {"a": {"b": 1}}},
        {"claims": {"a": ["b", 1]}},
        {"claims": {"a": 2**53}},
        {"claims": {"A": 1}},
        {"claims": {f"c{n}": n for n in range(CLAIM_LIMIT + 1)}},
        {"claims": []},
    ],
    ids=repr,
)
def test_what_a_statement_cannot_hold_is_refused(changes: dict[str, Any]) -> None:
    """A statement that some reader might read otherwise is never made."""
    with pytest.raises(InputError) as caught:
        evolve(RECEIPT, **changes)
    assert caught.value.code == "attest.statement_unfit"


def test_a_text_that_no_code_holds_is_refused() -> None:
    """What is longer than a QR code of version 25 holds is refused before it is given out."""
    with pytest.raises(InputError) as caught:
        sign(evolve(RECEIPT, claims={"text": "a" * 600}), KEY)
    assert caught.value.code == "attest.too_long"
    assert read(sign(evolve(RECEIPT, claims={"text": "a" * 400}), KEY), KEYS).claims != {}


def test_times_are_whole_seconds_in_utc() -> None:
    """An hour in Ha Noi is the same instant, and fractions of a second are dropped."""
    local = AT.astimezone(timezone(timedelta(hours=7))).replace(microsecond=999)
    assert evolve(RECEIPT, issued_at=local) == RECEIPT


def test_a_published_set_reads_back() -> None:
    """A set of keys survives its publication, times and revocations with it."""
    other = Ed25519PrivateKey.from_private_bytes(bytes(32)).public_key()
    first = StatementKey(key=KEY.public_key(), since=AT, until=AT + timedelta(days=1))
    second = StatementKey(key=other, since=AT, revoked_at=AT + timedelta(days=2))
    keys = KeySet(ISSUER, [first, second])
    again = KeySet.parse(keys.to_json(log="x"))
    assert (again.find(first.kid), again.find(second.kid)) == (first, second)
    assert again.issuer == ISSUER


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        '{"issuer":"a"}',
        '{"issuer":"a","keys":[1]}',
        '{"issuer":"a","keys":[{"kty":"OKP","crv":"Ed25519"}]}',
        '{"issuer":"a","keys":[{"kty":"OKP","crv":"Ed25519","x":"AA","kid":"a","nbf":0}]}',
    ],
)
def test_what_is_no_set_of_keys_is_refused(text: str) -> None:
    """A file that is something else is refused as such."""
    with pytest.raises(InputError) as caught:
        KeySet.parse(text)
    assert caught.value.code == "attest.keys_invalid"


def test_a_key_under_another_name_is_refused() -> None:
    """A key's id is its thumbprint: no key takes another's place. Other kinds are passed over."""
    text = KEYS.to_json()
    kid = StatementKey(key=KEY.public_key(), since=AT).kid
    with pytest.raises(InputError):
        KeySet.parse(text.replace(kid, "AAAAAAAAAAA"))
    KeySet.parse(text.replace('"keys":[', '"keys":[{"kty":"RSA","n":"AQAB"},'))


def test_reading_needs_no_database() -> None:
    """Who only reads statements loads neither SQLAlchemy nor a client for HTTP."""
    program = (
        "import sys; from govinteract.attest import KeySet, read; "
        "assert not {'sqlalchemy', 'httpx', 'pydantic'} & sys.modules.keys()"
    )
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)

"""Blind indexes find what they should and tell too little to know anybody."""

import hashlib
import hmac
from collections import Counter
from math import log2, sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from govinteract.errors import SettingsError
from govinteract.feedback.search import contact_indexes
from govinteract.vault import BlindIndex, BlindStore, IndexWish, check_plan, plan_indexes
from govinteract.vault.blind_index import KINDS, folded
from govinteract.vault.index_plan import crowd
from tests.vault.house import House

EQUAL = IndexWish(kind="equal", domain_bits=30, weight=2)
LAST4 = IndexWish(kind="last4", domain_bits=13.3)


@pytest.mark.parametrize(
    ("kind", "terms"),
    [
        ("equal", {"tran thi ngoc anh"}), ("last4", {"canh"}), ("prefix", {"tran"}),
        ("tokens", {"tran", "thi", "ngoc", "anh"}), ("word", {"anh"}),
    ],
)  # fmt: skip
def test_terms_are_folded(kind: str, terms: set[str]) -> None:
    """Case, diacritics and spaces make no difference."""
    index = BlindIndex(field="contact.name", kind=kind, bits=8)
    for text in ("Trần Thị Ngọc  Ánh", " tran thi NGOC anh"):
        assert index.terms(text) == terms


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_too_short_has_no_term(kind: str) -> None:
    """Nothing is indexed as nothing."""
    assert BlindIndex(field="a", kind=kind, bits=8).terms(" ") == frozenset()
    assert BlindIndex(field="a", kind="prefix", bits=8).terms("abc") == frozenset()
    assert BlindIndex(field="a", kind="prefix", bits=8).terms("abcd") == {"abcd"}


@given(
    st.sampled_from(KINDS), st.integers(1, 31), st.integers(1, 64), st.integers(1, 16),
)  # fmt: skip
def test_a_stored_name_says_all(kind: str, bits: int, partitions: int, length: int) -> None:
    """So that the rows of an older plan are found."""
    index = BlindIndex(
        field="contact.name", kind=kind, bits=bits, partitions=partitions, length=length
    )
    assert BlindIndex.from_stored(index.stored_name) == index


@pytest.mark.parametrize("name", ["contact.name/equal/4/8", "contact.name/nothing/4/8/1", ""])
def test_a_name_of_a_newer_version_is_refused(name: str) -> None:
    """It would be searched wrongly; today's is read."""
    with pytest.raises(SettingsError) as refused:
        BlindIndex.from_stored(name)
    assert refused.value.code == "vault.index_unknown"
    assert BlindIndex.from_stored("contact.name/equal/4/8/1").bits == 8


def test_a_digest_is_an_hmac_under_a_key_of_its_own(house: House) -> None:
    """The first bits of HMAC-SHA-256, under another key for each index and partition."""
    index = BlindIndex(field="contact.name", kind="word", bits=9, partitions=2)
    with house.tx():
        hasher = index.hasher(house.ring.keyed_hash)
        whole = [
            house.ring.fingerprint(f"blind/{index.stored_name}/{number}", b"an")
            for number in range(2)
        ]
    assert list(hasher.everywhere("an")) == [
        (number, int.from_bytes(digest[:4], "big") >> 23) for number, digest in enumerate(whole)
    ]
    assert whole[0] != whole[1]


def test_a_keyed_hash_is_the_fingerprint(house: House) -> None:
    """Only quicker."""
    with house.tx():
        assert house.ring.keyed_hash("x")(b"data") == house.ring.fingerprint("x", b"data")
        assert house.ring.keyed_hash("x")(b"data") != house.ring.keyed_hash("y")(b"data")


def test_data_keys_compute_no_digest(house: House) -> None:
    """No key that wraps data gives an index key: the index has a root of its own."""
    with house.tx():
        digest = house.ring.fingerprint("blind/x/0", b"an")
    for raw in (b"", house.provider.root.secret()):
        assert hmac.digest(raw, b"an", hashlib.sha256) != digest


@given(st.integers(16, 10**8))
def test_every_plan_keeps_its_promise(people: int) -> None:
    """Between two and the root of all look alike, however many there are."""
    indexes = plan_indexes("contact.phone", (EQUAL, LAST4), people=people)
    assert 2 <= crowd(indexes, (EQUAL, LAST4), people=people) <= sqrt(people)
    assert sum(index.bits for index in indexes) <= log2(people) - 1
    assert len(contact_indexes(people)) == 3


@pytest.mark.parametrize(
    ("bits", "people", "why"),
    [((10, 8), 10**6, ""), ((10, 9), 10**6, "look alike"), ((30, 1), 10**6, "look alike"),
     ((2, 1), 10**6, "finds nothing"), ((6, 3), 2_000, ""), ((6, 4), 100, "look alike")],
)  # fmt: skip
def test_an_unsafe_plan_is_refused(bits: tuple[int, int], people: int, why: str) -> None:
    """With the reason; one bit less is taken."""
    indexes = [
        BlindIndex(field="contact.phone", kind=wish.kind, bits=count)
        for wish, count in zip((EQUAL, LAST4), bits, strict=True)
    ]
    if not why:
        check_plan(indexes, (EQUAL, LAST4), people=people)
        return
    with pytest.raises(SettingsError, match=why) as refused:
        check_plan(indexes, (EQUAL, LAST4), people=people)
    assert refused.value.code == "vault.index_unsafe"


def test_too_many_indexes_for_too_few_people_are_refused() -> None:
    """A small village has one index or none; each word of a name is charged."""
    with pytest.raises(SettingsError, match="too few"):
        plan_indexes("contact.phone", (EQUAL, LAST4, EQUAL), people=8)
    assert plan_indexes("contact.phone", (EQUAL,), people=8)[0].bits == 2
    words = IndexWish(kind="tokens", domain_bits=12, values=4)
    assert plan_indexes("contact.name", (words,), people=10**6)[0].bits == 4


def test_partitions_hide_how_frequent_a_name_is(house: House) -> None:
    """A third of all are called alike; no digest stands for a third of the rows."""
    names = ["Nguyễn" if number % 3 == 0 else f"Họ{number}" for number in range(600)]
    shares = []
    for partitions in (1, 16):
        index = BlindIndex(field="contact.name", kind="word", bits=9, partitions=partitions)
        with house.tx() as tx:
            hasher = index.hasher(house.ring.keyed_hash)
            rows = Counter(
                (place, hasher.digest(folded(name), place))
                for number, name in enumerate(names)
                for place in [index.partition(f"record-{number}")]
            )
            del tx
        shares.append(rows.most_common(1)[0][1] / len(names))
    assert shares[0] > 0.3
    assert shares[1] < 0.06


def test_rows_are_found_until_they_are_forgotten(any_house: House) -> None:
    """By every kind and in every partition; another plan's rows too, until they are dropped."""
    old = BlindIndex(field="contact.name", kind="word", bits=7)
    new = BlindIndex(field="contact.name", kind="word", bits=12, partitions=8)
    tokens = BlindIndex(field="contact.name", kind="tokens", bits=12)
    for index, subject in ((old, "s-1"), (new, "s-2"), (tokens, "s-3")):
        with any_house.tx() as tx:
            store = BlindStore(tx, any_house.ring.keyed_hash, [index])
            store.put(subject, f"r-{subject}", {"contact.name": "Trần Ánh", "contact.phone": None})
    with any_house.tx() as tx:
        store = BlindStore(tx, any_house.ring.keyed_hash, [new])
        assert store.find("contact.name", "word", "anh") == {"r-s-1", "r-s-2"}
        assert store.find("contact.name", "tokens", "Anh Tran") == {"r-s-3"}
        assert store.find("contact.name", "tokens", "Anh Nobody") == set()
        assert store.find("contact.phone", "word", "anh") == set()
        assert store.indexed(["r-s-1", "r-s-2", "r-none"]) == {"r-s-2"}
        assert store.drop_older() == 3
        assert store.find("contact.name", "word", "anh") == {"r-s-2"}
        assert store.forget("s-2") == 1
        assert store.find("contact.name", "word", "anh") == set()

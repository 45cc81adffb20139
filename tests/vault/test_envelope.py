import base64
from collections.abc import Callable
from itertools import count

import pytest
from attrs import asdict, evolve
from hypothesis import given
from hypothesis import strategies as st

from govinteract.errors import CryptoError, InputError
from govinteract.vault import Context, DataKey, Field, KeyMaterial
from govinteract.vault.envelope import (
    FIELD_LIMIT,
    MESSAGE_CAP,
    OVERHEAD,
    from_text,
    key_id,
    to_text,
)
from tests.vault.house import CountedEntropy

ENTROPY = CountedEntropy("envelope")
KEY = DataKey.generate(ENTROPY)
PLACE = Context(
    tenant="hoa-binh", data_class="contact", subject="s-1", record="r-1", field="phone", type="text"
)
PHONE = b"0912 345 678"


def seal(place: Context, data: bytes, key: DataKey = KEY) -> bytes:
    """Seal `data` for `place`."""
    cipher = key.fields(
        tenant=place.tenant,
        data_class=place.data_class,
        subject=place.subject,
        entropy=ENTROPY,
    )
    return cipher.record(place.record).seal(Field(place.field, place.type, place.rev), data)


def unseal(place: Context, envelope: bytes, key: DataKey = KEY) -> bytes:
    """Open `envelope` at `place`."""
    cipher = key.fields(
        tenant=place.tenant,
        data_class=place.data_class,
        subject=place.subject,
        entropy=ENTROPY,
    )
    return cipher.record(place.record).open(Field(place.field, place.type, place.rev), envelope)


def refusal(action: Callable[[], object]) -> str:
    """Return what is said when `action` is refused."""
    with pytest.raises(CryptoError) as refused:
        action()
    assert refused.value.__cause__ is None
    return str(refused.value)


THE_REFUSAL = refusal(lambda: unseal(PLACE, b""))


@given(
    st.binary(max_size=300),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=30),
    st.integers(1, 2**63 - 1),
)
def test_what_was_sealed_opens_at_its_place(data: bytes, record: str, rev: int) -> None:
    """An envelope opens at its own place to what was sealed, 46 bytes longer."""
    place = evolve(PLACE, record=record, rev=rev)
    envelope = seal(place, data)
    assert unseal(place, envelope) == data
    assert len(envelope) == len(data) + OVERHEAD == len(data) + 46
    assert data not in envelope or len(data) < 4


def test_envelope_has_the_published_layout() -> None:
    """An envelope is G, suite 1, the key's id, a fresh nonce, ciphertext and tag."""
    one, other = seal(PLACE, PHONE), seal(PLACE, PHONE)
    assert one[:2] == b"G\x01"
    assert one[2:18] == KEY.kid == key_id(one)
    assert one[18:30] != other[18:30]


def test_record_cipher_authenticates_the_canonical_context() -> None:
    """The cached prefix and the field's suffix together are header and canonical context."""
    envelope = seal(PLACE, PHONE)
    aad = envelope[:18] + PLACE.canonical()
    assert KEY.aead.decrypt(envelope[18:30], envelope[30:], aad) == PHONE


OTHER: dict[str, object] = {
    "tenant": "an-binh", "data_class": "content", "subject": "s-2", "record": "r-2",
    "field": "email", "type": "bytes", "rev": 2,
}  # fmt: skip


@pytest.mark.parametrize("one", OTHER)
@pytest.mark.parametrize("other", OTHER)
def test_moved_value_is_refused(one: str, other: str) -> None:
    """A value moved to another place, in one part or two, does not open there."""
    moved = evolve(PLACE, **{one: OTHER[one], other: OTHER[other]})  # type: ignore[arg-type]  # each part has its type
    assert unseal(moved, seal(moved, PHONE)) == PHONE
    assert refusal(lambda: unseal(moved, seal(PLACE, PHONE))) == THE_REFUSAL


def test_parts_exchanged_or_recut_are_refused() -> None:
    """Exchanging two parts, or moving the boundary between them, is another place."""
    envelope, parts = seal(PLACE, PHONE), asdict(PLACE)
    names = [name for name in parts if name != "rev"]
    for one in names:
        for other in names:
            if one != other:
                exchanged = evolve(PLACE, **{one: parts[other], other: parts[one]})
                recut = evolve(
                    PLACE, **{one: parts[one][:-1], other: parts[one][-1] + parts[other]}
                )
                assert refusal(lambda p=exchanged: unseal(p, envelope)) == THE_REFUSAL  # type: ignore[misc]  # mypy can't infer p
                assert refusal(lambda p=recut: unseal(p, envelope)) == THE_REFUSAL  # type: ignore[misc]  # as above


def test_every_flipped_bit_is_refused_alike() -> None:
    """Each bit of an envelope matters, and every flip is told in the same words."""
    envelope = seal(PLACE, PHONE)
    for bit in range(len(envelope) * 8):
        broken = bytearray(envelope)
        broken[bit // 8] ^= 1 << bit % 8
        assert refusal(lambda b=bytes(broken): unseal(PLACE, b)) == THE_REFUSAL  # type: ignore[misc]  # mypy can't infer b


def test_every_truncation_and_extension_is_refused_alike() -> None:
    """An envelope cut anywhere, at either end, or made longer does not open."""
    envelope = seal(PLACE, PHONE)
    cut = [envelope[:n] for n in range(len(envelope))] + [envelope[n:] for n in range(1, 60)]
    for broken in [*cut, envelope + b"\x00", b"\x00" + envelope, envelope * 2]:
        assert refusal(lambda b=broken: unseal(PLACE, b)) == THE_REFUSAL  # type: ignore[misc]  # mypy can't infer b


def test_another_key_is_refused_alike() -> None:
    """An envelope of another key is refused in the words of a broken one."""
    other = DataKey.generate(ENTROPY)
    assert refusal(lambda: unseal(PLACE, seal(PLACE, PHONE, other))) == THE_REFUSAL
    assert refusal(lambda: key_id(b"H" + seal(PLACE, PHONE)[1:])) == THE_REFUSAL
    assert refusal(lambda: key_id(b"G\x01")) == THE_REFUSAL


def test_field_of_64_kib_is_taken_and_one_more_refused() -> None:
    """A field holds at most 64 KiB."""
    assert unseal(PLACE, seal(PLACE, bytes(FIELD_LIMIT))) == bytes(FIELD_LIMIT)
    with pytest.raises(InputError) as refused:
        seal(PLACE, bytes(FIELD_LIMIT + 1))
    assert refused.value.code == "vault.field_too_long"


def test_context_beyond_its_cap_is_not_sealed() -> None:
    """The cap of a context counts its record and its field together."""
    room = 1024 - len(evolve(PLACE, record="").canonical())
    full = evolve(PLACE, record="r" * room)
    assert unseal(full, seal(full, PHONE)) == PHONE
    for longer in (evolve(full, record=full.record + "r"), evolve(full, field="phones")):
        with pytest.raises(InputError) as refused:
            seal(longer, PHONE)
        assert refused.value.code == "vault.context_too_long"


def test_worn_key_seals_no_more() -> None:
    """A data key seals 2^20 messages, opens them after that, and seals no more."""
    key = DataKey(KeyMaterial(bytes(32)))
    envelope = seal(PLACE, PHONE, key)
    key.count_message = count(MESSAGE_CAP).__next__
    seal(PLACE, PHONE, key)
    with pytest.raises(CryptoError) as refused:
        seal(PLACE, PHONE, key)
    assert refused.value.code == "vault.key_worn"
    assert unseal(PLACE, envelope, key) == PHONE


@given(st.binary(max_size=200).filter(bool))
def test_text_form_reads_back(envelope: bytes) -> None:
    """Any envelope survives its text form, which holds nothing that a URL escapes."""
    text = to_text(envelope)
    assert from_text(text) == envelope
    assert set(text) <= set("gi1.ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")


def spelling(text: str) -> str:
    """Return the text form of what `text` reads as, or `text` itself when it is refused."""
    try:
        return to_text(from_text(text))
    except CryptoError:
        return text


@given(st.text(max_size=60), st.binary(max_size=60))
def test_text_form_has_one_spelling(text: str, data: bytes) -> None:
    """What reads as an envelope is written as the same text again."""
    for candidate in (text, f"gi1.{text}", f"gi1.{base64.urlsafe_b64encode(data).decode()}"):
        assert spelling(candidate) == candidate


@pytest.mark.parametrize(
    "text", ["", "gi1.", "gi1.Rw==", "gi1.Rx", "gi2.Rw", "gi1.R w", "gi1.Rw\n"]
)
def test_other_text_is_refused_alike(text: str) -> None:
    """What `to_text` does not write is refused in the words of a broken envelope."""
    assert from_text("gi1.Rw") == b"G"
    assert refusal(lambda: from_text(text)) == THE_REFUSAL

"""The bytes of sealed submissions: what opens, what is refused, and that browsers agree."""

import copy
import json
from itertools import product
from typing import Any

import pytest
from cryptography.cobblestone import Cobblestone256Encryptor
from hypothesis import given, settings
from hypothesis import strategies as st

from govinteract.errors import CryptoError, InputError
from govinteract.kernel import SystemEntropy
from govinteract.sealed import (
    Envelope,
    Place,
    ReaderKey,
    ReaderSecret,
    Suite,
    open_sealed,
    rewrap,
    seal,
)
from govinteract.sealed import format as form
from govinteract.sealed.format import CONTENT_LIMIT
from govinteract.sealed.reader_key import from_base64, read_public, to_base64
from scripts.make_sealed_vectors import TARGET, faults, flipped
from tests.sealed.browser_side import ask, envelope_of, open_task, secret_of

ENTROPY = SystemEntropy()
PLACE = Place("hoa-binh", "0192f0c1-2b3a-4c4d-8e5f-60718293a4b5")
ELSEWHERE = Place("hoa-binh", "0192f0c1-2b3a-4c4d-8e5f-aabbccddeeff")
TEXT = "Ông Khưu nhận tiền ở kho Phượng Vĩ."
PASSPHRASE = "hoa sen nở bên sông"
ONE, TWO = (ReaderSecret.generate(ENTROPY) for _ in range(2))
VECTORS: dict[str, Any] = json.loads(TARGET.read_text("utf-8"))


def sealed(suite: Suite = Suite.HYBRID, place: Place = PLACE, text: str = TEXT) -> Envelope:
    """Return `text` sealed to the first reader."""
    return seal(text, [ONE.key], place, entropy=ENTROPY, suite=suite)


def refused(envelope: Envelope, secret: ReaderSecret = ONE) -> bool:
    """Tell whether `envelope` is refused with the one error that there is."""
    with pytest.raises(CryptoError) as error:
        open_sealed(envelope, secret)
    return error.value.code == "sealed.open_failed" and error.value.__cause__ is None


@pytest.mark.parametrize("suite", Suite)
@pytest.mark.parametrize("length", [0, 1, 4092, 4093, 16380, 16381, CONTENT_LIMIT])
def test_what_is_sealed_opens(suite: Suite, length: int) -> None:
    """Each reader opens it, whatever its length; a length tells steps of 4,096 bytes."""
    text = "a" * length
    envelope = seal(text, [ONE.key, TWO.key], PLACE, entropy=ENTROPY, suite=suite)
    assert open_sealed(envelope, ONE).reveal() == open_sealed(envelope, TWO).reveal() == text
    same = seal(text[: length // 4096 * 4096], [ONE.key], PLACE, entropy=ENTROPY)
    assert (len(same.content) == len(envelope.content)) == (length % 4096 < 4093)


@given(text=st.text(max_size=300))
@settings(max_examples=25, deadline=None)
def test_any_text_comes_back(text: str) -> None:
    """Every text that UTF-8 can say."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return
    assert open_sealed(sealed(text=text), ONE).reveal() == text


def test_what_was_opened_hides_itself() -> None:
    """The text is Personal: it prints nowhere by accident."""
    opened = open_sealed(sealed(), ONE)
    assert TEXT not in f"{opened} {opened!r}"
    assert "content" not in repr(sealed())


def test_too_long_is_refused() -> None:
    """One byte above the limit is refused; the limit itself is taken."""
    assert sealed(text="a" * CONTENT_LIMIT).wraps
    with pytest.raises(InputError) as error:
        sealed(text="a" * (CONTENT_LIMIT + 1))
    assert error.value.code == "sealed.too_long"


def test_without_reader_is_refused() -> None:
    """Nothing is sealed to nobody; with one reader it is."""
    assert sealed().wraps
    with pytest.raises(InputError) as error:
        seal(TEXT, [], PLACE, entropy=ENTROPY)
    assert error.value.code == "sealed.no_reader"


@pytest.mark.parametrize("suite", Suite)
def test_every_fault_is_refused_alike(suite: Suite) -> None:
    """One fault each, one error for all; without a fault it opens. The browser agrees."""
    envelope, other = sealed(suite), sealed(suite, ELSEWHERE)
    broken = faults(envelope, other)
    assert open_sealed(envelope, ONE).reveal() == TEXT
    assert [name for name, one in broken.items() if not refused(one)] == []
    tasks = [open_task(one, ONE) for one in (envelope, *broken.values())]
    answers = ask(tasks)
    assert answers[0] == TEXT
    assert dict(zip(broken, answers[1:], strict=True)) == dict.fromkeys(broken)


def test_another_reader_is_refused() -> None:
    """Who it is not sealed to opens nothing, also with the other's key id on the wrap."""
    envelope = sealed()
    assert refused(envelope, TWO)
    (wrap,) = envelope.wraps
    forged = Envelope(
        place=PLACE, content=envelope.content, wraps=(wrap[:3] + TWO.key.kid + wrap[19:],)
    )
    assert refused(forged, TWO)
    assert open_sealed(envelope, ONE).reveal() == TEXT


@pytest.mark.parametrize("suite", Suite)
def test_every_flipped_byte_of_a_wrap_is_refused(suite: Suite) -> None:
    """Each byte of the wrap counts."""
    envelope = sealed(suite)
    (wrap,) = envelope.wraps
    for at in range(len(wrap)):
        assert refused(Envelope(place=PLACE, content=envelope.content, wraps=(flipped(wrap, at),)))
    assert open_sealed(envelope, ONE).reveal() == TEXT


def test_every_flipped_byte_of_the_content_is_refused() -> None:
    """Each byte of the content counts, those of the padding too."""
    envelope = sealed(Suite.CLASSIC)
    for at in range(len(envelope.content)):
        content = flipped(envelope.content, at)
        assert refused(Envelope(place=PLACE, content=content, wraps=envelope.wraps))


def test_two_readers_can_not_be_shown_two_texts() -> None:
    """A content key of somebody else's making does not open the content: it is committed to."""
    envelope, other = sealed(), seal("Khác", [TWO.key], PLACE, entropy=ENTROPY)
    mixed = Envelope(place=PLACE, content=envelope.content, wraps=(*envelope.wraps, *other.wraps))
    assert open_sealed(mixed, ONE).reveal() == TEXT
    assert refused(mixed, TWO)


@pytest.mark.parametrize("suite", Suite)
def test_rewrapping_gives_a_further_reader_the_same(suite: Suite) -> None:
    """A reader passes it on; who can't open it can't."""
    envelope = sealed(suite)
    wrap = rewrap(envelope, ONE, TWO.key, suite=suite)
    for_two = Envelope(place=PLACE, content=envelope.content, wraps=(wrap,))
    assert open_sealed(for_two, TWO).reveal() == TEXT
    with pytest.raises(CryptoError):
        rewrap(envelope, TWO, TWO.key)


def test_browser_seals_and_the_office_opens() -> None:
    """JavaScript seals and re-wraps by both suites, Python opens."""
    place = {"tenant": PLACE.tenant, "id": PLACE.id}
    readers = [to_base64(one.key.raw) for one in (ONE, TWO)]
    cases = list(product(Suite, ["", TEXT, "đ" * 8191]))
    answers = ask([
        {"verb": "seal", "place": place, "words": words, "readers": readers, "suite": suite.value}
        for suite, words in cases
    ])  # fmt: skip
    for (suite, words), answer in zip(cases, answers, strict=True):
        envelope = envelope_of(answer, PLACE)
        assert {len(wrap) for wrap in envelope.wraps} == {suite.wrap_length}
        assert open_sealed(envelope, ONE).reveal() == open_sealed(envelope, TWO).reveal() == words
    tasks = [
        open_task(sealed(suite), ONE)
        | {"verb": "rewrap", "reader": readers[1], "suite": suite.value}
        for suite in Suite
    ]
    for task, wrap in zip(tasks, ask(tasks), strict=True):
        envelope = envelope_of({"content": task["content"], "wraps": [wrap]}, PLACE)
        assert open_sealed(envelope, TWO).reveal() == TEXT


def test_the_office_seals_and_a_browser_opens() -> None:
    """Python seals by both suites, JavaScript opens; a browser prefers the hybrid one."""
    texts = ["", TEXT, "đ" * 8191]
    tasks = [open_task(sealed(suite, text=t), ONE) for suite, t in product(Suite, texts)]
    assert ask(tasks) == texts * 2
    place = {"tenant": PLACE.tenant, "id": PLACE.id}
    readers = [to_base64(ONE.key.raw)]
    (answer,) = ask([{"verb": "seal", "place": place, "words": TEXT, "readers": readers}])
    assert len(envelope_of(answer, PLACE).wraps[0]) == Suite.HYBRID.wrap_length


def test_published_vectors() -> None:
    """Both readers open every good vector and refuse every broken one."""
    secrets = [ReaderSecret(from_base64(one["secret"])) for one in VECTORS["readers"]]
    for secret, one in zip(secrets, VECTORS["readers"], strict=True):
        assert (to_base64(secret.key.raw), secret.key.kid.hex()) == (one["public"], one["kid"])
    tasks = []
    for entry in VECTORS["good"] + VECTORS["broken"]:
        envelope = envelope_of(entry, Place(entry["tenant"], entry["id"]))
        secret = secrets[entry["reader"]]
        tasks.append(open_task(envelope, secret))
        if "text" in entry:
            assert open_sealed(envelope, secret).reveal() == entry["text"], entry["name"]
        else:
            assert refused(envelope, secret), entry["name"]
    assert ask(tasks) == [entry.get("text") for entry in VECTORS["good"] + VECTORS["broken"]]
    assert len(VECTORS["good"]) >= 12
    assert len(VECTORS["broken"]) >= 40


def test_a_key_file_opens_with_its_passphrase_alone() -> None:
    """The right passphrase, in either Unicode form, opens it; a wrong one does not. Both sides."""
    file = ONE.write(PASSPHRASE, ENTROPY)
    assert ReaderSecret.read(file, PASSPHRASE).key == ONE.key
    assert ReaderSecret.read(file, "hoa sen no\u031b\u0309 bên sông").key == ONE.key
    with pytest.raises(CryptoError) as error:
        ReaderSecret.read(file, PASSPHRASE + " ")
    assert error.value.code == "sealed.key_file_refused"
    tasks = [{"file": file, "passphrase": words} for words in (PASSPHRASE, PASSPHRASE + " ")]
    assert ask([{"verb": "readKeyFile", **task} for task in tasks]) == [secret_of(ONE), None]
    assert secret_of(ONE) not in file
    assert read_public(file) == ONE.key.raw


def test_a_key_file_of_the_browser_opens_here() -> None:
    """What the desk's page makes, the command line opens."""
    (file,) = ask([{"verb": "makeKeyFile", "passphrase": PASSPHRASE}])
    secret = ReaderSecret.read(file, PASSPHRASE)
    envelope = seal(TEXT, [secret.key], PLACE, entropy=ENTROPY)
    assert ask([open_task(envelope, secret)]) == [TEXT]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("format", "gi/reader-key-file/v2"), ("memory_kib", 2**30), ("memory_kib", "64"),
        ("memory_kib", 7), ("passes", 0), ("lanes", 1000), ("public", to_base64(TWO.key.raw)),
        ("salt", "AAAA"), ("nonce", "AAAAAAAAAAAAAAAA"), ("sealed", "AAAA"), ("sealed", 7),
    ],
)  # fmt: skip
def test_a_changed_key_file_is_refused(name: str, value: object) -> None:
    """Whatever was changed, one error; as it was, it opens."""
    (text,) = ask([{"verb": "makeKeyFile", "passphrase": PASSPHRASE}])
    assert ReaderSecret.read(text, PASSPHRASE).key.raw
    with pytest.raises(CryptoError) as error:
        ReaderSecret.read(json.dumps(json.loads(text) | {name: value}), PASSPHRASE)
    assert error.value.code == "sealed.key_file_refused"


@pytest.mark.parametrize("text", ["", "{}", "[]", "null", "0", "{", '{"format": "gi/root/v1"}'])
def test_what_is_no_key_file_is_refused(text: str) -> None:
    """Anything else than a key file is refused alike."""
    with pytest.raises(CryptoError) as error:
        ReaderSecret.read(text, PASSPHRASE)
    assert error.value.code == "sealed.key_file_refused"
    with pytest.raises(InputError) as invalid:
        ReaderKey.parse(read_public(text))
    assert invalid.value.code == "sealed.key_invalid"


def test_a_short_passphrase_is_refused() -> None:
    """Eleven characters are too few, twelve will do."""
    assert ONE.write("a" * 12, ENTROPY)
    with pytest.raises(InputError) as error:
        ONE.write("a" * 11, ENTROPY)
    assert error.value.code == "sealed.passphrase_short"


def test_a_secret_keeps_itself() -> None:
    """It does not print, and is neither copied nor pickled."""
    assert secret_of(ONE) not in repr(ONE)
    with pytest.raises(CryptoError) as error:
        copy.copy(ONE)
    assert error.value.code == "sealed.secret_kept"
    with pytest.raises(CryptoError):
        ReaderSecret(bytes(63))


@pytest.mark.parametrize(
    "raw",
    [
        b"", ONE.key.raw[:-1], ONE.key.raw + b"\0", b"\xff" * 1184 + ONE.key.raw[1184:],
        ONE.key.raw[:1216] + bytes(32), ONE.key.raw[:1184] + bytes(32) + ONE.key.raw[1216:],
    ],
)  # fmt: skip
def test_a_public_key_that_protects_nothing_is_refused(raw: bytes) -> None:
    """A wrong length, no ML-KEM key, a point of low order; a real key is taken."""
    assert ReaderKey.parse(ONE.key.raw) == ONE.key
    with pytest.raises(InputError) as error:
        ReaderKey.parse(raw)
    assert error.value.code == "sealed.key_invalid"


def test_base64_has_one_spelling() -> None:
    """Padding, foreign letters and stray bits are refused; the one spelling is read."""
    assert from_base64("AA") == b"\0"
    for text in ("AA==", "AB", "A", "A+", "á"):
        with pytest.raises(InputError):
            from_base64(text)


def padded(plain: bytes) -> Envelope:
    """Return a submission whose content is `plain` as it is, well sealed to the first reader."""
    key = ENTROPY.bytes(32)
    cipher = Cobblestone256Encryptor(key, PLACE.context)
    content = cipher.update(plain) + cipher.finalize()
    wrap = form._wrap(key, ONE.key, PLACE, Suite.CLASSIC)
    return Envelope(place=PLACE, content=content, wraps=(wrap,))


def test_a_text_has_one_padding() -> None:
    """A sender can hide nothing behind a text: padding is zeros up to the next step, no more."""
    good = b"\0\0\0\x02ab" + bytes(4090)
    bad = {
        "something behind": good[:-1] + b"\x01", "longer than it is": b"\0\1" + good[2:],
        "a step too many": good + bytes(4096), "no UTF-8": good.replace(b"ab", b"\xff\xfe"),
    }  # fmt: skip
    assert open_sealed(padded(good), ONE).reveal() == "ab"
    assert [name for name, plain in bad.items() if not refused(padded(plain))] == []
    tasks = [open_task(padded(plain), ONE) for plain in (good, *bad.values())]
    assert ask(tasks) == ["ab", *[None] * len(bad)]

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve
from sqlalchemy import delete, select, update

from govinteract.errors import AccessDenied, CryptoError, InputError, SettingsError
from govinteract.vault import FileKey, KeyNotReady, Personal, Sealed
from govinteract.vault.tables import wrap_table
from tests.vault.house import PLAN, House, permit

PHONE = "0912 345 678"
PLACE: dict[str, Any] = {"data_class": "contact", "record": "r", "field": "phone"}
WRAP = wrap_table.c


def wraps(house: House) -> list[tuple[str, str, str]]:
    """Return subject, class and purpose of every wrap that is stored."""
    with house.tx() as tx:
        rows = tx.read(select(wrap_table)).mappings()
        return sorted((row["subject"], row["data_class"], row["purpose"]) for row in rows)


def refusal(action: Callable[[], object]) -> CryptoError:
    """Return the error with which an opening is refused."""
    with pytest.raises(CryptoError) as refused:
        action()
    assert refused.value.code == "vault.open_failed"
    return refused.value


def test_sealed_value_opens_in_another_transaction(any_house: House) -> None:
    """What one transaction sealed, a later one opens with a permit, as a personal value."""
    sealed = any_house.seal(PHONE)
    with any_house.tx() as tx:
        (opened,) = any_house.vault(tx).open([sealed], permit(tx, [sealed]))
    assert isinstance(opened, Personal)
    assert opened.reveal() == PHONE


def test_one_wrap_for_each_purpose_is_written_with_the_commit(any_house: House) -> None:
    """Sealing writes nothing until the commit, and then one wrap for each planned purpose."""
    with any_house.tx() as tx:
        vault = any_house.vault(tx)
        subject = vault.new_subject()
        for data_class, field in (("contact", "phone"), ("contact", "email"), ("content", "text")):
            vault.seal("x", subject=subject, data_class=data_class, record="r", field=field)
        waiting = [vault.pending, tx.wrote]
    assert [*waiting, vault.pending, tx.wrote] == [True, False, False, True]
    planned = [(subject, name, purpose) for name, purposes in PLAN.items() for purpose in purposes]
    assert wraps(any_house) == sorted(planned)


def test_rolled_back_transaction_leaves_no_wrap(any_house: House) -> None:
    """A transaction that fails leaves no wrap behind; the same one that succeeds leaves two."""

    def act(*, fail: bool) -> None:
        with any_house.tx() as tx:
            vault = any_house.vault(tx)
            vault.seal(PHONE, subject=vault.new_subject(), **PLACE)
            if fail:
                raise InterruptedError

    with pytest.raises(InterruptedError):
        act(fail=True)
    assert wraps(any_house) == []
    act(fail=False)
    assert len(wraps(any_house)) == 2


def test_later_value_of_a_subject_uses_its_key(any_house: House) -> None:
    """A second transaction seals for a known subject under the key that it has."""
    first = any_house.seal(PHONE)
    second = any_house.seal("an@example.vn", subject=first.subject, field="email")
    other = any_house.seal("Đèn tắt", subject=first.subject, data_class="content", field="text")
    assert first.kid == second.kid != other.kid
    assert len(wraps(any_house)) == 4
    assert any_house.open([other, first, second]) == ["Đèn tắt", PHONE, "an@example.vn"]


def test_thousand_values_of_many_subjects_open_in_their_order(house: House) -> None:
    """Values of more subjects than fit one query open together, in the order given."""
    with house.tx() as tx:
        vault = house.vault(tx)
        sealed = [
            vault.seal(f"0912 {n:06}", subject=vault.new_subject(), **PLACE | {"record": f"r-{n}"})
            for n in range(1_100)
        ]
    backwards = sealed[::-1]
    assert house.open(backwards) == [f"0912 {n:06}" for n in range(1_099, -1, -1)]


def test_value_is_opened_in_the_transaction_that_sealed_it(house: House) -> None:
    """Within its own transaction a value opens for each planned purpose, before the commit."""
    with house.tx() as tx:
        vault = house.vault(tx)
        sealed = vault.seal(PHONE, subject=vault.new_subject(), **PLACE)
        (opened,) = vault.open([sealed], permit(tx, [sealed], "notify-citizen"))
        assert opened.reveal() == PHONE
        with pytest.raises(AccessDenied):
            vault.open([sealed], permit(tx, [sealed], "moderate"))


def test_personal_value_is_sealed_as_what_it_wraps(house: House) -> None:
    """A wrapped value is sealed without the caller having to reveal it."""
    assert house.open([house.seal(Personal(PHONE))]) == [PHONE]


@pytest.mark.parametrize("purpose", ["moderate", "resolve", "", "notify-citizen\x00"])
def test_purpose_without_a_wrap_is_denied(house: House, purpose: str) -> None:
    """A purpose that was not planned for the class has no key, whatever its permit says."""
    sealed = house.seal(PHONE)
    assert house.open([sealed], "notify-citizen") == [PHONE]
    with pytest.raises(AccessDenied) as refused:
        house.open([sealed], purpose)
    assert refused.value.code == "vault.no_wrap_for_purpose"


def test_purpose_that_lost_its_wrap_is_denied_at_once(any_house: House) -> None:
    """Destroying a purpose's wrap ends it in the next transaction; other purposes go on."""
    sealed = any_house.seal(PHONE)
    assert any_house.open([sealed], "notify-citizen") == [PHONE]
    with any_house.tx() as tx:
        tx.write(delete(wrap_table).where(WRAP.purpose == "notify-citizen"))
    with pytest.raises(AccessDenied) as refused:
        any_house.open([sealed], "notify-citizen")
    assert refused.value.code == "vault.no_wrap_for_purpose"
    assert any_house.open([sealed], "resolve-report") == [PHONE]
    later = any_house.seal("an@example.vn", subject=sealed.subject, field="email")
    assert any_house.open([later], "resolve-report") == ["an@example.vn"]
    with pytest.raises(AccessDenied):
        any_house.open([later], "notify-citizen")


def test_after_the_last_wrap_nobody_opens(any_house: House) -> None:
    """Without any wrap a value is lost, and what is sealed later gets a key of its own."""
    sealed = any_house.seal(PHONE)
    with any_house.tx() as tx:
        tx.write(delete(wrap_table))
    for purpose in PLAN["contact"]:
        with pytest.raises(AccessDenied):
            any_house.open([sealed], purpose)
    later = any_house.seal(PHONE, subject=sealed.subject)
    assert later.kid != sealed.kid
    assert any_house.open([later]) == [PHONE]
    refusal(lambda: any_house.open([sealed]))


def test_withdrawal_between_two_openings_of_a_transaction_counts(any_house: House) -> None:
    """A transaction that opened a value looks for its key anew when it opens again."""
    sealed = any_house.seal(PHONE)
    with any_house.tx() as tx:
        vault, given = any_house.vault(tx), permit(tx, [sealed], "notify-citizen")
        assert vault.open([sealed], given)[0].reveal() == PHONE
        with any_house.tx() as other:
            other.write(delete(wrap_table).where(WRAP.purpose == "notify-citizen"))
        tx.commit_opening()  # as the door does before each opening
        with pytest.raises(AccessDenied) as refused:
            vault.open([sealed], given)
        assert refused.value.code == "vault.no_wrap_for_purpose"
        assert vault.open([sealed], permit(tx, [sealed]))[0].reveal() == PHONE


def test_destroyed_keys_are_gone_for_every_purpose(any_house: House) -> None:
    """Destroying a subject's keys ends all its classes and purposes, and nobody else's."""
    mine, other = any_house.seal(PHONE), any_house.seal(PHONE)
    text = any_house.seal("x", subject=mine.subject, data_class="content", field="text")
    with any_house.tx() as tx:
        any_house.vault(tx).destroy_keys([mine.subject])
    for sealed in (mine, text):
        with pytest.raises(AccessDenied):
            any_house.open([sealed])
    assert any_house.open([other]) == [PHONE]
    assert {subject for subject, _class, _purpose in wraps(any_house)} == {other.subject}


def test_keys_destroyed_before_the_commit_are_never_written(house: House) -> None:
    """A subject made and destroyed in one transaction leaves nothing; what comes after does."""
    with house.tx() as tx:
        vault = house.vault(tx)
        gone, kept = vault.new_subject(), vault.new_subject()
        first = vault.seal(PHONE, subject=gone, **PLACE)
        vault.destroy_keys([gone])
        assert not vault.pending
        again = vault.seal(PHONE, subject=gone, **PLACE)
        beside = vault.seal(PHONE, subject=kept, **PLACE)
        vault.destroy_keys([gone])
    with pytest.raises(AccessDenied):
        house.open([first])
    assert first.kid != again.kid
    assert house.open([beside]) == [PHONE]
    assert {subject for subject, _class, _purpose in wraps(house)} == {kept}


MOVED: dict[str, object] = {
    "subject": "s-other", "record": "r-2", "field": "email", "data_class": "content", "rev": 2,
    "type": "bytes",
}  # fmt: skip


@pytest.mark.parametrize("part", MOVED)
def test_value_moved_to_another_place_does_not_open(house: House, part: str) -> None:
    """A value moved to a place that exists, with keys of its own, does not open there."""
    sealed = house.seal(PHONE)
    with house.tx() as tx:
        for data_class in PLAN:
            for subject in (sealed.subject, "s-other"):
                own = {"subject": subject, "data_class": data_class}
                house.vault(tx).seal("x", **PLACE | own)
    moved = evolve(sealed, **{part: MOVED[part]})  # type: ignore[arg-type]  # each part has its type
    assert house.open([sealed]) == [PHONE]
    refusal(lambda: house.open([moved]))


def test_value_of_another_tenant_does_not_open(tmp_path: Path) -> None:
    """A row copied into another tenant, wraps and all, does not open there."""
    url = f"sqlite:///{tmp_path / 'shared.db'}"
    here, there = House.build(url), House.build(url, tenant="an-binh")
    sealed, native = here.seal(PHONE), there.seal(PHONE)
    with here.tx() as tx:
        copied = [dict(row) for row in tx.read(select(wrap_table)).mappings()]
        moved = [{**row, "locality": "an-binh"} for row in copied if row["locality"] != "an-binh"]
        tx.insert(wrap_table, moved)
    assert here.open([sealed]) == there.open([native]) == [PHONE]
    refusal(lambda: there.open([sealed]))


@pytest.mark.parametrize("column", ["wrapped", "kid", "purpose", "data_class", "subject"])
def test_wrap_that_was_changed_opens_nothing(house: House, column: str) -> None:
    """A wrap with another key, or moved to another purpose, class or subject, opens nothing."""
    sealed, other = house.seal(PHONE), house.seal(PHONE, data_class="content", field="text")
    changed: dict[str, Any] = {
        "purpose": "moderate", "data_class": "content", "subject": other.subject,
        "wrapped": bytes(66), "kid": bytes(16),
    }  # fmt: skip
    value = changed[column]
    with house.tx() as tx:
        tx.write(delete(wrap_table).where(WRAP.subject == other.subject))
        tx.write(update(wrap_table).where(WRAP.purpose == "resolve-report").values({column: value}))
    tampered = evolve(sealed, **{column: value}) if column in {"data_class", "subject"} else sealed
    purpose = "moderate" if column == "purpose" else "resolve-report"
    refusal(lambda: house.open([tampered], purpose))


def test_permit_must_be_of_this_transaction_and_cover_every_value(house: House) -> None:
    """A permit of another transaction, or for other values, opens nothing at all."""
    one, two = house.seal(PHONE), house.seal("Đèn tắt", data_class="content", field="text")
    with house.tx() as tx, house.tx() as other:
        vault = house.vault(tx)
        assert len(vault.open([one, two], permit(tx, [one, two]))) == 2
        for given in (permit(other, [one, two]), permit(tx, [one]), permit(tx, [two])):
            with pytest.raises(AccessDenied) as refused:
                vault.open([one, two], given)
            assert refused.value.code == "vault.permit_scope"


def test_every_way_of_not_opening_is_told_alike(house: House) -> None:
    """Broken bytes, a foreign key, a moved value and a broken wrap read the same."""
    sealed, foreign = house.seal(PHONE), house.seal(PHONE)
    flipped = bytearray(sealed.envelope)
    flipped[-1] ^= 1
    broken = [
        evolve(sealed, envelope=bytes(flipped)),
        evolve(sealed, envelope=b""),
        evolve(sealed, envelope=b"H" + sealed.envelope[1:]),
        evolve(sealed, envelope=foreign.envelope),
        evolve(sealed, record="r-2"),
    ]
    told = {str(refusal(lambda b=b: house.open([b]))) for b in broken}  # type: ignore[misc]  # mypy can't infer b
    with house.tx() as tx:
        tx.write(update(wrap_table).values(wrapped=bytes(66)))
    told.add(str(refusal(lambda: house.open([sealed]))))
    assert len(told) == 1


def test_class_that_no_purpose_opens_is_not_sealed(house: House) -> None:
    """A class without a purpose is refused: nobody could ever open it."""
    with pytest.raises(SettingsError) as refused:
        house.seal(PHONE, data_class="horoscope")
    assert refused.value.code == "vault.class_unplanned"
    assert house.seal(PHONE, data_class="content").data_class == "content"


def test_value_that_can_not_be_sealed_leaves_nothing(house: House) -> None:
    """A value of the wrong type or too large is refused before any key is made."""
    for value, kind in ((12, "text"), ("x" * 65_537, "text"), ("x", "nothing")):
        with pytest.raises(InputError):
            house.seal(value, type=kind)
    assert wraps(house) == []


def test_keys_that_are_not_warm_are_told(house: House) -> None:
    """Sealing and opening with a cold ring are `KeyNotReady`; warmed, they work."""
    sealed = house.seal(PHONE)
    house.ring.forget()
    with pytest.raises(KeyNotReady):
        house.seal(PHONE)
    with pytest.raises(KeyNotReady):
        house.open([sealed])
    house.ring.warm(house.engine)
    assert house.open([sealed]) == [PHONE]


PICTURE = bytes(range(256)) * 500


def sealed_picture(house: House) -> tuple[Sealed, bytes]:
    """Seal a picture; return its sealed key and its stream."""
    sink = io.BytesIO()
    with house.tx() as tx:
        vault = house.vault(tx)
        key = vault.seal_file(
            io.BytesIO(PICTURE), sink, subject=vault.new_subject(), data_class="content",
            record="r-1", field="photo", content_type="image/jpeg",
        )  # fmt: skip
    return key, sink.getvalue()


def test_sealed_file_opens_through_its_key(any_house: House) -> None:
    """A file's key opens like any value, and reads the stream whole or in part."""
    sealed, stream = sealed_picture(any_house)
    assert sealed.type == "file:image/jpeg"
    (key,) = any_house.open([sealed])
    assert isinstance(key, FileKey)
    assert key.content_type == "image/jpeg"
    assert key.open_bytes(stream) == PICTURE
    assert key.reader(io.BytesIO(stream)).read(70_000, 10) == PICTURE[70_000:70_010]
    assert PICTURE[:64] not in stream


@pytest.mark.parametrize("part", ["record", "field", "rev", "type"])
def test_files_key_moved_to_another_place_does_not_open(house: House, part: str) -> None:
    """A file's key is bound to its record, field, revision and content type."""
    sealed, _stream = sealed_picture(house)
    value = {"record": "r-2", "field": "thumb", "rev": 2, "type": "file:text/html"}[part]
    assert house.open([sealed])
    refusal(lambda: house.open([evolve(sealed, **{part: value})]))  # type: ignore[arg-type]  # each part has its type


def test_file_of_one_place_does_not_open_with_the_key_of_another(house: House) -> None:
    """Two files under keys of their own can't be exchanged."""
    (sealed, stream), (other, other_stream) = sealed_picture(house), sealed_picture(house)
    (key, other_key) = house.open([sealed, other])
    assert isinstance(key, FileKey)
    assert isinstance(other_key, FileKey)
    assert key.open_bytes(stream) == other_key.open_bytes(other_stream)
    refusal(lambda: key.open_bytes(other_stream))


def test_answer_box_gives_an_answer_to_the_same_key_only(house: House) -> None:
    """An answer opens under the idempotency key and source that sealed it, and no other."""
    with house.tx() as tx:
        vault = house.vault(tx)
        box = vault.answer_box("web", "request-1")
        kept = box.seal(b"receipt")
        again = vault.answer_box("web", "request-1")
        assert again.name == box.name
        assert again.open(kept) == b"receipt"
        for other in (vault.answer_box("api", "request-1"), vault.answer_box("web", "request-2")):
            assert other.name != box.name
            refusal(lambda box=other: box.open(kept))  # type: ignore[misc]  # mypy can't infer box
        refusal(lambda: box.open(kept[:-1]))
        refusal(lambda: box.open(b""))

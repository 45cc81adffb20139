"""One archive with everything of a person, for the person."""

import io
import json
import zipfile
from datetime import UTC, datetime

import pytest
from PIL import Image

from govinteract import Locality
from govinteract.errors import AccessDenied
from govinteract.kernel import Citizen
from govinteract.subjects import write_export
from tests.canary import CANARIES
from tests.subjects.people import Person, erase, report
from tests.support import ANONYMOUS, OFFICER


def _export(ward: Locality, person: Person) -> zipfile.ZipFile:
    sink = io.BytesIO()
    with ward.acting_as(ANONYMOUS, purpose="self-access") as tx:
        subject = tx.feedback.find(person.code).subject
        parts = tx.subjects.portable(subject)
        openings = tx.openings.of(subject)
        write_export(
            sink, parts, openings, open_all=tx.open_all, locality=ward.id, at=tx.transaction.now
        )
    return zipfile.ZipFile(sink)


def test_everything_of_the_person_is_in_it(ward: Locality, person: Person) -> None:
    """Words, contact, answers, thread and photos can be read without us; notes are not hers."""
    with ward.acting_as(OFFICER, purpose="resolve-report") as tx:
        tx.open(tx.feedback.find(person.code).text)
    archive = _export(ward, person)
    data = json.loads(archive.read("data.json"))
    said = json.dumps(data, ensure_ascii=False)
    for name in ("name", "e164", "email", "address", "text", "answer", "reply", "said"):
        assert CANARIES[name] in said, name
    assert CANARIES["note"] not in said
    (case,) = data["feedback"]
    assert case["code"].replace("-", "") == person.code.replace("-", "")
    (name,) = case["photos"]
    assert Image.open(io.BytesIO(archive.read(name))).size == (64, 48)
    assert [one["who"] for one in data["openings"]] == ["officer:an"]
    assert data["openings"][0]["fields"] == ["content/text"]
    assert "data.json" in archive.read("README.txt").decode()


def test_the_export_is_on_record(ward: Locality, person: Person) -> None:
    """One opening names all that was opened for it, as the person's own."""
    _export(ward, person)
    with ward.acting_as(OFFICER) as tx:
        (opening,) = tx.openings.of(person.subject)
    assert (opening.actor, opening.purpose) == ("anonymous", "self-access")
    assert {"contact", "content", "evidence", "receipt"} == {f.data_class for f in opening.fields}


def test_nobody_exports_another_person(ward: Locality, person: Person) -> None:
    """Neither without the code nor with another one; with one's own it is handed over."""
    other = report(ward)
    for actor in (ANONYMOUS, Citizen("c-1"), OFFICER):
        with pytest.raises(AccessDenied) as refused, ward.acting_as(actor) as tx:
            if actor is ANONYMOUS:
                tx.feedback.find(other.code)
            tx.subjects.portable(person.subject)
        assert refused.value.code == "subjects.not_own"
    with ward.acting_as(ANONYMOUS) as tx:
        tx.feedback.find(person.code)
        assert len(tx.subjects.portable(person.subject)) == 1


def test_after_the_erasure_there_is_nothing_to_export(ward: Locality, person: Person) -> None:
    """The archive of an erased person holds no case."""
    erase(ward, person)
    assert json.loads(_export(ward, person).read("data.json"))["feedback"] == []


def test_a_door_that_refuses_leaves_nothing_behind(ward: Locality, person: Person) -> None:
    """What can't be opened is not half written."""
    sink = io.BytesIO()
    with ward.acting_as(ANONYMOUS) as tx:  # no purpose
        tx.feedback.find(person.code)
        parts = tx.subjects.portable(person.subject)
        with pytest.raises(AccessDenied) as refused:
            write_export(
                sink, parts, [], open_all=tx.open_all, locality=ward.id,
                at=datetime(2026, 3, 2, tzinfo=UTC),
            )  # fmt: skip
    assert refused.value.code == "consent.purpose_missing"
    assert sink.getvalue() == b""

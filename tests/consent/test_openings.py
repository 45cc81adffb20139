"""The person can list who opened what, for what and why."""

import pytest

from govinteract import Locality
from govinteract.errors import AccessDenied
from govinteract.feedback import Contact, Report
from govinteract.kernel import Citizen, Officer, System
from tests.support import ANONYMOUS, OFFICER, Hands

AUDITOR = Officer("kiem-tra", roles=frozenset({"auditor"}))


def _report(ward: Locality) -> tuple[str, str, str]:
    """Report a light; return the code, the public id and the subject."""
    report = Report(service="street-light", text="Đèn tắt")
    with ward.acting_as(ANONYMOUS) as tx:
        receipt = tx.feedback.submit(report, contact=Contact(phone="0912 345 678"))
    with ward.acting_as(OFFICER) as tx:
        case = tx.feedback.find(receipt.public_id)
        assert case.contact is not None
        return receipt.code.shown, receipt.public_id.text, case.contact.subject


def _look(ward: Locality, public_id: str, *, purpose: str = "resolve-report") -> None:
    with ward.acting_as(OFFICER, purpose=purpose) as tx:
        case = tx.feedback.find(public_id)
        assert case.contact is not None
        tx.open_all([case.text, case.contact])


def test_the_person_sees_who_looked(ward: Locality, hands: Hands) -> None:
    """With the code a person sees each opening: by whom, when, for what, why, and of what."""
    code, public_id, subject = _report(ward)
    _look(ward, public_id)
    hands.move(hours=1)
    _look(ward, public_id)
    with ward.acting_as(ANONYMOUS) as tx:
        tx.feedback.find(code)
        second, first = tx.openings_of(subject)
    assert (first.actor, first.purpose) == ("officer:an", "resolve-report")
    assert first.basis.startswith("law: ")
    assert (second.at - first.at).total_seconds() == 3600
    assert {(opened.data_class, opened.field) for opened in first.fields} == {
        ("content", "text"),
        ("contact", "contact"),
    }


def test_an_opening_names_its_fact(small_ward: Locality) -> None:
    """What the list says can be proven: it names the fact of the log."""
    _code, public_id, subject = _report(small_ward)
    _look(small_ward, public_id)
    with small_ward.acting_as(AUDITOR) as tx:
        opening = tx.openings_of(subject)[0]
        fact = tx.facts.of(opening.stream)[0]
    assert fact.kind == "data.opened"
    assert fact.actor == opening.actor
    assert small_ward.verify().good


def test_nobody_sees_who_looked_at_others(small_ward: Locality) -> None:
    """Without the code, or as an officer without the role, the list is refused."""
    code, public_id, subject = _report(small_ward)
    other_code, _id, other = _report(small_ward)
    _look(small_ward, public_id)
    for actor in (ANONYMOUS, OFFICER, Citizen("c-81")):
        with pytest.raises(AccessDenied) as caught, small_ward.acting_as(actor) as tx:
            tx.openings_of(subject)
        assert caught.value.code == "consent.not_own"
    with small_ward.acting_as(ANONYMOUS) as tx:
        tx.feedback.find(other_code)
        assert tx.openings_of(other) == []
        with pytest.raises(AccessDenied):
            tx.openings_of(subject)
    for reader in (AUDITOR, System("audit"), Citizen(subject)):
        with small_ward.acting_as(reader) as tx:
            assert len(tx.openings_of(subject)) == 1
    with small_ward.acting_as(ANONYMOUS) as tx:
        tx.feedback.find(code)
        assert len(tx.openings_of(subject)) == 1


def test_one_opening_of_many_people_is_told_to_each(small_ward: Locality) -> None:
    """Each person sees what of theirs was opened and nothing of the others'."""
    people = [_report(small_ward) for _ in range(3)]
    with small_ward.acting_as(OFFICER, purpose="resolve-report") as tx:
        cases = [tx.feedback.find(public_id) for _code, public_id, _subject in people]
        tx.open_all([case.text for case in cases])
    streams = set()
    for _code, _public_id, subject in people:
        with small_ward.acting_as(AUDITOR) as tx:
            (opening,) = tx.openings_of(subject)
        assert len(opening.fields) == 1
        streams.add(opening.stream)
    assert len(streams) == 1


def test_a_look_is_listed_though_everything_else_failed(small_ward: Locality) -> None:
    """What was opened in a transaction that fails afterwards is in the list."""
    _code, public_id, subject = _report(small_ward)
    with (
        pytest.raises(AccessDenied),
        small_ward.acting_as(OFFICER, purpose="resolve-report") as tx,
    ):
        tx.open(tx.feedback.find(public_id).text)
        raise AccessDenied("consent.not_own")
    with small_ward.acting_as(AUDITOR) as tx:
        assert len(tx.openings_of(subject)) == 1


def test_the_list_is_rebuilt_from_facts(ward: Locality) -> None:
    """Made anew from the facts the list is the same, row by row."""
    people = [_report(ward) for _ in range(2)]
    for _code, public_id, _subject in people * 2:
        _look(ward, public_id)
    with ward.acting_as(System("rebuild")) as tx:
        before = [tx.openings_of(subject) for _code, _public_id, subject in people]
        assert tx.openings.rebuild(tx.facts) == 4
        assert [tx.openings_of(subject) for _code, _public_id, subject in people] == before

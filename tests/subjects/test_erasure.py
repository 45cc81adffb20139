"""Erasing a person: for everybody, for good, on record, and nobody else with her."""

import random
import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import select

from govinteract import Locality
from govinteract.errors import AccessDenied, ConflictError, InputError, NotFound
from govinteract.feedback import Report, compare_projections
from govinteract.kernel import Citizen, System
from govinteract.storage import scrub
from govinteract.subjects import certificate_of
from govinteract.vault.tables import blind_table, wrap_table
from tests.canary import CANARIES, files_below, sightings
from tests.subjects.people import CONTACT, REPORT, Person, erase, report, wraps
from tests.support import ANONYMOUS, OFFICER, make_ward


def _open_text(ward: Locality, person: Person) -> str:
    with ward.acting_as(OFFICER, purpose="resolve-report") as tx:
        text: str = tx.open(tx.feedback.find(person.code).text).reveal()
        return text


def test_an_erased_person_opens_for_nobody(ward: Locality, person: Person) -> None:
    """Not for the office, the person or the relay; everybody else opens as before."""
    other = report(ward)
    with ward.acting_as(OFFICER) as tx:
        done = tx.subjects.erase(person.subject)
    assert done.done
    assert len(done.wraps) >= 8
    assert done.counts["feedback"] == {"cases": 1, "files": 1, "drafts": 0}
    assert wraps(ward, person) == 0
    for actor, purpose in (
        (OFFICER, "resolve-report"), (ANONYMOUS, "self-access"),
        (System("notify"), "notify-citizen"),
    ):  # fmt: skip
        with (
            pytest.raises(AccessDenied) as refused,
            ward.acting_as(actor, purpose=purpose) as tx,
        ):
            case = tx.feedback.find(person.code)
            assert case.contact is not None
            tx.open(case.contact)
        assert refused.value.code == "vault.no_wrap_for_purpose"
    assert _open_text(ward, other) == "Đèn tắt"


def test_the_case_stays_as_a_tombstone(ward: Locality, person: Person) -> None:
    """Closed, counted, not public; nothing goes on with it, and the facts say the same."""
    erase(ward, person)
    with ward.acting_as(OFFICER) as tx:
        case = tx.feedback.find(person.code)
        assert case.erased_at == tx.transaction.now
        assert (case.kind, case.shared, case.public_text) == ("withdrawn", False, None)
        assert tx.feedback.statistics().total.received == 1
        assert list(compare_projections(tx.transaction, tx.facts)) == []
    for actor, verb, words in ((OFFICER, "note", "Ghi"), (ANONYMOUS, "reopen", "Vẫn tắt")):
        with pytest.raises(ConflictError) as refused, ward.acting_as(actor) as tx:
            getattr(tx.feedback, verb)(tx.feedback.find(person.code), words)
        assert refused.value.code == "feedback.case_erased"
    assert wraps(ward, person) == 0


def test_a_living_case_goes_on(ward: Locality, person: Person) -> None:
    """The twin: what is refused on a tombstone is taken on a case."""
    with ward.acting_as(OFFICER) as tx:
        assert tx.feedback.note(tx.feedback.find(person.code), "Ghi").erased_at is None


def test_the_fact_names_what_was_destroyed(ward: Locality, person: Person) -> None:
    """By keyed pseudonym, key ids and hashes of the wraps; nothing in it says who it was."""
    with ward.acting_as(OFFICER) as tx:
        done = tx.subjects.erase(person.subject, basis="order")
    with ward.acting_as(OFFICER) as tx:
        (fact,) = tx.facts.of(done.stream)
        paper = certificate_of(tx.facts, done.stream, done.seq)
    assert (fact.kind, fact.actor, fact.data["basis"]) == ("subject.erased", "officer:an", "order")
    assert fact.data["wraps"] == sorted(wrap.sha256 for wrap in done.wraps)
    assert person.subject not in fact.body
    assert paper.wraps == tuple(fact.data["wraps"])
    assert paper.leaf == fact.leaf().hex()
    assert paper.canonical() == type(paper).from_fact(fact).canonical()
    assert ward.verify().good
    with ward.acting_as(OFFICER) as tx, pytest.raises(NotFound) as refused:
        certificate_of(tx.facts, done.stream, 2)
    assert refused.value.code == "subjects.erasure_unknown"


def test_a_dry_run_changes_nothing(ward: Locality, person: Person) -> None:
    """It says what would go, and it is all still there."""
    before = wraps(ward, person)
    with ward.acting_as(OFFICER) as tx:
        planned = tx.subjects.erase(person.subject, dry_run=True)
        assert not tx.transaction.wrote
    assert (planned.done, len(planned.wraps)) == (False, before)
    assert planned.counts["feedback"] == {"cases": 1, "files": 1, "drafts": 0}
    assert wraps(ward, person) == before
    assert _open_text(ward, person) == CANARIES["text"]


def test_a_hold_forbids_erasing(ward: Locality, person: Person) -> None:
    """Until it is released; a hold for another reason stands on."""
    with ward.acting_as(OFFICER) as tx:
        tx.subjects.hold(person.subject, "12/QĐ-TA")
        tx.subjects.hold(person.subject, "13/QĐ-TA")
    for reason in ("12/QĐ-TA", "13/QĐ-TA"):
        with pytest.raises(AccessDenied) as refused, ward.acting_as(OFFICER) as tx:
            tx.subjects.erase(person.subject)
        assert refused.value.code == "subjects.held"
        with ward.acting_as(OFFICER) as tx:
            tx.subjects.release(person.subject, reason)
    with ward.acting_as(OFFICER) as tx:
        assert tx.subjects.holds(person.subject) == []
        assert tx.subjects.erase(person.subject).done


def test_only_what_is_held_is_released(ward: Locality, person: Person) -> None:
    """A file number under which nothing is held is refused."""
    with ward.acting_as(OFFICER) as tx:
        tx.subjects.hold(person.subject, "12/QĐ-TA")
        with pytest.raises(NotFound) as refused:
            tx.subjects.release(person.subject, "14/QĐ-TA")
        assert refused.value.code == "subjects.not_held"
        tx.subjects.release(person.subject, "12/QĐ-TA")
        assert tx.subjects.holds(person.subject) == []


@pytest.mark.parametrize("actor", [ANONYMOUS, Citizen("c-1")], ids=["anonymous", "citizen"])
def test_only_the_office_erases(ward: Locality, person: Person, actor: Citizen) -> None:
    """Nobody else erases, holds or releases, not even with the code."""
    for verb, arguments in (("erase", ()), ("hold", ("1",)), ("release", ("1",))):
        with pytest.raises(AccessDenied) as refused, ward.acting_as(actor) as tx:
            tx.feedback.find(person.code)
            getattr(tx.subjects, verb)(person.subject, *arguments)
        assert refused.value.code == "subjects.not_allowed"
    erase(ward, person)


def test_nobody_is_erased_twice(ward: Locality, person: Person) -> None:
    """The second time there is nothing left, and nobody is recorded as erased again."""
    erase(ward, person)
    with pytest.raises(NotFound) as refused:
        erase(ward, person)
    assert refused.value.code == "subjects.nothing_held"


def test_a_reason_is_one_of_three(ward: Locality, person: Person) -> None:
    """Free words could say who it is."""
    with pytest.raises(InputError) as refused, ward.acting_as(OFFICER) as tx:
        tx.subjects.erase(person.subject, basis="bà Yến muốn thế")
    assert refused.value.code == "subjects.basis_unknown"
    erase(ward, person)


def test_a_message_that_waits_for_the_person_dies(ward: Locality, person: Person) -> None:
    """The relay finds no key, gives the letter up, and sends nothing."""
    other = report(ward)
    erase(ward, person)
    ward.relay_once()
    with ward.acting_as(OFFICER) as tx:
        dead = tx.outbox.dead()
        assert dead
        assert {letter.error for letter in dead} == {"notify.erased"}
        assert all(other.code not in letter.body for letter in dead)


def test_a_known_citizen_may_come_back(ward: Locality) -> None:
    """All cases of the person go at once; a new report has new keys and can go again."""
    citizen = Citizen("c-81")
    for number in range(2):
        with ward.acting_as(citizen) as tx:
            for _ in range(2):
                tx.feedback.submit(Report(service="street-light", text="Đèn tắt"))
        with ward.acting_as(OFFICER) as tx:
            done = tx.subjects.erase("c-81")
            assert (done.seq, done.counts["feedback"]["cases"]) == (number + 1, 2)


def test_a_verb_that_comes_too_late_makes_no_key(ward: Locality) -> None:
    """A note that was begun before the erasure and ends after it is refused whole."""
    somebody = report(ward)
    with ward.acting_as(OFFICER) as tx:
        case = tx.feedback.find(somebody.code)
    erase(ward, somebody)
    with pytest.raises(ConflictError), ward.acting_as(OFFICER) as tx:
        tx.feedback.note(case, "Ghi chú")
    assert wraps(ward, somebody) == 0


def _wrapped(path: Path) -> dict[str, list[bytes]]:
    connection = sqlite3.connect(path)
    found: dict[str, list[bytes]] = {}
    for subject, wrapped in connection.execute("select subject, wrapped from gi_wrap"):
        found.setdefault(subject, []).append(wrapped)
    connection.close()
    return found


def test_the_wraps_leave_the_files(tmp_path: Path) -> None:
    """Of the destroyed wraps no bytes are left in the database or its log; the others are there."""
    with make_ward(tmp_path) as ward:
        people = [report(ward) for _ in range(120)]
        random.Random(7).shuffle(people)
        all_wraps = _wrapped(tmp_path / "ward.db")
        gone, kept = people[:60], people[60:]
        files = dict(files_below(tmp_path))
        assert all(_seen(files, all_wraps[person.subject]) for person in people)  # the search works
        for person in gone:
            with ward.acting_as(OFFICER) as tx:
                tx.subjects.erase(person.subject)
        assert ward.scrub()
        files = dict(files_below(tmp_path))  # database, log and shared memory, while it is open
        assert "ward.db-wal" in files
        assert [p for p in gone if _seen(files, all_wraps[p.subject])] == []
        assert all(_seen(files, all_wraps[person.subject]) for person in kept)


def _seen(files: dict[str, bytes], wraps_of_one: list[bytes]) -> bool:
    """Tell whether the ciphertext of any of these wraps is in any file."""
    return any(wrap[18:50] in data for data in files.values() for wrap in wraps_of_one)


def test_nothing_readable_is_left(tmp_path: Path) -> None:
    """No canary, no sealed photo and no index row of an erased person is in the files."""
    with make_ward(tmp_path) as ward:
        somebody = report(ward, CONTACT, REPORT, photo=True)
        with ward.engine.connect() as connection:
            photo = bytes(connection.exec_driver_sql("select content from gi_file").scalar_one())
        assert any(photo[24:88] in data for _name, data in files_below(tmp_path))
        erase(ward, somebody)
        files = [entry for entry in files_below(tmp_path) if not entry[0].endswith(".key")]
        assert sightings(files, {**CANARIES, "code": somebody.code}) == []
        assert not any(photo[24:88] in data for _name, data in files)
        with ward.engine.connect() as connection:
            for table in (wrap_table, blind_table):
                assert connection.execute(select(table)).all() == []


def test_scrubbing_waits_for_the_transaction(ward: Locality) -> None:
    """Inside one it would hold itself back."""
    with ward.acting_as(OFFICER), pytest.raises(ConflictError) as refused:
        scrub(ward.engine, [wrap_table])
    assert refused.value.code == "storage.try_again"
    assert scrub(ward.engine, [wrap_table])

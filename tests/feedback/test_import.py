"""Another system's records come in through the same verbs, with their history."""

import json
import sys
import threading
from contextlib import AbstractContextManager
from datetime import UTC, datetime

import pytest
from sqlalchemy import event, func, select

from govinteract import Locality
from govinteract.acting import Acting
from govinteract.errors import AccessDenied
from govinteract.feedback import compare_projections
from govinteract.feedback.tables import case_table
from govinteract.kernel import Actor, System
from govinteract.outbox.tables import outbox_table
from govinteract.storage import read_instant
from tests.feedback.past import (
    NEVER,
    OUTCOME,
    REAL,
    REAL_MAPPING,
    TWICE,
    WITHOUT_POSITION,
    as_csv,
    bring,
    mapping,
    small_rows,
    states,
    stored,
)
from tests.support import ANONYMOUS, OFFICER


def test_all_come_in_with_what_became_of_them(ward: Locality) -> None:
    """Two hundred records are two hundred cases, in the states that the other system had."""
    totals, refused, _ = bring(ward, as_csv(small_rows()))
    assert totals.line == "created 200, already there 0, rejected 0"
    assert refused == []
    assert states(ward) == OUTCOME
    assert sum(row["lat"] is None for row in stored(ward)) == WITHOUT_POSITION


def test_a_second_run_creates_nothing(ward: Locality) -> None:
    """A record is known by its id at its source."""
    bring(ward, as_csv(small_rows()))
    totals, _, _ = bring(ward, as_csv(small_rows()))
    assert totals.line == "created 0, already there 200, rejected 0"
    assert sum(states(ward).values()) == 200


def test_the_same_id_of_another_source_is_another_record(small_ward: Locality) -> None:
    """Two systems may both have a number one."""
    rows = small_rows()[:3]
    bring(small_ward, as_csv(rows))
    text = REAL_MAPPING.replace('source = "myla311"', 'source = "other"')
    totals, _, _ = bring(small_ward, as_csv(rows), mapping(text))
    assert totals.created == 3


def test_a_record_that_stands_twice_in_a_file_comes_in_once(small_ward: Locality) -> None:
    """Also within one batch."""
    rows = small_rows()[:3]
    totals, _, _ = bring(small_ward, as_csv([*rows, rows[1]]))
    assert totals.line == "created 3, already there 1, rejected 0"


def test_times_are_those_of_the_other_systems_clock(small_ward: Locality) -> None:
    """Facts happened when they happened; Los Angeles is eight hours behind UTC in January."""
    bring(small_ward, as_csv(small_rows()[:1]))
    (row,) = stored(small_ward)
    assert read_instant(row["submitted_at"]) == datetime(2020, 1, 1, 8, 5, tzinfo=UTC)
    assert read_instant(row["answered_at"]) == datetime(2020, 1, 1, 13, 5, tzinfo=UTC)
    with small_ward.acting_as(System("test")) as tx:
        first, second = tx.facts.of(f"case:{row['id']}")
    assert [first.kind, second.kind] == ["case.submitted", "case.resolved"]
    assert first.actor == second.actor == "system:import.myla311"
    assert second.instant == datetime(2020, 1, 1, 13, 5, tzinfo=UTC)


def test_a_missing_time_of_closing_takes_the_time_of_the_update(small_ward: Locality) -> None:
    """Both are in the file; the second stands in."""
    bring(small_ward, as_csv(small_rows()))
    row = stored(small_ward)[5]
    updated = datetime(2020, 1, 1, 8, 5 + 37 * 5 % 60, tzinfo=UTC).replace(hour=8 + 3 + 11)
    assert read_instant(row["resolved_at"]) == updated


def test_hours_that_the_clock_shows_twice_or_never_are_read_and_said(small_ward: Locality) -> None:
    """01:30 twice is the first; 02:30 that never was is what the old clock called 03:30."""
    _, _, reader = bring(small_ward, as_csv(small_rows()))
    rows = stored(small_ward)
    assert read_instant(rows[TWICE]["submitted_at"]) == datetime(2020, 11, 1, 8, 30, tzinfo=UTC)
    assert read_instant(rows[NEVER]["submitted_at"]) == datetime(2020, 3, 8, 10, 30, tzinfo=UTC)
    assert (reader.twice, reader.never) == (1, 1)


def test_nothing_is_promised_and_nobody_is_told(ward: Locality) -> None:
    """Neither a date nor a message is made for what happened elsewhere."""
    bring(ward, as_csv(small_rows()))
    rows = stored(ward)
    assert {(row["promise"], row["promise_text"], row["due_at"]) for row in rows} == {
        (None, None, None)
    }
    with ward.acting_as(System("test")) as tx:
        assert tx.transaction.read(select(func.count()).select_from(outbox_table)).scalar() == 0
        found = tx.feedback.statistics().total
    assert (found.received, found.answered, found.open) == (200, 182, 8)
    assert (found.in_time, found.late, found.overdue) == (0, 0, 0)


def test_a_contact_is_sealed_and_still_nobody_is_told(small_ward: Locality) -> None:
    """Whoever reported long ago gets no message now."""
    rows = [{**small_rows()[0], "caller": "Nguyễn Văn A", "tel": "0912 345 678"}]
    text = REAL_MAPPING.replace("[columns]", '[columns]\nname = "caller"\nphone = "tel"')
    totals, _, _ = bring(small_ward, as_csv(rows), mapping(text))
    assert totals.created == 1
    with small_ward.acting_as(OFFICER, purpose="resolve-report") as tx:
        case = tx.feedback.get(stored(small_ward)[0]["id"])
        assert case.contact is not None
        contact, words = (value.reveal() for value in tx.open_all([case.contact, case.text]))
    assert (contact.name, contact.phone) == ("Nguyễn Văn A", "+84912345678")
    assert words == "Bulky Items (Call)"
    with small_ward.acting_as(System("test")) as tx:
        assert tx.transaction.read(select(func.count()).select_from(outbox_table)).scalar() == 0


def test_the_log_holds_and_the_tables_are_what_the_facts_say(ward: Locality) -> None:
    """An import leaves the same trail as everything else."""
    bring(ward, as_csv(small_rows()))
    assert ward.verify().good
    with ward.acting_as(System("test")) as tx:
        assert list(compare_projections(tx.transaction, tx.facts)) == []


def test_a_case_that_was_brought_in_goes_on_as_any_other(small_ward: Locality) -> None:
    """An officer may reopen it and answer; there is still no promise to keep."""
    bring(small_ward, as_csv(small_rows()[:1]))
    with small_ward.acting_as(OFFICER) as tx:
        case = tx.feedback.reopen(tx.feedback.get(stored(small_ward)[0]["id"]), "Chưa xong")
        case = tx.feedback.reply(case, "Đã dọn.", resolves=True)
    assert (case.state, case.due, case.version) == ("resolved", None, 4)


def test_what_was_answered_and_to_whom_it_went_are_kept(small_ward: Locality) -> None:
    """The answer is sealed into the thread, the other body named beside it."""
    row = {**small_rows()[4], "answer": "Passed on to the county.", "body": "County"}
    text = REAL_MAPPING.replace("[columns]", '[columns]\nanswer = "answer"\ntarget = "body"')
    bring(small_ward, as_csv([row]), mapping(text))
    with small_ward.acting_as(OFFICER, purpose="resolve-report") as tx:
        case = tx.feedback.get(stored(small_ward)[0]["id"])
        (message,) = tx.feedback.thread(case)
        assert message.text is not None
        assert tx.open(message.text).reveal() == "Passed on to the county."
    assert (message.kind, message.target, message.author) == ("case.forwarded", "County", "system")


@pytest.mark.parametrize("actor", [OFFICER, ANONYMOUS, System("relay")], ids=lambda a: a.kind)
def test_only_an_import_brings_history_in(small_ward: Locality, actor: Actor) -> None:
    """Nobody else may say that something happened long ago; the import may."""
    with (
        pytest.raises(AccessDenied) as refused,
        small_ward.acting_as(actor) as tx,
    ):
        tx.feedback.bring_in([], source="myla311")
    assert refused.value.code == "feedback.not_yours"
    with small_ward.acting_as(System("import.myla311")) as tx:
        assert tx.feedback.bring_in([], source="myla311").created == 0


def test_an_import_may_do_nothing_else(small_ward: Locality) -> None:
    """It neither rates nor reopens nor reports as a citizen."""
    with small_ward.acting_as(System("import.myla311")) as tx:
        workflow = small_ward.workflow
        assert set(workflow.verbs("resolved", "import")) == set()
        assert set(workflow.verbs("", "import")) == {"bring_in"}
        assert tx.feedback.bring_in([], source="myla311").there == 0


def test_two_imports_of_a_file_at_once_bring_each_record_in_once(ward: Locality) -> None:
    """Whoever comes second finds the records there, whatever the database."""
    content, results = as_csv(small_rows()), []

    def run() -> None:
        results.append(bring(ward, content)[0])

    threads = [threading.Thread(target=run) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(total.created for total in results) == 200
    assert sum(total.there for total in results) == 400
    assert sum(states(ward).values()) == 200


def test_what_is_committed_stays_when_a_later_batch_fails(small_ward: Locality) -> None:
    """Each batch is one commit; bringing the file in again does the rest."""
    actor, opened = System("import.myla311"), []

    def begin() -> AbstractContextManager[Acting]:
        opened.append(1)
        if len(opened) == 3:
            message = "the power is gone"
            raise OSError(message)
        return small_ward.acting_as(actor)

    with pytest.raises(OSError, match="power"):
        bring(small_ward, as_csv(small_rows()), size=50, begin=begin)
    assert sum(states(small_ward).values()) == 100
    totals, _, _ = bring(small_ward, as_csv(small_rows()))
    assert totals.line == "created 100, already there 100, rejected 0"


def test_a_batch_asks_for_its_ids_in_one_query(small_ward: Locality) -> None:
    """And a batch of known records writes nothing."""
    content, said = as_csv(small_rows()), []
    bring(small_ward, content)

    def hear(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        said.append(statement)

    event.listen(small_ward.engine, "before_cursor_execute", hear)
    bring(small_ward, content)
    assert len([text for text in said if "external_id" in text]) == 1
    assert not [text for text in said if text.startswith("INSERT")]


def test_the_real_records_come_in_whole(
    small_ward: Locality, capfd: pytest.CaptureFixture[str]
) -> None:
    """Ten thousand records of Los Angeles: all created, none refused, each as it ended there."""
    if not REAL.exists():
        with capfd.disabled():
            sys.stderr.write(f"\nNOT RUN ON THE REAL RECORDS: there is no {REAL}\n")
        return
    with REAL.open("rb") as source:
        totals, refused, _ = bring(small_ward, source)
    assert refused == []
    assert totals.line == "created 10000, already there 0, rejected 0"
    assert states(small_ward) == {
        "resolved": 9_723, "withdrawn": 244, "received": 16, "active": 15, "forwarded": 2,
    }  # fmt: skip
    with small_ward.acting_as(System("test")) as tx:
        nowhere = select(func.count()).where(case_table.c.lat.is_(None))
        assert tx.transaction.read(nowhere).scalar() == 11
        found = tx.feedback.statistics()
    assert json.loads(json.dumps(found.to_json()))["total"]["answered"] == 9_725

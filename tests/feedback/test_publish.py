"""What the world may see of cases, and how it is found."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, TypedDict, Unpack

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import event

from govinteract import Locality
from govinteract.feedback import Contact, Report
from govinteract.feedback.publish import (
    LIST_LIMIT,
    PublicCase,
    Wanted,
    published,
    published_by_id,
    published_history,
    window,
)
from govinteract.kernel import Point
from tests.support import ANONYMOUS, OFFICER, Hands

NOW = datetime(2026, 3, 2, tzinfo=UTC)
QUARTER = timedelta(days=90)
EVERYTHING = Wanted()
MOMENTS = st.datetimes(timezones=st.just(UTC))


Params = Sequence[Any] | Mapping[str, Any]


class Fields(TypedDict, total=False):
    """What a report may have besides its words."""

    at: Point
    address: str
    confidential: bool


def submit(ward: Locality, service: str = "street-light", **fields: Unpack[Fields]) -> str:
    """Submit a report and return its public id."""
    answers = {"kind": "other"} if service == "rubbish" else {}
    report = Report(service=service, text="Đèn tắt", answers=answers, **fields)
    with ward.acting_as(ANONYMOUS) as tx:
        return tx.feedback.submit(report, contact=Contact(name="Lan")).public_id.text


def listed(ward: Locality, wanted: Wanted = EVERYTHING) -> list[str]:
    """Return the public ids of a list."""
    with ward.acting_as(ANONYMOUS) as tx:
        return [case.public_id for case in published(tx.transaction, wanted)]


def by_id(ward: Locality, *ids: str) -> list[PublicCase]:
    """Return the published cases with these ids."""
    with ward.acting_as(ANONYMOUS) as tx:
        return published_by_id(tx.transaction, ids)


def act(ward: Locality, public_id: str, verb: str, *words: str | None, **options: bool) -> None:
    """Let the officer do `verb` to a case."""
    with ward.acting_as(OFFICER, purpose="moderate") as tx:
        getattr(tx.feedback, verb)(tx.feedback.find(public_id), *words, **options)


def test_a_public_case_holds_nothing_that_is_personal(ward: Locality, hands: Hands) -> None:
    """Service, state, place and dates are there; words only once they are moderated."""
    public_id = submit(ward, at=Point(16.4637, 107.5909), address="12 Lê Lợi")
    (case,) = by_id(ward, public_id)
    assert case == PublicCase(
        public_id=public_id, service="street-light", state="received", kind="received",
        at=Point(16.4637, 107.5909), text=None, promise_text="trong 3 ngày làm việc",
        submitted_at=hands.now(), updated_at=hands.now(), due=case.due,
    )  # fmt: skip
    assert case.due is not None
    assert case.open
    act(ward, public_id, "moderate", "Đèn đường tắt")
    assert by_id(ward, public_id)[0].text == "Đèn đường tắt"
    act(ward, public_id, "moderate", None)
    assert by_id(ward, public_id)[0].text is None


def test_only_what_is_shared_is_published(ward: Locality) -> None:
    """Private services, confidential reports and hidden cases are in no list and under no id."""
    shown, hidden = submit(ward), submit(ward)
    others = [hidden, submit(ward, "question"), submit(ward, confidential=True)]
    act(ward, hidden, "moderate", "Nội dung", shared=False)
    assert listed(ward) == [shown]
    assert [case.public_id for case in by_id(ward, shown, *others)] == [shown]
    act(ward, hidden, "moderate", "Nội dung", shared=True)
    assert set(listed(ward)) == {shown, hidden}


def test_a_list_is_limited_by_service_state_and_page(ward: Locality, hands: Hands) -> None:
    """Newest first, whatever is asked for."""
    made = []
    for service in ("street-light", "rubbish", "street-light"):
        made.append(submit(ward, service))
        hands.move(minutes=1)
    first, second, third = made
    act(ward, first, "reply", "Xong", resolves=True)
    assert listed(ward) == [third, second, first]
    assert listed(ward, Wanted(services=("rubbish",))) == [second]
    assert listed(ward, Wanted(services=("rubbish", "street-light"))) == [third, second, first]
    assert listed(ward, Wanted(services=("nothing",))) == []
    assert listed(ward, Wanted(open=True)) == [third, second]
    assert listed(ward, Wanted(open=False)) == [first]
    assert listed(ward, Wanted(page_size=2)) == [third, second]
    assert listed(ward, Wanted(page=2, page_size=2)) == [first]
    assert listed(ward, Wanted(page=3, page_size=2)) == []
    assert [case.public_id for case in by_id(ward, first, third, first, "nothing")] == [
        third,
        first,
    ]
    assert by_id(ward) == []


def test_a_list_is_limited_in_time_on_both_sides(ward: Locality, hands: Hands) -> None:
    """Both ends belong to it, to the microsecond, whatever zone they are written in."""
    at = hands.now()
    first = submit(ward)
    hands.move(days=40)
    second = submit(ward)
    tick = timedelta(microseconds=1)
    assert listed(ward, Wanted(since=at, until=at)) == [first]
    assert listed(ward, Wanted(since=at + tick)) == [second]
    assert listed(ward, Wanted(until=hands.now() - tick)) == [first]
    hands.move(days=50)
    assert listed(ward) == [second, first]
    hands.move(seconds=1)
    assert listed(ward) == [second]


def test_a_closed_case_was_updated_when_it_was_closed(ward: Locality, hands: Hands) -> None:
    """Later notes and ratings do not move it; reopening does, and opens it."""
    public_id = submit(ward)
    hands.move(hours=1)
    closed_at = hands.now()
    act(ward, public_id, "reply", "Xong", resolves=True)
    hands.move(hours=1)
    act(ward, public_id, "note", "Đã gọi")
    (case,) = by_id(ward, public_id)
    assert (case.open, case.updated_at) == (False, closed_at)
    act(ward, public_id, "reopen", "Chưa xong")
    (case,) = by_id(ward, public_id)
    assert (case.open, case.updated_at) == (True, hands.now())


@pytest.mark.parametrize("verb", ["decline", "reply"])
def test_an_answered_case_is_closed(small_ward: Locality, hands: Hands, verb: str) -> None:
    """The office owes nothing any more, whether the answer is yes or no."""
    public_id = submit(small_ward)
    hands.move(hours=1)
    act(small_ward, public_id, verb, "Lý do")
    (case,) = by_id(small_ward, public_id)
    assert (case.open, case.updated_at) == (False, hands.now())


def test_the_history_is_of_states_alone(ward: Locality, hands: Hands) -> None:
    """Notes, assignments and words that change no state leave no step."""
    one, two = submit(ward), submit(ward)
    hands.move(hours=1)
    act(ward, one, "start")
    act(ward, one, "assign", "ha-tang")
    act(ward, one, "note", "Đã gọi")
    hands.move(hours=1)
    act(ward, one, "reply", "Xong", resolves=True)
    with ward.acting_as(ANONYMOUS) as tx:
        cases = published_by_id(tx.transaction, [one, two])
        told = published_history(tx.transaction, cases)
        assert published_history(tx.transaction, []) == {}
    begun = hands.now() - timedelta(hours=2)
    assert [(step.at - begun, step.state) for step in told[one]] == [
        (timedelta(0), "received"),
        (timedelta(hours=1), "active"),
        (timedelta(hours=2), "resolved"),
    ]
    assert [step.state for step in told[two]] == ["received"]


def test_another_locality_is_not_published(small_ward: Locality) -> None:
    """Localities that share a database do not see each other's cases."""
    public_id = submit(small_ward)
    settings = small_ward.settings.model_copy(update={"locality": "an-khe"})
    with Locality(settings, engine=small_ward.engine, clock=small_ward.clock) as other:
        other.upgrade()
        assert listed(other) == []
        assert by_id(other, public_id) == []
    assert listed(small_ward) == [public_id]


def test_each_statement_goes_over_an_index(ward: Locality, hands: Hands) -> None:
    """However many cases there are, it is as many statements, and none reads a whole table."""
    ids = [submit(ward) for _ in range(5)]
    asked: list[tuple[str, Params]] = []

    def note(_c: object, _cursor: object, statement: str, parameters: Params, *_: object) -> None:
        asked.append((statement, parameters))

    event.listen(ward.engine, "before_cursor_execute", note)
    with ward.acting_as(ANONYMOUS) as tx:
        since = hands.now() - timedelta(days=5)
        everything = Wanted(services=("street-light",), open=True, since=since, page_size=3)
        for wanted in (Wanted(), everything):
            published(tx.transaction, wanted)
        cases = published_by_id(tx.transaction, ids)
        published_history(tx.transaction, cases)
    event.remove(ward.engine, "before_cursor_execute", note)
    plans = [explained(ward, *one) for one in asked if " FROM gi_" in one[0].replace("\n", " ")]
    by_time, by_name = ("ix_gi_case_submitted_at",), ("uq_gi_case_public_id",)
    messages = ("pk_gi_message", "gi_message USING INDEX sqlite_autoindex_gi_message_1")
    expected = [by_time, by_time, by_name, by_name, messages]
    for plan, indexes in zip(plans, expected, strict=True):
        assert any(index in plan for index in indexes), plan
        assert "TEMP B-TREE" not in plan
        assert "Sort" not in plan
    assert "case_id=?" in plans[-1] or "case_id" in plans[-1].partition("Index Cond")[2]


def explained(ward: Locality, statement: str, parameters: Params) -> str:
    """Return the plan of a statement where tables are too large to be read whole."""
    sqlite = ward.engine.dialect.name == "sqlite"
    with ward.engine.connect() as connection:
        if not sqlite:
            for way in ("seqscan", "bitmapscan"):
                connection.exec_driver_sql(f"SET LOCAL enable_{way} = off")
        how = "EXPLAIN QUERY PLAN" if sqlite else "EXPLAIN"
        rows = connection.exec_driver_sql(f"{how} {statement}", parameters).all()
    return "\n".join(str(row) for row in rows)


@given(since=st.none() | MOMENTS, until=st.none() | MOMENTS)
def test_a_window_is_at_most_ninety_days(since: datetime | None, until: datetime | None) -> None:
    """Any two moments make a span that fits, ends where it was asked to, and never fails."""
    begin, end = window(since, until, NOW)
    assert end - begin <= QUARTER
    reachable = datetime(1901, 1, 1, tzinfo=UTC), datetime(8999, 1, 1, tzinfo=UTC)
    if until is not None and reachable[0] < until < reachable[1]:
        assert end == until
    if since is not None and reachable[0] < since < reachable[1]:
        assert begin >= since


def test_the_window_without_ends() -> None:
    """The last ninety days; from a beginning on; up to an end."""
    assert window(None, None, NOW) == (NOW - QUARTER, NOW)
    year = timedelta(days=365)
    assert window(NOW - year, None, NOW) == (NOW - year, NOW - year + QUARTER)
    assert window(NOW - timedelta(days=1), None, NOW) == (NOW - timedelta(days=1), NOW)
    assert window(None, NOW - year, NOW) == (NOW - year - QUARTER, NOW - year)


def test_a_page_is_never_longer_than_a_thousand(small_ward: Locality) -> None:
    """A larger page is cut, and a long list of ids too."""
    public_id = submit(small_ward)
    assert listed(small_ward, Wanted(page_size=LIST_LIMIT * 10)) == [public_id]
    assert by_id(small_ward, *[f"A{n:09d}" for n in range(LIST_LIMIT)], public_id) == []
    assert len(by_id(small_ward, *[f"A{n:09d}" for n in range(LIST_LIMIT - 1)], public_id)) == 1

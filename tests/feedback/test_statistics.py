"""Statistics are what one counts by hand from what happened."""

import json
import random
import statistics as python_statistics
from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from attrs import define, field
from hypothesis import given
from hypothesis import strategies as st

from govinteract import Locality
from govinteract.errors import NotFound
from govinteract.feedback import Case, Figures, Report, Statistics
from govinteract.feedback.statistics import quantile
from govinteract.kernel import System
from tests.feedback.past import as_csv, bring, small_rows
from tests.support import ANONYMOUS, OFFICER, Hands


@define
class Tale:
    """One case as the test itself made it happen, verb by verb."""

    ward: Locality
    hands: Hands
    case: Case
    code: str
    events: list[tuple[datetime, str, Case]] = field(factory=list)

    @classmethod
    def begin(cls, ward: Locality, hands: Hands, service: str = "street-light") -> "Tale":
        """Report something now."""
        answers = {"kind": "household"} if service == "rubbish" else {}
        with ward.acting_as(ANONYMOUS) as tx:
            receipt = tx.feedback.submit(Report(service=service, text="Đèn tắt", answers=answers))
            case = tx.feedback.find(receipt.code)
        return cls(ward, hands, case, str(receipt.code), [(hands.now(), "submit", case)])

    def office(self, verb: str, *arguments: object, **named: object) -> "Tale":
        """Let the officer do `verb` now."""
        with self.ward.acting_as(OFFICER) as tx:
            case = tx.feedback.get(self.case.id)
            return self._note(verb, getattr(tx.feedback, verb)(case, *arguments, **named))

    def citizen(self, verb: str, *arguments: object) -> "Tale":
        """Let the citizen do `verb` now."""
        with self.ward.acting_as(ANONYMOUS) as tx:
            case = tx.feedback.find(self.code)
            return self._note(verb, getattr(tx.feedback, verb)(case, *arguments))

    def _note(self, verb: str, case: Case) -> "Tale":
        self.case = case
        self.events.append((self.hands.now(), verb, case))
        return self


def count(ward: Locality) -> Statistics:
    """Return the ward's statistics as of now."""
    with ward.acting_as(OFFICER) as tx:
        return tx.feedback.statistics()


def test_a_ward_that_has_nothing_yet_counts_nothing(ward: Locality) -> None:
    """There is no average of no answers."""
    found = count(ward)
    assert found.total == Figures(
        received=0, answered=0, in_time=0, late=0, open=0, overdue=0, withdrawn=0,
        median_working_hours=None, p90_working_hours=None, rating=None, ratings=0,
    )  # fmt: skip
    assert (found.by_service, found.by_unit, found.by_month) == ({}, {}, {})


def test_the_hand_count(ward: Locality, hands: Hands) -> None:
    """In time, late, overdue, waiting, withdrawn, a question, and one late after reopening."""
    hands.at = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)  # Monday, 08:00 in Ha Noi
    prompt, slow, untouched, waiting, taken_back, again = (
        Tale.begin(ward, hands) for _ in range(6)
    )
    question = Tale.begin(ward, hands, "question")  # eight working hours
    waiting.office("ask", "Cột số mấy?")
    hands.move(hours=3)  # 11:00
    prompt.office("reply", "Đã thay bóng.", resolves=True)
    again.office("reply", "Đã xong.", resolves=True)
    taken_back.citizen("withdraw")
    hands.move(hours=24)  # Tuesday 11:00: nine working hours and a half since
    question.office("reply", "Mang theo căn cước.").citizen("rate", 2)
    hands.move(days=1)
    again.citizen("reopen", "Vẫn tắt")  # Wednesday 11:00: until Monday 17:00
    hands.move(days=6)  # Tuesday 11:00
    slow.office("reply", "Xin lỗi.", resolves=True).citizen("rate", 4)
    again.office("reply", "Đã thay dây.", resolves=True)
    prompt.citizen("rate", 5)
    found = count(ward)
    assert found.total == Figures(
        received=7, answered=4, in_time=1, late=3, open=2, overdue=1, withdrawn=1,
        # prompt 3; question 7 + 3.5; again 3 + 4 + 2 * 7.5 + 7.5 + 3.5; slow 7 + 5 * 7.5 + 3.5
        median_working_hours=(10.5 + 33) / 2, p90_working_hours=33 + 0.7 * (48 - 33),
        rating=3.67, ratings=3,
    )  # fmt: skip
    assert list(found.by_service) == ["street-light", "question"]
    assert found.by_service["question"].late == 1
    assert found.by_unit["mot-cua"].rating == 2.0
    assert (untouched.case.state, waiting.case.state) == ("received", "asked")


def test_an_answer_on_the_last_minute_is_in_time_and_one_after_it_late(
    small_ward: Locality, hands: Hands
) -> None:
    """The promised moment itself is still kept."""
    kept, broken = Tale.begin(small_ward, hands), Tale.begin(small_ward, hands)
    assert kept.case.due is not None
    hands.at = kept.case.due
    kept.office("reply", "Xong.", resolves=True)
    hands.move(microseconds=1)
    broken.office("reply", "Xong.", resolves=True)
    total = count(small_ward).total
    assert (total.in_time, total.late) == (1, 1)


def test_waiting_for_the_citizen_is_not_the_offices_time(
    small_ward: Locality, hands: Hands
) -> None:
    """Neither in the hours nor in the promise, also where the answer comes without a word."""
    told, silent = Tale.begin(small_ward, hands), Tale.begin(small_ward, hands)
    hands.move(hours=1)
    told.office("ask", "Cột số mấy?")
    silent.office("ask", "Cột số mấy?")
    hands.move(days=30)
    assert count(small_ward).total.overdue == 0
    silent.office("reply", "Đã tìm thấy.", resolves=True)
    told.citizen("say", "Cột 14")
    hands.move(hours=1)
    told.office("reply", "Đã thay.", resolves=True)
    total = count(small_ward).total
    assert (total.in_time, total.late) == (2, 0)
    assert total.median_working_hours == 1.5


def test_a_return_for_the_offices_own_cause_costs_its_time(
    small_ward: Locality, hands: Hands
) -> None:
    """Only the citizen's own cause stops the clock."""
    tale = Tale.begin(small_ward, hands)
    tale.office("give_back", "Máy hỏng", cause="system")
    hands.move(days=30)
    assert count(small_ward).total.overdue == 1
    assert count(small_ward).total.open == 1


def test_cases_are_counted_in_the_locality_s_month_and_their_unit_of_now(
    small_ward: Locality, hands: Hands
) -> None:
    """Half past midnight in Ha Noi is the new month, though in UTC it is the old."""
    hands.at = datetime(2026, 3, 31, 17, 30, tzinfo=UTC)
    tale = Tale.begin(small_ward, hands).office("assign", "dien-luc")
    found = count(small_ward)
    assert list(found.by_month) == ["2026-04"]
    assert list(found.by_unit) == ["dien-luc"]
    assert tale.case.unit == "dien-luc"


def test_what_was_brought_in_has_an_answer_and_no_promise(ward: Locality) -> None:
    """Its hours count, and it is neither in time nor late."""
    bring(ward, as_csv(small_rows()))
    found = count(ward)
    total = found.total
    assert (total.received, total.answered, total.open, total.withdrawn) == (200, 182, 8, 10)
    assert (total.in_time, total.late, total.overdue) == (0, 0, 0)
    assert total.median_working_hours is not None
    assert {unit: one.received for unit, one in found.by_unit.items()} == {"BOS": 100, "OCB": 100}


def test_only_the_locality_sees_them(small_ward: Locality) -> None:
    """Small counts can tell of a person; citizens get theirs elsewhere."""
    with pytest.raises(NotFound), small_ward.acting_as(ANONYMOUS) as tx:
        tx.feedback.statistics()
    with small_ward.acting_as(System("stats")) as tx:
        assert tx.feedback.statistics().total.received == 0


def test_the_json_has_every_figure(small_ward: Locality, hands: Hands) -> None:
    """Programs read names that stay."""
    Tale.begin(small_ward, hands)
    said = json.loads(json.dumps(count(small_ward).to_json()))
    assert set(said) == {"as_of", "calendar", "total", "by_service", "by_unit", "by_month"}
    assert said["as_of"] == "2026-03-02T02:00:00.000000Z"
    assert said["by_month"]["2026-03"] == said["total"]
    assert said["total"]["received"] == said["total"]["open"] == 1


# A random office, counted minute by minute

VERBS = (
    "reply",
    "resolve",
    "ask",
    "say",
    "reopen",
    "rate",
    "withdraw",
    "decline",
    "note",
    "assign",
)


def _live(tale: Tale, chance: random.Random) -> None:
    """Do something to the case that it allows now, if what was drawn is allowed."""
    verb, kind = chance.choice(VERBS), tale.case.kind
    is_open = kind in {"received", "active", "waiting"}
    match verb:
        case "reply" | "resolve" if is_open:
            tale.office("reply", "Xong.", resolves=verb == "resolve")
        case "ask" if kind in {"received", "active", "answered"}:
            tale.office("ask", "Ở đâu?")
        case "say" if kind == "waiting":
            tale.citizen("say", "Ở đây")
        case "reopen" if kind in {"answered", "resolved", "declined"}:
            tale.citizen("reopen", "Chưa xong")
        case "rate" if kind in {"answered", "resolved", "declined"}:
            tale.citizen("rate", chance.randint(1, 5))
        case "withdraw" if is_open and chance.random() < 0.2:
            tale.citizen("withdraw")
        case "decline" if is_open:
            tale.office("decline", "Không thuộc thẩm quyền")
        case "assign" if is_open:
            tale.office("assign", chance.choice(["a", "b"]))
        case "note":
            tale.office("note", "Gọi lại")


def _minutes(ward: Locality, start: datetime, end: datetime) -> int:
    """Count working minutes one by one."""
    return sum(
        ward.calendar.is_working(start + timedelta(minutes=minute))
        for minute in range(int((end - start) / timedelta(minutes=1)))
    )


@define
class _Told:
    """What the test makes of one tale, event by event, minute by minute."""

    minutes: int = 0
    late: bool = False
    answered: bool = False
    broken_now: bool = False
    """The promise of this round is broken."""

    def tell(self, tale: Tale, now: datetime) -> None:
        kind, waits = "", False
        for (at, verb, case), (until, _, _) in pairwise([*tale.events, (now, "end", tale.case)]):
            if verb == "reopen":
                self.answered = self.broken_now = False
            self.answered |= verb in {"reply", "decline"}
            if case.kind != kind:
                kind, waits = case.kind, verb == "ask"
            if self.answered or waits or kind not in {"received", "active"}:
                continue
            self.minutes += _minutes(tale.ward, at, until)
            self.broken_now |= case.due is not None and until > case.due
            self.late |= self.broken_now

    def is_overdue(self, tale: Tale) -> bool:
        """Whether the office owes an answer that it promised for an earlier date."""
        is_open = tale.case.kind in {"received", "active", "waiting"}
        return is_open and self.broken_now and not self.answered


@pytest.mark.parametrize("seed", range(3))
def test_a_random_office_is_counted_as_one_counts_minute_by_minute(
    small_ward: Locality, hands: Hands, seed: int
) -> None:
    """Whatever officers and citizens do in whatever order, the figures are theirs."""
    chance = random.Random(seed)
    tales: list[Tale] = []
    for _ in range(60):
        if len(tales) < 12:
            tales.append(Tale.begin(small_ward, hands, chance.choice(["street-light", "question"])))
        hands.move(minutes=chance.randint(1, 900))
        _live(chance.choice(tales), chance)
    told = {tale.case.id: _Told() for tale in tales}
    for tale in tales:
        told[tale.case.id].tell(tale, hands.now())
    done = [tale for tale in tales if tale.case.kind in {"answered", "resolved", "declined"}]
    hours = [told[tale.case.id].minutes / 60 for tale in done]
    scores = [tale.case.rating for tale in tales if tale.case.rating]
    late = sum(told[tale.case.id].late for tale in done)
    kinds = Counter(tale.case.kind for tale in tales)
    found = count(small_ward)
    total = found.total
    assert (total.received, total.answered, total.withdrawn) == (12, len(done), kinds["withdrawn"])
    assert (total.late, total.in_time) == (late, len(done) - late)
    assert total.open == kinds["received"] + kinds["active"] + kinds["waiting"]
    assert total.overdue == sum(told[tale.case.id].is_overdue(tale) for tale in tales)
    assert total.median_working_hours == (
        round(python_statistics.median(hours), 2) if hours else None
    )
    assert total.ratings == len(scores)
    assert total.rating == (round(sum(scores) / len(scores), 2) if scores else None)
    for groups in (found.by_service, found.by_unit, found.by_month):
        assert sum(one.received for one in groups.values()) == 12
        assert sum(one.late for one in groups.values()) == late


@given(st.lists(st.integers(0, 100_000), min_size=2), st.integers(1, 9))
def test_quantiles_are_those_of_the_standard_library(values: list[int], tenth: int) -> None:
    """The inclusive method of `statistics.quantiles`; the half is the median."""
    ordered = sorted(values)
    expected = python_statistics.quantiles(ordered, n=10, method="inclusive")[tenth - 1]
    assert quantile(ordered, tenth / 10) == pytest.approx(expected)
    assert quantile(ordered, 0.5) == pytest.approx(python_statistics.median(ordered))


@given(st.lists(st.integers(0, 1_000), min_size=1), st.floats(0, 1))
def test_a_quantile_lies_among_its_values(values: list[int], share: float) -> None:
    """Never below the least nor above the most; of one value it is that value."""
    found = quantile(sorted(values), share)
    assert found is not None
    assert min(values) <= found <= max(values)
    assert quantile([values[0]], share) == values[0]

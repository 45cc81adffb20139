"""How long people's data are kept: as the policies say, and no hold is overlooked."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from govinteract import Locality
from govinteract.errors import AccessDenied, ConflictError, NotFound, SettingsError
from govinteract.feedback import Catalogue, Report
from govinteract.kernel import Citizen
from govinteract.locality import starter_catalogue
from govinteract.subjects import Policies, Policy, Stay
from govinteract.upkeep import policies_of, run_retention
from tests.subjects.people import Person, report, wraps
from tests.support import ANONYMOUS, OFFICER, Hands, make_ward

NOW = datetime(2026, 11, 21, tzinfo=UTC)
LIGHT = Report(service="street-light", text="Đèn tắt")
KINDS = ("waiting", "resolved", "declined")
ROWS = [
    {"kind": "waiting", "action": "close", "days": 30},
    {"kind": "resolved", "action": "anonymise", "days": 365},
    {"kind": "resolved", "action": "delete", "days": 1825},
    {"service": "street-light", "kind": "resolved", "action": "anonymise", "days": 90},
]
RETENTION = """
[[retention]]
kind = "waiting"
action = "close"
days = 30
[[retention]]
kind = "resolved"
action = "anonymise"
days = 90
[[retention]]
kind = "resolved"
action = "delete"
days = 365
[[retention]]
kind = "withdrawn"
action = "delete"
days = 365
"""


def _stay(days: float, kind: str = "resolved", subject: str = "s", service: str = "x") -> Stay:
    since = NOW - timedelta(days=days)
    return Stay(
        case_id=f"{subject}-{days}", subject=subject, service=service, kind=kind, since=since
    )


@pytest.mark.parametrize(
    ("stays", "action"),
    [
        ([_stay(364)], None), ([_stay(365)], "anonymise"), ([_stay(1825)], "delete"),
        ([_stay(89, service="street-light")], None),
        ([_stay(90, service="street-light")], "anonymise"),
        ([_stay(29, "waiting")], None), ([_stay(30, "waiting")], "close"),
        ([_stay(9999, "declined")], None), ([_stay(400), _stay(100)], None),
        ([_stay(2000), _stay(400)], "anonymise"), ([_stay(2000), _stay(3000, "declined")], None),
    ],
)  # fmt: skip
def test_the_last_of_a_persons_cases_decides(stays: list[Stay], action: str | None) -> None:
    """What is due is due to the day; a case that no policy names keeps its person."""
    due = Policies.from_rows(ROWS, kinds=KINDS).due(stays, NOW)
    assert [one.action for one in due] == ([action] if action else [])


@given(st.lists(st.tuples(st.integers(0, 4000), st.sampled_from(KINDS)), max_size=5))
def test_nobody_goes_before_the_last_case(cases: list[tuple[int, str]]) -> None:
    """Whatever cases a person has, deleting means that each of them alone would be deleted."""
    policies = Policies.from_rows(ROWS, kinds=KINDS)
    stays = [_stay(days, kind) for days, kind in cases]
    for due in policies.due(stays, NOW):
        if due.action == "delete":
            assert all(policies.due([stay], NOW)[0].action == "delete" for stay in stays)


@pytest.mark.parametrize(
    "row",
    [
        {"kind": "resolved", "action": "burn", "days": 1}, {"kind": "resolved", "action": "delete"},
        {"kind": "resolved", "action": "delete", "days": 0},
        {"kind": "resolved", "action": "delete", "days": "90"},
        {"kind": "nothing", "action": "delete", "days": 9},
        {"kind": "resolved", "action": "close", "days": 9},
        {"kind": "resolved", "action": "anonymise", "days": 9},
    ],
)  # fmt: skip
def test_a_policy_that_means_nothing_is_refused(row: dict[str, object]) -> None:
    """Each with one fault; the rows without it are good."""
    with pytest.raises(SettingsError) as refused:
        Policies.from_rows(
            [{"kind": "resolved", "action": "anonymise", "days": 9}, row], kinds=KINDS
        )
    assert refused.value.code == "subjects.retention_invalid"
    assert Policies([Policy(kind="resolved", action="delete", days=9)])
    assert not Policies([])


def test_a_policy_for_no_service_is_refused() -> None:
    """The catalogue names it; a policy for a service that is there is read."""
    text = starter_catalogue("vn") + '[[retention]]\nkind="resolved"\naction="delete"\ndays=9\n'
    with pytest.raises(SettingsError, match="no such service"):
        Catalogue.from_toml(text + 'service="streetlight"\n')
    assert Catalogue.from_toml(text + 'service="street-light"\n').retention[0]["days"] == 9


@pytest.fixture
def keeping(tmp_path: Path, hands: Hands) -> Locality:
    """Return a ward whose catalogue has policies."""
    path = tmp_path / "catalogue.toml"
    path.write_text(starter_catalogue("vn") + RETENTION, "utf-8")
    return make_ward(tmp_path, clock=hands, catalogue=path)


def _resolve(ward: Locality, person: Person) -> None:
    with ward.acting_as(OFFICER) as tx:
        tx.feedback.reply(tx.feedback.find(person.code), "Đã thay", resolves=True)


def test_what_is_due_is_done_once(keeping: Locality, hands: Hands) -> None:
    """Anonymised first: the contact opens for nobody, the words do; later all of it goes."""
    person = report(keeping, photo=True)
    _resolve(keeping, person)
    hands.move(days=89)
    assert run_retention(keeping).done == {}
    hands.move(days=1)
    before = wraps(keeping, person)
    assert run_retention(keeping, dry_run=True).done == {"anonymise": 1}
    assert wraps(keeping, person) == before
    assert run_retention(keeping).done == {"anonymise": 1}
    assert run_retention(keeping).done == {}
    with keeping.acting_as(OFFICER, purpose="resolve-report") as tx:
        case = tx.feedback.find(person.code)
        assert tx.open(case.text).reveal() == "Đèn tắt"
        assert case.contact is not None
        with pytest.raises(AccessDenied):
            tx.open(case.contact)
    with keeping.acting_as(OFFICER, purpose="resolve-report") as tx:
        assert tx.feedback.search(phone="0912 345 678").cases == ()
    hands.move(days=275)
    assert run_retention(keeping).done == {"delete": 1}
    assert wraps(keeping, person) == 0
    assert run_retention(keeping).done == {}


def test_a_question_that_nobody_answers_lapses(keeping: Locality, hands: Hands) -> None:
    """The case is closed by the system, and the citizen may reopen it."""
    person = report(keeping)
    with keeping.acting_as(OFFICER) as tx:
        tx.feedback.ask(tx.feedback.find(person.code), "Cột số mấy?")
    hands.move(days=30)
    assert run_retention(keeping, dry_run=True).done == {"close": 1}
    assert run_retention(keeping).done == {"close": 1}
    with keeping.acting_as(ANONYMOUS) as tx:
        case = tx.feedback.find(person.code)
        assert (case.state, case.kind) == ("lapsed", "withdrawn")
        assert tx.feedback.reopen(case, "Cột 14").state == "reopened"


def test_only_the_system_lets_a_case_lapse(keeping: Locality) -> None:
    """And only one that waits."""
    person = report(keeping)
    with keeping.acting_as(OFFICER) as tx, pytest.raises(ConflictError):
        tx.feedback.lapse(tx.feedback.find(person.code))
    with keeping.acting_as(OFFICER) as tx:
        case = tx.feedback.ask(tx.feedback.find(person.code), "Cột số mấy?")
        with pytest.raises(AccessDenied):
            tx.feedback.lapse(case)


def test_a_hold_keeps_whoever_is_due(keeping: Locality, hands: Hands) -> None:
    """She is counted, kept, and goes when the hold ends."""
    person = report(keeping)
    _resolve(keeping, person)
    with keeping.acting_as(OFFICER) as tx:
        tx.subjects.hold(person.subject, "12/QĐ-TA")
    hands.move(days=400)
    kept = run_retention(keeping)
    assert (kept.done, kept.held) == ({}, 1)
    with keeping.acting_as(OFFICER) as tx:
        tx.subjects.release(person.subject, "12/QĐ-TA")
    assert run_retention(keeping).done == {"delete": 1}


def test_a_person_with_an_open_case_is_kept(keeping: Locality, hands: Hands) -> None:
    """The keys are one for all her cases."""
    with keeping.acting_as(Citizen("c-81")) as tx:
        first, _second = (tx.feedback.submit(LIGHT).code.text for _ in range(2))
    _resolve(keeping, Person(first, "c-81"))
    hands.move(days=4000)
    assert run_retention(keeping).done == {}


def test_without_policies_nothing_goes(small_ward: Locality, hands: Hands) -> None:
    """The starter catalogue has none."""
    person = report(small_ward)
    hands.move(days=9999)
    assert not policies_of(small_ward)
    assert run_retention(small_ward).done == {}
    assert wraps(small_ward, person) > 0


def test_anonymising_twice_is_refused(keeping: Locality) -> None:
    """There is nothing left to destroy the second time."""
    person = report(keeping)
    with keeping.acting_as(OFFICER) as tx:
        assert tx.subjects.anonymise(person.subject, {"contact"}).done
    with keeping.acting_as(OFFICER) as tx, pytest.raises(NotFound):
        tx.subjects.anonymise(person.subject, {"contact"})

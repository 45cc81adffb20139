"""Officers find a case by phone or name; the look at the candidates is on record."""

import pytest
from sqlalchemy import func, select

from govinteract import Locality
from govinteract.errors import AccessDenied, InputError
from govinteract.feedback import Contact, Report
from govinteract.kernel import Citizen
from govinteract.upkeep import rebuild_indexes
from govinteract.vault.tables import blind_table
from tests.support import ANONYMOUS, OFFICER

LIGHT = Report(service="street-light", text="Đèn tắt")
PEOPLE = (
    Contact(name="Nguyễn Văn An", phone="0912 345 678"),
    Contact(name="Trần Thị Ánh", phone="0987 612 354"),
    Contact(name="Lê An", phone="0912 340 678"),
    Contact(phone="0987 612 354"),
    Contact(email="an@example.vn"),
)


@pytest.fixture
def codes(ward: Locality) -> list[str]:
    """Return the public ids of what PEOPLE reported, in their order."""
    ids = []
    for contact in PEOPLE:
        with ward.acting_as(ANONYMOUS) as tx:
            ids.append(tx.feedback.submit(LIGHT, contact=contact).public_id.text)
    return ids


def _search(ward: Locality, **asked: str) -> set[str]:
    with ward.acting_as(OFFICER, purpose="resolve-report") as tx:
        found = tx.feedback.search(**asked)
    assert found.complete
    return {case.public_id for case in found.cases}


@pytest.mark.parametrize(
    ("asked", "people"),
    [
        ({"phone": "0912 345 678"}, {0}), ({"phone": "+84 987 612 354"}, {1, 3}),
        ({"phone": "0678"}, {2}), ({"phone": "5678"}, {0}), ({"phone": "0912 345 679"}, set()),
        ({"name": "An"}, {0, 2}), ({"name": "ánh"}, {1}), ({"name": "anh"}, {1}),
        ({"name": "nguyen van an"}, {0}), ({"name": "Văn An"}, {0}), ({"name": "Nguyễn"}, set()),
    ],
)  # fmt: skip
def test_a_search_finds_all_that_match_and_no_other(
    ward: Locality, codes: list[str], asked: dict[str, str], people: set[int]
) -> None:
    """However the number or the name is written."""
    assert _search(ward, **asked) == {codes[place] for place in people}


def test_a_search_is_on_record(ward: Locality, codes: list[str]) -> None:
    """As an opening of the candidates' contacts, for the officer's purpose."""
    with ward.acting_as(OFFICER, purpose="resolve-report") as tx:
        (case,) = tx.feedback.search(phone="0912 345 678").cases
        (opening,) = tx.openings.of(case.subject)
    assert (opening.actor, opening.purpose) == ("officer:an", "resolve-report")
    assert [field.data_class for field in opening.fields] == ["contact"]
    assert len(codes) == len(PEOPLE)


def test_a_search_needs_an_officer_and_a_purpose(ward: Locality, codes: list[str]) -> None:
    """Citizens may not, and nobody may without saying what for; the officer may."""
    for actor, purpose, code in (
        (Citizen("c-1"), "self-access", "feedback.search_denied"),
        (ANONYMOUS, "self-access", "feedback.search_denied"),
        (OFFICER, None, "consent.purpose_missing"),
        (OFFICER, "moderate", "consent.class_not_covered"),
    ):
        with (
            pytest.raises(AccessDenied) as refused,
            ward.acting_as(actor, purpose=purpose) as tx,
        ):
            tx.feedback.search(phone="0912 345 678")
        assert refused.value.code == code
    assert _search(ward, phone="0912 345 678") == {codes[0]}


@pytest.mark.parametrize("asked", [{}, {"phone": "1", "name": "An"}, {"name": " "}])
def test_a_search_is_for_one_thing(small_ward: Locality, asked: dict[str, str]) -> None:
    """A phone or a name, and not nothing."""
    with pytest.raises(InputError) as refused:
        _search(small_ward, **asked)
    assert refused.value.code == "feedback.search_invalid"
    assert _search(small_ward, name="An") == set()


def _rows(ward: Locality) -> dict[str, int]:
    query = select(blind_table.c.index_name, func.count()).group_by(blind_table.c.index_name)
    with ward.engine.connect() as connection:
        return {str(name): int(count) for name, count in connection.execute(query)}


def test_indexes_are_rebuilt_while_people_search(ward: Locality, codes: list[str]) -> None:
    """Stopped half-way the search still finds everybody; run again it goes on and drops the old."""
    settings = ward.settings.model_copy(update={"index_people": 500_000})
    grown = Locality(settings, engine=ward.engine, clock=ward.clock)
    before = {name for name in _rows(ward) if name.startswith("contact.phone")}
    with pytest.raises(KeyboardInterrupt):
        rebuild_indexes(grown, OFFICER, batch=2, progress=_stop)
    assert _rows(grown).keys() > before
    for locality in (ward, grown):
        assert _search(locality, phone="0987 612 354") == {codes[1], codes[3]}
    assert rebuild_indexes(grown, OFFICER, batch=2) in {
        3,
        4,
    }  # whoever left only an e-mail has no rows
    assert not _rows(grown).keys() & before
    assert _search(grown, phone="0987 612 354") == {codes[1], codes[3]}
    assert _search(grown, name="An") == {codes[0], codes[2]}


def _stop(_done: int) -> None:
    raise KeyboardInterrupt


def test_the_erased_are_not_indexed_again(ward: Locality, codes: list[str]) -> None:
    """Their rows go with them, and a rebuild passes them by."""
    with ward.acting_as(OFFICER, purpose="resolve-report") as tx:
        (case,) = tx.feedback.search(phone="0912 345 678").cases
    with ward.acting_as(OFFICER) as tx:
        tx.subjects.erase(case.subject)
    assert _search(ward, phone="0912 345 678") == set()
    settings = ward.settings.model_copy(update={"index_people": 500_000})
    grown = Locality(settings, engine=ward.engine, clock=ward.clock)
    assert rebuild_indexes(grown, OFFICER) == len(PEOPLE) - 1
    with grown.engine.connect() as connection:
        subjects = set(connection.execute(select(blind_table.c.subject)).scalars())
    assert case.subject not in subjects
    assert len(codes) == len(PEOPLE)

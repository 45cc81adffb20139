"""What the world sees of requests: which, in which order, and how much of each."""

import pytest

from govinteract.feedback import Report
from govinteract.kernel import System
from tests.support import OFFICER
from tests.web.open311.conftest import Town

FIELDS = {
    "service_request_id", "status", "status_notes", "service_name", "service_code", "description",
    "agency_responsible", "service_notice", "requested_datetime", "updated_datetime",
    "expected_datetime", "address", "address_id", "zipcode", "lat", "long", "media_url",
}  # fmt: skip


def ids(town: Town, **params: str) -> list[str]:
    """Return the ids that a list has."""
    answer = town.get("/requests.json", **params)
    assert answer.status_code == 200, answer.text
    return [one["service_request_id"] for one in answer.json()]


def fallen_tree(town: Town) -> str:
    """Report a fallen tree; return its public id."""
    return town.report(service_code="tree.fallen", **{"attribute[height]": "4"})


def resolve(town: Town, public_id: str) -> None:
    """Resolve a case."""
    with town.ward.acting_as(OFFICER) as tx:
        tx.feedback.reply(tx.feedback.find(public_id), "Đã thay bóng.", resolves=True)


def test_a_request_has_the_fields_and_types_of_the_specification(town: Town) -> None:
    """Ids are strings, positions numbers, moments have the locality's offset, unknown is null."""
    public_id = town.report(lat="16.4637", long="107.5909")
    (listed,) = town.get("/requests.json").json()
    assert set(listed) == FIELDS
    assert listed == town.get(f"/requests/{public_id}.json").json()[0]
    assert listed | {} == {
        "service_request_id": public_id,
        "status": "open",
        "status_notes": "Đã tiếp nhận",
        "service_name": "Đèn đường hỏng",
        "service_code": "street-light",
        "description": None,
        "agency_responsible": "Phường Hòa Bình",
        "service_notice": "trong 3 ngày làm việc",
        "requested_datetime": "2026-03-02T09:00:00+07:00",
        "updated_datetime": "2026-03-02T09:00:00+07:00",
        "expected_datetime": "2026-03-05T17:00:00+07:00",
        "address": None,
        "address_id": None,
        "zipcode": None,
        "lat": 16.4637,
        "long": 107.5909,
        "media_url": None,
    }


def test_a_request_in_xml_says_the_same(town: Town) -> None:
    """The XML list has the JSON's values, and empty elements where the JSON has null."""
    town.report()
    (listed,) = town.get("/requests.json").json()
    root = town.xml("/requests.xml")
    assert root.tag == "service_requests"
    (request,) = root.findall("request")
    said = {child.tag: child.text for child in request}
    assert said == {name: None if value is None else str(value) for name, value in listed.items()}


def test_the_description_is_the_public_text_alone(town: Town) -> None:
    """It is null until somebody moderated the words, and then what they wrote, markup and all."""
    public_id = town.report(description="Nhà bà Lan số 12, đèn tắt")
    assert town.get(f"/requests/{public_id}.json").json()[0]["description"] is None
    with town.ward.acting_as(OFFICER, purpose="moderate") as tx:
        tx.feedback.moderate(tx.feedback.find(public_id), "Đèn tắt <3 bóng> & cột nghiêng")
    assert town.get(f"/requests/{public_id}.json").json()[0]["description"] == (
        "Đèn tắt <3 bóng> & cột nghiêng"
    )
    xml = town.xml(f"/requests/{public_id}.xml")
    assert xml.findtext("request/description") == "Đèn tắt <3 bóng> & cột nghiêng"


def test_a_closed_request_was_updated_when_it_was_closed(town: Town) -> None:
    """`updated_datetime` of a closed request is its closing time, whatever came after."""
    public_id = town.report()
    town.hands.move(hours=5)
    resolve(town, public_id)
    town.hands.move(hours=1)
    with town.ward.acting_as(OFFICER) as tx:
        tx.feedback.note(tx.feedback.find(public_id), "Xong")
    (told,) = town.get(f"/requests/{public_id}.json").json()
    assert (told["status"], told["status_notes"]) == ("closed", "Đã giải quyết")
    assert told["requested_datetime"] == "2026-03-02T09:00:00+07:00"
    assert told["updated_datetime"] == "2026-03-02T14:00:00+07:00"


def test_a_comma_list_of_ids_returns_all_of_them(town: Town) -> None:
    """Every id of the list is there, however old, and nothing else decides (uReport#224)."""
    first = town.report()
    town.hands.move(seconds=1)
    second = town.report()
    town.hands.move(days=200)
    third = town.report()
    assert ids(town, service_request_id=f"{first},{second},{third}") == [third, second, first]
    assert ids(town, service_request_id=f" {first} , {third},", status="closed") == [third, first]
    assert ids(town, service_request_id=first.lower()) == [first]


def test_ids_that_are_not_there_are_left_out(town: Town) -> None:
    """A list answers for those that it knows; one by itself is not found."""
    known = town.report()
    assert ids(town, service_request_id=f"0000000000,nonsense,{known}") == [known]
    assert ids(town, service_request_id="0000000000") == []
    for unknown in ("0000000000", "nonsense", "%20", "a,b"):
        assert town.get(f"/requests/{unknown}.json").status_code == 404
    assert town.get(f"/requests/{known}.json").status_code == 200


def test_a_service_code_limits_the_list(town: Town) -> None:
    """One code or a comma list of them."""
    light = town.report()
    town.hands.move(seconds=1)
    fallen = fallen_tree(town)
    assert ids(town, service_code="street-light") == [light]
    assert ids(town, service_code="tree.fallen") == [fallen]
    assert ids(town, service_code="street-light,tree.fallen") == [fallen, light]
    assert ids(town, service_code="question") == []


def test_an_unknown_service_code_is_refused(town: Town) -> None:
    """It is an error, never a list of everything (uReport#105)."""
    town.report()
    for wrong in ("nothing", "street-light,nothing"):
        answer = town.get("/requests.json", service_code=wrong)
        assert answer.status_code == 404
        assert answer.headers["govinteract-error"] == "open311.service_unknown"


def test_a_status_limits_the_list(town: Town) -> None:
    """Open, closed, both, or a refusal."""
    still, done = town.report(), town.report()
    resolve(town, done)
    assert ids(town, status="open") == [still]
    assert ids(town, status="closed") == [done]
    assert sorted(ids(town, status="open,closed")) == sorted([still, done])
    assert sorted(ids(town, status="")) == sorted([still, done])
    answer = town.get("/requests.json", status="done")
    assert answer.status_code == 400
    assert answer.headers["govinteract-error"] == "open311.status_invalid"


def test_the_list_is_of_the_last_ninety_days(town: Town) -> None:
    """Without dates it begins ninety days ago; dates reach what is older."""
    old = town.report()
    town.hands.move(days=91)
    new = town.report()
    assert ids(town) == [new]
    assert ids(town, start_date="2026-03-01T00:00:00Z", end_date="2026-03-10T00:00:00Z") == [old]
    assert ids(town, start_date="2026-03-01T00:00:00Z") == [old]  # ninety days from there
    assert ids(town, end_date="2026-03-10T00:00:00Z") == [old]
    assert ids(town, start_date="2020-01-01T00:00:00Z", end_date="2030-01-01T00:00:00Z") == []
    assert ids(town, start_date="2026-03-01T00:00:00Z", end_date="2026-06-30T00:00:00Z") == [new]


@pytest.mark.parametrize(
    "start",
    [
        "2026-03-02T02:00:00Z",
        "2026-03-02T02:00:00.000Z",
        "2026-03-02T09:00:00+07:00",
        "2026-03-02T09:00:00 07:00",
        "2026-03-02T09:00:00",
        "2026-03-02",
    ],
)
def test_dates_are_read_as_clients_write_them(town: Town, start: str) -> None:
    """With a zone or in the locality's own, with fractions, with a plus that got lost."""
    first = town.report()
    assert ids(town, start_date=start, end_date="2026-03-02T02:00:00Z") == [first]
    assert ids(town, start_date="2026-03-02T02:00:01Z") == []


@pytest.mark.parametrize("wrong", ["yesterday", "2026-13-01", "0001-01-01T00:00:00Z", "9999-12-31"])
def test_a_date_that_is_none_is_refused(quiet_town: Town, wrong: str) -> None:
    """A list of everything is no answer to a question that was not understood."""
    for name in ("start_date", "end_date"):
        answer = quiet_town.get("/requests.json", **{name: wrong})
        assert answer.status_code == 400
        assert answer.headers["govinteract-error"] == "open311.date_invalid"


def test_pages_follow_each_other(town: Town) -> None:
    """Newest first, as many as asked for, each once; behind the last page there is nothing."""
    made = []
    for _ in range(5):
        made.append(town.report())
        town.hands.move(minutes=1)
    newest_first = made[::-1]
    assert ids(town) == newest_first
    assert ids(town, page_size="2") == newest_first[:2]
    assert ids(town, page="2", page_size="2") == newest_first[2:4]
    assert ids(town, page="3", page_size="2") == newest_first[4:]
    assert ids(town, page="4", page_size="2") == []
    assert ids(town, page_size="5000") == newest_first


@pytest.mark.parametrize("wrong", ["0", "-1", "two", "1.5", "1" * 30])
def test_a_page_that_is_none_is_refused(quiet_town: Town, wrong: str) -> None:
    """Pages count from 1."""
    for name in ("page", "page_size"):
        answer = quiet_town.get("/requests.json", **{name: wrong})
        assert answer.status_code == 400
        assert answer.headers["govinteract-error"] == "open311.page_invalid"


def test_what_is_not_for_the_public_is_as_if_it_were_not(town: Town) -> None:
    """A private question, a confidential report and one that was hidden are not found."""
    private = town.report(service_code="question")
    with town.ward.acting_as(System("tests")) as tx:
        report = Report(service="street-light", text="Mật", confidential=True)
        confidential = tx.feedback.submit(report).public_id.text
    hidden = town.report()
    with town.ward.acting_as(OFFICER, purpose="moderate") as tx:
        tx.feedback.moderate(tx.feedback.find(hidden), None, shared=False)
    shown = town.report()
    assert ids(town) == [shown]
    assert ids(town, service_request_id=f"{private},{confidential},{hidden},{shown}") == [shown]
    for public_id in (private, confidential, hidden):
        for path in ("requests", "tokens"):
            answer = town.get(f"/{path}/{public_id}.json")
            unknown = town.get(f"/{path}/0000000000.json")
            assert (answer.status_code, answer.content) == (404, unknown.content)


def test_a_token_stands_for_the_request_whose_id_it_is(town: Town) -> None:
    """Services are realtime, so an id is its own token; an unknown token is not found."""
    public_id = town.report()
    answer = town.get(f"/tokens/{public_id}.json")
    assert answer.json() == [{"service_request_id": public_id, "token": public_id}]
    root = town.xml(f"/tokens/{public_id}.xml")
    assert root.findtext("request/service_request_id") == public_id
    unknown = town.get("/tokens/0000000000.json")
    assert unknown.status_code == 404
    assert unknown.headers["govinteract-error"] == "open311.token_unknown"


def test_extensions_tell_how_the_state_changed(town: Town) -> None:
    """With `extensions=true` the notes have moments and words for states, not people's words."""
    public_id = town.report()
    with town.ward.acting_as(OFFICER, purpose="resolve-report") as tx:
        case = tx.feedback.start(tx.feedback.find(public_id))
        tx.feedback.note(case, "Nội bộ")
    town.hands.move(hours=2)
    resolve(town, public_id)
    (told,) = town.get("/requests.json", extensions="true", lang="en").json()
    assert told["notes"] == [
        {"datetime": "2026-03-02T09:00:00+07:00", "description": "Received", "type": "received"},
        {
            "datetime": "2026-03-02T09:00:00+07:00",
            "description": "Being handled",
            "type": "active",
        },
        {"datetime": "2026-03-02T11:00:00+07:00", "description": "Resolved", "type": "resolved"},
    ]
    root = town.xml("/requests.xml", extensions="true")
    assert [one.findtext("type") for one in root.findall("request/notes/note")] == [
        "received",
        "active",
        "resolved",
    ]
    assert "notes" not in town.get("/requests.json").json()[0]


def test_an_empty_list_is_an_empty_array(quiet_town: Town) -> None:
    """Nothing found is no error."""
    assert quiet_town.get("/requests.json").json() == []
    root = quiet_town.xml("/requests.xml")
    assert (root.tag, len(root)) == ("service_requests", 0)

"""A program reports for somebody: what is kept, what is sealed, and what is answered."""

import json

import pytest
from sqlalchemy import select

from govinteract.feedback import Case
from govinteract.feedback.tables import case_table
from govinteract.kernel import CaseCode, Point, System
from govinteract.storage import metadata
from govinteract.vault import Sealed
from tests.feedback.pictures import encoded, flag
from tests.support import OFFICER
from tests.web.open311.conftest import Town, issue_key, tree

LIGHT = {
    "service_code": "street-light",
    "lat": "16.4637",
    "long": "107.5909",
    "description": "Đèn trước số 12 Lê Lợi tắt ba đêm nay",
}
TREE = {"service_code": "tree.fallen", "address_string": "Cầu Trường Tiền", "description": "Đổ"}


def opened(town: Town, public_id: str) -> tuple[Case, dict[str, object]]:
    """Return a case and its sealed parts by name, as the officer who handles it sees them."""
    with town.ward.acting_as(OFFICER, purpose="resolve-report") as tx:
        case = tx.feedback.find(public_id)
        parts = {"text": case.text, "address": case.address, "contact": case.contact}
        named = {**parts, **case.answers}
        there = {name: part for name, part in named.items() if isinstance(part, Sealed)}
        shown = tx.open_all(list(there.values()))
    return case, {name: part.reveal() for name, part in zip(there, shown, strict=True)}


def test_a_report_is_answered_with_its_public_id(town: Town) -> None:
    """POST answers 200 and an array of one, with a string id, a notice and no token."""
    answer = town.post(LIGHT)
    assert answer.status_code == 200
    (told,) = answer.json()
    assert set(told) == {"service_request_id", "service_notice", "account_id"}
    assert isinstance(told["service_request_id"], str)
    assert told["service_notice"] == (
        "Cơ quan trả lời trong 3 ngày làm việc, chậm nhất ngày 05/03/2026."
    )
    assert told["account_id"] is None
    case, shown = opened(town, told["service_request_id"])
    assert shown == {"text": LIGHT["description"]}
    assert case.at == Point(16.4637, 107.5909)
    assert (case.source, case.lang) == ("open311:city-app", "vi")


def test_a_report_in_xml(town: Town) -> None:
    """The XML answer holds the same in `service_requests/request`."""
    answer = town.post(LIGHT | {"lang": "en"}, "xml")
    root = tree(answer.content)
    assert (answer.status_code, root.tag) == (200, "service_requests")
    (request,) = root
    assert [child.tag for child in request] == [
        "service_request_id",
        "service_notice",
        "account_id",
    ]
    assert request.findtext("service_notice") == (
        "The office answers within 3 working days, by 2026-03-05."
    )
    assert not request.findtext("account_id")


def test_the_program_is_the_actor(town: Town) -> None:
    """The fact of the report names the program by its key's name."""
    town.report()
    with town.ward.acting_as(OFFICER) as tx:
        (case_id,) = tx.transaction.read(select(case_table.c.id)).scalars()
        (fact,) = tx.facts.of(f"case:{case_id}")
    assert fact.actor == "system:open311.city-app"


def test_the_contact_is_sealed_and_comes_out_whole(town: Town) -> None:
    """Name (family name first in Vietnamese), phone and e-mail open for the officer alone."""
    person = {"first_name": "Lan", "last_name": "Nguyễn", "phone": "0912 345 678"}
    public_id = town.report(**person, email="lan@example.vn", device_id="d-1", account_id="a-1")
    _case, shown = opened(town, public_id)
    contact = shown["contact"]
    assert (contact.name, contact.phone, contact.email) == (  # type: ignore[attr-defined]  # a Contact
        "Nguyễn Lan",
        "+84912345678",
        "lan@example.vn",
    )


def test_the_code_goes_to_the_citizen_and_never_to_the_program(town: Town) -> None:
    """With a contact a message with the code waits in the outbox; no answer holds the code."""
    answer = town.post(LIGHT | {"phone": "0912 345 678"})
    public_id = answer.json()[0]["service_request_id"]
    with town.ward.acting_as(System("relay"), purpose="notify-citizen") as tx:
        (body,) = tx.transaction.read(select(metadata.tables["gi_outbox"].c.body)).scalars()
        case_id = tx.transaction.read(select(case_table.c.id)).scalar_one()
        code = CaseCode.parse(tx.open(tx.feedback.get(case_id).code).reveal())
    assert json.loads(body)["template"] == "received"
    told = answer.text + town.get(f"/requests/{public_id}.json", extensions="true").text
    assert public_id in told
    assert code.text not in told
    assert code.shown not in told


def test_what_was_said_is_nowhere_in_the_list(town: Town) -> None:
    """Words, contact, address and answers of a new report are not shown to the world."""
    town.report(
        description="CANARYWORDS", address_string="CANARYSTREET", first_name="CANARYNAME",
        phone="0912 345 678", email="canary@example.vn", media_url="https://example.org/canary",
    )  # fmt: skip
    for suffix in ("json", "xml"):
        told = town.get(f"/requests.{suffix}", extensions="true").text
        assert "canary" not in told.lower()
        assert "912" not in told


def test_the_answers_come_in_every_way_that_clients_write_them(town: Town) -> None:
    """`attribute[CODE]`, `attribute[CODE][]` and repeated ones reach their questions."""
    answers: dict[str, str | list[str]] = {
        **TREE,
        "attribute[height]": "4,5",
        "attribute[species]": "Phượng",
        "attribute[since]": "2026-03-01T08:00:00",
        "attribute[around]": "Nhà dân\nvà cột điện",
        "attribute[blocks]": "road",
        "attribute[danger][]": ["wire", "house"],
    }
    public_id = town.post(answers).json()[0]["service_request_id"]
    case, shown = opened(town, public_id)
    assert case.answers["height"] == 4.5
    assert case.answers["since"] == "2026-03-01T08:00:00"
    assert case.answers["blocks"] == "road"
    assert case.answers["danger"] == ["wire", "house"]
    assert shown["species"] == "Phượng"
    assert shown["around"] == "Nhà dân\nvà cột điện"
    assert shown["address"] == "Cầu Trường Tiền"
    again: dict[str, str | list[str]] = {
        **TREE,
        "attribute[height]": "4",
        "attribute[danger]": ["house", "wire"],
    }
    case, _shown = opened(town, town.post(again).json()[0]["service_request_id"])
    assert case.answers["danger"] == ["house", "wire"]


def test_an_empty_parameter_is_an_absent_one(town: Town) -> None:
    """What a client leaves empty is not there: contact, answers, place and description."""
    empty = dict.fromkeys(["lat", "long", "email", "phone", "first_name", "address_id"], "")
    answers = {"attribute[height]": "4", "attribute[blocks]": "", "attribute[nothing]": " "}
    answer = town.post(TREE | empty | answers | {"description": ""})
    case, shown = opened(town, answer.json()[0]["service_request_id"])
    assert case.contact is None
    assert case.at is None
    assert set(case.answers) == {"height"}
    assert shown["text"] == "(Không có mô tả)"


def test_an_address_id_is_a_place_unless_it_says_that_it_is_none(town: Town) -> None:
    """`address_id` names the place; FixMyStreet's `#NOTPINPOINTED#` does not."""
    light = {"service_code": "street-light", "description": "Tắt"}
    answer = town.post(light | {"address_id": "545483"})
    _case, shown = opened(town, answer.json()[0]["service_request_id"])
    assert shown["address"] == "545483"
    answer = town.post(light | {"address_id": "#NOTPINPOINTED#"})
    assert answer.status_code == 400
    assert answer.headers["govinteract-error"] == "open311.place_missing"


def test_a_private_question_needs_no_place(town: Town) -> None:
    """A service that is not public takes reports without a place, and says it is not shown."""
    answer = town.post({"service_code": "question", "description": "Cần giấy tờ gì?"})
    assert answer.status_code == 200
    (told,) = answer.json()
    assert told["service_notice"] == "Nội dung này không hiển thị công khai."


def test_a_link_to_a_photo_reaches_the_officer(town: Town) -> None:
    """`media_url` is kept, sealed, behind the words, and is not fetched or shown."""
    links = [
        "https://example.org/a.jpg",
        "javascript:alert(1)",
        "https://example.org/b.jpg",
    ]
    linked: dict[str, str | list[str]] = {**LIGHT, "media_url": links}
    answer = town.post(linked)
    _case, shown = opened(town, answer.json()[0]["service_request_id"])
    assert shown["text"] == f"{LIGHT['description']}\n{links[0]}\n{links[2]}"


def test_photos_come_as_files_of_a_multipart_form(town: Town) -> None:
    """A photo in the field `media` is taken with the report; words keep their characters."""
    photo = encoded(flag())
    files = [("media", ("a.jpg", photo, "image/jpeg")), ("media", ("b.jpg", photo, "image/jpeg"))]
    data = {**LIGHT, "api_key": town.key}
    answer = town.client.post(f"{town.url}/requests.json", data=data, files=files)
    assert answer.status_code == 200, answer.text
    case, shown = opened(town, answer.json()[0]["service_request_id"])
    assert shown["text"] == LIGHT["description"]
    with town.ward.acting_as(OFFICER) as tx:
        assert [photo.role for photo in tx.feedback.photos(case)] == ["evidence", "evidence"]


def test_the_same_key_gets_the_first_answer_again(town: Town) -> None:
    """A POST that is repeated with its Idempotency-Key makes no second case."""
    first = town.post(LIGHT, Idempotency_Key='"8e03978e-40d5"')
    again = town.post(LIGHT, Idempotency_Key="8e03978e-40d5")
    assert first.json() == again.json()
    assert len(town.get("/requests.json").json()) == 1
    other = town.post(LIGHT, Idempotency_Key="another")
    assert other.json() != first.json()


def test_the_same_key_with_another_report_is_refused(town: Town) -> None:
    """What is new must not be answered with what is old."""
    town.post(LIGHT, Idempotency_Key="8e03978e-40d5")
    answer = town.post(LIGHT | {"description": "Khác"}, Idempotency_Key="8e03978e-40d5")
    assert answer.status_code == 400
    assert answer.headers["govinteract-error"] == "storage.once_body"
    assert len(town.get("/requests.json").json()) == 1


def test_two_programs_may_use_the_same_idempotency_key(town: Town) -> None:
    """A key is the program's own; another program's report is another report."""
    first = town.post(LIGHT, Idempotency_Key="1")
    other = town.post(LIGHT | {"api_key": issue_key(town.ward, "kiosk")}, Idempotency_Key="1")
    assert (first.status_code, other.status_code) == (200, 200)
    assert first.json() != other.json()


@pytest.mark.parametrize("description", ["Đèn\r\ntắt", "Đèn\x0btắt", "a & b < c > \"d\" 'e'"])
def test_line_ends_and_markup_are_words_like_others(town: Town, description: str) -> None:
    """Line ends come in one form, markup stays what was typed, control characters are refused."""
    answer = town.post(LIGHT | {"description": description})
    if "\x0b" in description:
        assert answer.status_code == 400
        assert answer.headers["govinteract-error"] == "kernel.text_control"
        return
    _case, shown = opened(town, answer.json()[0]["service_request_id"])
    assert shown["text"] == description.replace("\r\n", "\n")

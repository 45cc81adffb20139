"""What a client sends wrongly: a list of errors in the citizen's language, and nothing kept."""

import pytest
from sqlalchemy import func, select

from govinteract.locale import translate
from govinteract.storage import metadata
from tests.feedback.pictures import encoded, flag
from tests.support import OFFICER
from tests.web.open311.conftest import Town, tree

GOOD = {
    "service_code": "tree.fallen",
    "lat": "16.4637",
    "long": "107.5909",
    "description": "Cây đổ",
    "phone": "0912 345 678",
    "email": "lan@example.vn",
    "attribute[height]": "4",
    "attribute[blocks]": "road",
}
FAULTS: list[tuple[dict[str, str | list[str]], int, str]] = [
    ({"api_key": ""}, 403, "open311.key_missing"),
    ({"api_key": "gi_" + "a" * 43}, 403, "apikeys.key_refused"),
    ({"api_key": "' OR 1=1 --"}, 403, "apikeys.key_refused"),
    ({"jurisdiction_id": "elsewhere.example"}, 404, "open311.jurisdiction_unknown"),
    ({"service_code": ""}, 400, "open311.service_missing"),
    ({"service_code": "nothing"}, 404, "feedback.service_unknown"),
    ({"service_code": "hidden"}, 404, "feedback.service_unknown"),
    ({"lat": "", "long": ""}, 400, "open311.place_missing"),
    ({"long": ""}, 400, "open311.place_incomplete"),
    ({"lat": ""}, 400, "open311.place_incomplete"),
    ({"long": "", "lng": "107.5909"}, 400, "open311.place_incomplete"),
    ({"lat": "north"}, 400, "open311.number_invalid"),
    ({"lat": "16,4637"}, 400, "open311.number_invalid"),
    ({"lat": "1_6"}, 400, "open311.number_invalid"),
    ({"lat": "nan"}, 400, "open311.number_invalid"),
    ({"lat": "inf"}, 400, "open311.number_invalid"),
    ({"lat": "90.001"}, 400, "kernel.point_invalid"),
    ({"lat": "107.5909", "long": "16.4637"}, 400, "kernel.point_invalid"),
    ({"long": "1e300"}, 400, "kernel.point_invalid"),
    ({"description": "đ" * 400_000}, 400, "web.form_too_large"),
    ({"description": "đ" * 200_000}, 400, "kernel.text_too_long"),
    ({"description": "d" * 200_000}, 400, "kernel.text_too_long"),
    ({"description": "đ" * 10_001}, 400, "kernel.text_too_long"),
    ({"description": "Cây\x00đổ"}, 400, "kernel.text_control"),
    ({"description": "Cây \u202eđổ"}, 400, "kernel.text_control"),
    ({"description": "\u200b"}, 400, "kernel.text_empty"),
    ({"phone": "1"}, 400, "kernel.phone_invalid"),
    ({"email": "lan at example.vn"}, 400, "kernel.email_invalid"),
    ({"first_name": "L" * 200}, 400, "kernel.text_too_long"),
    ({"address_string": "a" * 301}, 400, "kernel.text_too_long"),
    ({"attribute[height]": ""}, 400, "feedback.answer_missing"),
    ({"attribute[height]": "tall"}, 400, "feedback.answer_invalid"),
    ({"attribute[height]": ["4", "5"]}, 400, "feedback.answer_invalid"),
    ({"attribute[blocks]": "sky"}, 400, "feedback.answer_invalid"),
    ({"attribute[danger][]": ["wire", "sky"]}, 400, "feedback.answer_invalid"),
    ({"attribute[since]": "lately"}, 400, "feedback.answer_invalid"),
    ({"attribute[easting]": "1"}, 400, "feedback.answer_unknown"),
    ({"attribute[call]": "1"}, 400, "feedback.answer_unknown"),
]


def facts(town: Town) -> int:
    """Count the facts of the ward."""
    with town.ward.acting_as(OFFICER) as tx:
        count = select(func.count()).select_from(metadata.tables["gi_fact"])
        return int(tx.transaction.read(count).scalar_one())


@pytest.mark.parametrize(
    ("fault", "status", "code"), FAULTS, ids=[f"{n}-{one[2]}" for n, one in enumerate(FAULTS)]
)
def test_a_report_with_one_fault_is_refused(
    quiet_town: Town, fault: dict[str, str | list[str]], status: int, code: str
) -> None:
    """The status is the specification's, the words are the citizen's, and nothing is stored."""
    before = facts(quiet_town)
    answer = quiet_town.post({**GOOD, **fault})
    assert (answer.status_code, answer.headers["govinteract-error"]) == (status, code)
    (error,) = answer.json()
    assert set(error) == {"code", "description"}
    assert error["code"] == status
    assert error["description"]
    assert error["description"] != code
    assert facts(quiet_town) == before


def test_the_report_without_a_fault_is_taken(town: Town) -> None:
    """What the faults above are put into is a good report."""
    assert town.post(dict(GOOD)).status_code == 200


@pytest.mark.parametrize("name", ["hoa-binh", "hoa-binh.example.vn", "WWW.hoa-binh.example.vn"])
def test_the_jurisdiction_goes_by_its_id_and_its_domain(quiet_town: Town, name: str) -> None:
    """A client may name the locality on every call, or not at all."""
    for path in ("/services.json", "/requests.json", "/services/tree.fallen.json"):
        assert quiet_town.get(path, jurisdiction_id=name).status_code == 200
        wrong = quiet_town.get(path, jurisdiction_id=f"{name}.elsewhere")
        assert wrong.status_code == 404
        assert quiet_town.get(path, jurisdiction_id="").status_code == 200


def test_an_error_is_a_list_in_both_formats_and_languages(quiet_town: Town) -> None:
    """The same error in XML and JSON, in Vietnamese and English."""
    fault = {**GOOD, "attribute[height]": "", "lang": "en"}
    said = translate("feedback.answer_missing", "en")
    answer = quiet_town.post(fault)
    assert answer.headers["content-type"] == "application/json; charset=utf-8"
    assert answer.json() == [{"code": 400, "description": f"{said} (attribute[height])"}]
    answer = quiet_town.post(fault, "xml")
    assert answer.headers["content-type"] == "text/xml; charset=utf-8"
    root = tree(answer.content)
    assert root.tag == "errors"
    assert root.findtext("error/code") == "400"
    assert root.findtext("error/description") == f"{said} (attribute[height])"
    answer = quiet_town.post({**GOOD, "description": "d" * 10_001}, Accept_Language="vi")
    said = translate("kernel.text_too_long", "vi", limit=10_000)
    assert answer.json()[0]["description"] == f"{said} (description)"


@pytest.mark.parametrize("body", [b"description=%ff%fe", b"description=\xc4\x90\xff", b"%C3%28=a"])
def test_broken_utf_8_is_refused(quiet_town: Town, body: bytes) -> None:
    """Bytes that are no UTF-8 become no other words: the report is refused."""
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    before = facts(quiet_town)
    url = f"{quiet_town.url}/requests.json"
    answer = quiet_town.client.post(url, content=b"api_key=x&" + body, headers=headers)
    assert answer.status_code == 400
    assert answer.headers["govinteract-error"] == "web.form_unreadable"
    assert facts(quiet_town) == before


def test_broken_utf_8_in_a_query_is_refused(quiet_town: Town) -> None:
    """A query that can't be read is not one without parameters."""
    answer = quiet_town.client.get(f"{quiet_town.url}/requests.json?service_code=%ff")
    assert answer.status_code == 400
    assert answer.headers["govinteract-error"] == "open311.query_unreadable"


def test_a_damaged_multipart_form_is_refused(quiet_town: Town) -> None:
    """What can't be parsed is not an empty form."""
    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    url = f"{quiet_town.url}/requests.json"
    answer = quiet_town.client.post(url, content=b"no parts", headers=headers)
    assert answer.status_code == 400
    assert answer.headers["govinteract-error"] == "web.form_unreadable"


@pytest.mark.parametrize("content", [b"GIF89a", b"\xff\xd8\xff\xe0 no photo", b"x" * 100])
def test_a_file_that_is_no_photo_is_refused(quiet_town: Town, content: bytes) -> None:
    """A report with a bad photo is refused whole: it is not kept without it."""
    before = facts(quiet_town)
    data = {**GOOD, "api_key": quiet_town.key}
    files = {"media": ("a.jpg", content, "image/jpeg")}
    answer = quiet_town.client.post(f"{quiet_town.url}/requests.json", data=data, files=files)
    assert answer.status_code == 400
    assert answer.headers["govinteract-error"].startswith("feedback.photo_")
    assert facts(quiet_town) == before


def test_too_many_photos_are_refused(quiet_town: Town) -> None:
    """A report has six photos at most."""
    data = {**GOOD, "api_key": quiet_town.key}
    files = [("media", ("a.jpg", encoded(flag()), "image/jpeg"))] * 7
    answer = quiet_town.client.post(f"{quiet_town.url}/requests.json", data=data, files=files)
    assert answer.status_code == 400
    assert answer.headers["govinteract-error"] == "feedback.photo_too_many"


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/", "text/xml"),
        ("/nothing", "text/xml"),
        ("/requests", "text/xml"),
        ("/services.html", "text/xml"),
        ("/nothing.json", "application/json"),
        ("/requests/a/b.json", "application/json"),
    ],
)
def test_a_path_that_is_no_call_is_not_found(quiet_town: Town, path: str, kind: str) -> None:
    """Also what is no call is answered with a list of errors."""
    answer = quiet_town.get(path)
    assert answer.status_code == 404
    assert answer.headers["content-type"].startswith(kind)


def test_a_method_that_is_no_call_is_refused(quiet_town: Town) -> None:
    """Nobody deletes what was reported."""
    answer = quiet_town.client.delete(f"{quiet_town.url}/requests.json")
    assert answer.status_code == 405
    assert answer.json()[0]["code"] == 405


def test_a_database_that_is_away_asks_the_client_to_come_again(town: Town) -> None:
    """A good report that can't be kept is no bad report: 503, Retry-After, and words."""
    with town.ward.engine.connect() as connection:
        connection.exec_driver_sql("ALTER TABLE gi_fact RENAME TO gi_away")
        connection.commit()
    answer = town.post(dict(GOOD))
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "5"
    assert answer.json()[0]["code"] == 503
    with town.ward.engine.connect() as connection:
        connection.exec_driver_sql("ALTER TABLE gi_away RENAME TO gi_fact")
        connection.commit()
    assert town.post(dict(GOOD)).status_code == 200


def test_a_fault_of_ours_is_told_without_a_trace(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What nobody foresaw is a list of errors too, and says nothing of the inside."""
    monkeypatch.delattr(type(town.ward), "calendar")
    answer = town.get("/requests.json")
    assert answer.status_code == 500
    assert answer.json() == [{"code": 500, "description": translate("open311.failed", "vi")}]

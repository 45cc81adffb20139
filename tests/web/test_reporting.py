"""A report in three steps, without JavaScript."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from attrs import evolve

from tests.web.journey import WORDS, case_path, last_step, report

if TYPE_CHECKING:
    from collections.abc import Callable

    from govinteract import Locality
    from tests.web.browsing import Browser


def _jpeg(content: bytes) -> list[tuple[str, tuple[str, bytes, str]]]:
    return [("photo", ("den.jpg", content, "image/jpeg"))]


def _cases(ward: Locality) -> int:
    with ward.engine.connect() as connection:
        return int(connection.exec_driver_sql("select count(*) from gi_case").scalar_one())


def test_a_report_gives_a_code_and_a_promised_date(citizen: Browser) -> None:
    """The receipt shows the code in groups and the date in words."""
    receipt = report(citizen)
    assert receipt.status == 200
    assert receipt.url.path.split("/")[2] in receipt.words
    assert "17:00 thứ Năm, ngày 5/3/2026" in receipt.words  # three days after Monday 2 March


def test_the_code_opens_what_was_reported(citizen: Browser, person: Callable[..., Browser]) -> None:
    """Whoever has the code reads the words and the address, on any device."""
    path = case_path(report(citizen))
    case = person().get(path)
    assert WORDS in case.words
    assert "Trước số 12 Lê Lợi" in case.words
    assert "0912" not in case.text


def test_the_same_form_twice_is_one_report(citizen: Browser, ward: Locality) -> None:
    """A second click, a reload and a replay lead to the same receipt."""
    form = last_step(citizen).form("/report")
    first = citizen.submit(form, phone="0912 345 678", go="send")
    second = citizen.submit(form, phone="0912 345 678", go="send")
    assert first.url == second.url
    assert _cases(ward) == 1


def test_a_sent_form_with_other_words_is_refused_and_can_be_sent_anew(
    citizen: Browser, ward: Locality
) -> None:
    """The form's number stands for one content; the page that refuses brings a new number."""
    form = last_step(citizen).form("/report")
    citizen.submit(form, go="send")
    refused = citizen.submit(form, text="Cây đổ", go="send")
    assert refused.status == 422
    assert "đã được gửi trước đó" in refused.words
    assert citizen.submit(refused.form("/report"), go="send").status == 200
    assert _cases(ward) == 2


def test_what_is_wrong_is_said_beside_the_field_and_nothing_is_lost(citizen: Browser) -> None:
    """A missing answer keeps the words, and missing words keep the answer."""
    what = citizen.get("/report?service=rubbish").form("/report")
    no_answer = citizen.submit(what, text="Rác đầy đường", go="next")
    assert no_answer.status == 422
    assert 'id="error-answer.kind"' in no_answer.text
    assert no_answer.form("/report").fields["text"] == ["Rác đầy đường"]
    no_words = citizen.submit(what, answer__kind="other", go="next")
    assert 'id="error-text"' in no_words.text
    assert no_words.form("/report").fields["answer.kind"] == ["other"]
    assert citizen.submit(what, text="Rác", answer__kind="other", go="next").status == 200


@pytest.mark.parametrize(
    ("field", "wrong", "right"),
    [("phone", "12", "0912 345 678"), ("email", "lan@", "lan@example.vn"), ("name", "a\tb", "Lan")],
)
def test_a_contact_is_checked_part_by_part(
    citizen: Browser, field: str, wrong: str, right: str
) -> None:
    """Each part says for itself what is wrong with it."""
    form = last_step(citizen).form("/report")
    refused = citizen.submit(form, go="send", **{field: wrong})
    assert refused.status == 422
    assert f'id="error-{field}"' in refused.text
    assert citizen.submit(form, go="send", **{field: right}).url.path.endswith("/receipt")


def test_going_back_keeps_everything(citizen: Browser) -> None:
    """The way back through the steps loses nothing."""
    third = last_step(citizen)
    second = citizen.submit(third.form("/report"), name="Lan", go="back")
    first = citizen.submit(second.form("/report"), go="back")
    assert second.form("/report").fields["address"] == ["Trước số 12 Lê Lợi"]
    assert first.form("/report").fields["text"] == [WORDS]
    assert first.form("/report").fields["name"] == ["Lan"]


def test_the_language_changes_without_losing_what_was_typed(citizen: Browser) -> None:
    """The switch is a button of the form."""
    what = citizen.get("/report?service=street-light").form("/report")
    fields = {**what.fields, "text": "Đèn tắt", "go": "stay"}
    english = citizen.send(
        "POST", "/report?lang=en", data=fields, headers={"sec-fetch-site": "same-origin"}
    )
    assert "What happened?" in english.words
    assert english.form("/report").fields["text"] == ["Đèn tắt"]


def test_the_picture_takes_the_click(citizen: Browser) -> None:
    """A click on the map's picture becomes a place, and the page shows it."""
    what = citizen.get("/report?service=street-light")
    where = citizen.submit(what.form("/report"), text="Đèn tắt", go="next")
    clicked = citizen.submit(where.form("/report"), **{"map.x": "168", "map.y": "175"})
    assert 'class="pin"' in clicked.text
    assert clicked.form("/report").fields["lat"] == ["16.45"]
    with_keys = citizen.submit(where.form("/report"), **{"map.x": "0", "map.y": "0"})
    assert with_keys.form("/report").fields["lat"] == [""]


def test_a_photo_is_kept_before_the_rest_is_sent(citizen: Browser, picture: bytes) -> None:
    """The photo waits in the draft, can be looked at and dropped, and comes with the report."""
    third = last_step(citizen)
    kept = citizen.submit(third.form("/report"), _jpeg(picture), go="photo")
    thumbnail = next(p for p in kept.text.split('"') if "/report/draft/" in p)
    assert citizen.get(thumbnail).response.headers["content-type"] == "image/jpeg"
    drop = next(value for name, value in kept.form("/report").buttons if "drop:" in value)
    assert "/report/draft/" not in citizen.submit(kept.form("/report"), go=drop).text
    receipt = citizen.submit(kept.form("/report"), _jpeg(picture), go="send")
    case = citizen.get(case_path(receipt))
    assert case.text.count("?size=small") >= 1


def test_a_draft_photo_opens_to_its_token_alone(citizen: Browser, picture: bytes) -> None:
    """Another token does not open it, and after sending it has none."""
    kept = citizen.submit(last_step(citizen).form("/report"), _jpeg(picture), go="photo")
    path = next(p for p in kept.text.split('"') if "/report/draft/" in p)
    other = "/".join([*path.split("/")[:3], "A" * 32, path.split("/")[-1]])
    assert citizen.get(other).status == 404
    assert citizen.get(path).status == 200
    citizen.submit(kept.form("/report"), go="send")
    assert citizen.get(path).status == 404


def test_what_is_no_photo_is_refused_and_the_form_kept(citizen: Browser, picture: bytes) -> None:
    """The error stands beside the photos, and the contact is still there."""
    form = last_step(citizen).form("/report")
    refused = citizen.submit(form, _jpeg(b"GIF89a not a photo"), go="photo", name="Lan")
    assert 'id="error-photo"' in refused.text
    assert refused.form("/report").fields["name"] == ["Lan"]
    assert citizen.submit(form, _jpeg(picture), go="photo", name="Lan").status == 200


def test_an_emergency_is_sent_to_the_phone_first(citizen: Browser, ward: Locality) -> None:
    """A service with emergency words shows them, with numbers to tap, before the form."""
    service = ward.catalogue.services["street-light"]
    urgent = evolve(service, emergency={"vi": "Dây điện đứt: gọi 114 ngay.", "en": "Call 114."})
    ward.catalogue.services["street-light"] = urgent  # type: ignore[index]  # a dict underneath
    stopped = citizen.get("/report?service=street-light")
    assert "tel:114" in stopped.text
    assert not stopped.forms
    assert citizen.get("/report?service=street-light&calm=1").form("/report").method == "post"

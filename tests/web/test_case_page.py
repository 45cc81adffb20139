"""Following a case: what the code shows, and what a citizen can do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from govinteract.kernel import System
from tests.web.journey import case_path, desk_path, report

if TYPE_CHECKING:
    from collections.abc import Callable

    from govinteract import Locality
    from tests.web.browsing import Browser


def _ask(officer: Browser) -> str:
    path = desk_path(officer)
    officer.submit(officer.get(path).form(path, verb="ask"), text="Cột số mấy?")
    return path


def _resolve(officer: Browser) -> str:
    path = desk_path(officer)
    officer.submit(officer.get(path).form(path, verb="resolve"), text="Đã thay bóng.")
    return path


def test_a_typed_code_leads_to_the_case(citizen: Browser) -> None:
    """Small letters, spaces and one wrong symbol are forgiven; a wrong code is not."""
    code = case_path(report(citizen)).removeprefix("/case/")
    form = citizen.get("/case").form("/case")
    typed = code.lower().replace("-", " ")
    assert citizen.submit(form, code=typed).url.path == f"/case/{code}"
    wrong_symbol = ("0" if code[0] != "0" else "1") + code[1:]
    assert citizen.submit(form, code=wrong_symbol).url.path == f"/case/{code}"
    assert citizen.submit(form, code="ABC").status == 422


def test_an_unknown_code_is_told_as_a_forbidden_one(citizen: Browser) -> None:
    """A code that opens nothing and a public number get the same answer."""
    unknown = citizen.get("/case/00000-00000-00000-0000")
    public = citizen.get("/case/8XXW36K3NF")
    assert (unknown.status, public.status) == (404, 404)
    assert unknown.words.replace("/case/00000-00000-00000-0000", "") == public.words


def test_an_answer_to_a_question_starts_the_clock(citizen: Browser, officer: Browser) -> None:
    """The question stands above the answer's field; the answer makes the case active."""
    path = case_path(report(citizen))
    _ask(officer)
    asked = citizen.get(path)
    assert "Chờ Quý vị trả lời" in asked.words
    answered = citizen.submit(asked.form(path, act="say"), text="Cột 14")
    assert "Đang xử lý" in answered.words
    assert "Cột 14" in answered.words


def test_a_message_twice_is_said_once(citizen: Browser) -> None:
    """The form's number makes the second click nothing."""
    path = case_path(report(citizen))
    form = citizen.get(path).form(path, act="say")
    citizen.submit(form, text="Xin thêm thông tin")
    again = citizen.submit(form, text="Xin thêm thông tin")
    assert again.words.count("Xin thêm thông tin") == 1


def test_an_old_form_with_other_words_is_refused_and_the_words_kept(citizen: Browser) -> None:
    """What was typed is still in the field, under a new number."""
    path = case_path(report(citizen))
    form = citizen.get(path).form(path, act="say")
    citizen.submit(form, text="Một")
    refused = citizen.submit(form, text="Hai")
    assert refused.status == 409
    fresh = refused.form(path, act="say")
    assert fresh.fields["text"] == ["Hai"]
    assert "Hai" in citizen.submit(fresh).words


def test_a_citizen_confirms_and_rates(citizen: Browser, officer: Browser) -> None:
    """After the answer comes the citizen's word, then the score."""
    path = case_path(report(citizen))
    _resolve(officer)
    resolved = citizen.get(path)
    confirmed = citizen.submit(resolved.form(path, act="confirm"))
    assert "Quý vị đã xác nhận" in confirmed.words
    unrated = citizen.submit(confirmed.form(path, act="rate"))
    assert unrated.status == 422
    rated = citizen.submit(confirmed.form(path, act="rate"), score="4", rating_text="Nhanh")
    assert "4 trên 5 điểm" in rated.words
    assert "Nhanh" in rated.words


def test_a_citizen_reopens(citizen: Browser, officer: Browser) -> None:
    """Not fixed is not closed; without a word it is not reopened."""
    path = case_path(report(citizen))
    _resolve(officer)
    form = citizen.get(path).form(path, act="reopen")
    assert citizen.submit(form, text=" ").status == 422
    assert "Mở lại, đang xử lý" in citizen.submit(form, text="Tối qua vẫn tắt").words


def test_a_citizen_withdraws(citizen: Browser) -> None:
    """What was withdrawn can't be withdrawn again."""
    path = case_path(report(citizen))
    form = citizen.get(path).form(path, act="withdraw")
    assert "Quý vị đã rút" in citizen.submit(form).words
    form.fields["form"] = ["another-page"]
    assert citizen.submit(form).status == 409


def test_a_reply_brings_photos(citizen: Browser, picture: bytes) -> None:
    """The photo stands in the thread and opens to the code alone."""
    path = case_path(report(citizen))
    form = citizen.get(path).form(path, act="say")
    case = citizen.submit(form, [("photo", ("a.jpg", picture, "image/jpeg"))], text="Ảnh đây")
    photo = next(part for part in case.text.split('"') if "/photo/" in part)
    assert citizen.get(photo).response.headers["content-type"] == "image/jpeg"
    assert citizen.get(f"{photo}?size=small").status == 200
    other = case_path(report(citizen))
    assert citizen.get(photo.replace(path, other)).status == 404


def test_guessing_codes_is_slowed_down(
    citizen: Browser, person: Callable[..., Browser], ward: Locality
) -> None:
    """Unknown codes count against their client; the right one opens until the limit."""
    from govinteract.web.site import LOOK_UP

    path = case_path(report(citizen))
    for _ in range(LOOK_UP.most):
        assert citizen.get("/case/00000-00000-00000-0000").status == 404
    slowed = citizen.get(path)
    assert slowed.status == 429
    assert int(slowed.response.headers["retry-after"]) > 0
    del person, ward


def test_every_opening_is_recorded(citizen: Browser, ward: Locality) -> None:
    """The page opens everything it shows with one fact, the receipt opens nothing."""
    receipt = report(citizen)

    def openings() -> int:
        with ward.engine.connect() as connection:
            query = "select count(*) from gi_fact where kind = 'data.opened'"
            return int(connection.exec_driver_sql(query).scalar_one())

    assert openings() == 0
    citizen.get(case_path(receipt))
    assert openings() == 1


def test_an_erased_case_shows_what_happened_and_no_words(
    ward: Locality, citizen: Browser, officer: Browser
) -> None:
    """After an erasure both sides' pages say so, and hold nothing of what was written."""
    path = case_path(report(citizen))
    desk = _ask(officer)
    before = citizen.get(path)
    assert "Lê Lợi" in before.words
    assert "Cột số mấy?" in before.words
    with ward.acting_as(System("erasing")) as tx:
        subject = tx.feedback.find(path.removeprefix("/case/")).subject
        tx.subjects.erase(subject)
    after, at_desk = citizen.get(path), officer.get(desk)
    for page in (after, at_desk):
        assert page.status == 200
        assert "đã được xóa theo yêu cầu" in page.words
        assert "Lê Lợi" not in page.words
        assert "Cột số mấy?" not in page.words

"""The desk: the queue shows no words, the case page opens what its purpose allows."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tests.web.journey import WORDS, case_path, desk_path, report

if TYPE_CHECKING:
    from govinteract import Locality
    from tests.support import Hands
    from tests.web.browsing import Browser


def _opened(ward: Locality) -> list[set[str]]:
    """Return the classes of data that each opening opened, in order."""
    with ward.engine.connect() as connection:
        query = "select body from gi_fact where kind = 'data.opened' order by at, stream"
        bodies = connection.exec_driver_sql(query).scalars().all()
    return [{field[1] for field in json.loads(body)["fields"]} for body in bodies]


def test_the_queue_opens_nothing(citizen: Browser, officer: Browser, ward: Locality) -> None:
    """Service, state, age and deadline are enough to choose the next case."""
    report(citizen)
    queue = officer.get("/desk")
    assert "Đèn đường hỏng" in queue.words
    assert "Còn 3 ngày" in queue.words
    assert WORDS not in queue.words
    assert _opened(ward) == []


def test_deadlines_are_words_as_well_as_colours(
    citizen: Browser, officer: Browser, hands: Hands
) -> None:
    """In time, due today, late and waiting each have their own words."""
    report(citizen)
    path = desk_path(officer)
    assert "Còn 3 ngày" in officer.get(path).words
    hands.at = hands.at.replace(day=5)
    officer = _again(officer)
    assert "Hạn hôm nay, 17:00" in officer.get(path).words
    hands.at = hands.at.replace(day=7)
    officer = _again(officer)
    assert "Quá hạn 2 ngày" in officer.get(path).words
    officer.submit(officer.get(path).form(path, verb="ask"), text="Ở đâu?")
    assert "Đang chờ người dân" in officer.get(path).words


def _again(officer: Browser) -> Browser:
    """Sign in anew: the session has ended meanwhile."""
    from tests.web.conftest import PASSWORD

    login = officer.get("/desk").form("/desk/login")
    officer.submit(login, username="lan", password=PASSWORD)
    return officer


def test_the_queue_is_read_page_by_page(citizen: Browser, officer: Browser) -> None:
    """Each case stands on one page, and the pages follow each other by a cursor."""
    for _ in range(30):
        report(citizen)
    first = officer.get("/desk")
    more = next(link for link in first.links if "after=" in link and "after=&" not in link)
    second = officer.get(f"/desk{more}")
    cases = [{link for link in page.links if "/desk/case/" in link} for page in (first, second)]
    assert [len(part) for part in cases] == [25, 5]
    assert not cases[0] & cases[1]


def test_the_queue_is_filtered_by_unit_and_state(citizen: Browser, officer: Browser) -> None:
    """A case of one unit is not in another's queue, an open one not among the answered."""
    report(citizen)
    assert "/desk/case/" in officer.get("/desk?unit=ha-tang").text
    assert "/desk/case/" not in officer.get("/desk?unit=mot-cua").text
    assert "/desk/case/" not in officer.get("/desk?unit=all&view=answered").text


def test_who_reported_stays_closed_until_asked_for(
    citizen: Browser, officer: Browser, ward: Locality
) -> None:
    """The page opens the words; the contact opens by a button of its own, and is recorded."""
    report(citizen)
    path = desk_path(officer)
    page = officer.get(path)
    assert WORDS in page.words
    assert "0912" not in page.text
    assert _opened(ward) == [{"content"}]
    opened = officer.submit(page.form(path, verb="contact"))
    assert "0912 345 678" in opened.words
    assert {"contact"} in _opened(ward)


def test_the_whole_case_from_start_to_end(
    citizen: Browser, officer: Browser, picture: bytes
) -> None:
    """Start, note, assign, ask, reply, resolve with proof; the citizen sees what is theirs."""
    mine = case_path(report(citizen))
    path = desk_path(officer)

    def do(verb: str, **values: str) -> None:
        page = officer.submit(officer.get(path).form(path, verb=verb), **values)
        assert page.status == 200, page.words

    do("start")
    do("note", text="Gọi đội chiếu sáng")
    do("assign", unit="mot-cua")
    do("ask", text="Cột số mấy?")
    do("reply", text="Chiều nay sẽ thay.")
    resolve = officer.get(path).form(path, verb="resolve")
    proof = [("photo", ("xong.jpg", picture, "image/jpeg"))]
    resolved = officer.submit(resolve, proof, text="Đã thay bóng lúc 15:20.")
    assert "Gọi đội chiếu sáng" in resolved.words
    shown = citizen.get(mine)
    assert "Đã thay bóng lúc 15:20." in shown.words
    assert "/photo/" in shown.text
    assert "Gọi đội chiếu sáng" not in shown.words
    assert "mot-cua" not in shown.words


def test_a_return_names_its_cause(citizen: Browser, officer: Browser) -> None:
    """Without a cause it is refused and the words kept; only the citizen's own stops the clock."""
    mine = case_path(report(citizen))
    path = desk_path(officer)
    form = officer.get(path).form(path, verb="return")
    refused = officer.submit(form, text="Thiếu vị trí")
    assert refused.status == 422
    again = refused.form(path, verb="return")
    assert again.fields["text"] == ["Thiếu vị trí"]
    assert officer.submit(again, cause="office").status == 200
    assert "Thời hạn vẫn tiếp tục tính" in citizen.get(mine).words


def test_forward_decline_and_duplicate(citizen: Browser, officer: Browser) -> None:
    """Each closes the case with what the citizen needs to know."""
    first = case_path(report(citizen))
    path = desk_path(officer)
    forward = officer.get(path).form(path, verb="forward")
    assert officer.submit(forward, to="", text="Xin liên hệ").status == 422
    officer.submit(forward, to="Công ty Điện lực", text="Việc này do điện lực xử lý.")
    assert "Công ty Điện lực" in citizen.get(first).words
    second = case_path(report(citizen))
    path_2 = desk_path(officer)
    duplicate = officer.get(path_2).form(path_2, verb="mark_duplicate")
    assert officer.submit(duplicate, of="0000000000").status == 404
    officer.submit(duplicate, of=path.rpartition("/")[2])
    assert "Trùng với phản ánh" in citizen.get(second).words


def test_the_public_text_is_proposed_and_decided(
    citizen: Browser, officer: Browser, ward: Locality
) -> None:
    """The proposal has no phone number in it; what is saved is what the officer wrote."""
    what = citizen.get("/report?service=street-light").form("/report")
    where = citizen.submit(what, text="Đèn tắt, gọi 0912 345 678", go="next")
    who = citizen.submit(where.form("/report"), go="next")
    citizen.submit(who.form("/report"), go="send")
    path = desk_path(officer)
    form = officer.get(path).form(path, verb="moderate")
    assert form.fields["public_text"] == ["Đèn tắt, gọi […]"]
    officer.submit(form, public_text="Đèn tắt")
    with ward.engine.connect() as connection:
        assert connection.exec_driver_sql("select public_text from gi_case").scalar() == "Đèn tắt"


def test_a_change_meanwhile_is_shown_and_what_was_typed_kept(
    citizen: Browser, officer: Browser
) -> None:
    """The officer sees what is new, marked, beside his own unsent words."""
    mine = case_path(report(citizen))
    path = desk_path(officer)
    form = officer.get(path).form(path, verb="resolve")
    citizen.submit(citizen.get(mine).form(mine, act="say"), text="Đèn bên cạnh cũng tắt")
    refused = officer.submit(form, text="Đã thay bóng.")
    assert refused.status == 409
    assert "word-new" in refused.text
    assert "Đèn bên cạnh cũng tắt" in refused.words
    again = refused.form(path, verb="resolve")
    assert again.fields["text"] == ["Đã thay bóng."]
    assert "Đã giải quyết" in officer.submit(again).words


def test_an_officers_second_click_is_nothing(citizen: Browser, officer: Browser) -> None:
    """The same note sent twice stands there once."""
    report(citizen)
    path = desk_path(officer)
    form = officer.get(path).form(path, verb="note")
    officer.submit(form, text="Đã gọi đội chiếu sáng")
    twice = officer.submit(form, text="Đã gọi đội chiếu sáng")
    assert twice.words.count("Đã gọi đội chiếu sáng") == 1

"""Bad input: each a clear, localised refusal, and nothing is stored."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.web.browsing import ADDRESS
from tests.web.journey import case_path, last_step, report

if TYPE_CHECKING:
    from collections.abc import Callable

    from govinteract import Locality
    from tests.web.browsing import Browser


HEADERS = {"origin": ADDRESS, "content-type": "application/x-www-form-urlencoded"}


@pytest.fixture
def nothing_stored(ward: Locality) -> Callable[[], bool]:
    """Return what tells whether the ward has no case, no photo and no fact of one."""

    def check() -> bool:
        with ward.engine.connect() as connection:
            return not any(
                connection.exec_driver_sql(f"select count(*) from {table}").scalar_one()
                for table in ("gi_case", "gi_file", "gi_message")
            )

    return check


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("đ" * 200_000, 422),
        ("đ" * 10_001, 422),
        ("a\x00b", 422),
        ("\u202eđảo", 422),
        ("  \n ", 422),
        ("đ" * 10_000, 200),
    ],
    ids=["200 kB", "one too long", "control", "direction", "empty", "longest"],
)
def test_words_that_can_not_be_taken_are_refused(
    citizen: Browser, nothing_stored: Callable[[], bool], text: str, status: int
) -> None:
    """The error stands beside the field; the longest text that may be is taken."""
    form = citizen.get("/report?service=street-light").form("/report")
    page = citizen.submit(form, text=text, go="next")
    assert page.status == status
    assert ('id="error-text"' in page.text) is (status == 422)
    assert nothing_stored()


def test_a_field_beyond_all_measure_is_refused_whole(citizen: Browser) -> None:
    """Half a megabyte in a field is no form of ours; the page says so kindly."""
    form = citizen.get("/report?service=street-light").form("/report")
    page = citizen.submit(form, [("photo", ("", b"", "image/jpeg"))], text="a" * 600_000)
    assert page.status == 413
    assert "quá lớn" in page.words
    assert citizen.submit(form, text="a" * 6_000, go="next").status == 200


@pytest.mark.parametrize(("body", "status"), [(b"text=%FF%FE", 400), (b"text=%C4%91", 422)])
def test_broken_utf_8_in_a_plain_form_is_refused(
    citizen: Browser, body: bytes, status: int
) -> None:
    """Bytes that are no letters are not turned into others; good ones reach the checks."""
    content = b"service=rubbish&once=x&step=what&go=next&" + body
    page = citizen.send("POST", "/report", content=content, headers=HEADERS)
    assert page.status == status
    assert ("Không đọc được" in page.words) is (status == 400)


@pytest.mark.parametrize(("value", "status"), [(b"\xff\xfe", 400), ("đèn".encode(), 200)])
def test_broken_utf_8_in_a_form_with_photos_is_refused(
    citizen: Browser, value: bytes, status: int
) -> None:
    """A multipart field is held to the same."""
    parts = {"service": b"street-light", "step": b"what", "go": b"next", "text": value}
    content = b"".join(
        b'--x\r\ncontent-disposition: form-data; name="%s"\r\n\r\n%s\r\n' % (name.encode(), part)
        for name, part in parts.items()
    )
    headers = {"origin": ADDRESS, "content-type": "multipart/form-data; boundary=x"}
    page = citizen.send("POST", "/report", content=content + b"--x--\r\n", headers=headers)
    assert page.status == status


@pytest.mark.parametrize("content", [b"", b"--x\r\nbroken", b"--y--"])
def test_a_form_that_is_none_is_refused(citizen: Browser, content: bytes) -> None:
    """A multipart body without its parts names no service, and nothing breaks."""
    headers = {"origin": ADDRESS, "content-type": "multipart/form-data; boundary=x"}
    page = citizen.send("POST", "/report", content=content, headers=headers)
    assert page.status in {400, 422}


@pytest.mark.parametrize(("code", "status"), [("no-such", 422), ("street-light", 200)])
def test_an_unknown_service_is_refused(citizen: Browser, code: str, status: int) -> None:
    """By link and by form alike."""
    assert citizen.get(f"/report?service={code}").status == status
    fields = {**last_step(citizen).form("/report").fields, "service": [code], "go": ["send"]}
    assert citizen.send("POST", "/report", data=fields, headers=HEADERS).status == status


@pytest.mark.parametrize(
    ("lat", "lon", "status"),
    [
        ("91", "107.55", 422), ("nan", "107.55", 422), ("north", "east", 422),
        ("0", "0", 422), ("48.1", "11.5", 422), ("16.45", "107.55", 200), ("", "", 200),
    ],
)  # fmt: skip
def test_an_absurd_place_is_refused(citizen: Browser, lat: str, lon: str, status: int) -> None:
    """Off the globe, no number, or far from the ward; a place in the ward and none are taken."""
    what = citizen.get("/report?service=street-light")
    where = citizen.submit(what.form("/report"), text="Đèn tắt", go="next").form("/report")
    page = citizen.submit(where, lat=lat, lon=lon, go="next")
    assert page.status == status
    assert ('id="error-at"' in page.text) is (status == 422)


@pytest.mark.parametrize(("act", "status"), [("start", 422), ("confirm", 409), ("say", 200)])
def test_a_foreign_move_is_refused(citizen: Browser, act: str, status: int) -> None:
    """A citizen can't do what is the officer's, nor confirm what nobody answered."""
    path = case_path(report(citizen))
    form = citizen.get(path).form(path, act="say")
    assert citizen.submit(form, act=act, text="x").status == status


@pytest.mark.parametrize(("answer", "status"), [("mountains", 422), ("other", 200)])
def test_an_answer_that_was_not_offered_is_refused(
    citizen: Browser, answer: str, status: int
) -> None:
    """A choice is one of those that the page has."""
    form = citizen.get("/report?service=rubbish").form("/report")
    assert citizen.submit(form, text="Rác", answer__kind=answer, go="next").status == status


@pytest.mark.parametrize(
    "content",
    [b"", b"\xff\xd8\xff\xe0 and no more", b"<svg onload='x'/>", b"\xff\xd8\xff<?php ?>" * 99],
    ids=["nothing", "cut", "svg", "polyglot"],
)
def test_what_only_looks_like_a_photo_is_refused(
    citizen: Browser, nothing_stored: Callable[[], bool], content: bytes
) -> None:
    """Nothing of it is kept; an empty field is no photo at all."""
    form = last_step(citizen).form("/report")
    page = citizen.submit(form, [("photo", ("a.jpg", content, "image/jpeg"))], go="photo")
    assert page.status == (422 if content else 200)
    assert nothing_stored()


def test_too_many_photos_are_refused(citizen: Browser, picture: bytes) -> None:
    """Six are kept, the seventh is refused with words."""
    form = last_step(citizen).form("/report")
    photos = [("photo", (f"{n}.jpg", picture, "image/jpeg")) for n in range(7)]
    assert 'id="error-photo"' in citizen.submit(form, photos, go="photo").text
    assert citizen.submit(form, photos[:6], go="photo").text.count("drop:") == 6

"""The messages that citizens get."""

import re
from collections.abc import Mapping
from datetime import UTC
from itertools import product
from pathlib import Path

import pytest
from attrs import evolve

from govinteract.errors import InputError, SettingsError
from govinteract.kernel import CaseCode, PublicId
from govinteract.locale import LANGUAGES
from govinteract.notify import TEMPLATES, Letterhead, Templates
from govinteract.notify.rendering import Rendered
from govinteract.notify.sms import measure
from tests.notify.post import CODE, HEAD, PUBLIC_ID

DUE = {"due": "2026-11-25T17:30:00.000000Z"}  # half past midnight of the 26th in Ha Noi
LINK = f"https://phananh.hoabinh.example.vn/case/{CODE}?lang="
EVERY = list(product(LANGUAGES, TEMPLATES))


def render(
    name: str = "received", lang: str = "vi", params: Mapping[str, object] = DUE, *,
    head: Letterhead = HEAD, overrides: Path | None = None,
) -> Rendered:  # fmt: skip
    """Write a message."""
    return Templates(head, overrides).render(
        name, lang, code=CaseCode.parse(CODE), public_id=PublicId(PUBLIC_ID), params=params
    )


def test_the_first_message_in_vietnamese() -> None:
    """Thanks, the code, the promised day, where to follow it, and a warning: nothing else."""
    shown = CaseCode.parse(CODE).shown
    written = render()
    assert written.subject == "UBND phường Hòa Bình: đã nhận phản ánh 7K3QF-9ZT2M"
    assert written.short == (
        f"UBND phuong Hoa Binh da nhan phan anh 7K3QF-9ZT2M. Hen tra loi: 26/11/2026. Xem: {LINK}vi"
    )
    assert (
        written.text
        == f"""\
Kính gửi Quý vị,

UBND phường Hòa Bình đã nhận được phản ánh 7K3QF-9ZT2M. Xin cảm ơn Quý vị.

Mã tra cứu: {shown}
Ngày hẹn trả lời: 26/11/2026

Quý vị có thể theo dõi, bổ sung thông tin và trao đổi với cán bộ xử lý tại:
{LINK}vi

Người có mã tra cứu xem được toàn bộ nội dung trao đổi, xin Quý vị giữ kín mã này.

Trân trọng,
UBND phường Hòa Bình

Thư này được gửi tự động, xin Quý vị không trả lời thư.
"""
    )


def test_the_first_message_in_english() -> None:
    """The same in English, with the month in a word, so that nobody takes it for the day."""
    written = render(lang="en")
    assert written.subject == "Hòa Bình Ward: report 7K3QF-9ZT2M received"
    assert "Answer promised by: 26 November 2026" in written.text
    assert f"{LINK}en" in written.text


@pytest.mark.parametrize(("lang", "name"), EVERY)
def test_every_message_is_whole(lang: str, name: str) -> None:
    """Each has a subject, the way to the case, no place left open, and no secret in its subject."""
    written = render(name, lang)
    assert LINK + lang in written.text
    assert LINK + lang in written.short
    assert CaseCode.parse(CODE).shown in written.text
    for part in (written.subject, written.short, written.text):
        assert part.strip()
        assert not re.search(r"[{}]|---|\n{3}", part)
    assert CODE not in written.subject.replace("-", "")
    assert "\n" not in written.subject + written.short
    assert len(written.subject) <= 100


@pytest.mark.parametrize(("lang", "name"), EVERY)
def test_every_short_message_is_one_text_message(lang: str, name: str) -> None:
    """With a long name and address of the locality, the short text still fits into 160 signs."""
    assert measure(render(name, lang).short).parts == 1
    assert measure(render(name, lang).short).alphabet == "GSM-7"


@pytest.mark.parametrize(("lang", "name"), EVERY)
@pytest.mark.parametrize("params", [{}, {"due": None}], ids=["missing", "none"])
def test_a_line_about_what_is_not_there_is_left_out(
    lang: str, name: str, params: dict[str, object]
) -> None:
    """A case without a promised day gets a message that does not speak of one."""
    written = render(name, lang, params)
    assert not re.search(r"2026|Hẹn|hẹn trả lời|Hen|romised", written.text + written.short)
    assert "{" not in written.text + written.short


def test_the_day_is_that_of_the_locality() -> None:
    """A promise that ends after midnight in Ha Noi is of the next day there."""
    assert "26/11/2026" in render().text
    assert "25/11/2026" in render(head=evolve(HEAD, zone=UTC)).text


def test_an_unknown_language_gets_the_first() -> None:
    """Whatever a citizen's browser said, there is a message."""
    assert render(lang="fr") == render(lang="vi")


@pytest.mark.parametrize(
    "params",
    [
        {"due": "canary"}, {"due": 7}, {"text": "canary"}, DUE | {"name": "canary"},
        {"due": ["canary"]}, {"locality": "canary"}, {"code": "canary"},
    ],
    ids=str,
)  # fmt: skip
def test_free_text_has_no_way_in(params: dict[str, object]) -> None:
    """The only param is a time; anything else is refused, and not repeated."""
    with pytest.raises(InputError) as caught:
        render(params=params)
    assert caught.value.code == "notify.params_invalid"
    assert "canary" not in f"{caught.value!r} {caught.value} {caught.value.__cause__}"
    assert render(params=DUE).lang == "vi"


def test_an_unknown_template_is_refused() -> None:
    """There is no message without a template."""
    with pytest.raises(InputError) as caught:
        render("thanks")
    assert caught.value.code == "notify.template_unknown"


def own(folder: Path, text: str, name: str = "vi/received.txt") -> Path:
    """Write a locality's own template and return the folder."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return folder


def test_a_locality_replaces_one_file(tmp_path: Path) -> None:
    """A file of the locality's own is used, and all others stay the shipped ones."""
    overrides = own(
        tmp_path, "Chào {public_id}\n---\nXem {link}\n---\nChào bạn\nHẹn {due}\n{code}\n"
    )
    written = render(overrides=overrides)
    assert written.subject == "Chào 7K3QF-9ZT2M"
    assert written.text == f"Chào bạn\nHẹn 26/11/2026\n{CaseCode.parse(CODE).shown}\n"
    assert render("resolved", overrides=overrides) == render("resolved")
    assert render(lang="en", overrides=overrides) == render(lang="en")


def test_what_looks_like_a_place_in_a_value_stays_text(tmp_path: Path) -> None:
    """A locality called "{code}" gets its own name, not the citizen's code."""
    head = evolve(HEAD, names={"vi": "{code}"})
    assert render(head=head).subject == "{code}: đã nhận phản ánh 7K3QF-9ZT2M"


GOOD = "a {public_id}\n---\nb {link}\n---\nc {code}\n"


@pytest.mark.parametrize(
    ("bad", "name"),
    [
        ("a\n---\nb\n", "vi/received.txt"),
        ("a\n---\nb\n---\nc\n---\nd\n", "vi/received.txt"),
        ("a\n---\n\n---\nc\n", "vi/received.txt"),
        ("a\na2\n---\nb\n---\nc\n", "vi/received.txt"),
        ("a {code}\n---\nb\n---\nc\n", "vi/received.txt"),
        ("a {link}\n---\nb\n---\nc\n", "vi/received.txt"),
        ("a\n---\nb {name}\n---\nc\n", "vi/received.txt"),
        ("a\n---\nb\n---\nc {code.__class__}\n", "vi/received.txt"),
        ("a\n---\nb\n---\nc {code!r}\n", "vi/received.txt"),
        ("a\n---\nb\n---\nc {}\n", "vi/received.txt"),
        ("a\n---\nb\n---\nc {code\n", "vi/received.txt"),
        ("a\n---\nb\n---\n" + "c" * 10_000, "vi/received.txt"),
        (GOOD, "vi/recieved.txt"),
        (GOOD, "fr/received.txt"),
        (GOOD, "received.txt"),
    ],
)
def test_a_template_that_is_none_is_found_at_the_start(tmp_path: Path, bad: str, name: str) -> None:
    """A fault in a locality's own file is told with its name when the locality opens."""
    with pytest.raises(SettingsError) as caught:
        Templates(HEAD, own(tmp_path / "bad", bad, name))
    assert (caught.value.code, caught.value.params) == ("notify.template_invalid", {"file": name})
    assert render(overrides=own(tmp_path / "good", GOOD)).subject == "a 7K3QF-9ZT2M"


def test_a_template_that_is_no_utf_8_is_found_at_the_start(tmp_path: Path) -> None:
    """A file saved in an old Vietnamese encoding is refused, not sent as nonsense."""
    (tmp_path / "vi").mkdir()
    (tmp_path / "vi" / "received.txt").write_bytes(GOOD.encode() + b"\xe0\xf2\xff")
    with pytest.raises(SettingsError) as caught:
        Templates(HEAD, tmp_path)
    assert caught.value.code == "notify.template_invalid"
    (tmp_path / "vi" / "received.txt").write_bytes(GOOD.encode())
    assert render(overrides=tmp_path).subject == "a 7K3QF-9ZT2M"

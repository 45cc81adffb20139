"""The app as a whole: parts, health, checkpoint, files, and what goes on beside the pages."""

from __future__ import annotations

import asyncio
import gzip
from typing import TYPE_CHECKING

import pytest
from starlette.applications import Starlette
from starlette.routing import Mount

from govinteract import web
from govinteract.errors import SettingsError
from govinteract.web.assets import theme_css
from govinteract.web.background import sweep
from tests.support import make_ward
from tests.web.browsing import Browser
from tests.web.journey import last_step, report

if TYPE_CHECKING:
    from pathlib import Path

    from govinteract import Locality
    from tests.support import Hands


def test_a_part_stands_alone(ward: Locality) -> None:
    """The citizens' pages without the desk, and the desk without them."""
    with Browser(web.app(ward, parts=["citizen"])) as browser:
        assert browser.get("/").status == 200
        assert browser.get("/desk/login").status == 404
    with Browser(web.app(ward, parts=["desk"])) as browser:
        assert browser.get("/").status == 404
        assert browser.get("/desk/login").status == 200


def test_the_app_works_under_any_path(ward: Locality) -> None:
    """Links, forms, files and redirects stay below the path that it is mounted on."""
    host = Starlette(routes=[Mount("/phuong", app=web.app(ward))])
    with Browser(host) as browser:
        home = browser.get("/phuong/")
        assert all(link.startswith(("/phuong/", "?", "#", "tel:")) for link in home.links)
        what = browser.get("/phuong/report?service=street-light").form("/phuong/report")
        where = browser.submit(what, text="Đèn tắt", go="next").form("/phuong/report")
        who = browser.submit(where, go="next").form("/phuong/report")
        receipt = browser.submit(who, go="send")
        assert receipt.url.path.startswith("/phuong/case/")
        style = next(part for part in home.text.split('"') if "site.css" in part)
        assert browser.get(style).status == 200


def test_open311_is_part_of_the_app(citizen: Browser) -> None:
    """Programs find the services where citizens find the pages."""
    assert "street-light" in citizen.get("/open311/v2/services.json").text


def test_health_tells_whether_the_database_answers(citizen: Browser, ward: Locality) -> None:
    """Well is 200; a database without its tables is 503 with the error's code."""
    assert citizen.get("/healthz").text == "ok\n"
    with ward.engine.begin() as connection:
        connection.exec_driver_sql("drop table gi_checkpoint")
    ill = citizen.get("/healthz")
    assert ill.status == 503
    assert ill.text.startswith("storage.")


def test_the_newest_checkpoint_is_there_for_everybody(citizen: Browser, ward: Locality) -> None:
    """As plain text, as it was signed; before the first there is none."""
    assert citizen.get("/log/checkpoint").status == 404
    ward.sequence()
    note = citizen.get("/log/checkpoint")
    assert note.response.headers["content-type"].startswith("text/plain")
    assert note.text == ward.verify().note


def test_the_log_is_ordered_beside_the_pages(ward: Locality) -> None:
    """While the app lives, new facts get their place without anybody's call."""
    with Browser(web.app(ward)) as browser:
        report(browser)

    async def live() -> None:
        async with web.lifespan(ward)(None):
            for _ in range(100):
                await asyncio.sleep(0.05)
                if not _unordered(ward):
                    return

    assert _unordered(ward)
    asyncio.run(live())
    assert not _unordered(ward)


def _unordered(ward: Locality) -> int:
    with ward.engine.connect() as connection:
        query = "select count(*) from gi_leaf where idx is null"
        return int(connection.exec_driver_sql(query).scalar_one())


def test_drafts_that_nobody_sent_are_swept_away(
    citizen: Browser, ward: Locality, hands: Hands, picture: bytes
) -> None:
    """After a day the photos are gone; within it they wait."""
    form = last_step(citizen).form("/report")
    citizen.submit(form, [("photo", ("a.jpg", picture, "image/jpeg"))], go="photo")

    def kept() -> int:
        with ward.engine.connect() as connection:
            return int(connection.exec_driver_sql("select count(*) from gi_file").scalar_one())

    hands.move(hours=23)
    sweep(ward)
    assert kept() == 1
    hands.move(hours=2)
    sweep(ward)
    assert kept() == 0


def test_files_are_kept_for_a_year_and_packed(citizen: Browser) -> None:
    """An address with the content's digest may be kept for good; another is asked again."""
    home = citizen.get("/")
    style = next(part for part in home.text.split('"') if "site.css" in part)
    packed = citizen.get(style).response
    assert "immutable" in packed.headers["cache-control"]
    assert packed.headers["content-encoding"] == "gzip"
    plain = citizen.get("/static/site.css", **{"accept-encoding": "identity"}).response
    assert "immutable" not in plain.headers["cache-control"]
    assert plain.content == packed.content
    assert gzip.compress(plain.content) != plain.content
    again = citizen.get(style, **{"if-none-match": packed.headers["etag"]})
    assert again.status == 304


@pytest.mark.parametrize("name", ["../pages.py", "..%2Fpages.py", "vendor", "nothing.css"])
def test_only_static_files_are_served(citizen: Browser, name: str) -> None:
    """Nothing outside the folder, no folder, nothing that is not there."""
    assert citizen.get(f"/static/{name}").status == 404
    assert citizen.get("/static/emblem.svg").status == 200


def test_a_locality_overrides_file_by_file(tmp_path: Path) -> None:
    """A template, a sentence, a unit's name, a picture and the colours; the rest is ours."""
    pages, static = tmp_path / "pages", tmp_path / "static"
    pages.mkdir()
    static.mkdir()
    (pages / "privacy.html").write_text("<p>{{ ward }}: {{ t('web.home_lead') }}</p>")
    (pages / "texts.toml").write_text('"web.home_lead" = { vi = "Xin chào bà con" }')
    (static / "emblem.svg").write_text("<svg/>")
    theme = {"primary": "#123456"}
    with (
        make_ward(tmp_path, templates=pages, static=static, theme=theme) as ward,
        Browser(web.app(ward)) as browser,
    ):
        assert browser.get("/privacy").text == "<p>Địa phương thử nghiệm: Xin chào bà con</p>"
        assert "Xin chào bà con" in browser.get("/").words
        assert "If something is not right" in browser.get("/?lang=en").words
        assert browser.get("/static/emblem.svg").text == "<svg/>"
        assert "--primary:#123456" in browser.get("/theme.css").text


@pytest.mark.parametrize("theme", [{"primary": "red;}body{display:none"}, {"margin": "#123456"}])
def test_a_theme_is_colours_and_nothing_else(theme: dict[str, str]) -> None:
    """What is no colour of ours never reaches the style."""
    with pytest.raises(SettingsError) as refused:
        theme_css(theme)
    assert refused.value.code == "web.theme_invalid"
    assert theme_css({"primary": "#123456"}) == ":root{--primary:#123456}"


@pytest.mark.parametrize("text", ['"web.home_lead" = "words"', "no toml at all"])
def test_a_wrong_file_of_texts_is_named(tmp_path: Path, text: str) -> None:
    """The hint says which file and what it should hold."""
    (tmp_path / "texts.toml").write_text(text)
    with make_ward(tmp_path, templates=tmp_path) as ward:
        with pytest.raises(SettingsError) as refused, Browser(web.app(ward)) as browser:
            browser.get("/")
        assert refused.value.code == "web.texts_invalid"
        (tmp_path / "texts.toml").write_text('"web.home_lead" = { vi = "Chào" }')
        with Browser(web.app(ward)) as browser:
            assert "Chào" in browser.get("/").words

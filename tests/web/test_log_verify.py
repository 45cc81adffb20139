"""Anybody can check a statement: by the published keys, or on the ward's page."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

from govinteract import Locality
from govinteract.attest import KeySet, read
from govinteract.attest.model import Claim
from govinteract.facts import VerifierKey
from tests.source import ROOT
from tests.support import OFFICER, Hands, make_ward
from tests.web.listening import listening, log_app

SCREENS = ROOT / "build" / "screens"
SIZES = {"phone": (390, 844), "desk": (1280, 900)}
FILES = [f"/static/{name}" for name in ("site.css", "verify.js", "emblem.svg")] + ["/theme.css"]
CLAIMS: dict[str, Claim] = {
    "purpose": "Nhận bản tin của phường",
    "classes": ["contact"],
    "withdrawable": True,
}


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Locality]:
    """Return a ward."""
    with make_ward(tmp_path, clock=Hands()) as ward:
        yield ward


def _issue(ward: Locality) -> str:
    with ward.acting_as(OFFICER) as tx:
        return tx.statements.issue("consent.receipt", "7K3QF9ZT2M", CLAIMS)


def test_the_keys_are_published(small: Locality) -> None:
    """The set under /.well-known reads every statement, for pages of other sites too."""
    text = _issue(small)
    with listening(log_app(small)) as url:
        answer = httpx.get(f"{url}/.well-known/govinteract-keys.json")
    assert answer.headers["content-type"].startswith("application/json")
    assert answer.headers["access-control-allow-origin"] == "*"
    assert read(text, KeySet.parse(answer.text)).claims == CLAIMS
    published = json.loads(answer.text)
    assert {VerifierKey.parse(published[role]).name for role in ("log", "witness")} == {
        small.origin
    }
    assert all("d" not in key for key in published["keys"])


def test_the_page_says_what_to_do_without_javascript(small: Locality) -> None:
    """Without JavaScript the page explains itself and names another way, in each language."""
    with listening(log_app(small)) as url:
        assert "bộ phận một cửa" in httpx.get(f"{url}/verify").text
        assert "bring the receipt to our desk" in httpx.get(f"{url}/verify?lang=en").text


def test_the_offline_page_is_one_file(small: Locality) -> None:
    """The page to keep asks for nothing else: no address of a file, of a style or of a script."""
    with listening(log_app(small)) as url:
        answer = httpx.get(f"{url}/verify/offline.html")
    assert "attachment" in answer.headers["content-disposition"]
    head = answer.text.partition("<style>")[0] + answer.text.partition("</style>")[2]
    body = re.sub(r"<script.*?</script>", "", head, flags=re.DOTALL)
    assert not re.search(r"(src|href)=", body)
    assert answer.text.count("</script>") == 3


@pytest.fixture(scope="module")
def chromium_browser(chromium: str) -> Iterator[Browser]:
    """Return Debian's Chromium, without a window."""
    with sync_playwright() as driver:
        flags = ["--no-sandbox", "--disable-gpu", "--no-first-run"]
        browser = driver.chromium.launch(executable_path=chromium, args=flags)
        yield browser
        browser.close()


def _open(
    browser: Browser, device: str, lang: str, url: str, asked: list[str] | None = None
) -> Page:
    width, height = SIZES[device]
    page = browser.new_page(viewport={"width": width, "height": height}, locale=lang)
    page.set_default_timeout(10_000)
    if asked is not None:
        page.on("request", lambda request: asked.append(request.url))
    page.goto(url)
    return page


def _shoot(page: Page, name: str) -> None:
    SCREENS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SCREENS / f"{name}.png", full_page=True)


@pytest.mark.browser
@pytest.mark.parametrize("device", list(SIZES))
@pytest.mark.parametrize("lang", ["vi", "en"])
def test_a_scanned_code_is_checked_in_the_browser(
    chromium_browser: Browser, small: Locality, device: str, lang: str
) -> None:
    """A QR code's address opens the page, which says that the statement holds, and what it says."""
    text = _issue(small)
    with listening(log_app(small)) as url:
        asked: list[str] = []
        page = _open(chromium_browser, device, lang, f"{url}/verify#{text}", asked)
        found = page.locator("#found.verdict-good")
        found.wait_for()
        said = found.inner_text()
        assert "Nhận bản tin của phường" in said
        assert "7K3QF9ZT2M" in said
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        assert Axe().run(page).response["violations"] == []
        _shoot(page, f"verify-good-{lang}-{device}")
        page.fill("#given", text.replace(".", "\n.", 1)[:-1])
        page.click("#check button")
        page.locator("#found.verdict-bad").wait_for()
        _shoot(page, f"verify-bad-{lang}-{device}")
        assert {urlsplit(address).path for address in asked} <= {"/verify", *FILES}
        assert not any(text[:30] in urlsplit(address).query for address in asked)
        page.close()


@pytest.mark.browser
def test_the_saved_page_checks_without_a_network(
    chromium_browser: Browser, small: Locality, tmp_path: Path
) -> None:
    """Opened from a file, with no server anywhere, the page checks and refuses."""
    text, saved = _issue(small), tmp_path / "verify.html"
    with listening(log_app(small)) as url:
        saved.write_text(httpx.get(f"{url}/verify/offline.html").text, "utf-8")
    page = _open(chromium_browser, "phone", "vi", f"file://{saved}#{text}")
    page.locator("#found.verdict-good").wait_for()
    _shoot(page, "verify-offline-vi-phone")
    page.fill("#given", f"https://ward.example.vn/verify#{text[:-4]}AAAA")
    page.click("#check button")
    page.locator("#found.verdict-bad").wait_for()
    page.close()

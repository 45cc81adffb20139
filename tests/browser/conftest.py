"""A ward's app that listens on loopback, and Chromium to look at it."""

import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import uvicorn
from attrs import define, field, frozen
from playwright.sync_api import Browser, BrowserContext, Page, Request, sync_playwright

from govinteract import Locality, Settings, web
from tests.source import ROOT

PASSWORD = "hoa-sen-no-ben-song"
SCREENS = ROOT / "build" / "screens"
SIZES = {"phone": (390, 844), "desk": (1280, 900)}
_FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip


@frozen
class Served:
    """A ward that is served: its locality and its address."""

    ward: Locality
    address: str


@define(slots=False)  # Playwright marks the objects whose methods it calls
class Person:
    """Somebody with a browser: `page` is the open page; `asked` all that it has asked for."""

    page: Page
    address: str
    device: str
    asked: list[Request] = field(factory=list)

    def go(self, path: str) -> None:
        """Open a page of the ward."""
        self.page.goto(self.address + path)

    def note(self, request: Request) -> None:
        """Remember what the page asks for."""
        self.asked.append(request)

    def shoot(self, name: str) -> None:
        """Keep a picture of the whole page for people to look at (build/screens)."""
        SCREENS.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=SCREENS / f"{name}-{self.device}.png", full_page=True)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Return the example ward, served on a new database, with the officer `lan`."""
    home = tmp_path_factory.mktemp("ward")
    settings = Settings.load(
        ROOT / "examples" / "ward" / "ward.toml", database_url=f"sqlite:///{home / 'ward.db'}",
        key_file=home / "ward.key",
    )  # fmt: skip
    with Locality.open(settings) as ward:
        ward.upgrade()
        web.add_officer(ward, "lan", PASSWORD, name="Nguyễn Thị Lan", unit="ha-tang")
        listener = socket.create_server(("127.0.0.1", 0))
        server = uvicorn.Server(
            uvicorn.Config(web.app(ward), log_level="warning", access_log=False)
        )
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        yield Served(ward, f"http://127.0.0.1:{listener.getsockname()[1]}")
        server.should_exit = True
        thread.join()
        listener.close()


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    """Return Debian's Chromium, without a window."""
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium, args=_FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def meet(browser: Browser, served: Served) -> Iterator[Callable[..., Person]]:
    """Return `meet(device="phone", script=True)`, which gives a new person a browser."""
    contexts: list[BrowserContext] = []

    def make(device: str = "phone", *, script: bool = True, lang: str = "vi") -> Person:
        width, height = SIZES[device]
        context = browser.new_context(
            viewport={"width": width, "height": height}, java_script_enabled=script,
            locale=lang, has_touch=device == "phone", is_mobile=device == "phone",
        )  # fmt: skip
        context.set_default_timeout(10_000)
        contexts.append(context)
        person = Person(context.new_page(), served.address, device)
        person.page.on("request", person.note)
        return person

    yield make
    for context in contexts:
        context.close()


@pytest.fixture(scope="session")
def photo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a small photo."""
    from PIL import Image, ImageDraw

    path = tmp_path_factory.mktemp("photos") / "den.jpg"
    picture = Image.new("RGB", (900, 1200), (44, 58, 84))
    draw = ImageDraw.Draw(picture)
    draw.rectangle((430, 200, 470, 1200), fill=(120, 120, 118))
    draw.ellipse((360, 130, 540, 240), fill=(214, 204, 160))
    picture.save(path, quality=80)
    return path

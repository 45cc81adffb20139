"""A ward with the library's pages, an hour that stands still, and people with browsers."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pytest

from govinteract import Locality, web
from tests.support import Hands, make_ward
from tests.web.browsing import Browser

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from starlette.applications import Starlette

PASSWORD = "hoa-sen-no-ben-song"
MAP = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 10 10"/>'


@pytest.fixture
def hands() -> Hands:
    """Return the clock of the ward."""
    return Hands()


@pytest.fixture
def ward(tmp_path: Path, hands: Hands) -> Iterator[Locality]:
    """Return a ward with a map's picture."""
    picture = tmp_path / "map.svg"
    picture.write_text(MAP)
    bounds = (16.40, 107.50, 16.50, 107.60)
    with make_ward(tmp_path, clock=hands, map_image=picture, map_bounds=bounds) as ward:
        yield ward


@pytest.fixture
def app(ward: Locality) -> Starlette:
    """Return the pages of the ward."""
    return web.app(ward)


@pytest.fixture
def person(app: Starlette) -> Iterator[Callable[..., Browser]]:
    """Return `person()`, which gives somebody new a browser."""
    browsers: list[Browser] = []

    def make(**headers: str) -> Browser:
        browsers.append(Browser(app, **headers))
        return browsers[-1]

    yield make
    for browser in browsers:
        browser.close()


@pytest.fixture
def citizen(person: Callable[..., Browser]) -> Browser:
    """Return the browser of a citizen."""
    return person()


@pytest.fixture
def officer(ward: Locality, person: Callable[..., Browser]) -> Browser:
    """Return the browser of the officer `lan`, who is signed in."""
    web.add_officer(ward, "lan", PASSWORD, name="Lan", unit="ha-tang")
    browser = person()
    login = browser.get("/desk").form("/desk/login")
    assert browser.submit(login, username="lan", password=PASSWORD).url.path == "/desk"
    return browser


@pytest.fixture(scope="session")
def picture() -> bytes:
    """Return a small photo."""
    from PIL import Image

    sink = io.BytesIO()
    Image.new("RGB", (320, 240), (30, 90, 120)).save(sink, "JPEG")
    return sink.getvalue()

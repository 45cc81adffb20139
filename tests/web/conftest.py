"""A ward with the library's pages, an hour that stands still, and people with browsers."""

from __future__ import annotations

import io
import shutil
from typing import TYPE_CHECKING

import pytest

from govinteract import Locality, Settings, web
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


@pytest.fixture(scope="session")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a ward with tables and keys, in which nothing has happened yet."""
    home = tmp_path_factory.mktemp("fresh")
    make_ward(home, clock=Hands()).close()
    return home


@pytest.fixture
def ward(fresh: Path, tmp_path: Path, hands: Hands) -> Iterator[Locality]:
    """Return a new ward with a map's picture."""
    for name in ("ward.db", "ward.key"):
        shutil.copy2(fresh / name, tmp_path / name)
    picture = tmp_path / "map.svg"
    picture.write_text(MAP)
    settings = Settings.load(
        database_url=f"sqlite:///{tmp_path / 'ward.db'}", key_file=tmp_path / "ward.key",
        locality="hoa-binh", single_machine=True, map_image=picture,
        map_bounds=(16.40, 107.50, 16.50, 107.60),
    )  # fmt: skip
    with Locality(settings, clock=hands) as ward:
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

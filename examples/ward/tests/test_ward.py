"""What this ward promises its people, tried on a new database."""

import asyncio
import importlib.util
from pathlib import Path

import httpx
import pytest

from govinteract import Settings

HOME = Path(__file__).parent.parent


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Return the ward's own settings, on a database of the test's."""
    url = f"sqlite:///{tmp_path / 'ward.db'}"
    return Settings.load(HOME / "ward.toml", database_url=url, key_file=tmp_path / "ward.key")


def ask(settings: Settings, *paths: str) -> list[httpx.Response]:
    """Return what the ward's app answers to each path."""
    spec = importlib.util.spec_from_file_location("ward_app", HOME / "app.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    transport = httpx.ASGITransport(module.make_app(settings))

    async def all_of_them() -> list[httpx.Response]:
        async with httpx.AsyncClient(transport=transport, base_url="http://ward") as client:
            return [await client.get(path, headers={"accept-language": "vi"}) for path in paths]

    return asyncio.run(all_of_them())


def test_the_first_page_greets_in_the_wards_own_words(settings: Settings) -> None:
    """The pages carry the ward's name, words, logo and colours."""
    home, theme = ask(settings, "/", "/theme.css")
    assert "Phường Hòa Bình xin lắng nghe" in home.text
    assert "lotus.svg" in home.text
    assert "#0f5a63" in theme.text


def test_every_service_can_be_reported(settings: Settings) -> None:
    """Whatever the catalogue offers leads to a form, or first to the phone."""
    choose, light, tree = ask(
        settings, "/report", "/report?service=street-light", "/report?service=tree-or-wire"
    )
    assert choose.text.count('class="choice"') == 8
    assert "Số ghi trên cột đèn" in light.text
    assert "114" in tree.text


def test_the_figures_name_nobody(settings: Settings) -> None:
    """The ward's own endpoint counts open cases by service."""
    (figures,) = ask(settings, "/api/open")
    assert figures.json() == {}

"""The server mounts in the ward's app, alone, and below another path."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette
from starlette.routing import Mount

from govinteract import Locality
from govinteract.web import app, open311
from tests.support import make_ward
from tests.web.open311.conftest import listening

PUBLIC = "https://hoa-binh.example.vn"


@pytest.fixture
def at_path(tmp_path: Path) -> Iterator[Locality]:
    """Return a ward whose app citizens find below a path of its site."""
    with make_ward(tmp_path, public_url=f"{PUBLIC}/so") as ward:
        yield ward


def endpoint(served: Starlette, path: str) -> str:
    """Return the URL of the endpoint that a discovery at `path` names."""
    with listening(served) as url:
        answer = httpx.get(f"{url}{path}/discovery.json")
    assert answer.status_code == 200, answer.text
    return str(answer.json()["endpoints"][0]["url"])


def test_the_ward_s_app_has_it_at_its_fixed_path(tmp_path: Path) -> None:
    """`/open311/v2` is where clients of any ward look."""
    with make_ward(tmp_path, public_url=f"{PUBLIC}/") as ward:
        assert endpoint(app(ward), "/open311/v2") == f"{PUBLIC}/open311/v2"


def test_it_serves_alone(at_path: Locality) -> None:
    """Without a mount it is where the public URL is."""
    assert endpoint(open311.part(at_path), "") == f"{PUBLIC}/so"


def test_discovery_names_the_path_once(at_path: Locality) -> None:
    """Whether or not the mount repeats the path of the public URL, the endpoint has it once."""
    part = open311.part(at_path)
    below = Starlette(routes=[Mount("/so/open311/v2", app=part)])
    beside = Starlette(routes=[Mount("/open311/v2", app=part)])
    assert endpoint(below, "/so/open311/v2") == f"{PUBLIC}/so/open311/v2"
    assert endpoint(beside, "/open311/v2") == f"{PUBLIC}/so/open311/v2"


def test_the_changeset_without_a_catalogue_of_one_s_own(tmp_path: Path) -> None:
    """It is the day on which somebody last verified a service of the starter catalogue."""
    with make_ward(tmp_path) as ward, listening(open311.part(ward)) as url:
        told = httpx.get(f"{url}/discovery.json").json()
        days = [str(service.verified) for service in ward.catalogue]
    assert told["changeset"] == max(days)
    assert told["endpoints"][0]["type"] == "production"


def test_a_development_locality_is_a_test_endpoint(tmp_path: Path) -> None:
    """What is reported to it is not acted upon, and clients are told so."""
    with (
        make_ward(tmp_path, locality="dev", hotline="1900 0000") as ward,
        listening(open311.part(ward)) as url,
    ):
        told = httpx.get(f"{url}/discovery.json", params={"lang": "en"}).json()
    assert told["endpoints"][0]["type"] == "test"
    assert "1900 0000" in told["contact"]

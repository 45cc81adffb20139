"""The client `three` 0.8.0, which cities' apps were built with, against the running server.

It was written for Python 2. Its import needs `itertools.ifilter`, which Python 3 calls `filter`;
for XML it takes the first of `dict.keys()` by index, and `relaxml`, which reads XML for it, asks
elements for `getchildren()`. All three are put right here, from outside, for as long as a test
runs; nothing of the installed packages is changed.
"""

import importlib
import io
import itertools
from collections.abc import Callable, Iterator
from types import ModuleType, SimpleNamespace
from typing import Any, Protocol
from xml.etree import ElementTree as ET

import pytest

from govinteract.kernel import Point
from tests.feedback.pictures import encoded, flag
from tests.support import OFFICER
from tests.web.open311.conftest import Town

Told = dict[str, Any] | list[dict[str, Any]]


class Client(Protocol):
    """What `three.Three` offers."""

    session: Any
    post_response: Any
    discovery: Callable[..., dict[str, Any]]
    services: Callable[..., Any]
    requests: Callable[..., Told]
    request: Callable[..., Told]
    post: Callable[..., Told]
    token: Callable[..., Told]


class _Element(ET.Element):
    """An element that still says `getchildren`, as all did until Python 3.9."""

    def getchildren(self) -> list[ET.Element]:
        return list(self)


class _Indexable(dict[str, Any]):
    """A dictionary whose `keys()` is a list, as in Python 2."""

    def keys(self) -> list[str]:  # type: ignore[override]  # a list is what is wanted
        return list(super().keys())


def _read(content: bytes) -> ET.Element:
    builder = ET.TreeBuilder(element_factory=_Element)
    parser = ET.XMLParser(target=builder)  # noqa: S314 - it reads our own server's answers
    return ET.fromstring(content, parser)  # noqa: S314 - as above


@pytest.fixture
def three(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """Return the package `three`, made to run on Python 3."""
    monkeypatch.setattr(itertools, "ifilter", filter, raising=False)
    package = importlib.import_module("three")
    converter = importlib.import_module("relaxml.converter")
    monkeypatch.setattr(converter, "etree", SimpleNamespace(fromstring=_read))
    core = importlib.import_module("three.core")
    monkeypatch.setattr(core, "xml", lambda content: _Indexable(converter.xml(content)))
    return package


@pytest.fixture(params=["json", "xml"])
def client(request: pytest.FixtureRequest, town: Town, three: ModuleType) -> Iterator[Client]:
    """Return a client of the town in each of its formats."""
    told = three.Three(town.url, api_key=town.key, format=request.param)
    yield told
    told.session.close()


def rows(answer: Told, child: str) -> list[dict[str, Any]]:
    """Return a list of what the client gives as a list (JSON) or below its child's name (XML)."""
    found = answer if isinstance(answer, list) else answer[child]
    return found if isinstance(found, list) else [found]


def test_three_creates_lists_and_reads(client: Client, town: Town) -> None:
    """A report goes in by `post`, comes back by `requests`, `request` and `token`."""
    services = rows(client.services(), "service")
    assert [one["service_code"] for one in services][:2] == ["street-light", "tree.fallen"]
    posted = client.post(
        "street-light", lat=16.4637, long=107.5909, name="Lan Nguyen", phone="0912 345 678",
        description="Đèn tắt ba đêm nay",
    )  # fmt: skip
    assert client.post_response.status_code == 200
    (made,) = rows(posted, "request")
    public_id = made["service_request_id"]
    assert isinstance(public_id, str)
    (listed,) = rows(client.requests(), "request")
    (read,) = rows(client.request(public_id), "request")
    assert listed == read
    assert read["service_request_id"] == public_id
    assert (read["status"], read["service_code"]) == ("open", "street-light")
    assert Point(float(read["lat"]), float(read["long"])) == Point(16.4637, 107.5909)
    (token,) = rows(client.token(public_id), "request")
    assert token["service_request_id"] == public_id
    with town.ward.acting_as(OFFICER, purpose="resolve-report") as tx:
        case = tx.feedback.find(public_id)
        assert case.contact is not None
        text, contact = (one.reveal() for one in tx.open_all([case.text, case.contact]))
    assert text == "Đèn tắt ba đêm nay"
    assert (contact.name, contact.phone) == ("Nguyen Lan", "+84912345678")


def test_three_reads_definitions_and_discovery(client: Client) -> None:
    """A definition's attributes and the endpoint of the discovery are where it looks for them."""
    definition = client.services("tree.fallen")
    assert definition["service_code"] == "tree.fallen"
    attributes = rows(definition["attributes"], "attribute")
    assert [one["code"] for one in attributes][:2] == ["height", "species"]
    discovery = client.discovery()
    (endpoint,) = rows(discovery["endpoints"], "endpoint")
    assert endpoint["specification"] == "http://wiki.open311.org/GeoReport_v2"


def test_three_limits_its_lists(client: Client, town: Town) -> None:
    """Its words for limits (a code, a count, two dates) are the parameters of the server."""
    made = []
    for _ in range(3):
        made.append(town.report())
        town.hands.move(minutes=1)
    listed = rows(client.requests("street-light", count=2), "request")
    assert [one["service_request_id"] for one in listed] == made[:0:-1]
    listed = rows(client.requests(between=["03-01-2026", "03-03-2026"]), "request")
    assert [one["service_request_id"] for one in listed] == made[::-1]


def test_three_sends_a_photo(client: Client, town: Town) -> None:
    """Its `media` is a file of a multipart form."""
    posted = client.post(
        "street-light", address="12 Lê Lợi", description="Ảnh", media=io.BytesIO(encoded(flag()))
    )
    (made,) = rows(posted, "request")
    with town.ward.acting_as(OFFICER) as tx:
        case = tx.feedback.find(made["service_request_id"])
        assert len(tx.feedback.photos(case)) == 1
        assert case.address is not None


def test_three_is_told_what_is_wrong(client: Client, three: ModuleType, town: Town) -> None:
    """Errors come where it looks for them."""
    (error,) = rows(client.post("nothing", lat=16.4637, long=107.5909, description="?"), "error")
    assert client.post_response.status_code == 404
    assert str(error["code"]) == "404"
    stranger = three.Three(town.url, api_key="unknown")
    (error,) = rows(stranger.post("street-light", lat=1, long=1, description="?"), "error")
    stranger.session.close()
    assert error["code"] == 403

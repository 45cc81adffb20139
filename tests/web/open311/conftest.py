"""An Open311 server that listens on loopback, with a catalogue that has all there is."""

import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import httpx
import pytest
import uvicorn
from attrs import frozen
from starlette.applications import Starlette
from starlette.routing import Mount

from govinteract import Locality
from govinteract.apikeys import ApiKeys
from govinteract.kernel import System
from govinteract.web import open311
from tests.support import Hands, make_ward

CATALOGUE = """
[[service]]
code = "street-light"
name = { vi = "Đèn đường hỏng", en = "Broken street light" }
description = { vi = "Đèn tắt & cột <hư>", en = "Light off & pole <damaged>" }
group = { vi = "Hạ tầng", en = "Streets" }
keywords = ["đèn", "light"]
promise = "3d"
phone = "1900 0000"
verified = 2026-02-02

[[service]]
code = "tree.fallen"
name = { vi = "Cây đổ" }
phone = "1900 0000"
verified = 2026-02-20

[[service.question]]
code = "height"
datatype = "number"
label = { vi = "Cao mấy mét?", en = "How high, in metres?" }
hint = { vi = "Số mét", en = "Metres" }
required = true

[[service.question]]
code = "species"
datatype = "string"
label = { vi = "Cây gì?", en = "Which tree?" }

[[service.question]]
code = "since"
datatype = "datetime"
label = { vi = "Từ khi nào?", en = "Since when?" }

[[service.question]]
code = "around"
datatype = "text"
label = { vi = "Xung quanh có gì?", en = "What is around it?" }

[[service.question]]
code = "blocks"
datatype = "singlevaluelist"
label = { vi = "Chắn gì?", en = "What does it block?" }
values = { road = { vi = "Đường", en = "Road" }, path = { vi = "Vỉa hè", en = "Path" } }

[[service.question]]
code = "danger"
datatype = "multivaluelist"
label = { vi = "Nguy hiểm gì?", en = "Which dangers?" }
values = { wire = { vi = "Dây điện", en = "Wire" }, house = { vi = "Nhà", en = "House" } }

[[service.question]]
code = "call"
datatype = "string"
asks = false
label = { vi = "Nguy cấp hãy gọi 114.", en = "In danger call 114." }

[[service]]
code = "question"
name = { vi = "Hỏi về thủ tục", en = "Ask about a procedure" }
phone = "1900 0000"
verified = 2026-02-02
public = false

[[service]]
code = "hidden"
name = { vi = "Không còn nhận", en = "No longer taken" }
published = false
"""


def tree(content: bytes) -> ET.Element:
    """Return the root of an XML document that our own server wrote."""
    return ET.fromstring(content)  # noqa: S314 - nobody else wrote it


@frozen
class Town:
    """A running server: its ward, its clock, its base URL and a good key."""

    ward: Locality
    hands: Hands
    url: str
    key: str
    client: httpx.Client

    def get(self, path: str, **params: str) -> httpx.Response:
        """GET a path below the base URL."""
        return self.client.get(f"{self.url}{path}", params=params or None)

    def xml(self, path: str, **params: str) -> ET.Element:
        """GET a path and return the root of the XML that it answers."""
        return tree(self.get(path, **params).content)

    def post(
        self, fields: Mapping[str, str | list[str]], suffix: str = "json", **headers: str
    ) -> httpx.Response:
        """POST a report as it stands, with the good key unless `fields` has another."""
        data = {"api_key": self.key, **fields}
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.client.post(f"{self.url}/requests.{suffix}", data=data, headers=named)

    def report(self, **fields: str) -> str:
        """Report a broken light, with other fields where they are given; return its public id."""
        light = {"service_code": "street-light", "lat": "16.46", "long": "107.59"}
        answer = self.post({**light, "description": "Đèn tắt", **fields})
        assert answer.status_code == 200, answer.text
        return str(answer.json()[0]["service_request_id"])


def issue_key(ward: Locality, name: str) -> str:
    """Give the program `name` a key."""
    with ward.acting_as(System("tests")) as tx:
        return ApiKeys(tx.transaction, tx.facts, ward.keyring.fingerprint).issue(name)


@contextmanager
def listening(app: Starlette) -> Iterator[str]:
    """Serve an application on loopback and yield its URL."""
    with socket.create_server(("127.0.0.1", 0)) as place:
        config = uvicorn.Config(app, log_level="critical", ws="none", lifespan="off")
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [place]})
        thread.start()
        try:
            yield f"http://127.0.0.1:{place.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()


@contextmanager
def running_town(home: Path) -> Iterator[Town]:
    """Make a ward in `home` whose Open311 server listens at /open311/v2."""
    catalogue = home / "catalogue.toml"
    catalogue.write_text(CATALOGUE, encoding="utf-8")
    hands = Hands()
    options: dict[str, Any] = {
        "catalogue": catalogue,
        "clock": hands,
        "name": {"vi": "Phường Hòa Bình", "en": "Hoa Binh ward"},
        "public_url": "https://www.hoa-binh.example.vn",
        "pool_size": 4,
    }
    with make_ward(home, **options) as ward:
        app = Starlette(routes=[Mount("/open311/v2", app=open311.part(ward))])
        with listening(app) as url, httpx.Client(timeout=30) as client:
            yield Town(ward, hands, f"{url}/open311/v2", issue_key(ward, "city-app"), client)


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    """Return a running server of this test's own."""
    with running_town(tmp_path) as running:
        yield running


@pytest.fixture(scope="module")
def quiet_town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """Return a running server for tests that leave nothing in it."""
    with running_town(tmp_path_factory.mktemp("town")) as running:
        yield running

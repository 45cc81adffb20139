"""An Open311 server that listens on loopback, with a catalogue that has all there is."""

import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

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
        return self.client.get(f"{self.url}{path}", params=params)

    def post(
        self, fields: dict[str, str | list[str]], suffix: str = "json", **headers: str
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


@pytest.fixture
def served() -> Iterator[Callable[[Starlette], str]]:
    """Return `serve(app)`, which serves an application on loopback and returns its URL."""
    running: list[tuple[uvicorn.Server, threading.Thread, socket.socket]] = []

    def serve(app: Starlette) -> str:
        listening = socket.create_server(("127.0.0.1", 0))
        config = uvicorn.Config(app, log_level="warning", ws="none", lifespan="off")
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        running.append((server, thread, listening))
        return f"http://127.0.0.1:{listening.getsockname()[1]}"

    yield serve
    for server, thread, listening in running:
        server.should_exit = True
        thread.join()
        listening.close()


@pytest.fixture
def town(tmp_path: Path, served: Callable[[Starlette], str]) -> Iterator[Town]:
    """Return a ward whose Open311 server listens at /open311/v2."""
    catalogue = tmp_path / "catalogue.toml"
    catalogue.write_text(CATALOGUE, encoding="utf-8")
    hands = Hands()
    name = {"vi": "Phường Hòa Bình", "en": "Hoa Binh ward"}
    public = "https://www.hoa-binh.example.vn"
    options = {"catalogue": catalogue, "name": name, "public_url": public, "pool_size": 4}
    with (
        make_ward(tmp_path, clock=hands, **options) as ward,
        httpx.Client(timeout=30) as client,
    ):
        app = Starlette(routes=[Mount("/open311/v2", app=open311.part(ward))])
        url = f"{served(app)}/open311/v2"
        yield Town(ward, hands, url, issue_key(ward, "city-app"), client)

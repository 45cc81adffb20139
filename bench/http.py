"""`http_vs_skeleton`: Open311 POST on PostgreSQL against a bare endpoint writing the same rows.

Each server is a process of its own with one worker and its own database on one PostgreSQL
18 that syncs every commit. Eight clients keep their connections and post in turn to one
server, then to the other.
"""

import http.client
import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlencode

from bench.http_servers import issue_key, ward_at
from tests.databases import running_server

CLIENTS = 8
FORM = {
    "service_code": "street-light", "lat": "16.4637", "long": "107.5909",
    "description": "Đèn trước số 12 Lê Lợi tắt ba đêm nay", "first_name": "Hoa",
    "phone": "0912 345 678", "email": "hoa@example.vn",
}  # fmt: skip


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def _server(which: str, url: str, key_file: Path) -> Iterator[int]:
    port = _free_port()
    command = [sys.executable, "-m", "bench.http_servers", which, url, str(key_file), str(port)]
    process = subprocess.Popen(command)
    try:
        _wait(port, process)
        yield port
    finally:
        process.terminate()
        process.wait(10)


def _wait(port: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError("the measured server did not start")


def _rate(port: int, body: bytes, count: int, *, clients: int = CLIENTS) -> float:
    """Post `count` times from each client and return how many a second all got through."""

    def post(_: int) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        for _number in range(count):
            connection.request("POST", "/open311/v2/requests.json", body, headers)
            response = connection.getresponse()
            answer = response.read()
            if response.status != http.client.OK or not json.loads(answer):
                raise RuntimeError(f"{response.status}: {answer[:200]!r}")
        connection.close()

    start = time.perf_counter()
    with ThreadPoolExecutor(clients) as pool:
        list(pool.map(post, range(clients)))
    return clients * count / (time.perf_counter() - start)


def run(*, rounds: int = 6, count: int = 40) -> dict[str, dict[str, object]]:
    """Measure both servers in turn; return what goes into `bench.json`."""
    rates: dict[str, list[float]] = {"ours": [], "skeleton": []}
    with ExitStack() as stack:
        home = Path(stack.enter_context(TemporaryDirectory()))
        server = stack.enter_context(running_server("pg18", durable=True))
        ports, mine = {}, b""
        for which in rates:
            server.create(f"bench_{which}")
            url, key_file = server.url(f"bench_{which}"), home / f"{which}.key"
            ward = ward_at(url, str(key_file))
            ward.upgrade()
            body = urlencode({**FORM, "api_key": issue_key(ward)}).encode()
            ward.close()
            if which == "skeleton":  # one real POST, whose rows it then writes again and again
                with _server("ours", url, key_file) as port:
                    _rate(port, body, 1, clients=1)
            mine = mine or body
            ports[which] = stack.enter_context(_server(which, url, key_file))
        for port in ports.values():
            _rate(port, mine, count // 2)  # warm
        for _ in range(rounds):
            for which, port in ports.items():
                rates[which].append(_rate(port, mine, count))
    ratio = max(rates["ours"]) / max(rates["skeleton"])
    return {
        "http_vs_skeleton": {
            "value": round(ratio, 3), "unit": "ratio of rates, best of rounds",
            "runs": [round(a / b, 3) for a, b in zip(*rates.values(), strict=True)],
        },
        "http_creates_per_s": {
            "value": round(max(rates["ours"])), "unit": "1/s",
            "runs": [round(rate) for rate in rates["ours"]],
        },
    }  # fmt: skip

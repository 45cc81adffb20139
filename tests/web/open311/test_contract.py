"""The library's server keeps the contract of GeoReport v2, and the contract finds who does not."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from itertools import count
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from govinteract.testing.geo_report import GeoReport, GeoReportContract
from tests.web.open311.conftest import Town, listening

REPORT = {"service_code": "tree.fallen", "attribute[height]": "4"}
REQUEST = {
    "service_request_id": "1", "service_code": "001", "service_name": "Light", "status": "open",
    "lat": 1.0, "long": 1.0, "requested_datetime": "2026-03-02T09:00:00Z",
    "updated_datetime": "2026-03-02T09:00:00Z",
}  # fmt: skip


class TestOurServer(GeoReportContract):
    town: Town

    @pytest.fixture(autouse=True)
    def _in_town(self, town: Town) -> None:
        self.town = town

    @contextmanager
    def opened(self) -> Iterator[GeoReport]:
        """Know where the town's server is."""
        yield GeoReport(self.town.url, self.town.key, REPORT)


def careless(told: Mapping[str, Any], status: int = 200) -> Starlette:
    """Return a server that answers each path with what `told` has for it, whatever is asked."""

    async def answer(request: Request) -> Response:
        body = told.get(f"{request.method} {request.url.path}", told.get("else", []))
        said = body() if callable(body) else body
        return Response(json.dumps(said), status, media_type="application/json; charset=utf-8")

    return Starlette(routes=[Route("/{path:path}", answer, methods=["GET", "POST"])])


def numbered() -> Callable[[], list[dict[str, str]]]:
    """Return what answers a report with the next number."""
    numbers = count(1)
    return lambda: [{"service_request_id": str(next(numbers))}]


def contract_of(url: str) -> GeoReportContract:
    """Return the contract for a server at `url`."""

    class Contract(GeoReportContract):
        def opened(self) -> AbstractContextManager[GeoReport]:
            return _at(url)

    return Contract()


@contextmanager
def _at(url: str) -> Iterator[GeoReport]:
    yield GeoReport(url, "key", {"service_code": "001"})


SERVICE = {"service_code": "001", "service_name": "Light", "metadata": False, "type": "realtime"}
MISTAKES: list[tuple[str, Callable[[], Starlette], str]] = [
    (
        "test_services_have_codes_that_are_text",
        lambda: careless({"GET /services.json": [SERVICE | {"service_code": 1}]}),
        "a code is a string",
    ),
    (
        "test_services_have_codes_that_are_text",
        lambda: careless({"GET /services.json": [SERVICE | {"metadata": "true"}]}),
        "metadata is a boolean",
    ),
    (
        "test_a_report_is_answered_with_200",
        lambda: careless({"POST /requests.json": [{"service_request_id": "1"}]}, 201),
        "201, not 200",
    ),
    (
        "test_a_report_is_answered_with_200",
        lambda: careless({"POST /requests.json": [{"service_request_id": 1}]}),
        "an id is a string",
    ),
    (
        "test_a_list_of_ids_returns_all_of_them",
        lambda: careless(
            {"POST /requests.json": numbered(), "GET /requests.json": [REQUEST]},
        ),
        "all, and no others",
    ),
    (
        "test_a_list_of_an_unknown_service_is_an_error",
        lambda: careless({"GET /requests.json": [REQUEST]}),
        "200 is not of",
    ),
    (
        "test_a_report_can_be_read",
        lambda: careless(
            {
                "POST /requests.json": [{"service_request_id": "1"}],
                "GET /requests/1.json": [REQUEST | {"updated_datetime": "2026-03-02T09:00:00"}],
            }
        ),
        "updated_datetime has a zone",
    ),
    (
        "test_only_who_has_a_key_may_report",
        lambda: careless({"else": [{"code": 400, "description": "No"}]}, 400),
        "400 is not of",
    ),
]


@pytest.mark.parametrize(
    ("check", "server", "sentence"), MISTAKES, ids=[f"{n}" for n in range(len(MISTAKES))]
)
def test_the_contract_finds_what_servers_get_wrong(
    check: str, server: Callable[[], Starlette], sentence: str
) -> None:
    """Each known mistake of a server fails the test that is about it."""
    with listening(server()) as url, pytest.raises(AssertionError, match=sentence):
        getattr(contract_of(url), check)()


def test_the_key_is_not_shown() -> None:
    """Whoever prints a server does not print its key."""
    assert "CANARY" not in repr(GeoReport("http://127.0.0.1", "CANARY", REPORT))

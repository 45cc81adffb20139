"""What a server of Open311 GeoReport v2 promises, as a test class for whoever runs one.

It makes reports, so let it meet an endpoint of the type "test":

class TestOurCity(GeoReportContract):
    @contextmanager
    def opened(self):
        yield GeoReport("http://127.0.0.1:8000/open311/v2", "our key", {"service_code": "001"})

What it asks for is in the specification (wiki.open311.org/GeoReport_v2), or, where that is
silent, what clients rely on and servers are known to have got wrong.
"""

from __future__ import annotations

import json
import re
from http.client import HTTPConnection, HTTPSConnection
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit
from xml.etree import ElementTree as ET

from attrs import field, frozen

if TYPE_CHECKING:
    from collections.abc import Mapping
    from contextlib import AbstractContextManager

__all__ = ["GeoReport", "GeoReportAnswer", "GeoReportContract"]

_SECONDS = 30
_TYPES = {"xml": "text/xml; charset=utf-8", "json": "application/json; charset=utf-8"}
_DATATYPES = {"string", "number", "datetime", "text", "singlevaluelist", "multivaluelist"}
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d)")
_PLACE = {"lat": "16.4637", "long": "107.5909"}
_NOTHING = "no-such-thing-at-all"
_LIST_LIMIT = 1_000
_OK, _BAD_REQUEST, _FORBIDDEN, _NOT_FOUND = 200, 400, 403, 404


@frozen
class GeoReportAnswer:
    """What came back: the status, the content type and the body."""

    status: int
    content_type: str
    body: bytes

    @property
    def data(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)

    @property
    def root(self) -> ET.Element:
        """The body as XML."""
        return ET.fromstring(self.body)  # noqa: S314 - of the server that one runs oneself


@frozen
class GeoReport:
    """A server to talk to: its base URL, a good key, and what a good report to it holds.

    `report` has at least a `service_code`; place and description are added where they lack.
    """

    url: str
    key: str = field(repr=False)
    report: Mapping[str, str]

    def get(self, path: str, **query: str) -> GeoReportAnswer:
        """GET `path`, below the base URL."""
        return self._ask("GET", f"{path}?{urlencode(query)}" if query else path)

    def post(self, suffix: str = "json", **changed: str) -> GeoReportAnswer:
        """POST the good report with some of its fields changed; an empty field is left out."""
        whole = {"api_key": self.key, "description": "Đèn tắt", **_PLACE, **self.report, **changed}
        body = urlencode({name: value for name, value in whole.items() if value})
        return self._ask("POST", f"/requests.{suffix}", body)

    def create(self) -> str:
        """Make a report and return its id, also where the server answers with a token first."""
        (made,) = self.post().data
        if "service_request_id" in made:
            return str(made["service_request_id"])
        (named,) = self.get(f"/tokens/{made['token']}.json").data
        return str(named["service_request_id"])

    def _ask(self, method: str, path: str, body: str | None = None) -> GeoReportAnswer:
        parts = urlsplit(self.url)
        kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
        connection = kind(parts.netloc, timeout=_SECONDS)
        headers = {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"}
        try:
            connection.request(method, parts.path + path, body, headers if body else {})
            answer = connection.getresponse()
            content_type = answer.headers.get("content-type", "")
            return GeoReportAnswer(answer.status, content_type.lower(), answer.read())
        finally:
            connection.close()


class GeoReportContract:
    """Subclass it, say where the server is, and run it with pytest."""

    def opened(self) -> AbstractContextManager[GeoReport]:
        """Start the server, or know where it is; yield how to talk to it."""
        raise NotImplementedError

    def test_discovery_comes_in_both_formats(self) -> None:
        """Discovery has all its fields, in XML and in JSON, and names this specification."""
        with self.opened() as server:
            told = _json(server.get("/discovery.json"))
            for name in ("changeset", "contact", "key_service"):
                _must(isinstance(told[name], str), f"{name} is text")
            for endpoint in told["endpoints"]:
                _must(endpoint["type"] in {"production", "test"}, "production or test")
                _must("text/xml" in endpoint["formats"], "XML is mandatory")
            known = [one["specification"] for one in told["endpoints"]]
            _must("http://wiki.open311.org/GeoReport_v2" in known, "it is GeoReport v2")
            root = _xml(server.get("/discovery.xml"), "discovery")
            urls = [one.text for one in root.findall("endpoints/endpoint/url")]
            _must(urls == [one["url"] for one in told["endpoints"]], "both formats say the same")

    def test_services_have_codes_that_are_text(self) -> None:
        """Codes are strings, `metadata` a boolean, the type one of three; XML says the same."""
        with self.opened() as server:
            told = _json(server.get("/services.json"))
            for one in told:
                _must(isinstance(one["service_code"], str), "a code is a string")
                _must(isinstance(one["service_name"], str), "a service has a name")
                _must(isinstance(one["metadata"], bool), "metadata is a boolean")
                _must(one["type"] in {"realtime", "batch", "blackbox"}, "one of three types")
            root = _xml(server.get("/services.xml"), "services")
            codes = [one.findtext("service_code") for one in root.findall("service")]
            _must(codes == [one["service_code"] for one in told], "both formats say the same")

    def test_definitions_have_the_types_of_the_specification(self) -> None:
        """Every service with metadata has a definition with typed, ordered attributes."""
        with self.opened() as server:
            for one in _json(server.get("/services.json")):
                if one["metadata"]:
                    _check_definition(server, one["service_code"])

    def test_a_report_is_answered_with_200(self) -> None:
        """POST answers 200 and one request with an id that is text, or a token, not both."""
        with self.opened() as server:
            (made,) = _json(server.post())
            _must(("service_request_id" in made) != ("token" in made), "an id or a token")
            _must(isinstance(made.get("service_request_id", ""), str), "an id is a string")
            root = _xml(server.post("xml"), "service_requests")
            _must(len(root.findall("request")) == 1, "one request in XML")

    def test_a_report_can_be_read(self) -> None:
        """The new request comes by its id, alone in an array, with the types of the fields."""
        with self.opened() as server:
            public_id = server.create()
            (told,) = _json(server.get(f"/requests/{public_id}.json"))
            _check_request(told)
            _must(told["service_request_id"] == public_id, "it is the one that was asked for")
            _must(told["service_code"] == server.report["service_code"], "and of its service")
            root = _xml(server.get(f"/requests/{public_id}.xml"), "service_requests")
            _must(root.findtext("request/service_request_id") == public_id, "in XML too")

    def test_a_list_of_ids_returns_all_of_them(self) -> None:
        """`service_request_id` takes a comma list and overrides the other parameters."""
        with self.opened() as server:
            ids = {server.create(), server.create()}
            query = {"service_request_id": ",".join(ids), "status": "closed"}
            found = _json(server.get("/requests.json", **query))
            _must({one["service_request_id"] for one in found} == ids, "all, and no others")

    def test_a_list_is_limited_as_asked(self) -> None:
        """Service, status and dates limit the list; empty parameters do not."""
        with self.opened() as server:
            public_id, code = server.create(), server.report["service_code"]
            listed = _json(server.get("/requests.json", service_code=code, status="open"))
            _must(len(listed) <= _LIST_LIMIT, "a thousand at most")
            _must(public_id in {one["service_request_id"] for one in listed}, "the new one")
            for one in listed:
                _check_request(one)
                _must((one["service_code"], one["status"]) == (code, "open"), "nothing else")
            early = {"start_date": "2001-01-01T00:00:00Z", "end_date": "2001-01-31T00:00:00Z"}
            _must(_json(server.get("/requests.json", **early)) == [], "nothing in 2001")
            empty = server.get("/requests.json", service_code="", status="", start_date="")
            _must(len(_json(empty)) > 0, "empty is absent")

    def test_what_does_not_exist_is_not_found(self) -> None:
        """Unknown services, requests and tokens are 404, with a list of errors."""
        with self.opened() as server:
            for path in ("services", "requests", "tokens"):
                for suffix in _TYPES:
                    _check_errors(server.get(f"/{path}/{_NOTHING}.{suffix}"), {_NOT_FOUND})

    def test_a_list_of_an_unknown_service_is_an_error(self) -> None:
        """An unknown code must not return everything."""
        with self.opened() as server:
            answer = server.get("/requests.json", service_code=_NOTHING)
            _check_errors(answer, {_BAD_REQUEST, _NOT_FOUND})

    def test_only_who_has_a_key_may_report(self) -> None:
        """Without a key, and with a wrong one, a report is 403."""
        with self.opened() as server:
            for key in ("", _NOTHING):
                for suffix in _TYPES:
                    _check_errors(server.post(suffix, api_key=key), {_FORBIDDEN})

    def test_a_report_that_can_t_be_taken_says_why(self) -> None:
        """No service, no such service, half a place: each is an error with its status."""
        with self.opened() as server:
            _check_errors(server.post(service_code=""), {_BAD_REQUEST})
            _check_errors(server.post(service_code=_NOTHING), {_NOT_FOUND})
            _check_errors(server.post(long=""), {_BAD_REQUEST})
            _check_errors(server.post(lat="1000"), {_BAD_REQUEST})


def _check_definition(server: GeoReport, code: str) -> None:
    told = _json(server.get(f"/services/{code}.json"))
    _must(told["service_code"] == code, "it is the one that was asked for")
    orders = [one["order"] for one in told["attributes"]]
    _must(len(set(orders)) == len(orders), "each attribute has an order of its own")
    for one in told["attributes"]:
        _must(isinstance(one["variable"], bool), "variable is a boolean")
        _must(isinstance(one["required"], bool), "required is a boolean")
        _must(isinstance(one["order"], int) and one["order"] > 0, "order counts from 1")
        _must(one["datatype"] in _DATATYPES, "one of six datatypes")
        for value in one.get("values") or ():
            _must(isinstance(value["key"], str), "the key of a value is a string")
        listed = one["datatype"].endswith("list")
        _must(bool(one.get("values")) or not listed, "a list has values")
    root = _xml(server.get(f"/services/{code}.xml"), "service_definition")
    codes = [one.findtext("code") for one in root.findall("attributes/attribute")]
    _must(codes == [one["code"] for one in told["attributes"]], "both formats say the same")


def _check_request(told: Mapping[str, Any]) -> None:
    for name in ("service_request_id", "service_code", "service_name"):
        _must(isinstance(told[name], str), f"{name} is a string")
    _must(told["status"] in {"open", "closed"}, "a status is open or closed")
    for name in ("lat", "long"):
        _must(told[name] is None or isinstance(told[name], int | float), f"{name} is a number")
    for name in ("requested_datetime", "updated_datetime", "expected_datetime"):
        moment = told.get(name)
        _must(moment is None or bool(_MOMENT.fullmatch(moment)), f"{name} has a zone")


def _check_errors(answer: GeoReportAnswer, statuses: set[int]) -> None:
    _must(answer.status in statuses, f"{answer.status} is not of {statuses}")
    if answer.content_type == _TYPES["json"]:
        errors = [(one["code"], one["description"]) for one in answer.data]
    else:
        rows = answer.root.findall("error")
        errors = [(one.findtext("code"), one.findtext("description")) for one in rows]
    _must(bool(errors), "errors are a list")
    _must(all(code and description for code, description in errors), "each says what it is")


def _json(answer: GeoReportAnswer) -> Any:
    _must(answer.status == _OK, f"{answer.status}, not 200")
    _must(answer.content_type == _TYPES["json"], f"{answer.content_type} is not JSON in UTF-8")
    return answer.data


def _xml(answer: GeoReportAnswer, root: str) -> ET.Element:
    _must(answer.status == _OK, f"{answer.status}, not 200")
    _must(answer.content_type == _TYPES["xml"], f"{answer.content_type} is not XML in UTF-8")
    _must(answer.body.startswith(b"<?xml"), "XML begins with its declaration")
    _must(answer.root.tag == root, f"the root is {root}")
    return answer.root


def _must(holds: bool, sentence: str) -> None:  # noqa: FBT001 - it reads as what it is, an assertion
    if not holds:
        raise AssertionError(sentence)

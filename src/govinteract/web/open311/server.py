"""The calls of GeoReport v2 as one ASGI application."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from attrs import frozen
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.routing import Route

from govinteract.errors import GovInteractError, NotFound
from govinteract.feedback.publish import published_by_id, published_history
from govinteract.kernel import Anonymous, System
from govinteract.web.open311 import shapes
from govinteract.web.open311.forms import Form, pairs, read_form
from govinteract.web.open311.keys import KnownKeys
from govinteract.web.open311.listing import find, known_ids
from govinteract.web.open311.parameters import Parameters, language
from govinteract.web.open311.refusals import refuse, refuse_plainly
from govinteract.web.open311.reporting import posted
from govinteract.web.open311.wire import FORMATS, Document

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.requests import Request
    from starlette.responses import Response

    from govinteract.feedback.publish import PublicCase
    from govinteract.locality import Locality
    from govinteract.web.open311.wire import Node

__all__ = ["part"]


def part(locality: Locality) -> Starlette:
    """Return the Open311 server of `locality` as an application that mounts anywhere.

        routes = [Mount("/open311/v2", app=open311.part(ward)), ...]

    It asks for no session and sets no cookie; whatever it tells is public. Its URL in
    `discovery` is the locality's `public_url` and the path at which it is mounted.
    """
    calls = _Calls(locality)
    answers: list[tuple[str, _Answer, str]] = [
        ("/requests.{format}", calls.create, "POST"),
        ("/requests.{format}", calls.requests, "GET"),
        ("/requests/{id}.{format}", calls.request, "GET"),
        ("/services.{format}", calls.services, "GET"),
        ("/services/{id}.{format}", calls.definition, "GET"),
        ("/tokens/{id}.{format}", calls.token, "GET"),
        ("/discovery.{format}", calls.discovery, "GET"),
    ]
    routes = [
        Route(path, calls.endpoint(answer), methods=[method]) for path, answer, method in answers
    ]
    return Starlette(routes=routes, exception_handlers={HTTPException: _no_call})


@frozen(repr=False)
class _Call:
    """One request: its parameters, the language of the answer, and the form that came."""

    request: Request
    asked: Parameters
    lang: str
    form: Form

    @property
    def id(self) -> str:
        return str(self.request.path_params["id"])


_Answer = "Callable[[_Call], Awaitable[Document]]"


class _Calls:
    """What each call answers."""

    def __init__(self, locality: Locality) -> None:
        self._ward = locality
        self._keys = KnownKeys(locality)
        self._changeset = shapes.changed(locality)

    def endpoint(self, answer: Callable[[_Call], Awaitable[Document]]) -> _Endpoint:
        """Return the endpoint that reads a request, asks `answer` and writes what it says."""

        async def respond(request: Request) -> Response:
            suffix = request.path_params["format"]
            if suffix not in FORMATS:
                return _no_call(request, HTTPException(404))
            lang = _language(request)
            try:
                call = await _read(request)
                lang = call.lang
                self._jurisdiction(call.asked.one("jurisdiction_id"))
                document = await answer(call)
            except GovInteractError as error:
                return refuse(error, suffix, lang)
            return document.response(suffix)

        return respond

    async def discovery(self, call: _Call) -> Document:
        """GET discovery."""
        url = _endpoint_url(self._ward.settings.public_url, call.request.scope["root_path"])
        body = shapes.discovery(self._ward, url, self._changeset, call.lang)
        return Document("discovery", body)

    async def services(self, call: _Call) -> Document:
        """GET Service List."""
        entries = [shapes.service_entry(one, call.lang) for one in self._ward.catalogue]
        return Document("services", entries)

    async def definition(self, call: _Call) -> Document:
        """GET Service Definition."""
        service = self._ward.catalogue.service(call.id)
        return Document("service_definition", shapes.definition(service, call.lang))

    async def create(self, call: _Call) -> Document:
        """POST Service Request."""
        return _requests([await self._ward.run(self._create, call)])

    async def requests(self, call: _Call) -> Document:
        """GET Service Requests."""
        return _requests(await self._ward.run(self._list, call))

    async def request(self, call: _Call) -> Document:
        """GET Service Request."""
        case = await self._ward.run(self._one, call.id, "open311.request_unknown")
        return _requests(await self._ward.run(self._described, [case], call))

    async def token(self, call: _Call) -> Document:
        """GET service_request_id from a token."""
        case = await self._ward.run(self._one, call.id, "open311.token_unknown")
        return _requests([shapes.token_of(case, call.id)])

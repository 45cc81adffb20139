"""GeoReport v2 over HTTP: one ASGI application that mounts anywhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.routing import Route

from govinteract.errors import GovInteractError
from govinteract.locale import LANGUAGES
from govinteract.web.forms import BODY_LIMIT, Form, read_form
from govinteract.web.language import language_of
from govinteract.web.open311.calls import Call, Calls
from govinteract.web.open311.parameters import Parameters, query
from govinteract.web.open311.refusals import refuse, refuse_plainly
from govinteract.web.open311.wire import FORMATS

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from typing import TypeAlias

    from starlette.requests import Request
    from starlette.responses import Response

    from govinteract.locality import Locality
    from govinteract.web.open311.wire import Document

    _Answer: TypeAlias = Callable[[Call], Document]
    _Run: TypeAlias = Callable[[_Answer, Call], Awaitable[Document]]

__all__ = ["part"]


def part(locality: Locality) -> Starlette:
    """Return the Open311 server of `locality` as an application that mounts anywhere.

        routes = [Mount("/open311/v2", app=open311.part(ward)), ...]

    It asks for no session and sets no cookie; whatever it tells without a key is public.
    Its URL in `discovery` is the locality's `public_url` and the path at which it is mounted.
    """
    calls = Calls(locality)

    def get(path: str, answer: _Answer, *, stored: bool = True) -> Route:
        run = locality.run if stored else _at_once
        return Route(f"{path}.{{format}}", _endpoint(answer, run), methods=["GET"])

    return Starlette(
        routes=[
            Route("/requests.{format}", _endpoint(calls.create, locality.run), methods=["POST"]),
            get("/requests", calls.requests),
            get("/requests/{id}", calls.request),
            get("/tokens/{id}", calls.token),
            get("/services", calls.services, stored=False),
            get("/services/{id}", calls.definition, stored=False),
            get("/discovery", calls.discovery, stored=False),
        ],
        exception_handlers={HTTPException: _no_call, Exception: _no_call},
        max_body_size=BODY_LIMIT,
    )


def _endpoint(answer: _Answer, run: _Run) -> Callable[[Request], Awaitable[Response]]:
    """Return the endpoint that reads a request, has `run` ask `answer`, and writes what it says."""

    async def respond(request: Request) -> Response:
        suffix = request.path_params["format"]
        if suffix not in FORMATS:
            raise HTTPException(404)
        lang = language_of(request)
        try:
            call = await _read(request, lang)
            lang = call.lang
            document = await run(answer, call)
        except GovInteractError as error:
            return refuse(error, suffix, lang)
        return document.response(suffix)

    return respond


async def _at_once(answer: _Answer, call: Call) -> Document:
    return answer(call)


async def _read(request: Request, lang: str) -> Call:
    form = await read_form(request) if request.method == "POST" else Form()
    posted = ((name, value) for name, values in form.values.items() for value in values)
    asked = Parameters.of([*posted, *query(request.scope["query_string"])])
    once = request.headers.get("idempotency-key", "").strip('" ')  # RFC 8941 has it in quotes
    chosen = asked.one("lang")
    return Call(
        asked=asked,
        lang=chosen if chosen in LANGUAGES else lang,
        photos=tuple(photo for photos in form.photos.values() for photo in photos),
        id=request.path_params.get("id", ""),
        once=once or None,
        mounted_at=request.scope.get("root_path", ""),
    )


async def _no_call(request: Request, error: Exception) -> Response:
    """Answer what no call answered, in the format that the path seems to want."""
    status = error.status_code if isinstance(error, HTTPException) else 500
    suffix = "json" if request.url.path.endswith(".json") else "xml"
    return refuse_plainly(status, suffix, language_of(request))

"""The app: citizen pages, desk, Open311, health and checkpoint, together or part by part."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Mount, Route

from govinteract.errors import GovInteractError
from govinteract.facts import newest_note
from govinteract.kernel import System
from govinteract.web import citizen, desk, log, statements
from govinteract.web.background import lifespan
from govinteract.web.forms import BODY_LIMIT
from govinteract.web.refusals import Refusals
from govinteract.web.security import hide_codes
from govinteract.web.site import Site

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.requests import Request

    from govinteract.locality import Locality

__all__ = ["PARTS", "app"]

PARTS = ("citizen", "desk", "open311")


def app(locality: Locality, *, parts: Sequence[str] = PARTS) -> Starlette:
    """Return the pages of `locality` as an ASGI app; `parts` names those it shall have.

    Mount it in a host app under any path, or serve it by itself (`web.serve`). Answers
    `/healthz`, `/log/...` and `/verify` besides its parts.
    """
    hide_codes()
    site = Site(locality)
    refusals = Refusals(site)
    routes: list[BaseRoute] = [*_watch(site), *statements.routes(site), *_files(site)]
    if "citizen" in parts:
        routes += citizen.routes(site)
    if "desk" in parts:
        routes += desk.routes(site)
    if "open311" in parts and find_spec("govinteract.web.open311") is not None:
        open311 = import_module("govinteract.web.open311")
        routes.append(Mount("/open311/v2", app=open311.part(locality)))
    return Starlette(
        routes=routes,
        lifespan=lifespan(locality),
        max_body_size=BODY_LIMIT,
        exception_handlers={
            GovInteractError: refusals.ours,
            HTTPException: refusals.http,
            Exception: refusals.unforeseen,
        },
    )


def _files(site: Site) -> list[BaseRoute]:
    return [
        Route("/theme.css", site.assets.serve),
        Route("/static/{name:path}", site.assets.serve),
    ]


def _watch(site: Site) -> list[BaseRoute]:
    """Return the routes for machines that watch: is it well, and what does the log say."""
    locality = site.locality

    def alive() -> None:
        with locality.acting_as(System("health")) as tx:
            newest_note(tx.transaction)

    async def healthz(_request: Request) -> Response:
        try:
            await locality.run(alive)
        except GovInteractError as error:
            return PlainTextResponse(f"{error.code}\n", status_code=503)
        return PlainTextResponse("ok\n", headers={"Cache-Control": "no-store"})

    return [Route("/healthz", healthz), *log.routes(locality)]

"""The pages inside a FastAPI app, and this library's errors for its own endpoints."""

from __future__ import annotations

from typing import TYPE_CHECKING

from govinteract.errors import GovInteractError
from govinteract.web.assembly import app
from govinteract.web.refusals import Refusals
from govinteract.web.site import Site

if TYPE_CHECKING:
    from fastapi import FastAPI

    from govinteract.locality import Locality

__all__ = ["attach"]


def attach(host: FastAPI, locality: Locality, *, path: str = "") -> None:
    """Mount the pages of `locality` in `host` under `path`, behind its own endpoints.

    An endpoint of the host that raises a `GovInteractError` answers with its status, in the
    reader's language: a page, or Problem Details (RFC 9457) for programs. Hand
    `web.lifespan(locality)` to `FastAPI(lifespan=...)`, since a mounted app's is not run.
    """
    refusals = Refusals(Site(locality))
    host.add_exception_handler(GovInteractError, refusals.ours)
    host.mount(path, app(locality))

"""A ward's log and statements, served on loopback."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.routing import Mount

from govinteract import Locality, web
from govinteract.errors import GovInteractError
from govinteract.web import log, statements
from govinteract.web.refusals import Refusals
from govinteract.web.site import Site

__all__ = ["listening", "log_app"]


def log_app(ward: Locality) -> Starlette:
    """Return an app of the log, the keys and the verifier page, the ward's pages behind it."""
    site = Site(ward)
    refusals = Refusals(site)
    return Starlette(
        routes=[*log.routes(ward), *statements.routes(site), Mount("/", app=web.app(ward))],
        exception_handlers={GovInteractError: refusals.ours, HTTPException: refusals.http},
    )


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

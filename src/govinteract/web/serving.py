"""Serving by itself: `govinteract serve`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import uvicorn

from govinteract.web.assembly import app

if TYPE_CHECKING:
    from govinteract.locality import Locality

__all__ = ["serve"]


def serve(locality: Locality, host: str = "127.0.0.1", port: int = 8000) -> None:
    """Serve the pages of `locality` until Ctrl-C.

    The access log is off, since a case's address holds its secret code. Behind a reverse
    proxy on this machine the client's address is taken from its headers.
    """
    uvicorn.run(
        app(locality), host=host, port=port, access_log=False, log_level="warning",
        server_header=False, timeout_graceful_shutdown=10,
    )  # fmt: skip

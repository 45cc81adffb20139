"""What protects every page: headers, no foreign forms, and codes that never reach a log.

The policy allows nothing inline and nothing from elsewhere, except map tiles where the
locality configured them. A page that needs more says so through `Policy`.
"""

from __future__ import annotations

import logging
import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from attrs import frozen

from govinteract.errors import AccessDenied

if TYPE_CHECKING:
    from starlette.datastructures import MutableHeaders
    from starlette.requests import Request

__all__ = ["HideCodes", "Policy", "hide_codes", "refuse_foreign_form"]

_SAFE = {"GET", "HEAD", "OPTIONS"}
_LOGGERS = ("uvicorn.access", "gunicorn.access", "hypercorn.access", "starlette", "fastapi")
_CASE_PATH = re.compile(r"(/case/)[^/\s\"?]+")


@frozen(kw_only=True)
class Policy:
    """What a page may load: `images` are further image sources (`blob:`, a tile server)."""

    images: tuple[str, ...] = ()
    secret: bool = False
    """Whether the page's own address or content is a secret: never kept, never passed on."""
    location: bool = False
    """Whether the page may ask where the device is (to move the map; it is not stored)."""

    def apply(self, headers: MutableHeaders) -> None:
        """Set the headers that browsers enforce."""
        images = " ".join(("'self'", *self.images))
        headers["Content-Security-Policy"] = (
            "default-src 'none'; script-src 'self'; style-src 'self'; "
            f"img-src {images}; connect-src 'self'; form-action 'self'; base-uri 'none'; "
            "frame-ancestors 'none'"
        )
        headers["X-Content-Type-Options"] = "nosniff"
        headers["X-Frame-Options"] = "DENY"
        headers["Referrer-Policy"] = "no-referrer" if self.secret else "same-origin"
        headers["Cross-Origin-Opener-Policy"] = "same-origin"
        headers["Cross-Origin-Resource-Policy"] = "same-origin"
        place = "(self)" if self.location else "()"
        headers["Permissions-Policy"] = f"geolocation={place}, camera=(), microphone=(), payment=()"
        if self.secret:
            headers["Cache-Control"] = "no-store"
        else:
            headers.setdefault("Cache-Control", "no-cache")


def refuse_foreign_form(request: Request, public_url: str) -> None:
    """Refuse a form that another site sent; raises `AccessDenied("web.foreign_form")`.

    Browsers say where a form comes from in `Sec-Fetch-Site` and `Origin`; a program that
    says neither carries no cookie of somebody else's either.
    """
    if request.method in _SAFE:
        return
    site = request.headers.get("sec-fetch-site")
    origin = request.headers.get("origin")
    if site is not None:
        foreign = site not in {"same-origin", "none"}
    else:
        hosts = {request.headers.get("host"), urlsplit(public_url).netloc}
        foreign = origin not in {None, "null"} and urlsplit(origin or "").netloc not in hosts
    if foreign:
        raise AccessDenied("web.foreign_form", hint="post from the site's own pages")


class HideCodes(logging.Filter):
    """Takes case codes out of log records before anybody formats them."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Replace what follows `/case/` in the message and its arguments; keep the record."""
        record.msg = _hidden(record.msg)
        if isinstance(record.args, tuple):
            record.args = tuple(_hidden(value) for value in record.args)
        return True


def _hidden(value: object) -> object:
    return _CASE_PATH.sub(r"\1•••", value) if isinstance(value, str) else value


def hide_codes() -> None:
    """Let the access logs of the usual servers write no case code; twice is once."""
    for name in _LOGGERS:
        logger = logging.getLogger(name)
        if not any(isinstance(known, HideCodes) for known in logger.filters):
            logger.addFilter(HideCodes())

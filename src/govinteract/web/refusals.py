"""Errors as pages: localised, with the next step, and never a stack trace.

Programs that ask for JSON get Problem Details for HTTP APIs (RFC 9457).
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response

from govinteract.errors import (
    AccessDenied,
    ConflictError,
    CryptoError,
    GovInteractError,
    InputError,
    NotFound,
    ProviderError,
    SettingsError,
    StorageError,
)
from govinteract.web.language import language_of
from govinteract.web.security import Policy

if TYPE_CHECKING:
    from starlette.requests import Request

    from govinteract.web.site import Site

__all__ = ["Refusals", "status_of"]

_log = logging.getLogger("govinteract.web")
_FAMILIES: tuple[tuple[type[GovInteractError], int], ...] = (
    (InputError, 422), (NotFound, 404), (AccessDenied, 403), (ConflictError, 409),
    (ProviderError, 502), (StorageError, 503), (CryptoError, 503), (SettingsError, 500),
)  # fmt: skip
_CODES = {
    "web.form_unreadable": 400,
    "web.form_too_large": 413,
    "identity.too_many_attempts": 429,
    "consent.not_own": 404,  # what is not yours is told as what is not there
}
_SERVER_ERROR = 500
_MESSAGES = {404: "web.page_unknown", 405: "web.method_unknown", 413: "web.form_too_large"}


def status_of(error: GovInteractError) -> int:
    """Return the HTTP status that says what kind of refusal `error` is.

    >>> status_of(NotFound("feedback.case_unknown"))
    404
    """
    known = _CODES.get(error.code)
    if known is not None:
        return known
    return next((code for kind, code in _FAMILIES if isinstance(error, kind)), _SERVER_ERROR)


class Refusals:
    """Answers errors that no page answered itself."""

    def __init__(self, site: Site) -> None:
        self._site = site

    def ours(self, request: Request, error: Exception) -> Response:
        """Answer a `GovInteractError` in the reader's language."""
        if not isinstance(error, GovInteractError):
            raise error
        status = status_of(error)
        if status >= _SERVER_ERROR:
            _log.error("%s: %s", error.code, error.hint)
        response = self._answer(
            request, status, error.message(language_of(request)), code=error.code
        )
        if "minutes" in error.params:
            response.headers["Retry-After"] = str(int(str(error.params["minutes"])) * 60)
        return response

    def http(self, request: Request, error: Exception) -> Response:
        """Answer what the framework refused: no such page, wrong method, too large."""
        if not isinstance(error, HTTPException):
            raise error
        code = _MESSAGES.get(error.status_code, "web.form_unreadable")
        message = self._site.texts.say(code, language_of(request))
        response = self._answer(request, error.status_code, message, code=code)
        response.headers.update(error.headers or {})
        return response

    def unforeseen(self, request: Request, _error: Exception) -> Response:
        """Answer a fault of ours; what it was stays in the server's log."""
        message = self._site.texts.say("web.failed", language_of(request))
        return self._answer(request, _SERVER_ERROR, message, code="web.failed")

    def _answer(self, request: Request, status: int, message: str, *, code: str) -> Response:
        if _wants_json(request):
            return _problem(status, message, code)
        return self._site.pages.show(
            request, "refusal.html", status=status, policy=Policy(secret=True), message=message,
            code=code, refused=status,
        )  # fmt: skip


def _wants_json(request: Request) -> bool:
    accept = request.headers.get("accept", "")
    return "json" in accept and "text/html" not in accept


def _problem(status: int, message: str, code: str) -> Response:
    body = {
        "type": f"urn:govinteract:{code}", "title": message, "status": status, "code": code,
    }  # fmt: skip
    return JSONResponse(body, status_code=status, media_type="application/problem+json")

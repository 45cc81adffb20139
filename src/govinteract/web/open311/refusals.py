"""Errors as GeoReport v2 tells them: a list, with an HTTP status that says what kind it is.

404 is for what is not there (service, request, token, jurisdiction), 403 for a missing or
wrong key, 400 for everything else that the client has to change. One status is not in the
specification: 503 with Retry-After, when the report was fine and could not be kept just
now. A client that reads 400 drops the report; one that reads 503 sends it again.

The error's stable code is in the header `GovInteract-Error`, for programs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from govinteract.errors import (
    AccessDenied,
    CryptoError,
    GovInteractError,
    NotFound,
    SettingsError,
    StorageError,
)
from govinteract.locale import translate
from govinteract.web.open311.wire import Document

if TYPE_CHECKING:
    from starlette.responses import Response

    from govinteract.web.open311.wire import Node

__all__ = ["refuse", "refuse_plainly"]

_BAD_REQUEST, _FORBIDDEN, _NOT_FOUND, _UNAVAILABLE = 400, 403, 404, 503
_PLAIN = {413: "web.form_too_large", 500: "open311.failed"}
_MISSING = {"feedback.service_unknown"}
_AGAIN = {"storage.duplicate", "storage.try_again"}
_RETRY_SECONDS = "5"
_PARAMETERS = {"text": "description", "address": "address_string", "name": "first_name, last_name"}


def refuse(error: GovInteractError, suffix: str, lang: str) -> Response:
    """Return `error` as an Open311 answer, in the citizen's language."""
    headers = {"GovInteract-Error": error.code}
    status = _status(error)
    if status == _UNAVAILABLE:
        headers["Retry-After"] = _RETRY_SECONDS
    return _response(status, error.message(lang) + _where(error), suffix, headers)


def refuse_plainly(status: int, suffix: str, lang: str) -> Response:
    """Return the answer to what no call saw: a wrong path or method, an endless body, a fault."""
    message = _PLAIN.get(status, "open311.call_unknown")
    return _response(status, translate(message, lang), suffix, {})


def _response(status: int, text: str, suffix: str, headers: dict[str, str]) -> Response:
    error: dict[str, Node] = {"code": status, "description": text}
    return Document("errors", [error]).response(suffix, status=status, headers=headers)


def _status(error: GovInteractError) -> int:
    if isinstance(error, NotFound) or error.code in _MISSING:
        return _NOT_FOUND
    if isinstance(error, AccessDenied):
        return _FORBIDDEN
    if isinstance(error, CryptoError | SettingsError | StorageError) or error.code in _AGAIN:
        return _UNAVAILABLE
    return _BAD_REQUEST


def _where(error: GovInteractError) -> str:
    """Name the parameter that is at fault, where the message does not."""
    if question := error.params.get("question"):
        return f" (attribute[{question}])"
    field = str(error.params.get("field", ""))
    return f" ({_PARAMETERS.get(field, field)})" if field else ""

"""Which language somebody reads: the one asked for, the one chosen before, the browser's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from govinteract.locale import LANGUAGES

if TYPE_CHECKING:
    from starlette.requests import Request

__all__ = ["COOKIE", "asked_for", "language_of"]

COOKIE = "gi_lang"


def asked_for(request: Request) -> str | None:
    """Return the language that `?lang=` names, None when it names none of ours."""
    lang = request.query_params.get("lang")
    return lang if lang in LANGUAGES else None


def language_of(request: Request) -> str:
    """Return the language of this request: `?lang=`, the cookie, `Accept-Language`, Vietnamese."""
    kept = request.cookies.get(COOKIE)
    if (asked := asked_for(request)) is not None:
        return asked
    if kept in LANGUAGES:
        return str(kept)
    return _accepted(request.headers.get("accept-language", ""))


def _accepted(header: str) -> str:
    """Pick the language that RFC 9110, section 12.5.4, prefers; ours go by their first part."""
    best, weight = LANGUAGES[0], 0.0
    for item in header[:500].split(","):
        tag, _, parameter = item.partition(";")
        lang = tag.strip().lower().partition("-")[0]
        try:
            quality = float(parameter.strip().removeprefix("q=") or 1)
        except ValueError:
            continue
        if lang in LANGUAGES and quality > weight:
            best, weight = lang, quality
    return best

"""Rendering: templates of the locality before the library's, in the reader's language."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

from jinja2 import ChoiceLoader, Environment, FileSystemLoader, PackageLoader, StrictUndefined
from starlette.responses import HTMLResponse

from govinteract.locale import LANGUAGES
from govinteract.web.dates import Dates
from govinteract.web.language import COOKIE, asked_for, language_of
from govinteract.web.security import Policy

if TYPE_CHECKING:
    from starlette.requests import Request

    from govinteract.locality import Locality
    from govinteract.web.assets import Assets
    from govinteract.web.texts import Texts

__all__ = ["Pages"]

_YEAR = 365 * 24 * 3600
_POLICY = Policy()


class Pages:
    """The templates of one locality."""

    def __init__(self, locality: Locality, assets: Assets, texts: Texts) -> None:
        self._locality = locality
        self._assets = assets
        self.texts = texts
        own = locality.settings.templates
        loaders = [FileSystemLoader(own)] if own else []
        self._jinja = Environment(
            loader=ChoiceLoader([*loaders, PackageLoader("govinteract.web")]),
            autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True,
        )  # fmt: skip

    def show(
        self, request: Request, template: str, *, status: int = 200, policy: Policy = _POLICY,
        **context: object,
    ) -> HTMLResponse:  # fmt: skip
        """Render `template` for this reader and return the answer with its headers."""
        lang = language_of(request)
        body = self._jinja.get_template(template).render(self._around(request, lang) | context)
        response = HTMLResponse(body, status_code=status)
        response.headers["Content-Language"] = lang
        response.headers["Vary"] = "Accept-Language, Cookie"
        policy.apply(response.headers)
        if asked_for(request):
            response.set_cookie(
                COOKIE, lang, max_age=_YEAR, samesite="lax", httponly=True, secure=self.secure
            )
        return response

    @property
    def secure(self) -> bool:
        """Whether cookies go over TLS alone: as set, else when the public address is https."""
        chosen = self._locality.settings.secure_cookies
        return urlsplit(self.public_url).scheme == "https" if chosen is None else chosen

    @property
    def public_url(self) -> str:
        """Where citizens find the app."""
        return self._locality.settings.public_url

    def dates(self, lang: str) -> Dates:
        """Return what says instants in `lang`."""
        return Dates(texts=self.texts, lang=lang, zone=self._locality.calendar.zone)

    def _around(self, request: Request, lang: str) -> dict[str, Any]:
        """Return what every template may use."""
        settings = self._locality.settings
        root = request.scope.get("root_path", "")

        def say(message_id: str, **params: object) -> str:
            return self.texts.say(message_id, lang, **params)

        def words(texts: dict[str, str]) -> str:
            return texts.get(lang) or next(iter(texts.values()), "")

        return {
            "t": say,
            "words": words,
            "unit_name": lambda code: self.texts.name(f"unit.{code}", lang) or code,
            "lang": lang,
            "other": _other(lang),
            "dates": self.dates(lang),
            "now": self._locality.clock.now(),
            "root": root,
            "static": lambda name: root + self._assets.path(name),
            "ward": words(settings.name),
            "hotline": settings.hotline,
            "logo": settings.theme.get("logo", "emblem.svg"),
            "switch": f"?{urlencode([*_kept(request), ('lang', _other(lang))])}",
            "full": request.headers.get("hx-request") != "true",
        }


def _other(lang: str) -> str:
    return next(other for other in LANGUAGES if other != lang)


def _kept(request: Request) -> list[tuple[str, str]]:
    return [(k, v) for k, v in request.query_params.multi_items() if k != "lang"]

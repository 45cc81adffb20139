"""The public keys of this locality, and the page on which anybody checks a statement.

    GET /.well-known/govinteract-keys.json   the JWK Set, and the log's keys beside it
    GET /verify                              the page; a QR code's text stands behind its #
    GET /verify/offline.html                 the same in one file, to keep and use offline

What follows `#` never leaves the browser: the server does not learn what is checked.
"""

from __future__ import annotations

import json
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final

from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from govinteract.attest import KINDS
from govinteract.kernel import System
from govinteract.web.assets import theme_css
from govinteract.web.language import language_of

if TYPE_CHECKING:
    from starlette.requests import Request

    from govinteract.web.site import Site

__all__ = ["KEYS_PATH", "routes"]

KEYS_PATH: Final = "/.well-known/govinteract-keys.json"

_AUDIT = System("audit")
_INLINED = ("verify.js", "site.css")
_STATIC = files("govinteract.web").joinpath("static")
_WORDS = (
    "good", "holds", "bad", "statement_invalid", "key_unknown", "key_outdated", "key_revoked",
    "unsupported", "kind", "issuer", "subject", "issued", "true", "false",
)  # fmt: skip
_CLAIMS = (
    "amount", "at", "basis", "bill", "classes", "currency", "leaf", "purpose", "root", "seq",
    "size", "stream", "until", "version", "withdrawable", "wraps",
)  # fmt: skip
"""The claims that the page has words for; others stand by their names."""


def routes(site: Site) -> list[BaseRoute]:
    """Return the routes of the keys and of the verifier page."""
    pages = _Pages(site)
    return [
        Route(KEYS_PATH, pages.keys),
        Route("/verify", pages.verify),
        Route("/verify/offline.html", pages.offline),
    ]


class _Pages:
    def __init__(self, site: Site) -> None:
        self._site = site

    async def keys(self, _request: Request) -> Response:
        """Answer with the keys; pages of other sites may read them too."""
        published = await self._site.locality.run(self._published)
        headers = {"Cache-Control": "public, max-age=300", "Access-Control-Allow-Origin": "*"}
        return Response(published, media_type="application/json", headers=headers)

    async def verify(self, request: Request) -> Response:
        """Answer `GET /verify`."""
        return self._site.pages.show(request, "verify.html", **await self._context(request))

    async def offline(self, request: Request) -> Response:
        """Answer `GET /verify/offline.html`: a file that needs nothing else."""
        context = await self._context(request)
        theme = theme_css(self._site.locality.settings.theme)
        inlined = {name: _STATIC.joinpath(name).read_text("utf-8") for name in _INLINED}
        page = self._site.pages.show(
            request, "verify-offline.html", script=inlined["verify.js"],
            style=inlined["site.css"], colours=theme, **context,
        )  # fmt: skip
        page.headers["Content-Disposition"] = 'attachment; filename="govinteract-verify.html"'
        return page

    async def _context(self, request: Request) -> dict[str, Any]:
        keys = json.loads(await self._site.locality.run(self._published))
        say, lang = self._site.texts.say, language_of(request)
        texts = {word: say(f"web.verify_{word}", lang) for word in _WORDS}
        kinds = {kind: say(f"web.verify_kind_{_dashed(kind)}", lang) for kind in KINDS}
        claims = {f"claim_{name}": say(f"web.verify_claim_{name}", lang) for name in _CLAIMS}
        names = self._site.locality.settings.name
        ward = {"ward": names.get(lang) or next(iter(names.values()), "")}
        return {
            "keys": keys, "texts": {**texts, **kinds, **claims, **ward},
            "issuer": keys["issuer"], "zone": self._site.locality.zone,
        }  # fmt: skip

    def _published(self) -> str:
        with self._site.locality.acting_as(_AUDIT) as tx:
            log, witness = tx.log_keys.verifier.text, tx.witness_key.verifier.text
            return tx.statements.keys().to_json(log=log, witness=witness)


def _dashed(kind: str) -> str:
    return kind.replace(".", "_")

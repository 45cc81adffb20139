"""Who is at the desk: the session behind a cookie, and the token that its forms carry."""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING

from attrs import field, frozen
from starlette.responses import RedirectResponse, Response

from govinteract.errors import AccessDenied
from govinteract.identity import Officers, Sessions
from govinteract.kernel import System
from govinteract.web.security import Policy, refuse_foreign_form

if TYPE_CHECKING:
    from starlette.requests import Request

    from govinteract.identity import Account
    from govinteract.web.forms import Form
    from govinteract.web.site import Site

__all__ = ["DESK", "Door", "Visit"]

DESK = Policy(secret=True)
_COOKIE = "gi_desk"
_CSRF_LENGTH = 32


@frozen
class Visit:
    """A signed-in request: whose it is, and what its forms must carry as `csrf`."""

    account: Account
    csrf: str = field(repr=False)


class Door:
    """Lets officers in and keeps others out."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._locality = site.locality

    async def visit(self, request: Request) -> Visit | None:
        """Return who sent this request, None when nobody is signed in."""
        token = request.cookies.get(self.cookie)
        return await self._locality.run(self._visit, token) if token else None

    def check(self, request: Request, form: Form, visit: Visit) -> None:
        """Refuse a form that is not this session's own.

        Raises `AccessDenied("web.foreign_form")`.
        """
        refuse_foreign_form(request, self._site.pages.public_url)
        if not hmac.compare_digest(form.one("csrf").encode(), visit.csrf.encode()):
            raise AccessDenied("web.foreign_form", hint="the form lacks its csrf token")

    def to_login(self, request: Request) -> Response:
        """Send the browser to the login page."""
        path = f"{request.scope.get('root_path', '')}/desk/login"
        return RedirectResponse(path, 303, headers={"Cache-Control": "no-store"})

    def give(self, response: Response, token: str) -> Response:
        """Set the session's cookie."""
        response.set_cookie(
            self.cookie, token, httponly=True, samesite="lax", secure=self._site.pages.secure,
            path="/",
        )  # fmt: skip
        return response

    def take(self, response: Response) -> Response:
        """Delete the session's cookie."""
        response.delete_cookie(self.cookie, httponly=True, samesite="lax", path="/")
        return response

    @property
    def cookie(self) -> str:
        """The name of the cookie; over TLS no other host may set it (`__Host-`)."""
        return f"__Host-{_COOKIE}" if self._site.pages.secure else _COOKIE

    async def csrf(self, secret: str) -> str:
        """Return the token that the login form carries for a browser with this secret."""
        return await self._locality.run(self._csrf, secret)

    def _csrf(self, secret: str) -> str:
        keyring = self._locality.keyring
        keyring.warm(self._locality.engine)
        return keyring.fingerprint("desk-csrf", secret.encode()).hex()[:_CSRF_LENGTH]

    def _visit(self, token: str) -> Visit | None:
        with self._locality.acting_as(System("desk")) as tx:
            officers = Officers(tx.transaction, tx.facts)
            sessions = Sessions(tx.transaction, tx.facts, self._locality.keyring.fingerprint)
            session = sessions.find(token, officers)
        return Visit(session.account, self._csrf(token)) if session else None

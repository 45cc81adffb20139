"""Signing in and out. What was wrong is never told; trying often is slowed down."""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING

from starlette.responses import RedirectResponse, Response

from govinteract.errors import AccessDenied
from govinteract.identity import Officers, Sessions
from govinteract.kernel import System
from govinteract.web.desk.accounts import is_password
from govinteract.web.desk.door import DESK
from govinteract.web.forms import read_form
from govinteract.web.language import language_of
from govinteract.web.refusals import status_of
from govinteract.web.security import refuse_foreign_form
from govinteract.web.site import LOGIN_CLIENT, LOGIN_NAME, client_of

if TYPE_CHECKING:
    from starlette.requests import Request

    from govinteract.identity import Account, Limit
    from govinteract.web.desk.door import Door
    from govinteract.web.forms import Form
    from govinteract.web.site import Site

__all__ = ["Login"]

_COOKIE = "gi_login"
_SECRET_BYTES = 16
_NAME_LIMIT = 64


class Login:
    """The login page and the way out."""

    def __init__(self, site: Site, door: Door) -> None:
        self._site = site
        self._door = door
        self._locality = site.locality

    async def show(self, request: Request) -> Response:
        """Answer `GET /desk/login`."""
        if await self._door.visit(request):
            return self._to_queue(request)
        return await self._page(request)

    async def sign_in(self, request: Request) -> Response:
        """Answer `POST /desk/login`: begin a session, or show the page again."""
        form = await read_form(request)
        try:
            await self._check(request, form)
            token = await self._locality.run(self._enter, request, form)
        except AccessDenied as error:
            return await self._page(request, form.one("username"), error)
        return self._door.give(self._to_queue(request), token)

    async def sign_out(self, request: Request) -> Response:
        """Answer `POST /desk/logout`: end the session."""
        visit = await self._door.visit(request)
        if visit is None:
            return self._door.to_login(request)
        self._door.check(request, await read_form(request), visit)
        await self._locality.run(self._leave, visit.account, request.cookies[self._door.cookie])
        return self._door.take(self._door.to_login(request))

    async def _check(self, request: Request, form: Form) -> None:
        """See that the form is from our login page: its cookie and its field belong together."""
        refuse_foreign_form(request, self._site.pages.public_url)
        expected = await self._door.csrf(request.cookies.get(_COOKIE, ""))
        if not hmac.compare_digest(form.one("csrf").encode(), expected.encode()):
            raise AccessDenied("web.foreign_form", hint="the form lacks its csrf token")

    def _enter(self, request: Request, form: Form) -> str:
        """Return the token of a new session, or raise the one refusal there is."""
        username = form.one("username").strip().lower()[:_NAME_LIMIT]
        limits = [(LOGIN_NAME, username), (LOGIN_CLIENT, client_of(request))]
        with self._locality.acting_as(System("desk")) as tx:
            self._site.check_limits(tx, limits)
            account = Officers(tx.transaction, tx.facts).find(username)
        # Argon2 is slow by design, so no transaction is open meanwhile.
        if not is_password(account, form.one("password")) or account is None:
            self._count(limits)
            raise AccessDenied("web.login_wrong", hint="wrong name, wrong password, or closed")
        with self._locality.acting_as(account.officer) as tx:
            sessions = Sessions(tx.transaction, tx.facts, self._locality.keyring.fingerprint)
            return sessions.begin(account, instead_of=request.cookies.get(self._door.cookie))

    def _count(self, limits: list[tuple[Limit, str]]) -> None:
        with self._locality.acting_as(System("desk")) as tx:
            for limit, who in limits:
                self._site.attempts(tx).add(limit, who)

    def _leave(self, account: Account, token: str) -> None:
        with self._locality.acting_as(account.officer) as tx:
            Sessions(tx.transaction, tx.facts, self._locality.keyring.fingerprint).end(token)

    def _to_queue(self, request: Request) -> Response:
        path = f"{request.scope.get('root_path', '')}/desk"
        return RedirectResponse(path, 303, headers={"Cache-Control": "no-store"})

    async def _page(
        self, request: Request, username: str = "", error: AccessDenied | None = None
    ) -> Response:
        secret = request.cookies.get(_COOKIE) or self._locality.entropy.bytes(_SECRET_BYTES).hex()
        response = self._site.pages.show(
            request, "desk/login.html", status=status_of(error) if error else 200, policy=DESK,
            csrf=await self._door.csrf(secret), username=username,
            error=error.message(language_of(request)) if error else None,
        )  # fmt: skip
        response.set_cookie(
            _COOKIE, secret, httponly=True, samesite="lax", secure=self._site.pages.secure
        )
        return response

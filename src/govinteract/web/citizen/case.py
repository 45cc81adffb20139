"""Following a case by its code: where it stands, what was said, what can be done now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import RedirectResponse, Response

from govinteract.errors import GovInteractError, InputError, NotFound
from govinteract.kernel import Anonymous, CaseCode
from govinteract.web.case_view import CaseView, view_case
from govinteract.web.forms import read_form
from govinteract.web.language import language_of
from govinteract.web.refusals import status_of
from govinteract.web.security import Policy, refuse_foreign_form
from govinteract.web.site import LOOK_UP, client_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import Request

    from govinteract.feedback import Case
    from govinteract.web.site import Site

__all__ = ["Cases"]

_SECRET = Policy(secret=True)
_FORM_BYTES = 16


class Cases:
    """The pages that a case code opens."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._locality = site.locality

    async def ask(self, request: Request) -> Response:
        """Answer `GET /case`: ask for the code."""
        return self._site.pages.show(request, "track.html", typed="", error=None)

    async def look_up(self, request: Request) -> Response:
        """Answer `POST /case`: go to the case, or say what is wrong with the code."""
        refuse_foreign_form(request, self._site.pages.public_url)
        typed = (await read_form(request)).one("code")
        try:
            code = CaseCode.parse(typed)
            await self._locality.run(self.find, code.text, client_of(request))
        except (InputError, NotFound) as error:
            return self._site.pages.show(
                request, "track.html", status=status_of(error), policy=_SECRET, typed=typed,
                error=error.message(language_of(request)),
            )  # fmt: skip
        return self.to(request, code.shown)

    async def show(self, request: Request) -> Response:
        """Answer `GET /case/{code}`."""
        return await self.page(request)

    async def receipt(self, request: Request) -> Response:
        """Answer `GET /case/{code}/receipt`: the slip to keep; opens no personal data."""
        raw = request.path_params["code"]
        case = await self._locality.run(self.find, raw, client_of(request))
        return self._site.pages.show(
            request, "receipt.html", policy=_SECRET, case=case, code=CaseCode.parse(raw).shown,
            service=self._locality.catalogue.services.get(case.service),
            public_url=self._site.pages.public_url,
        )  # fmt: skip

    def find(self, raw: str, client: str) -> Case:
        """Return the case that `raw` opens; one that opens none counts against `client`."""
        try:
            with self._locality.acting_as(Anonymous()) as tx:
                self._site.check_limits(tx, [(LOOK_UP, client)])
                return tx.feedback.find(raw)
        except NotFound:
            with self._locality.acting_as(Anonymous()) as tx:
                self._site.attempts(tx).add(LOOK_UP, client)
            raise

    async def page(
        self, request: Request, *, error: GovInteractError | None = None,
        typed: Mapping[str, str] | None = None,
    ) -> Response:  # fmt: skip
        """Show the case; with `error` beside the form whose fields `typed` holds."""
        raw = request.path_params["code"]
        await self._locality.run(self.find, raw, client_of(request))
        lang = language_of(request)
        view = await self._locality.run(self._view, raw, lang)
        return self._site.pages.show(
            request, "case.html", status=status_of(error) if error else 200, policy=_SECRET,
            view=view, code=CaseCode.parse(raw).shown, typed=typed or {},
            error=error.message(lang) if error else None,
            form_id=self._locality.entropy.bytes(_FORM_BYTES).hex(),
            state=self._locality.workflow.label(view.case.state, lang),
            labels=lambda key: self._locality.workflow.label(key, lang),
            due=self._site.pages.dates(lang).due(view.case, self._locality.clock.now()),
        )  # fmt: skip

    def to(self, request: Request, code: str) -> Response:
        """Send the browser to the case's page."""
        path = f"{request.scope.get('root_path', '')}/case/{code}"
        return RedirectResponse(path, 303, headers={"Cache-Control": "no-store"})

    def _view(self, raw: str, lang: str) -> CaseView:
        with self._locality.acting_as(Anonymous(), purpose="self-access") as tx:
            return view_case(tx, tx.feedback.find(raw), self._locality.catalogue, lang)

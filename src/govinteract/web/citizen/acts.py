"""What a citizen does on a case: answer, confirm, reopen, rate, withdraw."""

from __future__ import annotations

from typing import TYPE_CHECKING

from govinteract.errors import GovInteractError, InputError
from govinteract.kernel import Anonymous
from govinteract.web.forms import prepared, read_form
from govinteract.web.refusals import status_of
from govinteract.web.replay import first_time
from govinteract.web.security import refuse_foreign_form
from govinteract.web.site import SUBMIT, client_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.requests import Request
    from starlette.responses import Response

    from govinteract.acting import Acting
    from govinteract.feedback import Case
    from govinteract.feedback.photos import PreparedPhoto
    from govinteract.web.citizen.case import Cases
    from govinteract.web.forms import Form
    from govinteract.web.site import Site

__all__ = ["Acts"]

_SERVER_ERROR = 500


class Acts:
    """The forms on the citizen's case page: `act`, `text`, `score`, `photo` and `form`."""

    def __init__(self, site: Site, cases: Cases) -> None:
        self._site = site
        self._locality = site.locality
        self._cases = cases

    async def act(self, request: Request) -> Response:
        """Answer `POST /case/{code}`: do it, or show the case with what was typed kept."""
        refuse_foreign_form(request, self._site.pages.public_url)
        form = await read_form(request)
        raw = request.path_params["code"]
        await self._locality.run(self._cases.find, raw, client_of(request))
        try:
            await self._locality.run(self._do, raw, form, client_of(request))
        except GovInteractError as error:
            if status_of(error) >= _SERVER_ERROR:
                raise
            typed = {name: form.one(name) for name in ("act", "text", "score", "rating_text")}
            return await self._cases.page(request, error=error, typed=typed)
        return self._cases.to(request, raw)

    def _do(self, raw: str, form: Form, client: str) -> None:
        photos = prepared(form.files("photo"))
        with self._locality.acting_as(Anonymous()) as tx:
            self._site.check_limits(tx, [(SUBMIT, client)])
            case = tx.feedback.find(raw)
            if first_time(tx, self._locality, form, about=case.id, photos=photos):
                _one(tx, case, form, photos)
                self._site.attempts(tx).add(SUBMIT, client)


def _one(tx: Acting, case: Case, form: Form, photos: Sequence[PreparedPhoto]) -> None:
    """Do the one act that the form names."""
    text = form.one("text")
    match form.one("act"):
        case "say":
            tx.feedback.say(case, text, photos=photos)
        case "confirm":
            tx.feedback.confirm(case)
        case "reopen":
            tx.feedback.reopen(case, text, photos=photos)
        case "withdraw":
            tx.feedback.withdraw(case)
        case "rate":
            tx.feedback.rate(case, _score(form), form.one("rating_text").strip() or None)
        case _:
            raise InputError("web.act_unknown", hint="say, confirm, reopen, rate or withdraw")


def _score(form: Form) -> int:
    raw = form.one("score")
    return int(raw) if raw.isascii() and raw.isdigit() else 0

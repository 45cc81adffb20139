"""A case at the desk: its words for the purpose of resolving it, its contact only when asked.

Opening the page opens what was reported and said (purpose `resolve-report`) and the notes
(`case-notes`); how to reach the citizen stays closed until a button is pressed. Each is
recorded before it is shown. A form brings the version that its page showed: when the case
moved on meanwhile, the page says what is new and keeps what was typed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve, field, frozen
from starlette.responses import RedirectResponse, Response

from govinteract.errors import GovInteractError
from govinteract.feedback import Contact, Returned
from govinteract.feedback.redaction import propose
from govinteract.kernel import Phone
from govinteract.web.case_view import CaseView, view_case
from govinteract.web.citizen.photos import jpeg
from govinteract.web.desk.door import DESK
from govinteract.web.desk.verbs import FIELDS, do_verb
from govinteract.web.forms import prepared, read_form
from govinteract.web.language import language_of
from govinteract.web.places import WIDTH, Place
from govinteract.web.refusals import status_of
from govinteract.web.replay import first_time

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import Request

    from govinteract.web.desk.door import Door, Visit
    from govinteract.web.forms import Form
    from govinteract.web.site import Site

__all__ = ["DeskCases"]

_FORM_BYTES = 16
_SERVER_ERROR = 500
_RESOLVE, _NOTES = "resolve-report", "case-notes"


@frozen(kw_only=True)
class _Shown:
    """What the page shows of a case: its words, its notes by version, its contact if asked."""

    view: CaseView
    notes: Mapping[int, str] = field(repr=False)
    contact: Contact | None = field(repr=False)


class DeskCases:
    """The case page of the desk."""

    def __init__(self, site: Site, door: Door) -> None:
        self._site = site
        self._door = door
        self._locality = site.locality
        self._place = Place.of(site.locality.settings)

    async def show(self, request: Request) -> Response:
        """Answer `GET /desk/case/{public_id}`."""
        visit = await self._door.visit(request)
        if visit is None:
            return self._door.to_login(request)
        return await self._page(request, visit)

    async def act(self, request: Request) -> Response:
        """Answer `POST /desk/case/{public_id}`: do a verb, or open the contact."""
        visit = await self._door.visit(request)
        if visit is None:
            return self._door.to_login(request)
        form = await read_form(request)
        self._door.check(request, form, visit)
        if form.one("verb") == "contact":
            return await self._page(request, visit, contact=True)
        try:
            await self._locality.run(self._do, visit, request.path_params["public_id"], form)
        except GovInteractError as error:
            if status_of(error) >= _SERVER_ERROR:
                raise
            return await self._page(request, visit, form=form, error=error)
        return RedirectResponse(
            f"{request.scope.get('root_path', '')}/desk/case/{request.path_params['public_id']}",
            303, headers={"Cache-Control": "no-store"},
        )  # fmt: skip

    async def photo(self, request: Request) -> Response:
        """Answer `GET /desk/case/{public_id}/photo/{photo}`; `?size=small`: the thumbnail."""
        visit = await self._door.visit(request)
        if visit is None:
            return self._door.to_login(request)
        small = request.query_params.get("size") == "small"

        def read() -> bytes:
            with self._locality.acting_as(visit.account.officer, purpose=_RESOLVE) as tx:
                return tx.open_photo(tx.files.read(request.path_params["photo"], thumbnail=small))

        return jpeg(await self._locality.run(read))

    def _do(self, visit: Visit, public_id: str, form: Form) -> None:
        photos = prepared(form.files("photo"))
        with self._locality.acting_as(visit.account.officer) as tx:
            case = tx.feedback.find(public_id)
            if first_time(tx, self._locality, form, about=case.id, photos=photos):
                seen = form.one("version")
                mine = evolve(case, version=int(seen)) if seen.isdigit() else case
                do_verb(tx, mine, form, photos)

    def _open(self, visit: Visit, public_id: str, lang: str, *, contact: bool) -> _Shown:
        officer, catalogue = visit.account.officer, self._locality.catalogue
        with self._locality.acting_as(officer, purpose=_RESOLVE) as tx:
            case = tx.feedback.find(public_id)
            view = view_case(tx, case, catalogue, lang)
            opened = tx.open(case.contact).reveal() if contact and case.contact else None
        with self._locality.acting_as(officer, purpose=_NOTES) as tx:
            noted = [m for e in view.entries if (m := e.message).kind == "case.noted" and m.text]
            words = tx.open_all([m.text for m in noted if m.text])
        notes = {m.version: str(w.reveal()) for m, w in zip(noted, words, strict=True)}
        return _Shown(view=view, notes=notes, contact=opened)

    async def _page(
        self, request: Request, visit: Visit, *, form: Form | None = None,
        error: GovInteractError | None = None, contact: bool = False,
    ) -> Response:  # fmt: skip
        lang, public_id = language_of(request), request.path_params["public_id"]
        shown = await self._locality.run(self._open, visit, public_id, lang, contact=contact)
        case = shown.view.case
        typed = {name: form.one(name) for name in FIELDS} if form else {}
        seen = form.one("version") if form else ""
        point = case.at if self._place.bounds else None
        purpose = self._locality.purposes.get(_RESOLVE)
        return self._site.pages.show(
            request, "desk/case.html", status=status_of(error) if error else 200, policy=DESK,
            visit=visit, view=shown.view, case=case, notes=shown.notes,
            contact=shown.contact, phone=_national(shown.contact),
            typed=typed, error=error.message(lang) if error else None,
            since=int(seen) if seen.isdigit() else case.version,
            form_id=self._locality.entropy.bytes(_FORM_BYTES).hex(),
            state=self._locality.workflow.label(case.state, lang),
            labels=lambda key: self._locality.workflow.label(key, lang),
            due=self._site.pages.dates(lang).due(case, self._locality.clock.now()),
            proposal=case.public_text or propose(shown.view.text),
            units=sorted({s.unit for s in self._locality.catalogue.services.values() if s.unit}),
            causes=Returned.ALL, purpose=purpose.name(lang) if purpose else _RESOLVE,
            place=self._place, spot=self._place.spot(point) if point else None, width=WIDTH,
        )  # fmt: skip


def _national(contact: Contact | None) -> str:
    """Return the phone number as people here write it."""
    return Phone(contact.phone).national if contact and contact.phone else ""

"""Reporting in three short steps: what, where, photos and contact. Each works as a page.

Every step posts the whole form to `/report`; `go` says which button was pressed. A photo
is checked and kept (in a draft) before the rest is sent. The last step submits under the
form's own number, so that a second click, a reload or a replay gives the same receipt.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from starlette.responses import RedirectResponse, Response

from govinteract.errors import ConflictError, GovInteractError, NotFound
from govinteract.feedback.photos import PHOTOS_AT_MOST
from govinteract.kernel import Anonymous
from govinteract.web.citizen.filled import STEPS, Filled
from govinteract.web.citizen.home import grouped
from govinteract.web.forms import prepared, read_form
from govinteract.web.language import language_of
from govinteract.web.places import WIDTH, Place
from govinteract.web.refusals import status_of
from govinteract.web.security import Policy, refuse_foreign_form
from govinteract.web.site import SUBMIT, UPLOAD, client_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import Request

    from govinteract.feedback import Photo, Receipt, Service
    from govinteract.web.forms import Form
    from govinteract.web.site import Site

__all__ = ["Reporting"]

_SHOWN = {
    "what": ("text", "answers"),
    "where": ("lat", "lon", "address"),
    "who": ("name", "phone", "email", "confidential", "draft"),
}
_SAID = {
    "feedback.answer_missing": "web.answer_missing",
    "kernel.text_empty": "web.text_missing",
}
_ONCE_BYTES = 16
_NUMBER = re.compile(r"\b[0-9]{3,4}(?: [0-9]{3,4}){0,3}\b")
_ERROR = 422


class Reporting:
    """The steps of one report."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._locality = site.locality
        self._place = Place.of(site.locality.settings)

    async def begin(self, request: Request) -> Response:
        """Answer `GET /report`: choose a service, or describe the one that `?service=` names."""
        code = request.query_params.get("service")
        if code is None:
            groups = grouped(self._locality.catalogue)
            return self._site.pages.show(request, "report/choose.html", groups=groups)
        service = self._locality.catalogue.service(code)
        if service.emergency and "calm" not in request.query_params:
            return self._emergency(request, service)
        once = self._locality.entropy.bytes(_ONCE_BYTES).hex()
        return await self._page(request, "what", Filled({"service": code, "once": once}))

    async def go_on(self, request: Request) -> Response:
        """Answer `POST /report`: check the step, keep photos, show the next page or submit."""
        refuse_foreign_form(request, self._site.pages.public_url)
        form = await read_form(request)
        filled, step = Filled.of(form), form.one("step", "what")
        step = step if step in STEPS else "what"
        filled, errors = await self._keep_photos(request, filled, form)
        go = form.one("go", "next")
        if "map.x" in form.values:
            filled = filled.put(**self._clicked(form))
            return await self._page(request, step, filled)
        if go in {"stay", "photo"} or go.startswith("drop:"):
            return await self._page(request, step, filled, errors)
        if go == "back":
            return await self._page(request, STEPS[max(STEPS.index(step) - 1, 0)], filled)
        errors |= self._problems(step, filled)
        if errors or step != STEPS[-1]:
            following = step if errors else STEPS[STEPS.index(step) + 1]
            return await self._page(request, following, filled, errors)
        return await self._send(request, filled)

    async def _send(self, request: Request, filled: Filled) -> Response:
        """Submit; whatever was refused goes back to the step that it belongs to."""
        for step in STEPS:
            if errors := self._problems(step, filled):
                return await self._page(request, step, filled, errors)
        try:
            receipt = await self._locality.run(
                self._submit, filled, language_of(request), client_of(request)
            )
        except NotFound as error:  # the draft was sent or has expired
            return await self._page(request, "who", filled.put(draft=""), {"photo": error})
        except ConflictError as error:
            fresh = self._locality.entropy.bytes(_ONCE_BYTES).hex()
            return await self._page(request, "who", filled.put(once=fresh), {"form": error})
        path = f"{request.scope.get('root_path', '')}/case/{receipt.code.shown}/receipt"
        if request.headers.get("hx-request"):
            return Response(headers={"HX-Redirect": path, "Cache-Control": "no-store"})
        return RedirectResponse(path, 303, headers={"Cache-Control": "no-store"})

    def _submit(self, filled: Filled, lang: str, client: str) -> Receipt:
        with self._locality.acting_as(Anonymous()) as tx:
            self._site.check_limits(tx, [(SUBMIT, client)])
            receipt = tx.feedback.submit(
                filled.report(lang), contact=filled.contact(), draft=filled.get("draft") or None,
                once=filled.get("once") or None,
            )  # fmt: skip
            self._site.attempts(tx).add(SUBMIT, client)
            return receipt

    async def _keep_photos(
        self, request: Request, filled: Filled, form: Form
    ) -> tuple[Filled, dict[str, GovInteractError]]:
        """Keep the photos that came with this step in the draft, and drop the one to drop."""
        dropped = form.one("go").removeprefix("drop:") if "drop:" in form.one("go") else ""
        photos = form.files("photo")
        if not photos and not dropped:
            return filled, {}
        try:
            draft = await self._locality.run(
                self._store, filled.get("draft"), photos, dropped, client_of(request)
            )
        except GovInteractError as error:
            if status_of(error) >= 500:  # noqa: PLR2004 - a fault of ours is no matter of the photo
                raise
            return filled, {"photo": error}
        return filled.put(draft=draft), {}

    def _store(self, draft: str, photos: tuple[Photo, ...], dropped: str, client: str) -> str:
        checked = prepared(photos)
        with self._locality.acting_as(Anonymous()) as tx:
            self._site.check_limits(tx, [(UPLOAD, client)])
            token = draft or tx.files.begin_draft()
            for photo in checked:
                tx.files.add_to_draft(token, photo)
            if dropped:
                tx.files.drop_from_draft(token, dropped)
            if checked:
                self._site.attempts(tx).add(UPLOAD, client)
            return token

    def _clicked(self, form: Form) -> dict[str, str]:
        try:
            point = self._place.at(int(form.one("map.x")), int(form.one("map.y")))
        except ValueError:
            return {}
        return {"lat": str(point.lat), "lon": str(point.lon)} if point else {}

    def _service(self, filled: Filled) -> Service:
        return self._locality.catalogue.service(filled.get("service"))

    def _problems(self, step: str, filled: Filled) -> dict[str, GovInteractError]:
        service, region = self._service(filled), self._locality.pack.country
        return filled.problems(step, service=service, place=self._place, region=region)

    def _waiting(self, draft: str) -> list[str]:
        with self._locality.acting_as(Anonymous()) as tx:
            return tx.files.in_draft(draft)

    def _emergency(self, request: Request, service: Service) -> Response:
        """Show the words that send people to the phone, with the numbers they name to tap."""
        texts = service.emergency
        words = texts.get(language_of(request)) or next(iter(texts.values()))
        numbers = _NUMBER.findall(words) or [number for number in (service.phone,) if number]
        return self._site.pages.show(
            request, "report/emergency.html", service=service, numbers=dict.fromkeys(numbers)
        )

    def _said(self, error: GovInteractError, lang: str) -> str:
        """Say an error in the form's own words where it has some, else in the room's."""
        ours = _SAID.get(error.code)
        return self._site.texts.say(ours, lang) if ours else error.message(lang)

    async def _page(
        self, request: Request, step: str, filled: Filled,
        errors: Mapping[str, GovInteractError] | None = None,
    ) -> Response:  # fmt: skip
        lang = language_of(request)
        service, place, draft = self._service(filled), self._place, filled.get("draft")
        photos = await self._locality.run(self._waiting, draft) if step == "who" and draft else []
        point = None if errors and "at" in errors else filled.point
        # The steps replace each other within one document, so they share one policy.
        policy = Policy(secret=True, images=place.sources, location=place.has_map)
        spot = place.spot(point) if point and place.bounds else None
        return self._site.pages.show(
            request, f"report/{step}.html", status=_ERROR if errors else 200,
            policy=policy, step=step, filled=filled, hidden=filled.hidden(_SHOWN[step]),
            errors={name: self._said(error, lang) for name, error in (errors or {}).items()},
            labels={f"answer.{q.code}": q.label.get(lang, "") for q in service.questions},
            service=service, place=place, point=point, spot=spot, width=WIDTH, photos=photos,
            most=PHOTOS_AT_MOST,
        )  # fmt: skip

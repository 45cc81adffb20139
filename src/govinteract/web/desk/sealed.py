"""Sealed reports at the desk: fetched for the record, opened on the officer's side alone.

The page never holds what was reported. An officer with the role "confidential" fetches the
sealed bytes, which is recorded first, and the page's script opens them with the officer's
key file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starlette.responses import JSONResponse, Response

from govinteract.errors import InputError
from govinteract.sealed import ReaderKey, Readers, Submissions
from govinteract.sealed.reader_key import PASSPHRASE_LEAST, from_base64, to_base64
from govinteract.web.citizen.sealed import shown_readers
from govinteract.web.desk.door import DESK
from govinteract.web.forms import read_form

if TYPE_CHECKING:
    from starlette.requests import Request

    from govinteract.acting import Acting
    from govinteract.web.desk.door import Door, Visit
    from govinteract.web.forms import Form
    from govinteract.web.site import Site

__all__ = ["DeskSealed"]


class DeskSealed:
    """The page of sealed reports and its two addresses for scripts."""

    def __init__(self, site: Site, door: Door) -> None:
        self._site = site
        self._door = door
        self._locality = site.locality

    async def show(self, request: Request) -> Response:
        """Answer `GET /desk/sealed`."""
        visit = await self._door.visit(request)
        if visit is None:
            return self._door.to_login(request)
        shown = await self._locality.run(self._list, visit)
        return self._site.pages.show(
            request, "desk/sealed.html", policy=DESK, visit=visit, tenant=self._locality.id,
            least=PASSPHRASE_LEAST, **shown,
        )  # fmt: skip

    async def act(self, request: Request) -> Response:
        """Answer `POST /desk/sealed`: `verb` register (`name`, `public`) or retire (`kid`)."""
        return await self._answer(request, self._change)

    async def act_on(self, request: Request) -> Response:
        """Answer `POST /desk/sealed/{id}`: `verb` open (`kid`), rewrap (`wrap`) or close."""
        return await self._answer(request, self._do)

    async def _answer(self, request: Request, work: Any) -> Response:
        visit = await self._door.visit(request)
        if visit is None:
            return self._door.to_login(request)
        form = await read_form(request)
        self._door.check(request, form, visit)
        said = await self._locality.run(work, visit, form, request.path_params.get("id", ""))
        return JSONResponse(said, headers={"Cache-Control": "no-store"})

    def _list(self, visit: Visit) -> dict[str, Any]:
        with self._locality.acting_as(visit.account.officer) as tx:
            submissions = self._submissions(tx).all()
            readers = Readers(tx.transaction, tx.facts)
            names = {reader.kid: reader.name for reader in readers.all()}
            current = shown_readers(readers.current())
        return {"submissions": submissions, "readers": current, "names": names}

    def _change(self, visit: Visit, form: Form, _id: str) -> dict[str, str]:
        with self._locality.acting_as(visit.account.officer) as tx:
            readers = Readers(tx.transaction, tx.facts)
            match form.one("verb"):
                case "register":
                    key = ReaderKey.parse(from_base64(form.one("public")))
                    return {"kid": readers.register(key, name=form.one("name")).kid}
                case "retire":
                    readers.retire(form.one("kid"))
                    return {}
        raise _unknown_verb()

    def _do(self, visit: Visit, form: Form, submission: str) -> dict[str, str]:
        with self._locality.acting_as(visit.account.officer) as tx:
            box = self._submissions(tx)
            match form.one("verb"):
                case "open":
                    envelope = box.hand_out(submission, kid=form.one("kid"))
                    content, (wrap,) = envelope.content, envelope.wraps
                    return {"content": to_base64(content), "wrap": to_base64(wrap)}
                case "rewrap":
                    box.add_wrap(submission, from_base64(form.one("wrap")))
                    return {}
                case "close":
                    box.close(submission)
                    return {}
        raise _unknown_verb()

    def _submissions(self, tx: Acting) -> Submissions:
        return Submissions(tx.transaction, tx.facts, self._locality.keyring.fingerprint)


def _unknown_verb() -> InputError:
    return InputError("web.act_unknown", hint="register, retire, open, rewrap or close")

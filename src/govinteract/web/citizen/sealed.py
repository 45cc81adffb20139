"""The page of confidential reports: sealed in the browser, kept as it comes, followed by a code.

Without JavaScript the page explains and offers other ways; it has no form that could post.
What is posted is JSON of sealed bytes, and anything else is refused before it is kept.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from starlette.responses import JSONResponse, Response

from govinteract.errors import GovInteractError, InputError
from govinteract.kernel import Anonymous
from govinteract.sealed import Envelope, Place, Readers, Submissions
from govinteract.sealed.format import CONTENT_LIMIT
from govinteract.sealed.reader_key import from_base64, to_base64
from govinteract.web.forms import read_form
from govinteract.web.language import language_of
from govinteract.web.refusals import status_of
from govinteract.web.security import Policy, refuse_foreign_form
from govinteract.web.site import LOOK_UP, SUBMIT, client_of

if TYPE_CHECKING:
    from starlette.requests import Request

    from govinteract.acting import Acting
    from govinteract.sealed import Reader, Submission
    from govinteract.web.site import Site

__all__ = ["SealedReports", "shown_readers"]

_SECRET = Policy(secret=True)
_FIELDS = {"id", "once", "content", "wraps"}
_BODY_LIMIT = 256 * 1024
_MOST_WRAPS = 20
_SERVER_ERROR = 500


class SealedReports:
    """What citizens see of sealed reports."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._locality = site.locality

    async def show(self, request: Request) -> Response:
        """Answer `GET /report/sealed`."""
        readers = await self._locality.run(self._readers)
        return self._site.pages.show(
            request, "report/sealed.html", policy=_SECRET, readers=shown_readers(readers),
            tenant=self._locality.id, limit=CONTENT_LIMIT,
        )  # fmt: skip

    async def receive(self, request: Request) -> Response:
        """Answer `POST /report/sealed`, JSON of sealed bytes, with the code as JSON.

        Fields: `id` (a UUID), `once` (32 random bytes), `content`, `wraps`; bytes are
        base64url. Refuses everything else with `sealed.plaintext_refused`.
        """
        refuse_foreign_form(request, self._site.pages.public_url)
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        body = await request.body()
        if kind != "application/json" or len(body) > _BODY_LIMIT:
            raise _not_sealed()
        envelope, once = _read(body, self._locality.id)
        code = await self._locality.run(self._keep, envelope, once, client_of(request))
        return JSONResponse({"code": code}, headers={"Cache-Control": "no-store"})

    async def ask(self, request: Request) -> Response:
        """Answer `GET /report/sealed/status`."""
        return self._status(request)

    async def look_up(self, request: Request) -> Response:
        """Answer `POST /report/sealed/status`: where the report with this `code` stands."""
        refuse_foreign_form(request, self._site.pages.public_url)
        form = await read_form(request)
        try:
            found = await self._locality.run(self._find, form.one("code"), client_of(request))
        except GovInteractError as error:
            if status_of(error) >= _SERVER_ERROR:
                raise
            return self._status(request, error=error)
        return self._status(request, found=found)

    def _status(
        self, request: Request, *, found: Submission | None = None,
        error: GovInteractError | None = None,
    ) -> Response:  # fmt: skip
        return self._site.pages.show(
            request, "report/sealed_status.html", status=status_of(error) if error else 200,
            policy=_SECRET, found=found,
            error=error.message(language_of(request)) if error else None,
        )  # fmt: skip

    def _readers(self) -> list[Reader]:
        with self._locality.acting_as(Anonymous()) as tx:
            return Readers(tx.transaction, tx.facts).current()

    def _keep(self, envelope: Envelope, once: bytes, client: str) -> str:
        with self._locality.acting_as(Anonymous()) as tx:
            self._site.check_limits(tx, [(SUBMIT, client)])
            code = self._submissions(tx).receive(envelope, once=once)
            self._site.attempts(tx).add(SUBMIT, client)
        return code.shown

    def _find(self, raw: str, client: str) -> Submission:
        """Look a code up; wrong ones count, so that codes can't be tried."""
        try:
            with self._locality.acting_as(Anonymous()) as tx:
                self._site.check_limits(tx, [(LOOK_UP, client)])
                return self._submissions(tx).find(raw)
        except GovInteractError as error:
            if error.code == "sealed.unknown":
                with self._locality.acting_as(Anonymous()) as tx:
                    self._site.attempts(tx).add(LOOK_UP, client)
            raise

    def _submissions(self, tx: Acting) -> Submissions:
        return Submissions(tx.transaction, tx.facts, self._locality.keyring.fingerprint)


def shown_readers(readers: list[Reader]) -> list[dict[str, str]]:
    """Return what pages need of readers: id, name, number to compare, public key."""
    return [
        {
            "kid": reader.kid, "name": reader.name, "shown": reader.key.shown,
            "public": to_base64(reader.key.raw),
        }
        for reader in readers
    ]  # fmt: skip


def _not_sealed() -> InputError:
    return InputError("sealed.plaintext_refused", hint="JSON of id, once, content, wraps alone")


def _read(body: bytes, tenant: str) -> tuple[Envelope, bytes]:
    """Read the posted JSON: these fields, these types and nothing else."""
    try:
        data: Any = json.loads(body)
    except ValueError as error:
        raise _not_sealed() from error
    if not isinstance(data, dict) or set(data) != _FIELDS or not isinstance(data["wraps"], list):
        raise _not_sealed()
    wraps = data["wraps"]
    texts = [data["id"], data["once"], data["content"], *wraps]
    if len(wraps) > _MOST_WRAPS or not all(isinstance(one, str) for one in texts):
        raise _not_sealed()
    content, sealed = from_base64(data["content"]), tuple(map(from_base64, wraps))
    envelope = Envelope(place=Place(tenant, data["id"]), content=content, wraps=sealed)
    return envelope, from_base64(data["once"])

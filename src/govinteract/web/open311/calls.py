"""The calls of GeoReport v2: from what was asked to the document that answers it.

`create`, `requests`, `request` and `token` read or write the database, so they run in the
locality's threads; the others answer from memory.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from attrs import frozen

from govinteract.errors import InputError, NotFound
from govinteract.feedback.publish import published_by_id, published_history
from govinteract.kernel import Anonymous, System
from govinteract.web.forms import prepared
from govinteract.web.open311 import shapes
from govinteract.web.open311.keys import KnownKeys
from govinteract.web.open311.listing import find, known_ids
from govinteract.web.open311.reporting import posted
from govinteract.web.open311.wire import Document

if TYPE_CHECKING:
    from collections.abc import Sequence

    from govinteract.feedback import Photo
    from govinteract.feedback.publish import PublicCase
    from govinteract.locality import Locality
    from govinteract.storage import Transaction
    from govinteract.web.open311.parameters import Parameters
    from govinteract.web.open311.wire import Node

__all__ = ["Call", "Calls"]


@frozen(repr=False, kw_only=True)
class Call:
    """One request: what was asked, in which language, and where. Hidden in `repr`.

    `id` is the last part of the path, `once` the idempotency key, `mounted_at` the path of
    this server.
    """

    asked: Parameters
    lang: str
    photos: tuple[Photo, ...] = ()
    id: str = ""
    once: str | None = None
    mounted_at: str = ""


class Calls:
    """What one locality answers."""

    def __init__(self, locality: Locality) -> None:
        self._ward = locality
        self._keys = KnownKeys(locality)
        self._changeset = shapes.changed(locality)
        self._jurisdictions = _jurisdictions(locality)

    def discovery(self, call: Call) -> Document:
        """GET discovery."""
        url = _endpoint_url(self._ward.settings.public_url, call.mounted_at)
        body = shapes.discovery(self._ward, url, self._changeset, call.lang)
        return Document("discovery", body)

    def services(self, call: Call) -> Document:
        """GET Service List."""
        self._check_jurisdiction(call)
        entries = [shapes.service_entry(one, call.lang) for one in self._ward.catalogue]
        return Document("services", entries)

    def definition(self, call: Call) -> Document:
        """GET Service Definition; for a service without questions it is empty."""
        self._check_jurisdiction(call)
        service = self._ward.catalogue.service(call.id)
        return Document("service_definition", shapes.definition(service, call.lang))

    def create(self, call: Call) -> Document:
        """POST Service Request: one transaction, in which the program is the actor.

        The idempotency key is scoped to the program's name, so that two programs never meet.
        """
        self._check_jurisdiction(call)
        name = self._keys.name_of(call.asked.one("api_key"))
        code = call.asked.one("service_code")
        if code is None:
            raise InputError("open311.service_missing", hint="GET services lists the codes")
        service = self._ward.catalogue.service(code)
        report, contact = posted(call.asked, service, call.lang)
        photos = prepared(call.photos)
        with self._ward.acting_as(System(f"open311.{name}")) as tx:
            receipt = tx.feedback.submit(
                report, contact=contact, photos=photos, once=call.once, source=f"open311:{name}"
            )
        return _requests([shapes.created(receipt, service, call.lang, self._ward.calendar.zone)])

    def requests(self, call: Call) -> Document:
        """GET Service Requests."""
        self._check_jurisdiction(call)
        ward = self._ward
        with ward.acting_as(Anonymous()) as tx:
            cases = find(tx.transaction, call.asked, ward.catalogue, ward.calendar.zone)
            return self._described(tx.transaction, cases, call)

    def request(self, call: Call) -> Document:
        """GET Service Request."""
        self._check_jurisdiction(call)
        with self._ward.acting_as(Anonymous()) as tx:
            cases = published_by_id(tx.transaction, known_ids([call.id]))
            if not cases:
                raise NotFound("open311.request_unknown", hint="or it is not for the public")
            return self._described(tx.transaction, cases, call)

    def token(self, call: Call) -> Document:
        """GET service_request_id from a token: an id stands for itself, see the package."""
        self._check_jurisdiction(call)
        with self._ward.acting_as(Anonymous()) as tx:
            cases = published_by_id(tx.transaction, known_ids([call.id]))
        if not cases:
            raise NotFound("open311.token_unknown", hint="every service here is realtime")
        return _requests([{"service_request_id": cases[0].public_id, "token": call.id}])

    def _described(self, tx: Transaction, cases: Sequence[PublicCase], call: Call) -> Document:
        entries = [shapes.public_request(self._ward, case, call.lang) for case in cases]
        if call.asked.one("extensions") == "true":
            steps = published_history(tx, cases)
            for entry, case in zip(entries, cases, strict=True):
                entry["notes"] = shapes.history(self._ward, steps[case.public_id], call.lang)
        return _requests(entries)

    def _check_jurisdiction(self, call: Call) -> None:
        asked = call.asked.one("jurisdiction_id")
        if asked is not None and asked.lower() not in self._jurisdictions:
            raise NotFound("open311.jurisdiction_unknown", hint=f"it is {self._ward.id} here")


def _requests(entries: Sequence[Node]) -> Document:
    return Document("service_requests", entries)


def _jurisdictions(ward: Locality) -> frozenset[str]:
    """Return the names by which this locality answers: its id and its web domain."""
    host = urlsplit(ward.settings.public_url).hostname or ward.id
    return frozenset({ward.id, host, host.removeprefix("www.")})


def _endpoint_url(public_url: str, mounted_at: str) -> str:
    """Return where clients find this server, whether or not `mounted_at` has the app's own path."""
    base = public_url.rstrip("/")
    before = urlsplit(base).path
    return base + (mounted_at.removeprefix(before) if before else mounted_at)

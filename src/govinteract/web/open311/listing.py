"""GET requests: from parameters to the published cases that are wanted.

What the specification leaves open, decided here: newest first; a span above 90 days keeps
its latest 90; `page_size` above 1,000 is 1,000; ids that are not there, or not for the
public, are left out; a service or a status that does not exist is refused, never ignored.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from govinteract.errors import InputError, NotFound
from govinteract.feedback.publish import LIST_LIMIT, Wanted, published, published_by_id
from govinteract.kernel import PublicId
from govinteract.web.open311.parameters import instant, natural

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime, tzinfo

    from govinteract.feedback import Catalogue
    from govinteract.feedback.publish import PublicCase
    from govinteract.storage import Transaction
    from govinteract.web.open311.parameters import Parameters

__all__ = ["find", "known_ids", "wanted"]

_STATUSES = {"open": True, "closed": False}
_REST_OF_SECOND = timedelta(microseconds=999_999)


def find(
    tx: Transaction, asked: Parameters, catalogue: Catalogue, zone: tzinfo
) -> list[PublicCase]:
    """Return the cases that `asked` wants; `service_request_id` overrides all others."""
    ids = asked.several("service_request_id")
    if ids:
        return published_by_id(tx, known_ids(ids))
    return published(tx, wanted(asked, catalogue, zone))


def known_ids(written: Sequence[str]) -> list[str]:
    """Return the public ids among what a client wrote, in their one form."""
    ids = []
    for text in written[:LIST_LIMIT]:
        try:
            ids.append(PublicId.parse(text).text)
        except InputError:
            continue  # as unknown as an id that no case has
    return ids


def wanted(asked: Parameters, catalogue: Catalogue, zone: tzinfo) -> Wanted:
    """Return what the parameters of a list mean.

    Raises `NotFound("open311.service_unknown")` and `InputError` for a status, a date or a
    page that can't be read.
    """
    services = asked.several("service_code")
    if not catalogue.services.keys() >= set(services):
        raise NotFound("open311.service_unknown", hint="GET services lists the codes")
    size = asked.one("page_size")
    return Wanted(
        services=services,
        open=_status(asked.several("status")),
        since=_date(asked.one("start_date"), zone),
        until=_to_its_end(_date(asked.one("end_date"), zone)),
        page=natural(asked.one("page") or "1"),
        page_size=min(natural(size), LIST_LIMIT) if size else LIST_LIMIT,
    )


def _status(statuses: tuple[str, ...]) -> bool | None:
    if not _STATUSES.keys() >= set(statuses):
        raise InputError("open311.status_invalid", hint="open, closed or both")
    return _STATUSES[statuses[0]] if len(statuses) == 1 else None


def _date(text: str | None, zone: tzinfo) -> datetime | None:
    return None if text is None else instant(text, zone)


def _to_its_end(at: datetime | None) -> datetime | None:
    """Include the whole of the last second, as moments are shown without fractions."""
    return at + _REST_OF_SECOND if at and not at.microsecond else at

"""POST requests: from parameters to a report and its contact.

`device_id` and `account_id` say nothing that an office needs to solve a problem and much
about a person: they are read and dropped. A `media_url` is not fetched (an outside address
is nothing a server should call); it goes, sealed, to the officer at the end of the text.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from govinteract.errors import InputError
from govinteract.feedback import Contact, Report
from govinteract.kernel import Point
from govinteract.locale import translate
from govinteract.web.open311.parameters import number

if TYPE_CHECKING:
    from govinteract.feedback import Service
    from govinteract.web.open311.parameters import Parameters

__all__ = ["posted"]

_ATTRIBUTE = re.compile(r"attribute\[([^\[\]]+)\](?:\[\d*\])?")
_LINK = re.compile(r"https?://\S{1,500}")
_NAME_ORDER = {"vi": ("last_name", "first_name"), "en": ("first_name", "last_name")}


def posted(asked: Parameters, service: Service, lang: str) -> tuple[Report, Contact | None]:
    """Return the report for `service` that a client posted, and how to reach the citizen.

    A report that others may see needs a place: `lat` with `long`, `address_string` or
    `address_id`. Raises `InputError`: `open311.place_missing`, `open311.place_incomplete`,
    `open311.number_invalid`, `kernel.point_invalid`.
    """
    at, address = _point(asked), _address(asked)
    if service.public and at is None and address is None:
        raise InputError("open311.place_missing", hint="lat and long, or address_string")
    report = Report(
        service=service.code, text=_text(asked, lang), at=at, address=address,
        answers=_answers(asked), lang=lang,
    )  # fmt: skip
    contact = Contact(
        name=" ".join(part for name in _NAME_ORDER[lang] if (part := asked.one(name))) or None,
        phone=asked.one("phone"),
        email=asked.one("email"),
    )
    return report, contact or None


def _text(asked: Parameters, lang: str) -> str:
    """Return the citizen's words; the specification lets a client send none."""
    words = asked.one("description") or translate("open311.no_words", lang)
    links = [link for link in asked.values.get("media_url", ()) if _LINK.fullmatch(link.strip())]
    return "\n".join([words, *links])


def _point(asked: Parameters) -> Point | None:
    lat, long = asked.one("lat"), asked.one("long")
    if lat is None and long is None:
        return None
    if lat is None or long is None:
        raise InputError("open311.place_incomplete", hint="the names are lat and long")
    return Point(number(lat), number(long))


def _address(asked: Parameters) -> str | None:
    """Return the words for the place; FixMyStreet writes `#NOTPINPOINTED#` where it has none."""
    known = asked.one("address_id")
    return asked.one("address_string") or (known if known and not known.startswith("#") else None)


def _answers(asked: Parameters) -> dict[str, tuple[str, ...]]:
    """Return `attribute[CODE]`, `attribute[CODE][]` and repeated ones by code."""
    answers: dict[str, tuple[str, ...]] = {}
    for name, values in asked.values.items():
        if found := _ATTRIBUTE.fullmatch(name):
            answers[found[1]] = (*answers.get(found[1], ()), *values)
    return answers

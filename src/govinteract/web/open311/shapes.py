"""The elements of GeoReport v2, made from the catalogue and from published cases.

Types are those of the specification and its schemas: ids, codes and keys are strings,
`metadata`, `variable` and `required` booleans, positions numbers or null, moments ISO 8601
with the locality's offset and without fractions.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from govinteract.locale import translate

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import tzinfo

    from govinteract.feedback import Question, Receipt, Service
    from govinteract.feedback.publish import PublicCase, Step
    from govinteract.locality import Locality
    from govinteract.web.open311.wire import Node

__all__ = [
    "SPECIFICATION",
    "changed",
    "created",
    "definition",
    "discovery",
    "history",
    "public_request",
    "service_entry",
]

SPECIFICATION = "http://wiki.open311.org/GeoReport_v2"
_SHORT = {"vi": "%d/%m/%Y", "en": "%Y-%m-%d"}
_DEVELOPMENT = "dev"


def discovery(ward: Locality, url: str, changeset: str, lang: str) -> dict[str, Node]:
    """Return what a client learns first: where the server is and how to get a key.

    `changeset` tells whether the services are still those that a client remembers.
    """
    name = _in(ward.settings.name, lang) or ward.id
    contact = {"name": name, "hotline": ward.settings.hotline, "url": ward.settings.public_url}
    way = "open311.contact" if contact["hotline"] else "open311.contact_online"
    return {
        "changeset": changeset,
        "contact": translate(way, lang, **contact),
        "key_service": translate("open311.key_service", lang, **contact),
        "endpoints": [
            {
                "specification": SPECIFICATION,
                "url": url,
                "changeset": changeset,
                "type": "test" if ward.id == _DEVELOPMENT else "production",
                "formats": ["text/xml", "application/json"],
            }
        ],
    }


def changed(ward: Locality) -> str:
    """Return when the services changed last, as sortable text: the time of the catalogue's file.

    Without a file of the locality's own it is the day on which somebody last verified one.
    """
    path = ward.settings.catalogue
    if path is not None and path.exists():
        at = datetime.fromtimestamp(path.stat().st_mtime, UTC)
        return at.isoformat(timespec="seconds")
    days = [service.verified for service in ward.catalogue if service.verified]
    return max(days).isoformat() if days else "1970-01-01"


def service_entry(service: Service, lang: str) -> dict[str, Node]:
    """Return one entry of the list of services."""
    return {
        "service_code": service.code,
        "service_name": service.title(lang),
        "description": _in(service.description, lang),
        "metadata": bool(service.questions),
        "type": "realtime",
        "keywords": ",".join(service.keywords) or None,
        "group": _in(service.group, lang),
    }


def definition(service: Service, lang: str) -> dict[str, Node]:
    """Return the questions of a service."""
    attributes = [_attribute(question, lang) for question in service.questions]
    return {"service_code": service.code, "attributes": attributes}


def _attribute(question: Question, lang: str) -> dict[str, Node]:
    attribute: dict[str, Node] = {
        "variable": question.asks,
        "code": question.code,
        "datatype": question.datatype,
        "required": question.required and question.asks,
        "datatype_description": _in(question.hint, lang),
        "order": question.order,
        "description": _in(question.label, lang),
    }
    if question.values:
        attribute["values"] = [
            {"key": key, "name": _in(name, lang)} for key, name in question.values.items()
        ]
    return attribute


def created(receipt: Receipt, service: Service, lang: str, zone: tzinfo) -> dict[str, Node]:
    """Return the answer to a report: its public id and what will happen, never its code."""
    notices = []
    if receipt.promise and receipt.answer_by:
        day = receipt.answer_by.astimezone(zone).strftime(_SHORT[lang])
        notices.append(translate("open311.promised", lang, promise=receipt.promise, day=day))
    if not service.public:
        notices.append(translate("open311.not_public", lang))
    return {
        "service_request_id": receipt.public_id.text,
        "service_notice": " ".join(notices) or None,
        "account_id": None,
    }


def public_request(ward: Locality, case: PublicCase, lang: str) -> dict[str, Node]:
    """Return a published case as a request of GeoReport v2."""
    zone, service = ward.calendar.zone, ward.catalogue.services.get(case.service)
    return {
        "service_request_id": case.public_id,
        "status": "open" if case.open else "closed",
        "status_notes": _label(ward, case.state, lang),
        "service_name": service.title(lang) if service else case.service,
        "service_code": case.service,
        "description": case.text,
        "agency_responsible": _in(ward.settings.name, lang),
        "service_notice": case.promise_text,
        "requested_datetime": _moment(case.submitted_at, zone),
        "updated_datetime": _moment(case.updated_at, zone),
        "expected_datetime": _moment(case.due, zone) if case.due else None,
        "address": None,
        "address_id": None,
        "zipcode": None,
        "lat": case.at.lat if case.at else None,
        "long": case.at.lon if case.at else None,
        "media_url": None,
    }


def history(ward: Locality, steps: Sequence[Step], lang: str) -> list[Node]:
    """Return the extension `notes`: how the state changed, in the words of the workflow."""
    zone, states = ward.calendar.zone, ward.workflow.states
    return [
        {
            "datetime": _moment(step.at, zone),
            "description": _label(ward, step.state, lang),
            "type": states[step.state].kind if step.state in states else step.state,
        }
        for step in steps
    ]


def _label(ward: Locality, state: str, lang: str) -> str:
    """Return the words for a state; one that the workflow no longer has is its own word."""
    return ward.workflow.label(state, lang) if state in ward.workflow.states else state


def _moment(at: datetime, zone: tzinfo) -> str:
    return at.astimezone(zone).isoformat(timespec="seconds")


def _in(texts: Mapping[str, str], lang: str) -> str | None:
    return texts.get(lang) or next(iter(texts.values()), None)

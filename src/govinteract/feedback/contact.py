"""A citizen's contact: checked at the door, sealed as one value."""

from __future__ import annotations

import json

from attrs import asdict

from govinteract.feedback.model import Contact
from govinteract.kernel import Email, Phone, clean
from govinteract.kernel.canonical import canonical_json
from govinteract.vault import ValueType, register_type

__all__ = ["CONTACT_TYPE", "check_contact"]

CONTACT_TYPE = "feedback.contact"
_NAME_LIMIT = 120


def check_contact(contact: Contact, *, region: str) -> Contact | None:
    """Return `contact` in the form that is stored (E.164 phone), None when it is empty.

    `region` is the country whose phone numbers may be written without a prefix. Raises
    `InputError` with the kernel's code for the part that can't be read.
    """
    if not contact:
        return None
    return Contact(
        name=clean(contact.name, field="name", limit=_NAME_LIMIT) if contact.name else None,
        phone=Phone.parse(contact.phone, region).e164 if contact.phone else None,
        email=Email.parse(contact.email).address if contact.email else None,
    )


def _to_bytes(contact: Contact) -> bytes:
    return canonical_json({k: v for k, v in asdict(contact).items() if v}).encode()


def _from_bytes(data: bytes) -> Contact:
    return Contact(**json.loads(data))


register_type(ValueType(CONTACT_TYPE, Contact, _to_bytes, _from_bytes))

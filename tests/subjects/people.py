"""A ward with people in it."""

import io

from attrs import frozen
from PIL import Image

from govinteract import Locality
from govinteract.feedback import Contact, Photo, Report
from govinteract.vault import wraps_of
from tests.canary import CANARIES
from tests.support import ANONYMOUS, OFFICER

__all__ = [
    "CONTACT",
    "OTHER",
    "REPORT",
    "Person",
    "erase",
    "find_subject",
    "picture",
    "report",
    "wraps",
]

REPORT = Report(
    service="street-light", text=CANARIES["text"], address=CANARIES["address"],
    answers={"pole": CANARIES["answer"]},
)  # fmt: skip
CONTACT = Contact(name=CANARIES["name"], phone=CANARIES["phone"], email=CANARIES["email"])
OTHER = Contact(name="Nguyễn Văn An", phone="0912 345 678")


def picture() -> Photo:
    """Return a small photo."""
    sink = io.BytesIO()
    Image.new("RGB", (64, 48), "green").save(sink, "JPEG")
    return Photo(sink.getvalue())


@frozen
class Person:
    """Somebody who reported: the secret code and the subject that it stands for."""

    code: str
    subject: str


def report(
    ward: Locality, contact: Contact = OTHER, what: Report | None = None, *, photo: bool = False
) -> Person:
    """Let somebody report and return who that is to us."""
    with ward.acting_as(ANONYMOUS) as tx:
        receipt = tx.feedback.submit(
            what or Report(service="street-light", text="Đèn tắt"), contact=contact,
            photos=[picture()] if photo else (),
        )  # fmt: skip
    return Person(receipt.code.text, find_subject(ward, receipt.code.text))


def find_subject(ward: Locality, code: str) -> str:
    """Return the subject of the case that `code` opens."""
    with ward.acting_as(ANONYMOUS) as tx:
        return tx.feedback.find(code).subject


def erase(ward: Locality, person: Person) -> None:
    """Erase somebody, and the bytes from the files."""
    with ward.acting_as(OFFICER) as tx:
        tx.subjects.erase(person.subject)
    assert ward.scrub()


def wraps(ward: Locality, person: Person) -> int:
    """Return how many wraps there are of somebody's keys."""
    with ward.acting_as(OFFICER) as tx:
        return len(wraps_of(tx.transaction, person.subject))

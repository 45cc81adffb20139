"""A report comes in: checked whole, then recorded whole; the same request again changes nothing."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from attrs import frozen

from govinteract.feedback.contact import check_contact
from govinteract.feedback.model import Receipt
from govinteract.feedback.questions import check_answers
from govinteract.feedback.search import contact_values
from govinteract.kernel import CaseCode, PublicId, clean
from govinteract.kernel.canonical import canonical_json
from govinteract.locale import LANGUAGES, translate
from govinteract.storage import Once, read_instant

if TYPE_CHECKING:
    from collections.abc import Sequence

    from govinteract.feedback.catalogue import Service
    from govinteract.feedback.files import Files
    from govinteract.feedback.model import Contact, Photo, Report
    from govinteract.feedback.photos import PreparedPhoto
    from govinteract.feedback.questions import Answer
    from govinteract.feedback.record import Recorder

__all__ = ["ADDRESS_LIMIT", "TEXT_LIMIT", "Checked", "Intake"]

TEXT_LIMIT = 10_000
"""Characters of a report or message: three pages, as much as anybody reads."""
ADDRESS_LIMIT = 300


@frozen(kw_only=True)
class Checked:
    """A report that can be recorded as it is: nothing in it can be refused any more."""

    report: Report
    service: Service
    text: str
    address: str | None
    contact: Contact | None
    answers: dict[str, Answer]
    photos: tuple[PreparedPhoto, ...]
    lang: str

    def digest_input(self) -> bytes:
        """Return canonical bytes of everything that was asked, for the idempotency key."""
        report, contact = self.report, self.contact
        return canonical_json(
            [
                self.service.code, self.text, self.address, self.lang, report.confidential,
                [report.at.lat, report.at.lon] if report.at else None,
                [contact.name, contact.phone, contact.email] if contact else None,
                self.answers, [photo.source_digest for photo in self.photos],
            ]
        ).encode()  # fmt: skip


class Intake:
    """Checks and records new cases in one transaction."""

    def __init__(self, recorder: Recorder, files: Files) -> None:
        self._recorder = recorder
        self._rules = recorder.rules
        self._tx = recorder.tx
        self._files = files

    def check(
        self, report: Report, contact: Contact | None, photos: Sequence[Photo | PreparedPhoto]
    ) -> Checked:
        """Check everything about a report before anything of it is stored.

        Raises `InputError` with the code of the first thing that can't be taken.
        """
        service = self._rules.catalogue.service(report.service)
        return Checked(
            report=report,
            service=service,
            text=clean(report.text, field="text", limit=TEXT_LIMIT, multiline=True),
            address=clean(report.address, field="address", limit=ADDRESS_LIMIT)
            if report.address
            else None,
            contact=check_contact(contact, region=self._rules.region) if contact else None,
            answers=check_answers(service.questions, report.answers),
            photos=self._files.prepare(photos),
            lang=report.lang if report.lang in LANGUAGES else LANGUAGES[0],
        )

    def submit(
        self, checked: Checked, *, once: str | None, source: str, draft: str | None
    ) -> Receipt:
        """Record `checked` as a new case, or return the receipt that `once` got before."""
        tx, rules = self._tx, self._rules
        due = self._promise(checked.service)
        receipt = Receipt(
            code=CaseCode.new(tx.entropy), public_id=PublicId.new(tx.entropy),
            case_id=tx.new_id(), promise=self._words(checked),
            answer_by=read_instant(due["due_at"]) if due else None,
        )  # fmt: skip
        if once is not None:
            first = self._claim(checked, receipt, once, source, draft)
            if first is not None:
                return first
        rules.workflow.step("", "submit", self._recorder.who)
        body = self._body(checked, receipt, due, source=source, draft=draft)
        row = self._recorder.begin(receipt.case_id, body)
        self._recorder.notify(row, "received")
        return receipt

    def bring_in(
        self, checked: Checked, *, source: str, external_id: str, unit: str
    ) -> tuple[str, dict[str, Any]]:
        """Seal a case of another system under its own id: no promise, nobody notified.

        Returns the new case's id and the body of its first fact; nothing is recorded yet.
        """
        tx = self._tx
        receipt = Receipt(
            code=CaseCode.new(tx.entropy), public_id=PublicId.new(tx.entropy), case_id=tx.new_id()
        )
        return receipt.case_id, self._body(
            checked, receipt, {}, source=source, external_id=external_id, unit=unit
        )

    def _claim(
        self, checked: Checked, receipt: Receipt, once: str, source: str, draft: str | None
    ) -> Receipt | None:
        """Return the earlier receipt under this key, None when this request is the first."""
        box = self._recorder.vault.answer_box(source, once)
        request = checked.digest_input() + hashlib.sha256((draft or "").encode()).digest()
        body_hash = self._rules.fingerprint("once-body", request)
        mine = box.seal(_receipt_bytes(receipt))
        kept = Once(self._tx).claim(source, box.name, body_hash, mine)
        return None if kept == mine else _receipt_from(box.open(kept))

    def _promise(self, service: Service) -> dict[str, Any]:
        if service.promise is None:
            return {}
        return self._recorder.promise(service.promise.text, self._tx.now)

    def _words(self, checked: Checked) -> str | None:
        promise = checked.service.promise
        if promise is None:
            return None
        unit = "days" if promise.text.endswith("d") else "hours"
        return translate(f"feedback.promise_{unit}", checked.lang, n=promise.text[:-1])

    def _body(
        self, checked: Checked, receipt: Receipt, due: dict[str, Any], *, source: str,
        draft: str | None = None, external_id: str | None = None, unit: str | None = None,
    ) -> dict[str, Any]:  # fmt: skip
        subject, photos = self._subject(draft)
        photos += self._files.keep(checked.photos, subject=subject, role="evidence")
        report, service = checked.report, checked.service
        state = self._rules.workflow.states["received"]
        return {
            "public_id": receipt.public_id.text,
            "code_hash": self._rules.fingerprint("case-code", receipt.code.text.encode()).hex(),
            "subject": subject, "service": service.code, "unit": unit or service.unit,
            "lang": checked.lang, "source": source, "external_id": external_id,
            "lat": report.at.lat if report.at else None,
            "lon": report.at.lon if report.at else None,
            "shared": service.public and not report.confidential,
            "state": state.key, "kind": state.kind, "author": self._recorder.author,
            "promise": service.promise.text if service.promise and due else None,
            "promise_text": receipt.promise, "photos": photos, **due,
            **self._sealed(checked, receipt, subject),
        }  # fmt: skip

    def _subject(self, draft: str | None) -> tuple[str, list[dict[str, Any]]]:
        """Return whose data this is, and the photos that waited in the draft."""
        if draft is not None:
            return self._files.claim(draft)
        actor = self._tx.actor
        if actor.kind == "citizen":
            return actor.id, []
        return self._recorder.vault.new_subject(), []

    def _sealed(self, checked: Checked, receipt: Receipt, subject: str) -> dict[str, Any]:
        record = receipt.case_id

        def seal(data_class: str, field: str, value: object, kind: str = "text") -> str:
            return self._recorder.vault.seal(
                value, subject=subject, data_class=data_class, record=record, field=field, type=kind
            ).text

        sealed: dict[str, Any] = {
            "text": seal("content", "text", checked.text),
            "code": seal("receipt", "code", receipt.code.text),
            "answers": {
                question.code: {"sealed": seal("content", f"answer.{question.code}", _text(answer))}
                if question.sealed
                else answer
                for question in checked.service.questions
                if (answer := checked.answers.get(question.code)) is not None
            },
        }
        if checked.address:
            sealed["address"] = seal("content", "address", checked.address)
        if checked.contact:
            sealed["contact"] = seal("contact", "contact", checked.contact, "feedback.contact")
            self._recorder.blind.put(subject, record, contact_values(checked.contact))
        return sealed


def _text(answer: Answer) -> str:
    return ", ".join(answer) if isinstance(answer, list) else str(answer)


def _receipt_bytes(receipt: Receipt) -> bytes:
    due = receipt.answer_by.isoformat() if receipt.answer_by else None
    parts = [receipt.code.text, receipt.public_id.text, receipt.case_id, due, receipt.promise]
    return canonical_json(parts).encode()


def _receipt_from(raw: bytes) -> Receipt:
    code, public_id, case_id, due, promise = json.loads(raw)
    return Receipt(
        code=CaseCode.parse(code), public_id=PublicId.parse(public_id), case_id=case_id,
        answer_by=read_instant(due) if due else None, promise=promise,
    )  # fmt: skip

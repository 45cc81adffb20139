"""The verbs of this room, over one open transaction (`tx.feedback`).

Every verb records one fact, changes the projection with it and puts the citizen's message
into the outbox; all of it commits with the transaction or not at all. Citizens act by
showing their case code (`find`) in the same transaction, or as the known citizen whose
case it is; both need no more than that.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import frozen

from govinteract.errors import InputError
from govinteract.feedback.intake import TEXT_LIMIT, Intake
from govinteract.feedback.model import Returned
from govinteract.feedback.past.history import bring_in
from govinteract.feedback.reading import (
    case_of,
    find_row,
    message_photos,
    not_found,
    queue_rows,
    thread_of,
)
from govinteract.feedback.search import Search
from govinteract.feedback.statistics import statistics_of
from govinteract.feedback.workflow import OPEN_KINDS
from govinteract.kernel import CaseCode, PublicId, clean

if TYPE_CHECKING:
    from collections.abc import Sequence

    from govinteract.feedback.files import Files
    from govinteract.feedback.model import Case, Contact, Message, Photo, PhotoRef, Receipt, Report
    from govinteract.feedback.past.model import Arrived, PastReport
    from govinteract.feedback.photos import PreparedPhoto
    from govinteract.feedback.record import Recorder
    from govinteract.feedback.search import Door, Found
    from govinteract.feedback.statistics import Statistics

__all__ = ["Feedback", "Page"]

_SCORES = range(1, 6)


@frozen
class Page:
    """A part of a list: `cases`, and what to hand in as `after` for the next part."""

    cases: tuple[Case, ...]
    after: tuple[str, str] | None


class Feedback:
    """Report, answer, ask, resolve, reopen, rate: everything that happens to a case."""

    def __init__(self, recorder: Recorder, files: Files, *, door: Door) -> None:
        self._recorder = recorder
        self._search = Search(recorder, door)
        self._tx = recorder.tx
        self._rules = recorder.rules
        self._files = files
        self._intake = Intake(recorder, files)
        self._proved: dict[str, str] = {}

    @property
    def own_subjects(self) -> frozenset[str]:
        """Whose data the actor may open as his own: of the cases whose codes he has shown."""
        return frozenset(self._proved.values())

    # Citizens

    def submit(
        self, report: Report, *, contact: Contact | None = None,
        photos: Sequence[Photo | PreparedPhoto] = (), draft: str | None = None,
        once: str | None = None, source: str = "web",
    ) -> Receipt:  # fmt: skip
        """Take a report in and return its receipt; contact, words and photos are sealed.

        `once` is an idempotency key: the same request again returns the same receipt and
        changes nothing; the key with another request or from another actor raises
        `ConflictError`. `draft` brings in the photos that were uploaded under it. Records
        `case.submitted`; raises `InputError` for what can't be taken, with nothing stored.
        """
        checked = self._intake.check(report, contact, photos)
        return self._intake.submit(checked, once=once, source=source, draft=draft)

    def find(self, reference: CaseCode | PublicId | str) -> Case:
        """Return the case that a code opens; officers may also use its public number.

        One wrong symbol in the code is corrected. An unknown case and one that is not the
        caller's raise the same `NotFound`.
        """
        code = self._as_code(reference)
        if code is not None:
            digest = self._rules.fingerprint("case-code", code.text.encode())
            row = find_row(self._tx, code_hash=digest)
            self._proved[row["id"]] = row["subject"]
            return case_of(row)
        if self._recorder.who == "citizen":
            raise not_found()
        try:
            public = PublicId.parse(str(reference))
        except InputError:
            raise not_found() from None
        return case_of(find_row(self._tx, public_id=public.text))

    def get(self, case_id: str) -> Case:
        """Return a case by its id: for officers, the system, and the citizen whose it is."""
        case = case_of(find_row(self._tx, id=case_id))
        self._readable(case)
        return case

    def say(self, case: Case, text: str, *, photos: Sequence[Photo | PreparedPhoto] = ()) -> Case:
        """Add the citizen's words to the thread; an answer to a question starts the clock."""
        self._own(case)
        return self._go(case, "say", "case.said", text=text, photos=photos)

    def confirm(self, case: Case) -> Case:
        """Say, as the citizen, that the problem is solved."""
        self._own(case)
        return self._go(case, "confirm", "case.confirmed")

    def reopen(
        self, case: Case, text: str, *, photos: Sequence[Photo | PreparedPhoto] = ()
    ) -> Case:
        """Say that it is not solved; the promise starts anew."""
        if self._recorder.who == "citizen":
            self._own(case)
        body = {"restarts": True}
        return self._go(
            case, "reopen", "case.reopened", body, text=text, photos=photos, notify="reopened"
        )

    def withdraw(self, case: Case) -> Case:
        """Take the report back."""
        self._own(case)
        return self._go(case, "withdraw", "case.withdrawn")

    def rate(self, case: Case, score: int, text: str | None = None) -> Case:
        """Rate the answer from 1 (bad) to 5 (good); the last rating counts."""
        self._own(case)
        if type(score) is not int or score not in _SCORES:
            raise InputError("feedback.score_invalid", hint="an int from 1 to 5")
        return self._go(case, "rate", "case.rated", {"score": score}, text=text or None)

    # Officers

    def assign(self, case: Case, unit: str) -> Case:
        """Give the case to `unit`; shown to officers only."""
        body = {"unit": clean(unit, field="unit", limit=64), "target": unit}
        return self._go(case, "assign", "case.assigned", body)

    def start(self, case: Case) -> Case:
        """Say that somebody is at it."""
        return self._go(case, "start", "case.started")

    def ask(self, case: Case, text: str) -> Case:
        """Ask the citizen something; the clock stands still until the answer."""
        return self._go(case, "ask", "case.asked", {"pauses": True}, text=text, notify="asked")

    def give_back(self, case: Case, text: str, *, cause: str) -> Case:
        """Return a case for completion, naming whose the cause is.

        `cause` is one of `Returned.ALL`; only the citizen's own stops the clock, a fault of
        the office or of a system never does.
        """
        if cause not in Returned.ALL:
            raise InputError("feedback.cause_unknown", hint=f"one of {Returned.ALL}")
        body = {"cause": cause, "pauses": cause == Returned.CITIZEN}
        return self._go(case, "return", "case.returned", body, text=text, notify="returned")

    def reply(
        self, case: Case, text: str, *, resolves: bool = False,
        proof: Photo | Sequence[Photo | PreparedPhoto] = (),
    ) -> Case:  # fmt: skip
        """Answer the citizen; `resolves` says that the problem is gone, `proof` shows it."""
        photos = proof if isinstance(proof, (list, tuple)) else (proof,)
        verb, kind = ("resolve", "case.resolved") if resolves else ("reply", "case.replied")
        notify = "resolved" if resolves else "replied"
        return self._go(case, verb, kind, text=text, photos=photos, notify=notify, role="proof")

    def decline(self, case: Case, text: str) -> Case:
        """Refuse, with the reason in `text`."""
        return self._go(case, "decline", "case.declined", text=text, notify="declined")

    def forward(self, case: Case, to: str, text: str) -> Case:
        """Hand the case to another body, named in `to`, and tell the citizen."""
        body = {"target": clean(to, field="to", limit=120)}
        return self._go(case, "forward", "case.forwarded", body, text=text, notify="forwarded")

    def mark_duplicate(self, case: Case, of: Case, text: str | None = None) -> Case:
        """Say that another case, `of`, carries on for this one too."""
        if of.id == case.id:
            raise InputError("feedback.duplicate_of_itself", hint="name another case")
        body = {"of": of.id}
        return self._go(case, "mark_duplicate", "case.marked_duplicate", body, text=text)

    def note(self, case: Case, text: str) -> Case:
        """Write an internal note; the citizen never sees it."""
        return self._go(case, "note", "case.noted", text=text)

    def moderate(self, case: Case, public_text: str | None, *, shared: bool | None = None) -> Case:
        """Set what the public reads of the case, and whether it sees the case at all.

        `public_text` is the redacted text (None shows no words). The original stays sealed.
        """
        text = public_text and clean(public_text, field="public_text", limit=4_000, multiline=True)
        body = {"public_text": text or None, "shared": case.shared if shared is None else shared}
        return self._go(case, "moderate", "case.moderated", body)

    # The system

    def lapse(self, case: Case) -> Case:
        """Close a case whose citizen was asked and never answered; he may reopen it."""
        return self._go(case, "lapse", "case.lapsed")

    # Imports

    def bring_in(self, reports: Sequence[PastReport], *, source: str) -> Arrived:
        """Record reports of another system with their history; those that are here are left.

        For `System("import.<source>")` alone. No promise is made and nobody is told.
        """
        return bring_in(self._recorder, self._intake, reports, source=source)

    # Reading

    def thread(self, case: Case) -> list[Message]:
        """Return what was said on `case`, oldest first; notes only to officers."""
        self._readable(case)
        return thread_of(self._tx, case, internal=self._recorder.who != "citizen")

    def photos(self, case: Case) -> tuple[PhotoRef, ...]:
        """Return the photos that came with the report itself."""
        self._readable(case)
        return message_photos(self._tx, case.id).get(1, ())

    def queue(
        self, *, unit: str | None = None, kinds: Sequence[str] = OPEN_KINDS,
        after: tuple[str, str] | None = None, limit: int = 50,
    ) -> Page:  # fmt: skip
        """Return cases for the desk, nearest deadline first, `limit` at a time."""
        if self._recorder.who == "citizen":
            raise not_found()
        rows = queue_rows(self._tx, kinds=kinds, unit=unit, after=after, limit=limit + 1)
        more = rows[limit - 1] if len(rows) > limit else None
        cursor = (more["queue_at"], more["id"]) if more else None
        return Page(tuple(case_of(row) for row in rows[:limit]), cursor)

    def search(self, *, phone: str | None = None, name: str | None = None) -> Found:
        """Find cases by the citizen's phone or name; for officers, purpose "resolve-report".

        `phone` is a whole number or its last four digits; `name` the last word of the name
        or more of it, with or without diacritics. Opens the contacts of all candidates, of
        which most only look alike, and records that it did; so search before you write.
        Raises `AccessDenied` and `InputError`.
        """
        return self._search.run(phone=phone, name=name)

    def statistics(self) -> Statistics:
        """Count what came in and what became of it, from the facts; for officers and systems."""
        if self._recorder.who == "citizen":
            raise not_found()
        facts = self._recorder.facts.walk("case:")
        return statistics_of(facts, self._rules.calendar, self._tx.now)

    def verbs(self, case: Case) -> tuple[str, ...]:
        """Return the verbs that this actor may use on `case` now."""
        return self._rules.workflow.verbs(case.state, self._recorder.who)

    # Within

    def _as_code(self, reference: CaseCode | PublicId | str) -> CaseCode | None:
        if isinstance(reference, CaseCode):
            return reference
        if isinstance(reference, PublicId):
            return None
        try:
            return CaseCode.parse(reference)
        except InputError:
            return None

    def _is_own(self, case: Case) -> bool:
        actor = self._tx.actor
        return case.id in self._proved or (actor.kind == "citizen" and actor.id == case.subject)

    def _own(self, case: Case) -> None:
        if not self._is_own(case):
            raise not_found()

    def _readable(self, case: Case) -> None:
        if self._recorder.who == "citizen":
            self._own(case)

    def _go(
        self, case: Case, verb: str, kind: str, body: dict[str, Any] | None = None, *,
        text: str | None = None, photos: Sequence[Photo | PreparedPhoto] = (),
        notify: str | None = None, role: str = "evidence",
    ) -> Case:  # fmt: skip
        words = (
            None if text is None else clean(text, field="text", limit=TEXT_LIMIT, multiline=True)
        )
        prepared = self._files.prepare(photos)
        full = dict(body or {})
        if prepared:
            full["photos"] = self._files.keep(prepared, subject=case.subject, role=role)
        row = self._recorder.go_on(case, verb, kind, full, text=words, notify=notify)
        return case_of(row)

"""What this room holds of one person: handed over whole, or given up.

A case outlives its person as a tombstone: its facts, its place and its times stay, so that
counts stay true, its sealed parts stay and open for nobody, and nothing goes on with it.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from attrs import frozen
from sqlalchemy import delete, func, select

from govinteract.feedback.reading import case_of, message_photos, thread_of
from govinteract.feedback.search import contact_values
from govinteract.feedback.tables import case_table, draft_table, file_table
from govinteract.feedback.workflow import OPEN_KINDS
from govinteract.storage import read_instant, write_instant
from govinteract.vault import Portable, PortableFile, Sealed, wraps_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from govinteract.feedback.model import Case, Contact, Message, PhotoRef
    from govinteract.feedback.projection import Row
    from govinteract.feedback.record import Recorder

__all__ = ["Holdings", "Standing"]

_CASE, _FILE, _DRAFT = case_table.c, file_table.c, draft_table.c


@frozen(kw_only=True)
class Standing:
    """A case as it stands: whose, of which service, in which kind of state, changed when."""

    case_id: str
    subject: str
    service: str
    kind: str
    since: datetime


class Holdings:
    """The cases, photos and drafts of one person, for the room that looks after people's data."""

    name = "feedback"

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder
        self._tx = recorder.tx

    def cases(self, subject: str) -> list[Case]:
        """Return the cases of `subject`, oldest first."""
        return [case_of(row) for row in self._rows(subject)]

    def contacts(self, *, after: str, limit: int) -> list[Case]:
        """Return cases with a contact that can be opened, by id, behind the id `after`."""
        query = select(case_table).where(
            _CASE.locality == self._tx.locality, _CASE.id > after, _CASE.erased_at.is_(None),
            _CASE.contact.is_not(None),
        )  # fmt: skip
        rows = self._tx.read(query.order_by(_CASE.id).limit(limit)).mappings()
        return [case_of(dict(row)) for row in rows]

    def unindexed(self, cases: Sequence[Case]) -> list[Case]:
        """Return those of `cases` that today's indexes don't have, and whose keys are there."""
        known = self._recorder.blind.indexed([case.id for case in cases])
        open_for_us = {
            subject
            for subject in {case.subject for case in cases}
            if wraps_of(self._tx, subject, classes=["contact"])
        }
        return [c for c in cases if c.id not in known and c.subject in open_for_us]

    def index(self, cases: Sequence[Case], contacts: Sequence[Contact]) -> None:
        """Index the opened `contacts` of `cases`, but not of people who are erased by now."""
        query = select(_CASE.id).where(
            _CASE.locality == self._tx.locality, _CASE.id.in_([case.id for case in cases]),
            _CASE.erased_at.is_(None),
        )  # fmt: skip
        if not cases:
            return
        living = set(self._tx.read_locked(query).scalars())
        self._recorder.blind.take_out([case.id for case in cases])
        for case, contact in zip(cases, contacts, strict=True):
            if case.id in living:
                self._recorder.blind.put(case.subject, case.id, contact_values(contact))

    def drop_older_indexes(self) -> int:
        """Delete the index rows of every plan but today's; return how many."""
        return self._recorder.blind.drop_older()

    def standing(self, subject: str | None = None, *, batch: int = 500) -> Iterator[Standing]:
        """Yield every case that was not erased (of `subject`), those of one person together."""
        query = select(_CASE.id, _CASE.subject, _CASE.service, _CASE.kind, _CASE.updated_at)
        query = query.where(_CASE.locality == self._tx.locality, _CASE.erased_at.is_(None))
        if subject is not None:
            query = query.where(_CASE.subject == subject)
        query = query.order_by(_CASE.subject, _CASE.submitted_at, _CASE.id)
        for row in self._tx.read(query).yield_per(batch):
            yield Standing(
                case_id=row.id, subject=row.subject, service=row.service, kind=row.kind,
                since=read_instant(row.updated_at),
            )  # fmt: skip

    def forget(self, subject: str) -> dict[str, int]:
        """Make tombstones of the cases, delete photos and drafts; return how many of each.

        Records `case.erased` on each case, which closes it. Destroying the keys is the
        caller's; it commits with this or not at all.
        """
        rows = [row for row in self._rows(subject, lock=True) if row["erased_at"] is None]
        for row in rows:
            self._recorder.bury(row, self._closing(row))
        self._recorder.blind.forget(subject)
        tables = ((file_table, "files"), (draft_table, "drafts"))
        gone = {name: self._delete(table, subject) for table, name in tables}
        return {"cases": len(rows), **gone}

    def unname(self, subject: str) -> dict[str, int]:
        """Delete photos and index rows; cases and words stay. Returns how many of each."""
        rows = self._recorder.blind.forget(subject)
        return {"files": self._delete(file_table, subject), "index_rows": rows}

    def count(self, subject: str) -> dict[str, int]:
        """Count what `forget` would give up; nothing is written."""
        cases = sum(row["erased_at"] is None for row in self._rows(subject))
        files, drafts = (
            self._tx.read(
                select(func.count()).where(
                    table.c.locality == self._tx.locality, table.c.subject == subject
                )
            ).scalar_one()
            for table in (file_table, draft_table)
        )
        return {"cases": cases, "files": files, "drafts": drafts}

    def portable(self, subject: str) -> Portable:
        """Return everything of `subject` that is hers to know; internal notes are not in it."""
        cases = self.cases(subject)
        files: dict[str, PortableFile] = {}
        document = [self._case(case, files) for case in cases if case.erased_at is None]
        return Portable(self.name, document, files)

    def _rows(self, subject: str, *, lock: bool = False) -> list[Row]:
        query = select(case_table).where(
            _CASE.locality == self._tx.locality, _CASE.subject == subject
        )
        query = query.order_by(_CASE.submitted_at, _CASE.id)
        found = self._tx.read_locked(query) if lock else self._tx.read(query)
        return [dict(row) for row in found.mappings()]

    def _closing(self, row: Row) -> dict[str, str]:
        """Return what closes an open case: nobody can answer what nobody can read."""
        if row["kind"] not in OPEN_KINDS:
            return {}
        states = self._recorder.rules.workflow.states.values()
        closed = next((state for state in states if state.kind == "withdrawn"), None)
        return {"state": closed.key, "kind": closed.kind} if closed else {}

    def _delete(self, table: Any, subject: str) -> int:
        mine = (table.c.locality == self._tx.locality, table.c.subject == subject)
        return self._tx.write(delete(table).where(*mine)).rowcount

    def _case(self, case: Case, files: dict[str, PortableFile]) -> dict[str, Any]:
        photos = message_photos(self._tx, case.id)
        return {
            "public_id": case.public_id, "code": case.code, "service": case.service,
            "unit": case.unit, "state": case.state, "source": case.source,
            "external_id": case.external_id, "language": case.lang,
            "submitted_at": write_instant(case.submitted_at),
            "answer_by": case.due and write_instant(case.due), "promise": case.promise_text,
            "at": {"lat": case.at.lat, "lon": case.at.lon} if case.at else None,
            "address": case.address, "text": case.text, "contact": case.contact,
            "answers": {
                key: value if isinstance(value, Sealed) else json.loads(json.dumps(value))
                for key, value in case.answers.items()
            },
            "published": case.shared and case.public_text is not None,
            "public_text": case.public_text, "rating": case.rating,
            "photos": self._photos(photos.get(1, ()), files),
            "thread": [
                self._message(message, files)
                for message in thread_of(self._tx, case, internal=False)
            ],
        }  # fmt: skip

    def _message(self, message: Message, files: dict[str, PortableFile]) -> dict[str, Any]:
        return {
            "at": write_instant(message.at), "author": message.author, "kind": message.kind,
            "state": message.state, "text": message.text, "cause": message.cause,
            "target": message.target, "photos": self._photos(message.photos, files),
        }  # fmt: skip

    def _photos(self, refs: tuple[PhotoRef, ...], files: dict[str, PortableFile]) -> list[str]:
        names = []
        for ref in refs:
            query = select(_FILE.content, _FILE.meta).where(
                _FILE.locality == self._tx.locality, _FILE.id == ref.id
            )
            row = self._tx.read(query).first()
            if row is None:
                continue
            key = Sealed.from_json(json.loads(row.meta)["keys"]["content"])
            name = f"photos/{ref.id}.jpg"
            files[name] = PortableFile(key, bytes(row.content))
            names.append(name)
        return names

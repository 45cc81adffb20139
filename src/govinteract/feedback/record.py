"""Writing what happened to a case: fact, projection, thread and message in one commit."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from attrs import frozen
from sqlalchemy import bindparam, update

from govinteract.errors import ConflictError
from govinteract.feedback.projection import Row, fold, message, photos
from govinteract.feedback.reading import find_row, sealed_part
from govinteract.feedback.tables import case_table, message_table, photo_table
from govinteract.kernel import Pause, parse_promise
from govinteract.storage import read_instant, write_instant

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from govinteract.facts import Fact, Facts
    from govinteract.feedback.catalogue import Catalogue
    from govinteract.feedback.model import Case
    from govinteract.feedback.workflow import State, Workflow
    from govinteract.kernel import WorkingCalendar
    from govinteract.outbox import Outbox
    from govinteract.storage import Transaction
    from govinteract.vault import BlindStore, Vault

__all__ = ["IMPORT", "Recorder", "Rules"]

_UPDATE = (
    update(case_table)
    .where(case_table.c.locality == bindparam("b_locality"))
    .where(case_table.c.id == bindparam("b_id"))
)
_FIXED = {
    "locality", "id", "public_id", "code_hash", "code", "subject", "service", "lang", "source",
    "external_id", "lat", "lon", "address", "text", "contact", "answers", "submitted_at",
}  # fmt: skip
_WHO = {"citizen": "citizen", "anonymous": "citizen", "officer": "officer", "system": "system"}
_AUTHOR = {"citizen": "citizen", "officer": "office", "system": "system", "import": "system"}
IMPORT = "import."
"""What the name of a system begins with that brings in another system's records."""


@frozen
class Rules:
    """What a locality decides for this room: its services, workflow, calendar and region.

    `fingerprint(label, data)` is the tenant's keyed hash (32 bytes); `listeners` are the
    names of the webhooks that hear of every change of state.
    """

    catalogue: Catalogue
    workflow: Workflow
    calendar: WorkingCalendar
    region: str
    fingerprint: Callable[[str, bytes], bytes]
    listeners: tuple[str, ...] = ()


class Recorder:
    """Appends facts of cases and keeps their projections, in one transaction."""

    def __init__(
        self, tx: Transaction, facts: Facts, vault: Vault, outbox: Outbox, rules: Rules,
        blind: BlindStore,
    ) -> None:  # fmt: skip
        self.tx = tx
        self.facts = facts
        self.vault = vault
        self.outbox = outbox
        self.rules = rules
        self.blind = blind

    @property
    def who(self) -> str:
        """What the workflow calls this actor: citizen, officer, system or import."""
        actor = self.tx.actor
        if actor.kind == "system" and actor.name.startswith(IMPORT):
            return "import"
        return _WHO[actor.kind]

    @property
    def author(self) -> str:
        """What the thread calls this actor: citizen, office or system."""
        return _AUTHOR[self.who]

    def begin(self, case_id: str, body: dict[str, Any], *, at: datetime | None = None) -> Row:
        """Record that a case was submitted and return its row."""
        fact = self.facts.append(f"case:{case_id}", 1, "case.submitted", body, at=at)
        row = fold(None, fact)
        self.tx.insert(case_table, row)
        self._insert_beside(row, fact)
        if at is None:  # history that is brought in is news to nobody
            self._announce(row, fact)
        return row

    def go_on(
        self, case: Case, verb: str, kind: str, body: dict[str, Any] | None = None, *,
        text: str | None = None, notify: str | None = None, at: datetime | None = None,
    ) -> Row:  # fmt: skip
        """Record `verb` on `case` as a fact of `kind` and return the new row.

        A verb that changes the state is refused when the case moved on since it was read
        (`ConflictError("feedback.case_changed")`); one that only adds goes to the newest. On
        a case whose person was erased nothing goes on (`feedback.case_erased`).
        `text` is sealed into the thread; `notify` names the message that the citizen gets.
        """
        row = find_row(self.tx, lock=True, id=case.id)
        if row["erased_at"] is not None:
            raise ConflictError("feedback.case_erased", hint="the keys are gone; ask for a new one")
        state = self.rules.workflow.step(row["state"], verb, self.who)
        if state.key != row["state"] and row["seq"] != case.version:
            raise ConflictError("feedback.case_changed", hint="find the case anew")
        full = {"author": self.author, **(body or {})}
        if state.key != row["state"]:
            full |= {"state": state.key, "kind": state.kind}
        full |= self._clock(row, state, full, at or self.tx.now)
        if text is not None:
            full["text"] = self.seal_words(row, kind, text)
        new = self._append(row, kind, full, at)
        if notify:
            self.notify(new, notify)
        return new

    def bury(self, row: Row, closing: dict[str, str]) -> Row:
        """Record that the person of the case in `row` was erased; `closing` is its last state."""
        body = {"author": self.author, **closing}
        return self._append(row, "case.erased", body, None)

    def notify(self, row: Row, template: str) -> None:
        """Put a message to the citizen into the outbox, if there is a way to reach him."""
        if row["contact"] is None:
            return
        code = sealed_part(row, "receipt", "code", row["code"])
        contact = sealed_part(row, "contact", "contact", row["contact"])
        self.outbox.put(
            "citizen.message",
            stream=f"case:{row['id']}",
            channel="citizen",
            body={
                "template": template, "lang": row["lang"], "public_id": row["public_id"],
                "code": code.to_json(), "contact": contact.to_json(),
                "params": {"due": row["due_at"]},
            },
        )  # fmt: skip

    def seal_words(self, row: Row, kind: str, text: str) -> str:
        """Return the sealed text of the message that the next fact on `row`'s case carries."""
        return self.vault.seal(
            text, subject=row["subject"], record=row["id"], field=f"message.{row['seq'] + 1}",
            data_class="note" if kind == "case.noted" else "content", type="text",
        ).text  # fmt: skip

    def _append(self, row: Row, kind: str, body: dict[str, Any], at: datetime | None) -> Row:
        fact = self.facts.append(f"case:{row['id']}", row["seq"] + 1, kind, body, at=at)
        new = fold(row, fact)
        changed = {name: value for name, value in new.items() if name not in _FIXED}
        keys = {"b_locality": self.tx.locality, "b_id": row["id"]}
        self.tx.write(_UPDATE, changed | keys)
        self._insert_beside(new, fact)
        if at is None and new["state"] != row["state"]:
            self._announce(new, fact)
        return new

    def _announce(self, row: Row, fact: Fact) -> None:
        body = {name: row[name] for name in ("public_id", "kind", "state")} | {"at": fact.at}
        for name in self.rules.listeners:
            self.outbox.put(
                f"webhook.{fact.kind}", stream=fact.stream, channel=f"webhook:{name}", body=body
            )

    def _insert_beside(self, row: Row, fact: Fact) -> None:
        entry = message(row, fact)
        if entry:
            self.tx.insert(message_table, entry)
        pictures = photos(row, fact)
        if pictures:
            self.tx.insert(photo_table, pictures)

    def _clock(self, row: Row, state: State, body: dict[str, Any], at: datetime) -> dict[str, Any]:
        """Return what the move does to the promise: a new date, or nothing."""
        if row["promise"] is None or state.key == row["state"]:
            return {}
        if body.get("restarts"):
            return self.promise(row["promise"], at)
        runs_again = row["paused_at"] is not None and state.kind in {"received", "active"}
        if not runs_again:
            return {}
        pauses = [*json.loads(row["pauses"]), [row["paused_at"], write_instant(at)]]
        return self.promise(row["promise"], read_instant(row["clock_from"]), pauses)

    def promise(
        self, promise: str, since: datetime, pauses: list[list[str]] | None = None
    ) -> dict[str, Any]:
        """Return the date by which `promise`, given at `since`, is due, and by which calendar."""
        calendar = self.rules.calendar
        spans = [Pause(read_instant(start), read_instant(end)) for start, end in pauses or []]
        due = calendar.deadline(since, parse_promise(promise), spans)
        if due is None:  # only under a pause that has not ended, and these have
            return {}
        return {"due_at": write_instant(due), "calendar": calendar.version}

"""Poison records: made-up persons whose data nobody has a reason to open.

Who opens one is looking around. He sees it as he sees any other, so that he is not warned;
the alarm (fact `alarm.poison_opened`, a warning in the server's log, a letter to every
webhook) commits with the opening, before anything is shown. The table holds keyed hashes
of the subjects: who reads the database does not learn which records are bait.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Final, TypeAlias

from sqlalchemy import delete, select

from govinteract.consent.tables import poison_table
from govinteract.storage.schema import write_instant

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from govinteract.facts import Fact, Facts
    from govinteract.outbox import Outbox
    from govinteract.storage.transaction import Transaction

__all__ = ["ALARM", "Poison"]

ALARM: Final = "alarm.poison_opened"
"""The kind of the fact, and with `webhook.` before it the topic of the letters."""

_Fingerprint: TypeAlias = "Callable[[str, bytes], bytes]"

_STREAMS = "poison:"
_LABEL = "poison"
_ROW = poison_table.c
_log = logging.getLogger("govinteract.consent")


class Poison:
    """The bait of one transaction's locality.

    `fingerprint` is the locality's keyed hash; `listeners` are the names of its webhooks.
    """

    def __init__(
        self, tx: Transaction, facts: Facts, outbox: Outbox, *, fingerprint: _Fingerprint,
        listeners: Sequence[str] = (),
    ) -> None:  # fmt: skip
        self._tx = tx
        self._facts = facts
        self._outbox = outbox
        self._fingerprint = fingerprint
        self._listeners = listeners

    def mark(self, subject: str) -> bool:
        """Make the data of `subject` bait; return whether it was not yet.

        Make bait by the dozen and mark it some time after it was made: the fact
        `poison.marked` says when, not who.
        """
        mark = self._mark_of(subject)
        if not self._tx.insert_if_absent(
            poison_table, self._row(mark, write_instant(self._tx.now))
        ):
            return False
        stream = f"{_STREAMS}{self._tx.new_id()}"
        self._facts.append(stream, 1, "poison.marked", {"mark": mark.hex()})
        return True

    def watch(self, opening: Fact, subjects: Iterable[str]) -> bool:
        """Raise the alarm if the `opening` touches bait; return whether it does.

        What it writes commits with the opening.
        """
        query = select(_ROW.mark).where(_ROW.locality == self._tx.locality)
        marks = {bytes(mark) for mark in self._tx.read(query).scalars()}
        if not marks:
            return False
        touched = marks & {self._mark_of(subject) for subject in subjects}
        if touched:
            self._alarm(opening, sorted(mark.hex() for mark in touched))
        return bool(touched)

    def rebuild(self) -> int:
        """Make the table anew from the facts; return how many marks there are."""
        self._tx.write(delete(poison_table).where(_ROW.locality == self._tx.locality))
        count = 0
        for batch in self._facts.walk(_STREAMS):
            rows = [self._row(bytes.fromhex(fact.data["mark"]), fact.at) for fact in batch]
            self._tx.insert(poison_table, rows)
            count += len(rows)
        return count

    def _alarm(self, opening: Fact, marks: list[str]) -> None:
        stream = f"alarm:{self._tx.new_id()}"
        body = {"opening": opening.stream, "purpose": opening.data["purpose"], "marks": marks}
        self._facts.append(stream, 1, ALARM, body)
        for name in self._listeners:
            letter = {"kind": ALARM, "at": opening.at}
            channel = f"webhook:{name}"
            self._outbox.put(f"webhook.{ALARM}", stream=stream, channel=channel, body=letter)
        _log.warning("poison record opened by %s: %s", opening.actor, opening.stream)

    def _mark_of(self, subject: str) -> bytes:
        return self._fingerprint(_LABEL, subject.encode())

    def _row(self, mark: bytes, at: str) -> dict[str, object]:
        return {"locality": self._tx.locality, "mark": mark, "created_at": at}

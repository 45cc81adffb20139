"""Who opened what of a person's data, for what, and on which basis: what the person may ask.

One row for each person in an opening, written in the opening's own transaction, before
anybody sees plaintext. The rows say no more than the facts `data.opened`, and can be made
anew from them.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from attrs import frozen
from sqlalchemy import delete, select

from govinteract.consent.tables import access_table
from govinteract.storage.schema import read_instant

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sqlalchemy import Row

    from govinteract.facts import Fact, Facts
    from govinteract.storage.transaction import Transaction

__all__ = ["OPENINGS", "OpenedField", "Opening", "Openings"]

OPENINGS = "opening:"
"""How the streams of openings begin."""

_ROW = access_table.c


@frozen
class OpenedField:
    """One value that was opened: its class, the record and field that it is of, its revision."""

    data_class: str
    record: str
    field: str
    rev: int


@frozen(kw_only=True)
class Opening:
    """One look at one person's data. `stream` names the fact, which the log can prove."""

    at: datetime
    actor: str
    purpose: str
    basis: str
    fields: tuple[OpenedField, ...]
    stream: str


class Openings:
    """The openings of one transaction's locality."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    def record(self, fact: Fact, said: Mapping[str, Any]) -> None:
        """Keep what the fact `data.opened` says, by person; `said` is its body as it was made."""
        self._tx.insert(access_table, _rows(fact, said))

    def of(self, subject: str, *, limit: int = 200) -> list[Opening]:
        """Return the openings of `subject`'s data, the newest first."""
        query = select(access_table).where(
            _ROW.locality == self._tx.locality, _ROW.subject == subject
        )
        query = query.order_by(_ROW.stream.desc()).limit(limit)
        return [_opening(row) for row in self._tx.read(query)]

    def rebuild(self, facts: Facts) -> int:
        """Make all rows anew from the facts; return how many there are."""
        self._tx.write(delete(access_table).where(_ROW.locality == self._tx.locality))
        count = 0
        for batch in facts.walk(OPENINGS):
            rows = [row for fact in batch for row in _rows(fact, fact.data)]
            self._tx.insert(access_table, rows)
            count += len(rows)
        return count


def _rows(fact: Fact, said: Mapping[str, Any]) -> list[dict[str, Any]]:
    of: dict[str, list[list[Any]]] = {}
    for subject, *rest in said["fields"]:
        of.setdefault(subject, []).append(rest)
    return [
        {
            "locality": fact.locality, "subject": subject, "stream": fact.stream, "at": fact.at,
            "actor": fact.actor, "purpose": said["purpose"], "basis": said["basis"],
            "fields": json.dumps(opened, separators=(",", ":")),
        }
        for subject, opened in of.items()
    ]  # fmt: skip


def _opening(row: Row[Any]) -> Opening:
    return Opening(
        at=read_instant(row.at), actor=row.actor, purpose=row.purpose, basis=row.basis,
        fields=tuple(OpenedField(*opened) for opened in json.loads(row.fields)),
        stream=row.stream,
    )  # fmt: skip

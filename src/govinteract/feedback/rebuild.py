"""The projections of cases made anew from the facts, or compared with them, bit for bit.

What a case's row holds is what the facts on its stream add up to. If a table was damaged,
or a new version folds otherwise, the facts are asked again; they are the truth.
"""

from __future__ import annotations

from itertools import chain, groupby
from operator import attrgetter
from typing import TYPE_CHECKING

from attrs import define, field, frozen
from sqlalchemy import delete, select

from govinteract.feedback.projection import fold, message, photos
from govinteract.feedback.tables import case_table, message_table, photo_table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from sqlalchemy import RowMapping, Table

    from govinteract.facts import Fact, Facts
    from govinteract.feedback.projection import Row
    from govinteract.storage import Transaction

__all__ = ["Difference", "compare_projections", "rebuild_projections"]

_BATCH = 500
_TABLES = (case_table, message_table, photo_table)
_PREFIX = "case:"
_CASE_ID = {"gi_case": "id", "gi_message": "case_id", "gi_photo": "case_id"}


@frozen
class Difference:
    """Where a projection differs from the facts: the table, the case, and how.

    `column` is empty where a whole row is `missing` or `extra`; no value is shown.
    """

    table: str
    case_id: str
    how: str
    column: str = ""

    def __str__(self) -> str:
        place = f"{self.table}.{self.column}" if self.column else self.table
        return f"{place}, case {self.case_id}: {self.how}"


@define
class _Rows:
    """The rows that a batch of streams adds up to, by table."""

    by_table: dict[str, list[Row]] = field(factory=lambda: {table.name: [] for table in _TABLES})
    cases: list[str] = field(factory=list)

    def add(self, facts: Iterable[Fact]) -> None:
        row: Row | None = None
        for fact in facts:
            row = fold(row, fact)
            entry = message(row, fact)
            if entry:
                self.by_table[message_table.name].append(entry)
            self.by_table[photo_table.name].extend(photos(row, fact))
        if row is not None:
            self.by_table[case_table.name].append(row)
            self.cases.append(row["id"])


def rebuild_projections(
    tx: Transaction, facts: Facts, progress: Callable[[int], None] = lambda _cases: None
) -> int:
    """Replace the rows of all cases by what the facts add up to; return how many cases.

    One commit: others read the old rows until then, and writers wait. `progress` is told
    how many cases are done.
    """
    for table in _TABLES:
        tx.write(delete(table).where(table.c.locality == tx.locality))
    done = 0
    for rows in _batches(facts):
        for table in _TABLES:
            if rows.by_table[table.name]:
                tx.insert(table, rows.by_table[table.name])
        done += len(rows.cases)
        progress(done)
    return done


def compare_projections(
    tx: Transaction, facts: Facts, progress: Callable[[int], None] = lambda _cases: None
) -> Iterator[Difference]:
    """Yield where the stored rows differ from what the facts add up to; nothing is written."""
    seen = 0
    for rows in _batches(facts):
        for table in _TABLES:
            yield from _differences(tx, table, rows)
        seen += len(rows.cases)
        progress(seen)
    for table in _TABLES:
        yield from _without_facts(tx, facts, table)


def _batches(facts: Facts) -> Iterator[_Rows]:
    streams = groupby(chain.from_iterable(facts.walk(_PREFIX)), key=attrgetter("stream"))
    rows = _Rows()
    for _stream, of_case in streams:
        rows.add(of_case)
        if len(rows.cases) == _BATCH:
            yield rows
            rows = _Rows()
    if rows.cases:
        yield rows


def _differences(tx: Transaction, table: Table, rows: _Rows) -> Iterator[Difference]:
    owner = _CASE_ID[table.name]
    query = select(table).where(table.c.locality == tx.locality, table.c[owner].in_(rows.cases))
    stored = {_key(table, row): dict(row) for row in tx.read(query).mappings()}
    for row in rows.by_table[table.name]:
        there = stored.pop(_key(table, row), None)
        if there is None:
            yield Difference(table.name, row[owner], "missing")
            continue
        for column, value in row.items():
            if not _same(there[column], value):
                yield Difference(table.name, row[owner], "differs", column)
    for row in stored.values():
        yield Difference(table.name, row[owner], "extra")


def _without_facts(tx: Transaction, facts: Facts, table: Table) -> Iterator[Difference]:
    """Yield the cases that stand in `table` though no fact ever told of them."""
    owner = table.c[_CASE_ID[table.name]]
    query = select(owner).where(table.c.locality == tx.locality).distinct().order_by(owner)
    after: str | None = None
    while True:
        part = query if after is None else query.where(owner > after)
        cases = list(tx.read(part.limit(_BATCH)).scalars())
        if not cases:
            return
        known = facts.streams([f"{_PREFIX}{case_id}" for case_id in cases])
        for case_id in cases:
            if f"{_PREFIX}{case_id}" not in known:
                yield Difference(table.name, case_id, "extra")
        after = cases[-1]


def _key(table: Table, row: Row | RowMapping) -> tuple[object, ...]:
    return tuple(row[column.name] for column in table.primary_key)


def _same(stored: object, made: object) -> bool:
    if isinstance(made, bytes):
        return stored is not None and bytes(stored) == made  # type: ignore[call-overload]  # bytes or memoryview
    return stored == made

"""Bringing a whole file in: batch by batch, each batch one commit, again as often as needed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from attrs import define, field

from govinteract.errors import ConflictError
from govinteract.feedback.past.model import Refusal, Unreadable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from contextlib import AbstractContextManager

    from govinteract.feedback.past.delimited import Row
    from govinteract.feedback.past.model import Arrived, PastReport
    from govinteract.feedback.past.rows import RowReader
    from govinteract.feedback.service import Feedback

__all__ = ["BATCH", "Totals", "bring_reports"]

BATCH = 500
"""Reports of one commit: what a kill costs, and how long a citizen's write waits."""
_TRIES = 3


class _Acting(Protocol):
    """What `Locality.acting_as` hands out, as far as it is used here."""

    @property
    def feedback(self) -> Feedback: ...


@define
class Totals:
    """What became of the rows of a file so far."""

    created: int = 0
    there: int = 0
    rejected: int = 0

    @property
    def line(self) -> str:
        """What a program reads at the end of an import."""
        return f"created {self.created}, already there {self.there}, rejected {self.rejected}"

    def add(self, arrived: Arrived) -> None:
        """Count a batch."""
        self.created += arrived.created
        self.there += arrived.there


@define
class _Batch:
    begin: Callable[[], AbstractContextManager[_Acting]]
    source: str
    reports: list[PastReport] = field(factory=list)

    def commit(self) -> Arrived:
        """Bring the batch in; another import of the same source may be at it too."""
        reports, self.reports = self.reports, []
        for tries_left in reversed(range(_TRIES)):
            try:
                with self.begin() as tx:
                    return tx.feedback.bring_in(reports, source=self.source)
            except ConflictError:
                if not tries_left:
                    raise
        raise AssertionError  # the last try returns or raises


def bring_reports(
    rows: Iterable[Row | Refusal], reader: RowReader, *, source: str,
    begin: Callable[[], AbstractContextManager[_Acting]],
    reject: Callable[[Refusal], None], progress: Callable[[Totals], None] = lambda _totals: None,
    size: int = BATCH,
) -> Totals:  # fmt: skip
    """Bring in the reports in `rows`, `size` to a commit, and return what became of them.

    `begin` opens a transaction of `System("import.<source>")`; `reject` gets each row that
    can't be read, and the rest still comes in; `progress` is called after each commit. What
    is committed stays, whatever happens later: bring the file in again to go on.
    """
    totals, batch = Totals(), _Batch(begin, source)
    for row in rows:
        read = _read(row, reader)
        if isinstance(read, Refusal):
            totals.rejected += 1
            reject(read)
            continue
        batch.reports.append(read)
        if len(batch.reports) == size:
            totals.add(batch.commit())
            progress(totals)
    if batch.reports:
        totals.add(batch.commit())
    progress(totals)
    return totals


def _read(row: Row | Refusal, reader: RowReader) -> PastReport | Refusal:
    if isinstance(row, Refusal):
        return row
    try:
        return reader.read(row.cells)
    except Unreadable as no:
        return Refusal(row.line, no.column, no.code, no.params)

"""The rows of blind indexes in one transaction: written with what they find, gone with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import and_, delete, func, or_, select

from govinteract.vault.blind_index import BlindIndex, Hasher
from govinteract.vault.tables import blind_table

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from govinteract.storage.transaction import Transaction

__all__ = ["BlindStore"]

_ROW = blind_table.c


class BlindStore:
    """Index rows of the transaction's locality.

    `indexes` is the plan by which rows are written; searches also find those of older plans
    that stand beside it until the rebuild is done.
    """

    def __init__(
        self, tx: Transaction, keyed: Callable[[str], Callable[[bytes], bytes]],
        indexes: Sequence[BlindIndex],
    ) -> None:  # fmt: skip
        self._tx = tx
        self._keyed = keyed
        self._indexes = indexes
        self._pending: list[dict[str, object]] = []

    @property
    def names(self) -> list[str]:
        """The stored names of the plan."""
        return [index.stored_name for index in self._indexes]

    def put(self, subject: str, record: str, values: Mapping[str, str | None]) -> None:
        """Index the `values` of `record` by field; the rows are written before the commit."""
        rows = [
            row
            for index in self._indexes
            for row in self._rows(index, subject, record, values.get(index.field))
        ]
        if rows and not self._pending:
            self._tx.before_commit(self._write)
        self._pending += rows

    def find(self, field: str, kind: str, text: str) -> set[str]:
        """Return the records that may have `text` in `field`: some do, others only look so."""
        found: set[str] = set()
        for index in self._standing():
            if (index.field, index.kind) == (field, kind):
                found |= self._find(index, text)
        return found

    def forget(self, subject: str) -> int:
        """Delete every row of `subject` and return how many."""
        self._pending = [row for row in self._pending if row["subject"] != subject]
        mine = (_ROW.locality == self._tx.locality, _ROW.subject == subject)
        return self._tx.write(delete(blind_table).where(*mine)).rowcount

    def drop_older(self) -> int:
        """Delete the rows of every plan but this one; return how many."""
        others = (_ROW.locality == self._tx.locality, _ROW.index_name.not_in(self.names))
        return self._tx.write(delete(blind_table).where(*others)).rowcount

    def indexed(self, records: Sequence[str]) -> set[str]:
        """Return which of `records` have rows, and all of them of this plan."""
        query = select(_ROW.record, _ROW.index_name).where(
            _ROW.locality == self._tx.locality, _ROW.record.in_(records)
        )
        names = set(self.names)
        found: dict[str, bool] = {}
        for row in self._tx.read(query.distinct()):
            found[row.record] = found.get(row.record, True) and row.index_name in names
        return {record for record, is_new in found.items() if is_new}

    def take_out(self, records: Sequence[str]) -> None:
        """Delete every row of `records`, of whatever plan, so that they can be put anew."""
        mine = (_ROW.locality == self._tx.locality, _ROW.record.in_(records))
        self._tx.write(delete(blind_table).where(*mine))

    def _rows(
        self, index: BlindIndex, subject: str, record: str, text: str | None
    ) -> list[dict[str, object]]:
        if not text:
            return []
        partition = index.partition(record)
        hasher = Hasher((self._keyed(index.label(partition)),), index.bits)  # no other is needed
        digests = {hasher.digest(term) for term in index.terms(text)}
        return [
            {
                "locality": self._tx.locality, "index_name": index.stored_name,
                "partition": partition, "digest": digest, "record": record, "subject": subject,
            }
            for digest in sorted(digests)
        ]  # fmt: skip

    def _write(self) -> None:
        rows, self._pending = self._pending, []
        if rows:
            self._tx.insert(blind_table, rows)

    def _standing(self) -> list[BlindIndex]:
        """Return every index that has rows, one step of the primary key each."""
        found: list[BlindIndex] = []
        name = ""
        while True:
            query = select(func.min(_ROW.index_name)).where(
                _ROW.locality == self._tx.locality, _ROW.index_name > name
            )
            following = self._tx.read(query).scalar()
            if following is None:
                return found
            name = following
            found.append(BlindIndex.from_stored(name))

    def _find(self, index: BlindIndex, text: str) -> set[str]:
        """Return the records that have every term of `text` in one partition's digests."""
        hasher = index.hasher(self._keyed)
        found: set[str] | None = None
        for term in index.terms(text):
            places = [
                and_(_ROW.partition == partition, _ROW.digest == digest)
                for partition, digest in hasher.everywhere(term)
            ]
            query = select(_ROW.record).where(
                _ROW.locality == self._tx.locality, _ROW.index_name == index.stored_name,
                or_(*places),
            )  # fmt: skip
            records = set(self._tx.read(query).scalars())
            found = records if found is None else found & records
        return found or set()

"""Appending facts and reading them back, in one transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select, tuple_

from govinteract.errors import ConflictError
from govinteract.facts.model import JSON, Fact
from govinteract.facts.tables import fact_table, leaf_table
from govinteract.kernel.canonical import canonical_json
from govinteract.storage.schema import write_instant

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import Row

    from govinteract.facts.log import LogKeys
    from govinteract.storage.transaction import Transaction

__all__ = ["Facts"]

_ROW = fact_table.c
_COLUMNS = (_ROW.locality, _ROW.stream, _ROW.seq, _ROW.kind, _ROW.at, _ROW.actor, _ROW.body)
_ALL = select(*_COLUMNS)


class Facts:
    """The facts of one transaction's locality.

    A fact and its leaf commit with everything else of the transaction; the sequencer puts
    the leaf into the tree within a second.
    """

    def __init__(self, tx: Transaction, keys: LogKeys) -> None:
        self._tx = tx
        self._keys = keys
        self._leaves: list[dict[str, Any]] = []

    def append(
        self, stream: str, seq: int, kind: str, body: Mapping[str, JSON],
        *, at: datetime | None = None,
    ) -> Fact:  # fmt: skip
        """Record that `kind` happened on `stream` as its `seq`-th fact (from 1).

        `at` is the transaction's instant unless history is brought in. `(stream, seq)` is
        the optimistic lock: whoever comes second with the same number gets
        `ConflictError("facts.conflict")` and his transaction records nothing. Raises
        `InputError("kernel.json_invalid")` for a body that JSON can't say.
        """
        fact = self.draft(stream, seq, kind, body, at=at)
        self._insert(_row(fact))
        self._remember_leaf(fact)
        return fact

    def draft(
        self, stream: str, seq: int, kind: str, body: Mapping[str, JSON],
        *, at: datetime | None = None,
    ) -> Fact:  # fmt: skip
        """Make the fact that `append` would record, and record nothing."""
        tx = self._tx
        text = canonical_json(dict(body))
        return Fact(tx.locality, stream, seq, kind, write_instant(at or tx.now), tx.actor.key, text)

    def record(self, drafts: Sequence[Fact]) -> None:
        """Record many drafts of this transaction in one statement; refused as by `append`."""
        if drafts:
            self._insert([_row(fact) for fact in drafts])
        for fact in drafts:
            self._remember_leaf(fact)

    def of(self, stream: str) -> list[Fact]:
        """Return all facts of `stream`, first to last."""
        query = _ALL.where(_ROW.locality == self._tx.locality, _ROW.stream == stream)
        return [_fact(row) for row in self._tx.read(query.order_by(_ROW.seq))]

    def walk(self, prefix: str, *, batch: int = 500) -> Iterator[Sequence[Fact]]:
        """Yield the facts of every stream whose name begins with `prefix`, in batches.

        Streams come in order of their names and whole; memory stays that of one batch.
        """
        mine = func.substr(_ROW.stream, 1, len(prefix)) == prefix  # whatever the collation
        query = _ALL.where(_ROW.locality == self._tx.locality, mine)
        query = query.order_by(_ROW.stream, _ROW.seq).limit(batch)
        part = query
        while rows := [_fact(row) for row in self._tx.read(part)]:
            yield rows
            part = query.where(
                tuple_(_ROW.stream, _ROW.seq) > tuple_(rows[-1].stream, rows[-1].seq)
            )

    def streams(self, names: Sequence[str]) -> set[str]:
        """Return which of the streams `names` have begun."""
        query = select(_ROW.stream).where(
            _ROW.locality == self._tx.locality, _ROW.stream.in_(names), _ROW.seq == 1
        )
        return set(self._tx.read(query).scalars())

    def _insert(self, rows: dict[str, Any] | list[dict[str, Any]]) -> None:
        try:
            self._tx.insert(fact_table, rows)
        except ConflictError as error:
            raise ConflictError("facts.conflict", hint="read it anew and decide again") from error

    def _remember_leaf(self, fact: Fact) -> None:
        if not self._leaves:
            self._tx.before_commit(self._insert_leaves)
        leaf = fact.leaf()
        self._leaves.append(
            {
                "locality": fact.locality, "stream": fact.stream, "seq": fact.seq, "hash": leaf,
                "mac": self._keys.mac(leaf, None), "idx": None,
            }
        )  # fmt: skip

    def _insert_leaves(self) -> None:
        leaves, self._leaves = self._leaves, []
        self._tx.insert(leaf_table, leaves)


def _fact(row: Row[Any]) -> Fact:
    return Fact(*tuple(row))


def _row(fact: Fact) -> dict[str, Any]:
    return {
        "locality": fact.locality, "stream": fact.stream, "seq": fact.seq, "kind": fact.kind,
        "at": fact.at, "actor": fact.actor, "body": fact.body,
    }  # fmt: skip

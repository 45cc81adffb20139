"""Delivering letters at least once: claim and commit, deliver, mark and commit.

A claim is a lease: while it lasts no other relay touches the letter, and if the relay dies
the letter comes back when it ends. The commit that marks one letter claims the next, so a
letter costs one commit. Relays may run in as many threads and processes as one likes.
"""

from __future__ import annotations

import logging
from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING

from attrs import frozen

from govinteract.errors import GovInteractError
from govinteract.outbox import tables
from govinteract.outbox.model import Dead, Delivered, Letter, Outcome, Retry, Sink
from govinteract.outbox.patience import Patience
from govinteract.outbox.tables import letter_of
from govinteract.storage.schema import write_instant

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Mapping
    from contextlib import AbstractContextManager

    from govinteract.storage.transaction import Transaction

__all__ = ["Relay", "Tally"]

_log = logging.getLogger("govinteract.outbox")


@frozen(kw_only=True)
class Tally:
    """How many deliveries a run made, and what became of them."""

    delivered: int = 0
    retried: int = 0
    dead: int = 0


class Relay:
    """Takes the due letters of one locality to `sink`.

    `begin` opens a transaction of that locality; the relay holds none while the sink works.
    """

    def __init__(
        self, begin: Callable[[], AbstractContextManager[Transaction]], sink: Sink, *,
        patience: Patience | None = None,
    ) -> None:  # fmt: skip
        self._begin = begin
        self._sink = sink
        self._patience = patience or Patience()

    def run_once(self, *, stop: threading.Event | None = None) -> Tally:
        """Deliver all letters that are due, and return when none is (or `stop` is set).

        Raises what `begin` raises and `StorageError` when the database can't be written;
        what was delivered and could not be marked comes again when its lease ends.
        """
        counts: Counter[type] = Counter()
        letter = self._claim()
        while letter is not None:
            outcome = self._outcome(letter)
            counts[type(outcome)] += 1
            letter = self._mark(letter, outcome, go_on=not (stop and stop.is_set()))
        return Tally(delivered=counts[Delivered], retried=counts[Retry], dead=counts[Dead])

    def run(self, stop: threading.Event, *, idle: float = 1.0) -> None:
        """Deliver until `stop` is set, looking every `idle` seconds for what is due.

        A database or key service that is not there now is tried again.
        """
        while not stop.is_set():
            try:
                self.run_once(stop=stop)
            except GovInteractError as error:
                _log.warning("relay waits: %s", error.code)
            stop.wait(idle)

    def _claim(self) -> Letter | None:
        with self._begin() as tx:
            return self._next(tx)

    def _mark(self, letter: Letter, outcome: Outcome, *, go_on: bool) -> Letter | None:
        with self._begin() as tx:
            _settle(tx, letter, outcome, self._patience)
            return self._next(tx) if go_on else None

    def _next(self, tx: Transaction) -> Letter | None:
        """Lease the letter that is due longest; give up those that keep killing relays."""
        key = {"b_locality": tx.locality, "b_now": write_instant(tx.now)}
        while tx.read(tables.DUE, key).first():
            row = tx.write(tables.CLAIM, key).first()
            if row is None:  # another relay was faster
                return None
            letter = letter_of(row)
            if not self._patience.is_over(letter.attempts):
                until = write_instant(tx.now + self._patience.lease)
                tx.write(tables.LEASE, {**key, "b_id": letter.id, "b_until": until})
                return letter_of(row, attempts=letter.attempts + 1)
            _settle(tx, letter, Dead("outbox.lease_lost"), self._patience)
        return None

    def _outcome(self, letter: Letter) -> Outcome:
        try:
            outcome = self._sink.deliver(letter)
        except GovInteractError as error:
            outcome = Retry(error.code)
        except Exception as error:  # noqa: BLE001 - a fault of one letter must not stop the others
            # Its words may quote an address, so only its type is said.
            _log.error("letter %s: the sink raised %s", letter.id, type(error).__name__)
            outcome = Retry("outbox.sink_failed")
        if isinstance(outcome, Retry) and self._patience.is_over(letter.attempts):
            return Dead(outcome.code)
        return outcome


def _settle(tx: Transaction, letter: Letter, outcome: Outcome, patience: Patience) -> None:
    key = {"b_locality": tx.locality, "b_id": letter.id, "b_now": write_instant(tx.now)}
    code = None if isinstance(outcome, Delivered) else outcome.code
    _log.info(
        "letter %s (%s by %s), attempt %d: %s",
        letter.id, letter.topic, letter.channel, letter.attempts, code or "delivered",
    )  # fmt: skip
    mine = {**key, "b_attempts": letter.attempts, "b_error": code}
    match outcome:
        case Delivered():
            tx.write(tables.DELIVERED, key)
        case Dead():
            tx.write(tables.GIVE_UP, mine)
        case Retry():
            wished = min(outcome.after or timedelta(), patience.longest)
            wait = max(wished, patience.delay(letter.attempts, tx.entropy))
            _reschedule(tx, letter, mine, write_instant(tx.now + wait))


def _reschedule(tx: Transaction, letter: Letter, mine: Mapping[str, object], next_at: str) -> None:
    if tx.write(tables.RESCHEDULE, {**mine, "b_next_at": next_at}).rowcount:
        queue = {"b_stream": letter.stream, "b_channel": letter.channel, "b_next_at": next_at}
        tx.write(tables.POSTPONE_REST, {"b_locality": tx.locality, **queue})

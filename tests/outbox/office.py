"""A post office for the tests: the table of letters on a database, and sinks of every temper."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from attrs import field, frozen
from sqlalchemy import Engine, select

from govinteract.kernel import System
from govinteract.outbox import Delivered, Letter, Outbox, Outcome, Patience, Relay, Sink
from govinteract.outbox.tables import outbox_table
from govinteract.storage import Transaction, in_transaction, open_engine
from tests.kernel.repeatable import RepeatableEntropy

QUICK = Patience(attempts=4, first=timedelta(minutes=1), longest=timedelta(minutes=30))


class Hands:
    """A clock whose hands a test moves."""

    def __init__(self) -> None:
        self.at = datetime(2026, 11, 21, 8, tzinfo=UTC)

    def now(self) -> datetime:
        """Return what the hands show."""
        return self.at

    def move(self, **span: float) -> None:
        """Move the hands on."""
        self.at += timedelta(**span)


def make_table(url: str) -> None:
    """Make the table of letters in the database at `url`."""
    engine = open_engine(url, pool_size=1)
    outbox_table.metadata.create_all(engine, [outbox_table])
    engine.dispose()


@frozen
class Office:
    """One locality's letters, on a database of its own."""

    engine: Engine
    hands: Hands = field(factory=Hands)
    entropy: RepeatableEntropy = field(factory=RepeatableEntropy)
    locality: str = "hoa-binh"

    def begin(self) -> Transaction:
        """Open a transaction of the locality."""
        return Transaction(
            self.engine, locality=self.locality, actor=System("relay"), clock=self.hands,
            entropy=self.entropy,
        )  # fmt: skip

    def put(self, *bodies: object, stream: str = "case:1", channel: str = "citizen") -> list[str]:
        """Write a letter for each of `bodies` in one transaction."""
        with self.begin() as tx:
            return [
                Outbox(tx).put("citizen.message", stream=stream, channel=channel, body={"n": body})
                for body in bodies
            ]

    def relay(self, sink: Sink, patience: Patience = QUICK) -> Relay:
        """Return a relay that takes the letters to `sink`."""
        return Relay(self.begin, sink, patience=patience)

    def rows(self) -> list[dict[str, Any]]:
        """Return all rows as they stand, in the order of their places."""
        with self.begin() as tx:
            query = select(outbox_table).order_by(outbox_table.c.place, outbox_table.c.id)
            return [dict(row._mapping) for row in tx.read(query)]

    def row(self) -> dict[str, Any]:
        """Return the only row."""
        (row,) = self.rows()
        return row

    def dead(self) -> list[Letter]:
        """Return the letters that were given up."""
        with self.begin() as tx:
            return Outbox(tx).dead()


class Told:
    """A sink that answers as it was told, then takes everything, and remembers all it was given.

    An answer is an outcome, an exception to raise, or a function to ask.
    """

    def __init__(self, *answers: Outcome | BaseException | Callable[[Letter], Outcome]) -> None:
        self.letters: list[Letter] = []
        self._answers = deque(answers)

    def deliver(self, letter: Letter) -> Outcome:
        """Remember `letter` and answer."""
        assert not in_transaction(), "a transaction was held while the sink worked"
        self.letters.append(letter)
        answer = self._answers.popleft() if self._answers else Delivered()
        if isinstance(answer, BaseException):
            raise answer
        return answer(letter) if callable(answer) else answer

    @property
    def bodies(self) -> list[object]:
        """What the letters said, in the order in which they came."""
        return [letter.data["n"] for letter in self.letters]

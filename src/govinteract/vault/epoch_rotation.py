"""A new epoch takes the place of the old ones, while the application runs.

    begun      the new epoch's key is made, and every process learns of it (`SETTLE`)
    moving     it wraps what is new; the old epochs are retired and their wraps move over
    settling   all have moved; no process holds a retired key any more (`SETTLE`)
    finished   the old epochs' keys are destroyed: whatever old wraps survive on a disk that
               was thrown away, no tenant key in this database opens them again

Each step commits by itself and is found again by what stands in the database, so that
whoever was killed goes on where he was. Two at once do each other no harm: a wrap is
replaced where it still has the bytes that were read, and one that was erased meanwhile stays
erased. Nothing is destroyed while one wrap needs it.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from attrs import frozen

from govinteract.errors import ConflictError
from govinteract.facts.service import Facts
from govinteract.kernel.actor import System
from govinteract.storage.schema import read_instant, write_instant
from govinteract.storage.scrub import scrub
from govinteract.storage.transaction import Transaction
from govinteract.vault.epoch_steps import (
    KEY_TABLES,
    count_left,
    destroy_older,
    insert_rotation,
    move_batch,
    move_step,
    read_rotation,
    retire_older,
)
from govinteract.vault.key_material import KeyMaterial
from govinteract.vault.tenant_keys import SETTLE, NewKey

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from sqlalchemy import Engine, Row

    from govinteract.vault.keyring import KeyRing

__all__ = ["EpochRotation", "EpochState"]


@frozen(kw_only=True)
class EpochState:
    """How far the rotation to `epoch` is: `done` of `total` wraps were looked at.

    `step` is `begun`, `moving`, `settling`, `damaged` or `finished`; `until` is the moment at
    which it can go on, where it has to wait. `left` wraps are still under older epochs.
    """

    epoch: int
    step: str
    done: int
    total: int
    left: int
    until: datetime | None = None


@frozen
class EpochRotation:
    """The rotation of a tenant's epochs, by whoever runs `govinteract keys rotate`."""

    _engine: Engine
    _ring: KeyRing

    def begin(self) -> EpochState:
        """Make the key of a new epoch, which nobody uses yet.

        Raises `ConflictError("vault.rotation_unfinished")` while an earlier one goes on, and
        what the key providers say: the new key is wrapped by all of them or not made.
        """
        ring = self._ring
        ring.refresh(self._engine)
        known = ring.tenant_keys()
        number = max(known.epochs) + 1
        new = NewKey.make(
            self._engine, ring.roots, known, tenant=ring.tenant, role="kek", epoch=number,
            material=KeyMaterial.generate(ring.entropy),
        )  # fmt: skip
        with self._transaction() as tx:
            if read_rotation(tx, lock=True) is not None:
                raise ConflictError("vault.rotation_unfinished", hint="govinteract keys rotate")
            new.store(tx, Facts(tx, ring.log_keys()))
            insert_rotation(tx, "epoch", number, step="begun")
        ring.refresh(self._engine)
        return EpochState(
            epoch=number, step="begun", done=0, total=0, left=0,
            until=ring.clock.now() + SETTLE,
        )  # fmt: skip

    def state(self) -> EpochState | None:
        """Tell how far it is; None when nothing goes on."""
        with self._transaction() as tx:
            row = read_rotation(tx)
            return None if row is None else self._state(tx, row)

    def advance(
        self, progress: Callable[[int, int], object] = lambda _done, _total: None,
        *, despite_damage: bool = False,
    ) -> EpochState | None:  # fmt: skip
        """Do what is due and tell how far it is; None when nothing goes on.

        Call it again at `until`. `progress` is told how many wraps of how many were looked
        at. A wrap that does not open is left as it is, and its epoch with it (`damaged`),
        unless `despite_damage` gives up what nobody can open any more.
        """
        state = self.state()
        if state is None or state.until is not None:
            return state
        if state.step in {"begun", "damaged"}:  # damaged, or written late by a slow process
            self._start_moving(state.epoch, state.step)
        self._move(state.epoch, progress)
        state = self.state()
        if state is None or state.until is not None:
            return state
        if state.step == "settling" or (state.step == "damaged" and despite_damage):
            return self._finish(state, despite_damage=despite_damage)
        return state

    def _start_moving(self, number: int, step: str) -> None:
        with self._transaction() as tx:
            if step == "begun":
                for epoch in retire_older(tx, number):
                    self._record(tx, "key.retired", {"epoch": epoch})
            row = read_rotation(tx, lock=True)
            if row is not None and row.step != "moving":
                since = write_instant(tx.now) if step == "begun" else row.since
                total = count_left(tx, number)
                move_step(tx, row, step="moving", since=since, done=0, total=total)
        self._ring.refresh(self._engine)

    def _move(self, number: int, progress: Callable[[int, int], object]) -> None:
        more = True
        while more:
            with suppress(ConflictError), self._transaction() as tx:  # another process moved it
                keys = self._ring.tenant_keys().epochs
                moved = move_batch(tx, number, keys, self._ring.entropy)
                more = moved is not None
                if moved is not None:
                    progress(*moved)

    def _finish(self, state: EpochState, *, despite_damage: bool) -> EpochState | None:
        """Delete the old epochs' keys, unless a wrap was written late that needs one."""
        with self._transaction() as tx:
            gone = destroy_older(tx, state.epoch, despite_damage=despite_damage)
            for epoch, kid in gone:
                body = {"epoch": epoch, "kid": kid.hex(), "damaged": state.left}
                self._record(tx, "key.destroyed", body)
        self._ring.refresh(self._engine)
        scrub(self._engine, KEY_TABLES)
        if not gone:
            return self.state()
        return EpochState(
            epoch=state.epoch, step="finished", done=state.total, total=state.total,
            left=state.left,
        )  # fmt: skip

    def _state(self, tx: Transaction, row: Row[Any]) -> EpochState:
        left = count_left(tx, row.number)
        until = read_instant(row.since) + SETTLE
        waits = row.step != "moving" and until > tx.now
        damaged = row.step == "settling" and not waits and left
        return EpochState(
            epoch=row.number, step="damaged" if damaged else row.step, done=row.done,
            total=row.total, left=left, until=until if waits else None,
        )  # fmt: skip

    def _record(self, tx: Transaction, kind: str, body: dict[str, Any]) -> None:
        facts = Facts(tx, self._ring.log_keys())
        facts.append("key/kek", len(facts.of("key/kek")) + 1, kind, body)

    def _transaction(self) -> Transaction:
        ring = self._ring
        ring.warm(self._engine)
        return Transaction(
            self._engine, locality=ring.tenant, actor=System("keys"), clock=ring.clock,
            entropy=ring.entropy,
        )  # fmt: skip

import builtins
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, event, func, select, update

from govinteract.errors import ConflictError, ProviderError
from govinteract.facts import Facts
from govinteract.vault import KeyRing, Sealed
from govinteract.vault.epoch_rotation import EpochRotation, EpochState
from govinteract.vault.epoch_steps import KEY_TABLES, destroy_older, move_batch
from govinteract.vault.keyring import MAX_AGE
from govinteract.vault.tables import key_table, wrap_table
from govinteract.vault.tenant_keys import SETTLE
from tests.vault.house import TENANT, CountedEntropy, House

WRAP, KEY = wrap_table.c, key_table.c
VALUES = 40


@pytest.fixture(autouse=True)
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a rotation of a few wraps take many batches."""
    monkeypatch.setattr("govinteract.vault.epoch_steps.BATCH", 7)


def rotation(house: House) -> EpochRotation:
    """Return a rotation as another process would begin or go on with it."""
    ring = KeyRing(house.provider, TENANT, entropy=house.entropy, clock=house.clock)
    return EpochRotation(house.engine, ring)


def filled(house: House, count: int = VALUES) -> list[Sealed]:
    """Seal values of so many subjects."""
    return [house.seal(f"0912 {number:06}") for number in range(count)]


def assert_readable(house: House, sealed: list[Sealed]) -> None:
    """See that every value opens."""
    house.ring.warm(house.engine)
    assert house.open(sealed) == [f"0912 {number:06}" for number in range(len(sealed))]


def epochs(house: House) -> tuple[set[int], set[int]]:
    """Return the epochs of the wraps that are stored, and those whose key is stored."""
    stored = select(KEY.epoch).where(KEY.role == "kek")
    with house.tx() as tx:
        return set(tx.read(select(WRAP.epoch)).scalars()), set(tx.read(stored).scalars())


def finished(house: House) -> EpochState:
    """Go on with a rotation until it is finished, waiting where it waits."""
    for _step in range(20):
        if (state := rotation(house).advance()) and state.step == "finished":
            return state
        if state and state.until is not None:
            house.clock.at = state.until
    raise AssertionError


def test_new_epoch_takes_the_place_of_the_old_one(any_house: House) -> None:
    """Step by step every wrap moves and the old key is destroyed; values open all the while."""
    house = any_house
    sealed = filled(house)
    begun = rotation(house).begin()
    assert (begun.epoch, begun.step, begun.until) == (2, "begun", house.clock.at + SETTLE)
    assert rotation(house).advance() == rotation(house).state()
    assert house.seal().kid  # still under the old one
    assert epochs(house) == ({1}, {1, 2})

    house.clock.move(SETTLE)
    seen: list[tuple[int, int]] = []
    moved = rotation(house).advance(lambda done, total: seen.append((done, total)))
    assert moved is not None
    assert (moved.step, moved.left, moved.until) == ("settling", 0, house.clock.at + SETTLE)
    assert seen[-1] == (moved.done, moved.total) == (2 * (VALUES + 1), 2 * (VALUES + 1))
    assert [done for done, _total in seen] == sorted(done for done, _total in seen)
    assert epochs(house) == ({2}, {1, 2})
    assert_readable(house, sealed)

    house.clock.move(SETTLE)
    done = rotation(house).advance()
    assert done is not None
    assert (done.step, done.left) == ("finished", 0)
    assert epochs(house) == ({2}, {2})
    assert rotation(house).advance() is None
    assert_readable(house, sealed)
    assert_readable(house, [*sealed, house.seal(f"0912 {VALUES:06}")])


def test_rotation_is_told_in_facts(house: House) -> None:
    """Making, retiring and destroying a key is recorded, each once."""
    filled(house, 1)
    rotation(house).begin()
    finished(house)
    house.ring.warm(house.engine)
    with house.tx() as tx:
        told = Facts(tx, house.ring.log_keys()).of("key/kek")
    assert [(fact.kind, fact.data["epoch"]) for fact in told] == [
        ("key.made", 1), ("key.made", 2), ("key.retired", 1), ("key.destroyed", 1),
    ]  # fmt: skip
    assert told[-1].data["kid"] == told[0].data["kid"]


def test_epochs_follow_one_another(house: House) -> None:
    """A number is never used again, and one rotation ends before the next begins."""
    sealed = filled(house, 3)
    for number in (2, 3, 4):
        assert rotation(house).begin().epoch == number
        with pytest.raises(ConflictError) as refused:
            rotation(house).begin()
        assert refused.value.code == "vault.rotation_unfinished"
        assert finished(house).epoch == number
        assert epochs(house) == ({number}, {number})
    assert_readable(house, sealed)


def test_no_process_notices_a_rotation(any_house: House) -> None:
    """A process that asks for its keys as ever seals and opens at every moment of it."""
    house = any_house
    sealed = filled(house, 10)
    rotation(house).begin()
    for minute in range(31):
        house.ring.warm(house.engine)
        sealed.append(house.seal(f"0912 {10 + minute:06}"))
        assert_readable(house, sealed)
        rotation(house).advance()
        assert_readable(house, sealed)
        house.clock.move(timedelta(minutes=1))
    assert rotation(house).state() is None
    assert epochs(house) == ({2}, {2})


def test_old_bytes_are_in_no_file_afterwards(house: House, tmp_path: Path) -> None:
    """Neither the old wraps nor the wrapped old key is left in the database's files."""
    sealed = filled(house)
    with house.tx() as tx:
        old = [bytes(wrapped) for wrapped in tx.read(select(WRAP.wrapped)).scalars()]
        old += map(bytes, tx.read(select(KEY.wrapped).where(KEY.role == "kek")).scalars())

    def on_disk() -> list[bytes]:
        files = [path.read_bytes() for path in tmp_path.iterdir() if path.is_file()]
        return [wrapped for wrapped in old if any(wrapped[18:] in content for content in files)]

    assert on_disk() == old
    rotation(house).begin()
    finished(house)
    assert on_disk() == []
    assert_readable(house, sealed)


def test_wrap_that_was_written_late_moves_too(any_house: House) -> None:
    """A slow process's wrap under the retired epoch is moved before anything is destroyed."""
    house = any_house
    filled(house, 3)
    rotation(house).begin()
    house.clock.move(SETTLE)
    assert rotation(house).advance() is not None
    slow = KeyRing(house.provider, TENANT, entropy=house.entropy, clock=house.clock)
    slow.warm(house.engine)
    old = slow._ready().keys.epochs[1]
    slow._ready().keys.since.clear()
    slow._ready().keys.since[1] = house.clock.at
    house.ring = slow
    late = house.seal("late")
    assert epochs(house)[0] == {1, 2}
    assert old.epoch == 1
    house.clock.move(SETTLE)
    assert finished(house).step == "finished"
    assert epochs(house) == ({2}, {2})
    house.ring.forget()
    house.ring.warm(house.engine)
    assert house.open([late]) == ["late"]


def test_damaged_wrap_keeps_its_epoch_until_it_is_given_up(house: House) -> None:
    """A wrap that does not open is left alone, with the key that might open a restored one."""
    sealed = filled(house, 5)
    lost = sealed.pop()
    with house.tx() as tx:
        mine = WRAP.subject == lost.subject
        damage = update(wrap_table).where(mine, WRAP.purpose == "resolve-report")
        tx.write(damage.values(wrapped=b"W\x01" + bytes(64)))
    rotation(house).begin()
    house.clock.move(SETTLE)
    assert rotation(house).advance() is not None
    house.clock.move(SETTLE)
    state = rotation(house).advance()
    assert state is not None
    assert (state.step, state.left, state.until) == ("damaged", 1, None)
    assert epochs(house) == ({1, 2}, {1, 2})
    again = rotation(house).advance()
    assert again is not None
    assert again.step == "damaged"
    given_up = rotation(house).advance(despite_damage=True)
    assert given_up is not None
    assert (given_up.step, given_up.left) == ("finished", 1)
    assert epochs(house) == ({1, 2}, {2})
    assert_readable(house, sealed)
    assert house.open([lost], "notify-citizen") == ["0912 000004"]


class Interrupting(CountedEntropy):
    """Randomness that does something when it is first asked for: between reading and writing."""

    def __init__(self, act: Callable[[], object]) -> None:
        super().__init__("interrupting")
        self._act = act

    def bytes(self, n: int) -> builtins.bytes:
        """Act once, then give bytes."""
        act, self._act = self._act, int
        act()
        return super().bytes(n)


@pytest.mark.parametrize("change", ["erased", "replaced"])
def test_wrap_that_changed_meanwhile_is_left_as_it_is(any_house: House, change: str) -> None:
    """A person who is erased while the wraps move stays erased, and nothing newer is undone."""
    house = any_house
    sealed = filled(house, 3)
    rotation(house).begin()
    house.clock.move(SETTLE)
    rotation(house)._start_moving(2, "begun")
    house.ring.warm(house.engine)

    def act() -> None:
        mine = WRAP.subject == sealed[0].subject
        with house.tx() as tx:
            if change == "erased":
                tx.write(delete(wrap_table).where(mine))
            else:
                tx.write(update(wrap_table).where(mine).values(wrapped=b"newer"))

    with house.tx() as tx:
        keys = house.ring._ready().keys.epochs
        assert move_batch(tx, 2, keys, Interrupting(act)) == (6, 6)
    with house.tx() as tx:
        rows = tx.read(select(WRAP.wrapped).where(WRAP.subject == sealed[0].subject)).scalars()
        assert set(map(bytes, rows)) == (set() if change == "erased" else {b"newer"})
    assert_readable_rest = house.open(sealed[1:])
    assert assert_readable_rest == ["0912 000001", "0912 000002"]


def test_two_rotate_at_once(any_house: House) -> None:
    """Several processes that move the same wraps lose none and destroy nothing too early."""
    house = any_house
    sealed = filled(house, 60)
    rotation(house).begin()
    house.clock.move(SETTLE)
    errors: list[BaseException] = []

    def work() -> None:
        try:
            for _again in range(3):
                rotation(house).advance()
        except BaseException as error:  # noqa: BLE001 - shown by the test
            errors.append(error)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert epochs(house) == ({2}, {1, 2})
    assert_readable(house, sealed)
    finished(house)
    assert_readable(house, sealed)


def test_destroying_waits_for_who_writes_wraps(any_house: House) -> None:
    """A wrap that is being written under an old epoch is seen, and its key is kept."""
    house = any_house
    sealed = filled(house, 1)
    rotation(house).begin()
    house.clock.move(SETTLE)
    rotation(house).advance()
    with house.tx() as tx:
        row: dict[str, Any] = dict(tx.read(select(wrap_table).limit(1)).mappings().one())
    gone: list[object] = ["nothing yet"]

    def destroy() -> None:
        with house.tx() as tx:
            gone[:] = destroy_older(tx, 2, despite_damage=False)

    with house.tx() as writer:
        writer.insert(wrap_table, row | {"subject": "late", "epoch": 1})
        thread = threading.Thread(target=destroy)
        thread.start()
        thread.join(0.5)
        assert gone == ["nothing yet"]
    thread.join()
    assert gone == []
    assert epochs(house)[1] == {1, 2}
    with house.tx() as tx:
        tx.write(delete(wrap_table).where(WRAP.subject == "late"))
    destroy()
    assert epochs(house)[1] == {2}
    assert len(gone) == 1
    house.ring.forget()
    assert_readable(house, sealed)


def test_epoch_is_made_by_every_provider_or_not_at_all(house: House) -> None:
    """While the provider is silent no epoch is made; when it answers, one is."""
    house.ring.warm(house.engine)
    house.provider.reachable = False
    with pytest.raises(ProviderError):
        rotation(house).begin()
    assert rotation_state(house) is None
    assert epochs(house)[1] == {1}
    house.provider.reachable = True
    assert rotation(house).begin().epoch == 2


def rotation_state(house: House) -> EpochState | None:
    """Return the state by the ring that has its keys already."""
    return EpochRotation(house.engine, house.ring).state()


class _CutError(Exception):
    """The process ends here."""


@contextmanager
def cut_after(house: House, statements: int) -> Iterator[list[int]]:
    """Fail at the statement after so many; yields how many ran."""
    ran = [0]

    def count(*_arguments: object) -> None:
        if ran[0] == statements:
            raise _CutError
        ran[0] += 1

    event.listen(house.engine, "before_cursor_execute", count)
    try:
        yield ran
    finally:
        event.remove(house.engine, "before_cursor_execute", count)


def test_rotation_that_is_cut_anywhere_goes_on(house: House) -> None:
    """Cut before any of its statements, it is gone on with: all open, none under the old key."""
    sealed = filled(house, 10)
    epoch, whole, statements = 1, False, 0
    while not whole:
        epoch, whole = rotated_cut_after(house, statements, epoch)
        assert epochs(house) == ({epoch}, {epoch})
        assert_readable(house, sealed)
        statements += 3
    assert statements > 60


def rotated_cut_after(house: House, statements: int, epoch: int) -> tuple[int, bool]:
    """Rotate, cut once after so many statements; return the epoch and whether it came to that."""
    whole = False
    with cut_after(house, statements) as ran, suppress(_CutError):
        rotation(house).begin()
        finished(house)
        whole = True
    assert ran[0] <= statements
    if rotation(house).state() is None and epochs(house)[1] == {epoch}:
        rotation(house).begin()
    if rotation(house).state() is not None:
        finished(house)
    (now,) = epochs(house)[1]
    return now, whole


def test_retired_epoch_is_kept_while_a_process_may_use_it(house: House) -> None:
    """Between its retirement and the end of every process's keys an epoch is not destroyed."""
    filled(house, 2)
    rotation(house).begin()
    house.clock.move(SETTLE)
    rotation(house).advance()
    for _minute in range(9):
        house.clock.move(timedelta(minutes=1))
        state = rotation(house).advance()
        assert state is not None
        assert state.step == "settling"
        assert epochs(house)[1] == {1, 2}
    assert SETTLE >= 2 * MAX_AGE


def test_nothing_is_counted_twice(house: House) -> None:
    """The count of what is left is that of the wraps under older epochs."""
    filled(house, 4)
    rotation(house).begin()
    state = rotation(house).state()
    assert state is not None
    with house.tx() as tx:
        assert state.left == tx.read(select(func.count()).select_from(wrap_table)).scalar_one() == 8
    assert KEY_TABLES[0] is wrap_table

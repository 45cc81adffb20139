"""A rotation of keys that dies anywhere is gone on with: all readable, none under an old key."""

import itertools
import mmap
import os
import random
import signal
import struct
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event, select

from govinteract import Locality, Settings
from govinteract.errors import ConflictError
from govinteract.feedback import Contact, Report
from govinteract.kernel import Anonymous
from govinteract.vault import KeyNotReady
from govinteract.vault.epoch_rotation import EpochRotation
from govinteract.vault.root_rotation import RootRotation
from govinteract.vault.tables import key_table, wrap_table
from govinteract.vault.tenant_keys import ROLES
from tests.crash.forked import Worker
from tests.support import make_ward
from tests.wards import migrate

Tell = Callable[[Any], None]
SEED = int(os.environ.get("GOVINTERACT_SEED", "20260302"))
BEGIN = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)


class SharedHands:
    """A clock that several processes see, and that any of them moves."""

    def __init__(self) -> None:
        self._seconds = mmap.mmap(-1, 8)  # anonymous and shared with every fork

    def now(self) -> datetime:
        """Return the hour that it shows."""
        (seconds,) = struct.unpack("<q", self._seconds[:])
        return BEGIN + timedelta(seconds=seconds)

    def move_to(self, at: datetime) -> None:
        """Show a later hour."""
        self._seconds[:] = struct.pack("<q", max(0, int((at - BEGIN).total_seconds()) + 1))


def rotate(ward: Locality, hands: SharedHands, *, again: bool = False) -> None:
    """Finish the rotation that goes on, or `again` a whole new one."""
    epochs = EpochRotation(ward.engine, ward.keyring)
    if again and epochs.state() is None:
        epochs.begin()
    while (state := epochs.advance()) is not None and state.step != "finished":
        assert state.step != "damaged", state
        if state.until is not None:
            hands.move_to(state.until)


def submit(ward: Locality, number: str) -> str:
    """Report something and return the code."""
    with ward.acting_as(Anonymous()) as tx:
        report = Report(service="street-light", text=f"Đèn {number} tắt")
        receipt = tx.feedback.submit(report, contact=Contact(phone="0912 345 678"), once=number)
    return receipt.code.text


def assert_all_readable(ward: Locality, codes: dict[str, str]) -> None:
    """Read every acknowledged report."""
    for number, code in codes.items():
        with ward.acting_as(Anonymous(), purpose="self-access") as tx:
            assert tx.open(tx.feedback.find(code).text).reveal() == f"Đèn {number} tắt"


def assert_one_epoch(ward: Locality) -> int:
    """See that every wrap is under the one epoch whose key is stored; return it."""
    with ward.acting_as(Anonymous()) as tx:
        keys = select(key_table.c.epoch).where(key_table.c.role == "kek")
        (epoch,) = set(tx.transaction.read(keys).scalars())
        assert set(tx.transaction.read(select(wrap_table.c.epoch)).scalars()) == {epoch}
    return int(epoch)


def die_at(engine: Engine, step: int) -> None:
    """Let this process be killed at its statement or commit number `step`."""
    left = itertools.count(step, -1).__next__

    def count(*_arguments: object) -> None:
        if not left():
            os.kill(os.getpid(), signal.SIGKILL)

    event.listen(engine, "before_cursor_execute", count)
    event.listen(engine, "commit", count)


def _killed_at_each_step(home: Path, url: str | None, steps: range) -> int:
    """Rotate, killed at each of `steps` in turn; return at how many it came to that."""
    hands = SharedHands()
    with make_ward(home, url, clock=hands) as ward:
        settings = ward.settings
        codes = {f"r{number}": submit(ward, f"r{number}") for number in range(4)}
    killed = 0
    for step in steps:

        def work(tell: Tell, step: int = step) -> None:
            with Locality(settings, clock=hands) as ward:
                ward.keyring.warm(ward.engine)
                die_at(ward.engine, step)
                rotate(ward, hands, again=True)
                tell("whole")

        whole = list(Worker(work).told()) == ["whole"]
        killed += not whole
        with Locality(settings, clock=hands) as ward:
            assert_all_readable(ward, codes)
            rotate(ward, hands)
            assert_one_epoch(ward)
            assert_all_readable(ward, codes)
        if whole:
            break
    with Locality(settings, clock=hands) as ward:
        assert ward.verify().good
    return killed


def test_killed_at_some_steps(tmp_path: Path) -> None:
    """Killed at every eleventh statement or commit."""
    assert _killed_at_each_step(tmp_path, None, range(1, 400, 11)) >= 5


@pytest.mark.soak
def test_killed_at_every_step(tmp_path: Path, new_database: Callable[..., str]) -> None:
    """Killed at every statement and every commit, on each database."""
    killed = _killed_at_each_step(tmp_path, new_database(migrate), range(400))
    print(f"killed at {killed} steps")
    assert killed > 60


def _killed_roots(home: Path, url: str | None, steps: range) -> int:
    hands = SharedHands()
    with make_ward(home, url, clock=hands) as ward:
        settings = ward.settings
        codes = {"r0": submit(ward, "r0")}
    files = [f"file:{home / 'ward.key'}", f"file:{home / 'other.key'}"]
    killed = 0
    for step in steps:
        old, new = files
        both = settings.model_copy(update={"key_provider": new, "second_key_provider": old})
        alone = settings.model_copy(update={"key_provider": new})
        with Locality(both, clock=hands) as ward:
            ward.upgrade()

        def work(tell: Tell, rounds: tuple[Settings, ...] = (both, alone), at: int = step) -> None:
            for round_ in rounds:
                with Locality(round_, clock=hands) as ward:
                    ward.keyring.warm(ward.engine)
                    die_at(ward.engine, at)
                    RootRotation(ward.engine, ward.keyring).run()
            tell("whole")

        whole = list(Worker(work).told()) == ["whole"]
        killed += not whole
        for round_ in (both, alone):
            with Locality(round_, clock=hands) as ward:
                assert_all_readable(ward, codes)
                state = RootRotation(ward.engine, ward.keyring).run()
                assert (state.keys, state.left) == (len(ROLES), 0)
                assert_all_readable(ward, codes)
        if whole:
            break
        files.reverse()
    return killed


def test_root_rotation_killed_at_some_steps(tmp_path: Path) -> None:
    """Killed at every ninth statement or commit of a change of the provider."""
    assert _killed_roots(tmp_path, None, range(1, 400, 9)) >= 3


@pytest.mark.soak
def test_root_rotation_killed_at_every_step(
    tmp_path: Path, new_database: Callable[..., str]
) -> None:
    """Killed at every statement and every commit of a change of the provider."""
    assert _killed_roots(tmp_path, new_database(migrate), range(400)) > 30


def _writes(settings: Settings, hands: SharedHands, round_: int, tell: Tell) -> None:
    with Locality(settings, clock=hands) as ward:
        tell(None)
        for number in itertools.count():
            name = f"{round_}-{number}"
            with suppress(KeyNotReady):  # the clock jumped by minutes within the transaction
                tell([name, submit(ward, name)])


def _rotates(settings: Settings, hands: SharedHands, tell: Tell) -> None:
    with Locality(settings, clock=hands) as ward:
        tell(None)
        while True:
            with suppress(KeyNotReady):  # as above
                rotate(ward, hands, again=True)


def _killed_in_traffic(home: Path, url: str | None, kills: int) -> None:
    """Kill the rotation, the writer or both at random moments while both are at work."""
    chance, hands = random.Random(SEED), SharedHands()
    with make_ward(home, url, clock=hands) as ward:
        settings = ward.settings
    codes: dict[str, str] = {}
    for round_ in range(kills):
        workers = [
            Worker(partial(_writes, settings, hands, round_)),
            Worker(partial(_rotates, settings, hands)),
        ]
        for worker in workers:
            worker.first()
        time.sleep(chance.uniform(0.02, 0.25))
        for worker in chance.sample(workers, 2):
            worker.kill()
            time.sleep(chance.choice([0, 0.02]))
        for worker in workers:
            codes |= dict(worker.told())
    with Locality(settings, clock=hands) as ward:
        rotate(ward, hands)
        rotate(ward, hands, again=True)
        epoch = assert_one_epoch(ward)
        assert_all_readable(ward, codes)
        assert ward.verify().good
    assert len(codes) >= kills
    print(f"seed {SEED}: {kills} kills, {len(codes)} reports, {epoch} epochs")
    assert epoch > 2


def test_some_kills_in_traffic(tmp_path: Path) -> None:
    """A few kills of rotation and writer at random moments."""
    _killed_in_traffic(tmp_path, None, 5)


@pytest.mark.soak
def test_many_kills_in_traffic(tmp_path: Path, new_database: Callable[..., str]) -> None:
    """Sixty kills of rotation and writer at random moments, on each database."""
    _killed_in_traffic(tmp_path, new_database(migrate), 60)


def test_two_operators_who_begin_at_once_make_one_epoch(tmp_path: Path) -> None:
    """Of two who begin a rotation one is told that another goes on."""
    hands = SharedHands()
    with make_ward(tmp_path, clock=hands) as ward:
        epochs = EpochRotation(ward.engine, ward.keyring)
        epochs.begin()
        with pytest.raises(ConflictError):
            epochs.begin()
        rotate(ward, hands)
        assert assert_one_epoch_key(ward) == 2


def assert_one_epoch_key(ward: Locality) -> int:
    """Return the one epoch whose key is stored."""
    with ward.acting_as(Anonymous()) as tx:
        keys = select(key_table.c.epoch).where(key_table.c.role == "kek")
        (epoch,) = tx.transaction.read(keys).scalars()
    return int(epoch)

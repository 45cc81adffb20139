"""The composition root: opened once, shared by threads, closed at the end."""

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import text

from govinteract import Locality, Settings
from govinteract.errors import CryptoError, GovInteractError, SettingsError, StorageError
from govinteract.feedback import Report
from govinteract.kernel import Anonymous
from govinteract.storage import open_engine
from govinteract.vault import LocalKeyFile, SingleMachineKeyWarning
from tests.support import ANONYMOUS, OFFICER, Hands, make_ward

REPORT = Report(service="street-light", text="Đèn tắt")


def test_opening_makes_nothing(tmp_path: Path) -> None:
    """No file appears before `upgrade`, which says what it made; again it makes nothing."""
    path = tmp_path / "x.db"
    ward = Locality.open(Settings.load(database_url=f"sqlite:///{path}", single_machine=True))
    assert list(tmp_path.iterdir()) == []
    said = ward.upgrade()
    assert any("x.key" in line for line in said)
    assert (tmp_path / "x.key").stat().st_mode & 0o777 == 0o600
    assert ward.upgrade() == ["tables are up to date"]
    ward.close()


def test_work_before_the_upgrade_says_what_to_do(tmp_path: Path) -> None:
    """Without tables or keys the error names the command that makes them."""
    settings = Settings.load(database_url=f"sqlite:///{tmp_path / 'x.db'}", single_machine=True)
    with Locality(settings) as ward:
        with pytest.raises(GovInteractError) as caught, ward.acting_as(ANONYMOUS):
            pass
        assert caught.value.code == "vault.key_file_missing"
        LocalKeyFile.create(settings.key_path, ward.entropy, single_machine=True)
    with Locality(settings) as ward:
        with pytest.raises(StorageError) as tables, ward.acting_as(ANONYMOUS):
            pass
        assert tables.value.code == "storage.not_migrated"
        ward.upgrade()
        with ward.acting_as(ANONYMOUS) as tx:
            assert tx.feedback.submit(REPORT).case_id


def test_another_key_file_opens_nothing(tmp_path: Path) -> None:
    """Keys that a foreign root wrapped are refused, not guessed at."""
    make_ward(tmp_path).close()
    LocalKeyFile.create(tmp_path / "other.key", Locality(Settings()).entropy, single_machine=True)
    with pytest.raises(CryptoError) as caught:
        make_ward(tmp_path, key_file=tmp_path / "other.key")
    assert caught.value.code == "vault.open_failed"
    make_ward(tmp_path).close()


def test_a_key_file_is_for_one_machine(tmp_path: Path) -> None:
    """Outside a declared single machine the local key file warns."""
    make_ward(tmp_path).close()
    with pytest.warns(SingleMachineKeyWarning):
        make_ward(tmp_path, single_machine=False).close()


def test_async_hosts_work_in_threads(small_ward: Locality) -> None:
    """`run` takes work out of the event loop and brings results and errors back."""

    def submit(number: int) -> str:
        with small_ward.acting_as(Anonymous()) as tx:
            return tx.feedback.submit(REPORT, once=str(number)).case_id

    async def many() -> list[str]:
        return await asyncio.gather(*(small_ward.run(submit, number) for number in range(30)))

    assert len(set(asyncio.run(many()))) == 30
    with pytest.raises(ZeroDivisionError):
        asyncio.run(small_ward.run(lambda: 1 / 0))


def test_two_localities_share_a_database_and_see_nothing_of_each_other(tmp_path: Path) -> None:
    """A province's one database holds many localities, each with its own keys and log."""
    url = f"sqlite:///{tmp_path / 'province.db'}"
    engine = open_engine(url)
    one = make_ward(tmp_path, url, engine=engine)
    two = make_ward(tmp_path, url, engine=engine, locality="da-nang", key_file=tmp_path / "2.key")
    with one.acting_as(ANONYMOUS) as tx:
        receipt = tx.feedback.submit(REPORT)
    with pytest.raises(GovInteractError), two.acting_as(ANONYMOUS) as tx:
        tx.feedback.find(receipt.code)
    with two.acting_as(OFFICER) as tx:
        assert tx.feedback.queue().cases == ()
    with one.acting_as(OFFICER, purpose="resolve-report") as tx:
        stolen = tx.feedback.find(receipt.public_id).text
    with pytest.raises(GovInteractError), two.acting_as(OFFICER, purpose="resolve-report") as tx:
        tx.open(stolen)
    assert one.verify().good
    assert two.verify().good
    engine.dispose()


def test_the_clock_is_asked_once(tmp_path: Path) -> None:
    """All that a transaction writes happened at one instant, the clock's."""
    hands = Hands()
    with make_ward(tmp_path, clock=hands) as ward, ward.acting_as(ANONYMOUS) as tx:
        began = hands.now()
        hands.move(minutes=2)
        receipt = tx.feedback.submit(REPORT)
        assert tx.feedback.find(receipt.code).submitted_at == began


def test_a_zone_of_ones_own_has_its_own_calendar_version(tmp_path: Path) -> None:
    """A locality in another zone counts in it, and its calendar says so."""
    with make_ward(tmp_path, zone="Europe/Paris") as ward:
        assert ward.calendar.version.endswith("@Europe/Paris")
    with pytest.raises(SettingsError), make_ward(tmp_path, zone="Asia/Nowhere") as ward:
        _ = ward.calendar


def test_importing_the_package_loads_nothing_heavy() -> None:
    """`import govinteract` alone brings in no database, crypto or HTTP library."""
    program = "import sys, govinteract; print(' '.join(sorted(sys.modules)))"
    loaded = subprocess.run(
        [sys.executable, "-c", program], check=True, capture_output=True, text=True,
        env={"PATH": os.environ["PATH"]},
    ).stdout.split()  # fmt: skip
    assert "govinteract" in loaded
    heavy = {"sqlalchemy", "pydantic", "cryptography", "httpx", "alembic", "attr", "holidays"}
    assert not heavy & set(loaded)


def test_nothing_of_a_submit_is_left_when_a_step_fails(small_ward: Locality) -> None:
    """When the last step before the commit fails, no row of any table is there."""
    with pytest.raises(ZeroDivisionError), small_ward.acting_as(ANONYMOUS) as tx:
        tx.feedback.submit(REPORT, once="k")
        _ = 1 / 0
    with small_ward.acting_as(OFFICER) as tx:
        for table in ("gi_case", "gi_once", "gi_wrap", "gi_outbox"):
            assert tx.transaction.read(text(f"select count(*) from {table}")).scalar_one() == 0

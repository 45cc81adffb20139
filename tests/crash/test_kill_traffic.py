"""An import or a relay that dies at any moment goes on where it was, and loses nothing."""

import os
import random
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from attrs import define
from sqlalchemy import text

from bench.reports import MAPPING, write_records
from govinteract import Locality
from govinteract.delivery import make_relay
from govinteract.feedback import Contact, Report
from govinteract.feedback.past import (
    DelimitedFile,
    ImportMapping,
    RowReader,
    Totals,
    bring_reports,
)
from govinteract.kernel import Anonymous, System, SystemClock
from govinteract.notify import Notice
from govinteract.outbox import Delivered, Outcome, Tally
from tests.crash.test_kill import SEED, killed
from tests.support import OFFICER, make_ward
from tests.wards import migrate

Tell = Callable[[Any], None]


def _count(ward: Locality, query: str) -> int:
    with ward.acting_as(OFFICER) as tx:
        return int(tx.transaction.read(text(query)).scalar_one())


# Import


def _bring(ward: Locality, content: bytes, tell: Tell) -> Totals:
    mapping = ImportMapping.from_toml(MAPPING.read_text("utf-8"), ward.catalogue, ward.workflow)
    with DelimitedFile(BytesIO(content), needed=mapping.needed) as rows:
        reader = RowReader(mapping, rows.header, region="US", now=ward.clock.now())
        actor = System(f"import.{mapping.source}")
        return bring_reports(
            rows, reader, source=mapping.source, begin=lambda: ward.acting_as(actor),
            reject=lambda refusal: tell(["rejected", refusal.line]),
            progress=lambda totals: tell(totals.created), size=25,
        )  # fmt: skip


def _kill_imports(tmp_path: Path, url: str | None, kills: int) -> None:
    chance, rows = random.Random(SEED), 75 * kills
    with make_ward(tmp_path, url) as made:
        settings = made.settings
    write_records(tmp_path / "old.csv", rows)
    content = (tmp_path / "old.csv").read_bytes()

    def work(tell: Tell) -> None:
        with Locality(settings) as ward:
            ward.verify()
            tell("ready")
            _bring(ward, content, tell)

    for _ in range(kills):
        told = killed(work, chance)
        with Locality(settings) as ward:
            kept = _count(ward, "select count(*) from gi_case")
        assert kept % 25 == 0
        assert kept >= max([told_one for told_one in told if isinstance(told_one, int)], default=0)
        assert not [entry for entry in told if isinstance(entry, list)]
    with Locality(settings) as ward:
        rest = _bring(ward, content, lambda _thing: None)
        assert rest.created + rest.there == rows
        again = _bring(ward, content, lambda _thing: None)
        assert (again.created, again.there, again.rejected) == (0, rows, 0)
        assert _count(ward, "select count(distinct external_id) from gi_case") == rows
        assert _count(ward, "select count(*) from gi_outbox") == 0
        closed = _count(ward, "select count(*) from gi_case where kind = 'resolved'")
        assert closed == rows - rows // 20 - (1 if rows % 20 else 0)
        assert ward.verify().good
    print(f"seed {SEED}: {kills} kills, {rows} rows, the last run brought {rest.created}")


# Relay


@define
class LaterClock:
    """The machine's clock, set forward a little at each start, so that leases end."""

    ahead: timedelta = timedelta()

    def now(self) -> datetime:
        """Return the hour of this run."""
        return SystemClock().now() + self.ahead


class Book:
    """A channel that writes into a file what it sent, and syncs it, as a mail server does."""

    name = "email"
    short = False

    def __init__(self, path: Path) -> None:
        self._handle = os.open(path, os.O_CREAT | os.O_WRONLY | os.O_APPEND)

    def send(self, notice: Notice) -> Outcome:
        """Write the notice's id down."""
        os.write(self._handle, f"{notice.id}\n".encode())
        os.fsync(self._handle)
        return Delivered()


def _kill_relays(tmp_path: Path, url: str | None, kills: int) -> None:
    chance, letters, clock = random.Random(SEED), 12 * kills, LaterClock()
    with make_ward(tmp_path, url) as ward:
        settings = ward.settings
        for number in range(letters):
            with ward.acting_as(Anonymous()) as tx:
                report = Report(service="street-light", text=f"Đèn {number} tắt")
                tx.feedback.submit(report, contact=Contact(email="hoa@example.vn"))
    book = tmp_path / "sent"

    def relay() -> Tally:
        with Locality(settings, clock=clock) as ward:
            return make_relay(ward, email=Book(book)).run_once()

    def work(tell: Tell) -> None:
        with Locality(settings) as ward:
            ward.verify()
        tell("ready")
        relay()

    for _ in range(kills):
        killed(work, chance)
        clock.ahead += timedelta(minutes=11)
    assert relay().dead == 0
    sent = Counter(book.read_text().split())
    assert len(sent) == letters
    assert sum(sent.values()) <= letters + kills
    with Locality(settings) as ward:
        assert _count(ward, "select count(*) from gi_outbox where state <> 'done'") == 0
        assert ward.verify().good
    doubled = sum(1 for times in sent.values() if times > 1)
    print(f"seed {SEED}: {kills} kills, {letters} letters, all sent, {doubled} of them twice")


def test_a_few_killed_imports(tmp_path: Path) -> None:
    """A few kills at random moments of an import."""
    _kill_imports(tmp_path, None, 5)


def test_a_few_killed_relays(tmp_path: Path) -> None:
    """A few kills at random moments of delivering."""
    _kill_relays(tmp_path, None, 5)


@pytest.mark.soak
def test_many_killed_imports(tmp_path: Path, new_database: Callable[..., str]) -> None:
    """Sixty kills of an import, on each database."""
    _kill_imports(tmp_path, new_database(migrate), 60)


@pytest.mark.soak
def test_many_killed_relays(tmp_path: Path, new_database: Callable[..., str]) -> None:
    """Sixty kills of delivering, on each database."""
    _kill_relays(tmp_path, new_database(migrate), 60)

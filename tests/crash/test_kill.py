"""A process that dies at any moment: what was acknowledged is there once, nothing is half there."""

import itertools
import os
import random
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from govinteract import Locality, Settings
from govinteract.feedback import Contact, Report
from govinteract.kernel import Anonymous
from tests.crash.forked import Worker
from tests.support import OFFICER, make_ward
from tests.wards import migrate

Tell = Callable[[Any], None]
SEED = int(os.environ.get("GOVINTERACT_SEED", "20260302"))
LONGEST = 0.12


def _submits(settings: Settings, round_: int) -> Callable[[Tell], None]:
    def work(tell: Tell) -> None:
        with Locality(settings) as ward:
            for number in itertools.count():
                if number == 1:
                    tell("ready")  # with everything loaded
                once = f"r{round_}-{number}"
                with ward.acting_as(Anonymous()) as tx:
                    report = Report(service="street-light", text=f"Đèn {once} tắt")
                    receipt = tx.feedback.submit(
                        report, contact=Contact(phone="0912 345 678"), once=once
                    )
                tell({"once": once, "case": receipt.case_id, "code": receipt.code.text})

    return work


def _replies(settings: Settings, case_id: str) -> Callable[[Tell], None]:
    def work(tell: Tell) -> None:
        with Locality(settings) as ward:
            ward.sequence()
            tell("ready")
            for number in itertools.count():
                with ward.acting_as(OFFICER) as tx:
                    case = tx.feedback.note(tx.feedback.get(case_id), f"Ghi chú {number}")
                tell(case.version)
                ward.sequence()

    return work


def killed(work: Callable[[Tell], None], chance: random.Random) -> list[Any]:
    """Run `work` in a process, kill it at a random moment and return what it had told."""
    worker = Worker(work)
    while worker.first() != "ready":
        pass
    time.sleep(chance.uniform(0, LONGEST))
    worker.kill()
    return list(worker.told())


def _assert_whole(ward: Locality) -> None:
    """Check that facts, cases, keys, idempotency and letters tell one story."""
    with ward.acting_as(OFFICER) as tx:
        read = tx.transaction.read
        counts = {
            name: read(text(query)).scalar_one()
            for name, query in {
                "facts": "select count(*) from gi_fact where kind = 'case.submitted'",
                "cases": "select count(*) from gi_case",
                "once": "select count(*) from gi_once",
                "letters": "select count(*) from gi_outbox",
                "keys": "select count(distinct subject) from gi_wrap",
            }.items()
        }
        behind = read(
            text(
                "select count(*) from gi_case c where c.seq <> (select max(f.seq) from gi_fact f"
                " where f.locality = c.locality and f.stream = 'case:' || c.id)"
            )
        ).scalar_one()
    assert len(set(counts.values())) == 1, counts
    assert behind == 0
    verdict = ward.verify()
    assert verdict.good, verdict.wrong


def _kill_submits(tmp_path: Path, url: str | None, kills: int) -> None:
    chance = random.Random(SEED)
    with make_ward(tmp_path, url) as made:
        settings = made.settings
    acknowledged: dict[str, dict[str, str]] = {}
    for round_ in range(kills):
        told = killed(_submits(settings, round_), chance)
        acknowledged |= {entry["once"]: entry for entry in told if "case" in entry}
    with Locality(settings) as ward:
        _assert_whole(ward)
        for once, entry in acknowledged.items():
            with ward.acting_as(Anonymous(), purpose="self-access") as tx:
                case = tx.feedback.find(entry["code"])
                assert case.id == entry["case"]
                assert tx.open(case.text).reveal() == f"Đèn {once} tắt"
        again = dict(
            random.Random(SEED).sample(sorted(acknowledged.items()), min(50, len(acknowledged)))
        )
        for once, entry in again.items():
            with ward.acting_as(Anonymous()) as tx:
                report = Report(service="street-light", text=f"Đèn {once} tắt")
                contact = Contact(phone="0912 345 678")
                receipt = tx.feedback.submit(report, contact=contact, once=once)
            assert receipt.case_id == entry["case"]
        _assert_whole(ward)
    assert len(acknowledged) >= kills
    print(f"seed {SEED}: {kills} kills, {len(acknowledged)} submits acknowledged")


def _kill_replies(tmp_path: Path, url: str | None, kills: int) -> None:
    chance = random.Random(SEED)
    with make_ward(tmp_path, url) as ward:
        settings = ward.settings
        with ward.acting_as(Anonymous()) as tx:
            receipt = tx.feedback.submit(
                Report(service="street-light", text="Đèn tắt"),
                contact=Contact(phone="0912 345 678"),
                once="the-one",
            )  # fmt: skip
    versions: set[int] = set()
    for _ in range(kills):
        told = killed(_replies(settings, receipt.case_id), chance)
        assert not versions.intersection(told)
        versions |= set(told)
    with Locality(settings) as ward:
        _assert_whole(ward)
        with ward.acting_as(OFFICER, purpose="case-notes") as tx:
            case = tx.feedback.get(receipt.case_id)
            messages = tx.feedback.thread(case)
            tx.open_all([message.text for message in messages if message.text])
    present = {message.version for message in messages}
    assert versions <= present == set(range(2, case.version + 1))
    assert len(versions) >= kills
    print(f"seed {SEED}: {kills} kills, {len(versions)} notes acknowledged")


def test_some_killed_submits(tmp_path: Path) -> None:
    """A few kills at random moments of submitting."""
    _kill_submits(tmp_path, None, 6)


def test_some_killed_replies(tmp_path: Path) -> None:
    """A few kills at random moments of writing to a case and sequencing."""
    _kill_replies(tmp_path, None, 6)


@pytest.mark.soak
def test_many_killed_submits(tmp_path: Path, new_database: Callable[..., str]) -> None:
    """A hundred and twenty kills of submitting, on each database."""
    _kill_submits(tmp_path, new_database(migrate), 120)


@pytest.mark.soak
def test_many_killed_replies(tmp_path: Path, new_database: Callable[..., str]) -> None:
    """Eighty kills of writing to a case and sequencing, on each database."""
    _kill_replies(tmp_path, new_database(migrate), 80)

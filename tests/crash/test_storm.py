"""Many at once: no error reaches a caller, nothing is lost and nothing is doubled."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from govinteract import Locality, Settings
from govinteract.errors import ConflictError
from govinteract.feedback import Contact, Receipt, Report
from govinteract.kernel import Anonymous, Citizen
from tests.crash.forked import Worker
from tests.support import OFFICER, make_ward
from tests.wards import migrate


def _weather(tmp_path: Path, url: str, *, processes: int, threads: int, submits: int) -> None:
    with make_ward(tmp_path, url) as ward:
        settings = ward.settings
    workers = [
        Worker(partial(_storm_of, settings, number, threads, submits))
        for number in range(processes)
    ]
    told = [case_id for worker in workers for ids in worker.told() for case_id in ids]
    assert len(told) == len(set(told)) == processes * threads * submits
    with Locality(settings) as ward:
        with ward.acting_as(OFFICER) as tx:
            facts = [f for part in tx.facts.walk("case:") for f in part]
        assert {fact.stream.removeprefix("case:") for fact in facts} == set(told)
        assert len(facts) == len(told)
        assert ward.verify().good


def _storm_of(
    settings: Settings, number: int, threads: int, submits: int, tell: Callable[[Any], None]
) -> None:
    with Locality(settings) as ward:

        def submit(turn: int) -> str:
            with ward.acting_as(Anonymous()) as tx:
                report = Report(service="street-light", text=f"Đèn {turn} tắt")
                contact = Contact(phone="0912 345 678")
                once = f"p{number}-t{turn}"
                return tx.feedback.submit(report, contact=contact, once=once).case_id

        with ThreadPoolExecutor(threads) as pool:
            tell(list(pool.map(submit, range(threads * submits))))


def test_a_breeze(tmp_path: Path, new_database: Callable[..., str]) -> None:
    """Two processes of five threads submit at once."""
    _weather(tmp_path, new_database(migrate), processes=2, threads=5, submits=10)


@pytest.mark.soak
def test_a_storm(tmp_path: Path, new_database: Callable[..., str]) -> None:
    """Five processes of ten threads with a hundred submits each."""
    _weather(tmp_path, new_database(migrate), processes=5, threads=10, submits=100)


def test_one_key_from_many_threads_is_one_case(ward: Locality) -> None:
    """The same request from ten threads gives one case and one receipt to all."""

    def submit(_: int) -> Receipt:
        with ward.acting_as(Anonymous()) as tx:
            return tx.feedback.submit(Report(service="street-light", text="Đèn tắt"), once="same")

    with ThreadPoolExecutor(10) as pool:
        receipts = list(pool.map(submit, range(40)))
    assert len({(r.case_id, r.code.text, r.public_id.text) for r in receipts}) == 1
    with ward.acting_as(OFFICER) as tx:
        assert len(tx.feedback.queue().cases) == 1
    with pytest.raises(ConflictError), ward.acting_as(Citizen("c-1")) as tx:
        tx.feedback.submit(Report(service="street-light", text="Đèn tắt"), once="same")


def test_verbs_from_many_threads_lose_nothing(ward: Locality) -> None:
    """Notes that are written at once are all in the thread, each once."""
    with ward.acting_as(Anonymous()) as tx:
        receipt = tx.feedback.submit(Report(service="street-light", text="Đèn tắt"))

    def note(number: int) -> None:
        with ward.acting_as(OFFICER) as tx:
            tx.feedback.note(tx.feedback.find(receipt.public_id), f"Ghi chú {number}")

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(note, range(40)))
    with ward.acting_as(OFFICER, purpose="case-notes") as tx:
        messages = tx.feedback.thread(tx.feedback.find(receipt.public_id))
        texts = {text.reveal() for text in tx.open_all([m.text for m in messages if m.text])}
    assert texts == {f"Ghi chú {number}" for number in range(40)}
    assert [message.version for message in messages] == list(range(2, 42))

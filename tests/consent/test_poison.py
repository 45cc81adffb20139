"""Who opens bait is noticed, and does not notice it."""

import json
import logging
from pathlib import Path

import pytest
from sqlalchemy import text

from govinteract import Locality
from govinteract.feedback import Report
from govinteract.kernel import System
from govinteract.notify.events import event_body
from govinteract.outbox import Letter
from govinteract.settings import WebhookSettings
from tests.support import ANONYMOUS, OFFICER, Hands, make_ward

SECRET = "whsec_" + "QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFB"
HOOK = WebhookSettings(name="an-ninh", url="https://soc.example.vn/hook", secret=SECRET)


@pytest.fixture
def watched(tmp_path: Path) -> Locality:
    """Return a ward with a webhook."""
    return make_ward(tmp_path, clock=Hands(), webhooks=(HOOK,))


def _cases(ward: Locality, count: int) -> list[str]:
    ids = []
    for number in range(count):
        with ward.acting_as(ANONYMOUS) as tx:
            receipt = tx.feedback.submit(Report(service="street-light", text=f"Đèn {number}"))
        ids.append(receipt.public_id.text)
    return ids


def _mark(ward: Locality, public_id: str) -> str:
    with ward.acting_as(System("security")) as tx:
        subject = tx.feedback.find(public_id).text.subject
        assert tx.poison.mark(subject)
        assert not tx.poison.mark(subject)
    return subject


def _look(ward: Locality, *ids: str) -> list[str]:
    with ward.acting_as(OFFICER, purpose="resolve-report") as tx:
        cases = [tx.feedback.find(public_id) for public_id in ids]
        return [opened.reveal() for opened in tx.open_all([case.text for case in cases])]


def _letters(ward: Locality) -> list[Letter]:
    with ward.acting_as(System("audit")) as tx:
        query = text("select * from gi_outbox where topic = 'webhook.alarm.poison_opened'")
        rows = tx.transaction.read(query).mappings().all()
    return [
        Letter(
            locality=row["locality"], id=row["id"], topic=row["topic"], stream=row["stream"],
            channel=row["channel"], body=row["body"], attempts=1, created_at=Hands().at,
        )
        for row in rows
    ]  # fmt: skip


def _alarms(ward: Locality) -> list[dict[str, object]]:
    with ward.acting_as(System("audit")) as tx:
        return [fact.data for batch in tx.facts.walk("alarm:") for fact in batch]


def test_opening_bait_raises_the_alarm(watched: Locality, caplog: pytest.LogCaptureFixture) -> None:
    """The fact, the warning and the letter are there; the one who looked sees nothing of it."""
    real, bait = _cases(watched, 2)
    subject = _mark(watched, bait)
    with caplog.at_level(logging.WARNING, "govinteract.consent"):
        assert _look(watched, real) == ["Đèn 0"]
        assert _alarms(watched) == []
        assert not caplog.records
        assert _look(watched, bait) == ["Đèn 1"]
    (alarm,) = _alarms(watched)
    assert alarm["purpose"] == "resolve-report"
    with watched.acting_as(System("audit")) as tx:
        assert tx.facts.of(str(alarm["opening"]))[0].actor == "officer:an"
    assert "officer:an" in caplog.text
    assert subject not in caplog.text
    (letter,) = _letters(watched)
    event = json.loads(event_body(letter, source="https://ward.example.vn"))
    assert event["type"] == "govinteract.alarm.poison_opened.v1"
    assert event["data"] == {"kind": "alarm.poison_opened", "at": event["time"]}
    assert event["subject"].startswith("alarm:")
    assert watched.verify().good


def test_bait_among_others_raises_one_alarm(watched: Locality) -> None:
    """One look at many records raises one alarm that names each bait in it."""
    ids = _cases(watched, 4)
    _mark(watched, ids[1])
    _mark(watched, ids[3])
    _look(watched, *ids)
    (alarm,) = _alarms(watched)
    assert len(alarm["marks"]) == 2  # type: ignore[arg-type]  # a list


def test_the_database_does_not_tell_bait(watched: Locality) -> None:
    """Neither table nor facts say which subject is bait."""
    (bait,) = _cases(watched, 1)
    subject = _mark(watched, bait)
    _look(watched, bait)
    with watched.acting_as(System("audit")) as tx:
        marks = tx.transaction.read(text("select mark from gi_poison")).scalars().all()
        bodies = [
            fact.body
            for prefix in ("poison:", "alarm:")
            for batch in tx.facts.walk(prefix)
            for fact in batch
        ]
    assert len(marks) == 1
    assert bodies
    assert not any(subject in body or bait in body for body in bodies)


def test_bait_is_rebuilt_from_facts(ward: Locality) -> None:
    """Made anew from the facts the bait still catches."""
    one, two = _cases(ward, 2)
    _mark(ward, one)
    _mark(ward, two)
    with ward.acting_as(System("rebuild")) as tx:
        assert tx.poison.rebuild() == 2
    _look(ward, two)
    assert len(_alarms(ward)) == 1

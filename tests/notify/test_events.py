"""The events that other programs get."""

import json
from typing import Any

import pytest

from govinteract.errors import InputError
from govinteract.notify.events import event_body
from govinteract.outbox import Letter
from tests.notify.post import AT, NAME, PUBLIC_ID

SOURCE = "https://phananh.hoabinh.example.vn"
SAID: dict[str, Any] = {
    "public_id": PUBLIC_ID, "kind": "resolved", "state": "resolved",
    "at": "2026-11-21T08:00:00.000000Z", "answer_by": "2026-11-25T10:00:00.000000Z",
}  # fmt: skip


def letter(said: object = SAID, topic: str = "webhook.case.resolved") -> Letter:
    """Return a letter of an event."""
    return Letter(
        locality="hoa-binh", id="019ac2b0-7c00-7000-8000-000000000001", topic=topic,
        stream="case:1", channel="webhook:city", body=json.dumps(said), attempts=1, created_at=AT,
    )  # fmt: skip


def test_an_event_has_the_envelope_of_cloudevents() -> None:
    """The attributes that CloudEvents 1.0.2 requires are there, and the data beside them."""
    event = json.loads(event_body(letter(), source=SOURCE))
    assert event == {
        "specversion": "1.0",
        "id": "019ac2b0-7c00-7000-8000-000000000001",
        "source": SOURCE,
        "type": "govinteract.case.resolved.v1",
        "subject": PUBLIC_ID,
        "time": "2026-11-21T08:00:00.000000Z",
        "datacontenttype": "application/json",
        "data": SAID,
    }


def test_the_same_letter_is_the_same_bytes() -> None:
    """Each attempt signs and sends the same body, whatever the order of the keys."""
    turned = dict(reversed(SAID.items()))
    assert event_body(letter(), source=SOURCE) == event_body(letter(turned), source=SOURCE)


def test_an_event_without_a_time_has_the_letters() -> None:
    """`time` is when the letter was written if the body says nothing else."""
    said = {name: value for name, value in SAID.items() if name != "at"}
    event = json.loads(event_body(letter(said), source=SOURCE))
    assert event["time"] == "2026-11-21T08:00:00.000000Z"


@pytest.mark.parametrize(
    "extra",
    [
        {"name": NAME}, {"text": "Đèn tắt"}, {"phone": "+84912345678"}, {"kind": NAME},
        {"state": "see 12 Lê Lợi"}, {"at": "canary@example.vn"}, {"at": 7}, {"kind": None},
        {"contact_by": NAME}, {"public_id": "canary@example.vn"}, {"public_id": None},
        {"kind": "a" * 41}, {"data": {"name": NAME}},
    ],
    ids=str,
)  # fmt: skip
def test_whatever_else_is_in_the_letter_does_not_leave(extra: dict[str, object]) -> None:
    """A letter with any other field, or with a sentence in a known one, is refused as a whole."""
    with pytest.raises(InputError) as caught:
        event_body(letter(SAID | extra), source=SOURCE)
    assert caught.value.code == "notify.event_invalid"
    assert caught.value.__cause__ is None
    assert "canary" not in str(caught.value)
    assert event_body(letter(), source=SOURCE)


def test_a_letter_that_is_no_event_is_refused() -> None:
    """What has no public id is no event."""
    with pytest.raises(InputError):
        event_body(letter({}), source=SOURCE)

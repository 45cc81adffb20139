"""What a webhook carries: CloudEvents 1.0.2 in structured JSON mode (sections 2 and 3).

An event says which case, of which kind, is now in which state, and when: public id, kind,
state and times. There is no field that a name, an address or a citizen's words fit in;
a letter that holds anything else is given up and never sent.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from govinteract.errors import InputError
from govinteract.kernel.canonical import canonical_json
from govinteract.kernel.codes import PublicId
from govinteract.storage.schema import read_instant, write_instant

if TYPE_CHECKING:
    from govinteract.outbox.model import Letter

__all__ = ["ALARM_TOPIC", "WEBHOOK_TOPIC", "event_body"]

WEBHOOK_TOPIC: Final = "webhook."
"""Letters of the topic `webhook.<event>` become the event `govinteract.<event>.v1`."""

ALARM_TOPIC: Final = "webhook.alarm."
"""Alarms are of no case: their subject is their own stream, their data kind and times."""

_WORDS: Final = ("kind", "state")
_WORD = re.compile(r"[a-z][a-z0-9_.-]{0,39}")
_TIME_NAME = re.compile(r"at|[a-z]{1,20}_(at|by)")


def event_body(letter: Letter, *, source: str) -> bytes:
    """Return the event that `letter` tells of, as the bytes that are signed and sent.

    The letter's body holds `public_id` (an alarm's does not), `kind` and `state`, and times
    under names like `at`, `received_at` or `answer_by` (as storage writes them). `source`
    is the URL of the locality. Raises `InputError("notify.event_invalid")` for anything else.
    """
    said = letter.data
    try:
        about = (
            {} if _is_alarm(letter) else {"public_id": PublicId.parse(said.pop("public_id")).text}
        )
        data: dict[str, str] = {name: _checked(name, value) for name, value in said.items()}
    except (InputError, KeyError, TypeError, ValueError):
        # No cause: its message could quote what must not leave.
        raise InputError("notify.event_invalid", hint="public_id, kind, state and times") from None
    event: dict[str, str | dict[str, str]] = {
        "specversion": "1.0",
        "id": letter.id,
        "source": source,
        "type": f"govinteract.{letter.topic.removeprefix(WEBHOOK_TOPIC)}.v1",
        "subject": about.get("public_id", letter.stream),
        "time": data.get("at", write_instant(letter.created_at)),
        "datacontenttype": "application/json",
        "data": {**about, **data},
    }
    return canonical_json(event).encode()


def _is_alarm(letter: Letter) -> bool:
    return letter.topic.startswith(ALARM_TOPIC)


def _checked(name: str, value: str) -> str:
    if name in _WORDS and _WORD.fullmatch(value):
        return value
    if _TIME_NAME.fullmatch(name):
        return write_instant(read_instant(value))
    raise ValueError(name)

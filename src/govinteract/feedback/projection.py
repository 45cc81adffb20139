"""From facts to rows: a pure fold, used when a fact is written and when all are rebuilt.

A case's row is what the facts on its stream add up to, whatever was in the tables before.
`fold` takes the row so far and the next fact; `message` and `photos` are the rows that a
single fact adds beside it. Nothing here reads a clock, a calendar or a key.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from govinteract.vault.envelope import from_text as envelope_bytes

if TYPE_CHECKING:
    from collections.abc import Callable

    from govinteract.facts import Fact

__all__ = ["NEVER", "Row", "fold", "message", "photos"]

Row = dict[str, Any]
NEVER = "9999-12-31T23:59:59.999999Z"
"""The place in the queue of a case without a promised date: behind all others."""

_UNSAID = {"case.submitted", "case.moderated", "case.erased", "case.lapsed"}
"""Facts that add nothing to the thread."""
_ANSWER_KINDS = {"answered", "resolved", "declined", "forwarded", "duplicate"}
_COPIED = (
    "public_id", "subject", "service", "unit", "lang", "source", "external_id", "lat", "lon",
    "promise", "promise_text", "calendar", "due_at",
)  # fmt: skip


def fold(row: Row | None, fact: Fact) -> Row:
    """Return the case's row after `fact`; `row` is None before the first."""
    data = fact.data
    new = _submitted(fact, data) if row is None else dict(row)
    new["seq"], new["updated_at"] = fact.seq, fact.at
    if row is not None:
        _move(new, fact, data)
        _ON.get(fact.kind, _nothing)(new, data)
    new["queue_at"] = new["due_at"] or NEVER
    return new


def _submitted(fact: Fact, data: Row) -> Row:
    return {name: data.get(name) for name in _COPIED} | {
        "locality": fact.locality,
        "id": fact.stream.removeprefix("case:"),
        "code_hash": bytes.fromhex(data["code_hash"]),
        "code": envelope_bytes(data["code"]),
        "address": _sealed(data.get("address")),
        "text": envelope_bytes(data["text"]),
        "contact": _sealed(data.get("contact")),
        "answers": json.dumps(data["answers"], ensure_ascii=False, sort_keys=True),
        "state": data["state"],
        "kind": data["kind"],
        "shared": int(data["shared"]),
        "public_text": data.get("public_text"),
        "submitted_at": fact.at,
        "clock_from": fact.at,
        "paused_at": None,
        "pauses": "[]",
        "answered_at": None,
        "resolved_at": None,
        "reopened": 0,
        "rating": None,
        "duplicate_of": None,
        "erased_at": None,
    }


def _sealed(text: str | None) -> bytes | None:
    return None if text is None else envelope_bytes(text)


def _move(row: Row, fact: Fact, data: Row) -> None:
    """Apply what any fact may carry: a new state, a stopped or running clock, a new due date."""
    row["state"], row["kind"] = data.get("state", row["state"]), data.get("kind", row["kind"])
    if row["paused_at"] and "due_at" in data:
        row["pauses"] = json.dumps([*json.loads(row["pauses"]), [row["paused_at"], fact.at]])
    if "state" in data:  # only a state that waits for the citizen holds the clock
        row["paused_at"] = None
    if data.get("pauses"):
        row["paused_at"] = fact.at
    row["due_at"] = data.get("due_at", row["due_at"])
    row["calendar"] = data.get("calendar", row["calendar"])
    if "state" in data and data["kind"] in _ANSWER_KINDS:
        row["answered_at"] = row["answered_at"] or fact.at
    if "state" in data and data["kind"] == "resolved":
        row["resolved_at"] = fact.at


def _reopened(row: Row, _data: Row) -> None:
    row["reopened"] += 1
    row["answered_at"] = row["resolved_at"] = row["paused_at"] = None
    row["pauses"], row["clock_from"] = "[]", row["updated_at"]


def _assigned(row: Row, data: Row) -> None:
    row["unit"] = data["unit"]


def _moderated(row: Row, data: Row) -> None:
    row["public_text"], row["shared"] = data["public_text"], int(data["shared"])


def _rated(row: Row, data: Row) -> None:
    row["rating"] = data["score"]


def _duplicate(row: Row, data: Row) -> None:
    row["duplicate_of"] = data["of"]


def _erased(row: Row, _data: Row) -> None:
    row["erased_at"] = row["updated_at"]
    row["public_text"], row["shared"] = None, 0


def _nothing(_row: Row, _data: Row) -> None:
    """Most facts change no column of their own."""


_ON: dict[str, Callable[[Row, Row], None]] = {
    "case.reopened": _reopened,
    "case.assigned": _assigned,
    "case.moderated": _moderated,
    "case.rated": _rated,
    "case.marked_duplicate": _duplicate,
    "case.erased": _erased,
}


def message(row: Row, fact: Fact) -> Row | None:
    """Return the row that `fact` adds to the thread; `row` is the case's row after it."""
    data = fact.data
    if fact.kind in _UNSAID:
        return None
    return {
        "locality": fact.locality,
        "case_id": row["id"],
        "seq": fact.seq,
        "at": fact.at,
        "author": data["author"],
        "kind": fact.kind,
        "internal": int(fact.kind in {"case.noted", "case.assigned"}),
        "state": row["state"],
        "cause": data.get("cause"),
        "target": data.get("target"),
        "text": _sealed(data.get("text")),
    }


def photos(row: Row, fact: Fact) -> list[Row]:
    """Return the rows of the photos that came with `fact`."""
    return [
        {
            "locality": fact.locality, "id": photo["id"], "case_id": row["id"], "seq": fact.seq,
            "role": photo["role"], "width": photo["width"], "height": photo["height"],
            "digest": photo["digest"],
        }
        for photo in fact.data.get("photos", ())
    ]  # fmt: skip

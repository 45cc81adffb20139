"""Reading cases: rows to values, and the few queries that pages and programs ask."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from govinteract.errors import NotFound
from govinteract.feedback.contact import CONTACT_TYPE
from govinteract.feedback.model import Case, Message, PhotoRef
from govinteract.feedback.tables import case_table, message_table, photo_table
from govinteract.kernel import Point
from govinteract.storage import read_instant
from govinteract.vault import Sealed
from govinteract.vault.envelope import from_text as envelope_bytes

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import RowMapping

    from govinteract.feedback.projection import Row
    from govinteract.feedback.questions import Answer
    from govinteract.storage import Transaction

__all__ = [
    "case_of", "find_row", "message_photos", "not_found", "queue_rows", "sealed_part", "thread_of",
]  # fmt: skip

_CASE, _MESSAGE, _PHOTO = case_table.c, message_table.c, photo_table.c
_ROW = select(case_table)


def not_found() -> NotFound:
    """Make the one answer for a case that is not there and for one that is not yours."""
    return NotFound("feedback.case_unknown", hint="check the code; nothing else is told")


def find_row(tx: Transaction, *, lock: bool = False, **key: str | bytes) -> Row:
    """Return the row whose `id`, `public_id` or `code_hash` is given.

    With `lock` it is read as it is now and held until the commit. Raises `NotFound`.
    """
    query = _ROW.where(_CASE.locality == tx.locality)
    for name, value in key.items():
        query = query.where(_CASE[name] == value)
    found = (tx.read_locked(query) if lock else tx.read(query)).mappings().first()
    if found is None:
        raise not_found()
    return dict(found)


def queue_rows(
    tx: Transaction, *, kinds: Sequence[str], unit: str | None, after: tuple[str, str] | None,
    limit: int,
) -> list[Row]:  # fmt: skip
    """Return rows of `kinds`, nearest deadline first, behind `after` (queue_at, id)."""
    query = _ROW.where(_CASE.locality == tx.locality, _CASE.kind.in_(kinds))
    if unit is not None:
        query = query.where(_CASE.unit == unit)
    if after is not None:
        at, case_id = after
        query = query.where((_CASE.queue_at > at) | ((_CASE.queue_at == at) & (_CASE.id > case_id)))
    rows = tx.read(query.order_by(_CASE.queue_at, _CASE.id).limit(limit))
    return [dict(row) for row in rows.mappings()]


def case_of(row: Row) -> Case:
    """Return the case that `row` holds."""
    return Case(
        **{name: row[name] for name in _PLAIN},
        version=row["seq"],
        at=None if row["lat"] is None else Point(row["lat"], row["lon"]),
        shared=bool(row["shared"]),
        answers=_answers(row),
        text=sealed_part(row, "content", "text", row["text"]),
        address=_part(row, "content", "address", row["address"]),
        contact=_part(row, "contact", "contact", row["contact"]),
        code=sealed_part(row, "receipt", "code", row["code"]),
        submitted_at=read_instant(row["submitted_at"]),
        updated_at=read_instant(row["updated_at"]),
        due=_instant(row["due_at"]),
        paused_since=_instant(row["paused_at"]),
        answered_at=_instant(row["answered_at"]),
        resolved_at=_instant(row["resolved_at"]),
        erased_at=_instant(row["erased_at"]),
    )


_PLAIN = (
    "id", "public_id", "service", "unit", "state", "kind", "lang", "source", "external_id",
    "public_text", "subject", "promise", "promise_text", "calendar", "reopened", "rating",
    "duplicate_of",
)  # fmt: skip
_TYPES = {"contact": CONTACT_TYPE}


def sealed_part(row: Row, data_class: str, field: str, envelope: bytes) -> Sealed:
    """Return the sealed value in `field` of the case in `row`."""
    return Sealed(
        envelope=bytes(envelope), data_class=data_class, subject=row["subject"],
        record=row["id"], field=field, type=_TYPES.get(field, "text"),
    )  # fmt: skip


def _part(row: Row, data_class: str, field: str, envelope: bytes | None) -> Sealed | None:
    return None if envelope is None else sealed_part(row, data_class, field, envelope)


def _answers(row: Row) -> Mapping[str, Answer | Sealed]:
    stored: dict[str, Any] = json.loads(row["answers"])
    return {
        code: sealed_part(row, "content", f"answer.{code}", envelope_bytes(value["sealed"]))
        if isinstance(value, dict)
        else value
        for code, value in stored.items()
    }


def _instant(text: str | None) -> datetime | None:
    return None if text is None else read_instant(text)


def thread_of(tx: Transaction, case: Case, *, internal: bool) -> list[Message]:
    """Return the thread of `case`, oldest first; with `internal` also the notes."""
    query = select(message_table).where(
        _MESSAGE.locality == tx.locality, _MESSAGE.case_id == case.id
    )
    if not internal:
        query = query.where(_MESSAGE.internal == 0)
    photos = message_photos(tx, case.id)
    rows = tx.read(query.order_by(_MESSAGE.seq)).mappings()
    return [_message(case, row, photos.get(row["seq"], ())) for row in rows]


def message_photos(tx: Transaction, case_id: str) -> dict[int, tuple[PhotoRef, ...]]:
    """Return the photos of a case by the version they came with (1 is the report itself)."""
    query = select(photo_table).where(_PHOTO.locality == tx.locality, _PHOTO.case_id == case_id)
    found: dict[int, tuple[PhotoRef, ...]] = {}
    for row in tx.read(query.order_by(_PHOTO.seq, _PHOTO.id)).mappings():
        ref = PhotoRef(id=row["id"], role=row["role"], width=row["width"], height=row["height"])
        found[row["seq"]] = (*found.get(row["seq"], ()), ref)
    return found


def _message(case: Case, row: RowMapping, photos: Iterable[PhotoRef]) -> Message:
    data_class = "note" if row["kind"] == "case.noted" else "content"
    text = row["text"] and Sealed(
        envelope=bytes(row["text"]), data_class=data_class, subject=case.subject,
        record=case.id, field=f"message.{row['seq']}", type="text",
    )  # fmt: skip
    return Message(
        version=row["seq"], at=read_instant(row["at"]), author=row["author"], kind=row["kind"],
        state=row["state"], internal=bool(row["internal"]), text=text, cause=row["cause"],
        target=row["target"], photos=tuple(photos),
    )  # fmt: skip

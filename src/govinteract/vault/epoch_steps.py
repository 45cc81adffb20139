"""The steps of a rotation of epochs, each in a transaction of the caller's."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, delete, func, select, text, tuple_, update

from govinteract.errors import ConflictError, CryptoError
from govinteract.storage.schema import write_instant
from govinteract.vault.data_key import EpochKey, WrapScope
from govinteract.vault.key_tables import further_wrap_table, rotation_table
from govinteract.vault.tables import key_table, wrap_table

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import ColumnElement, Row

    from govinteract.kernel.entropy import Entropy
    from govinteract.storage.transaction import Transaction

__all__ = [
    "BATCH",
    "KEY_TABLES",
    "count_left",
    "destroy_older",
    "insert_rotation",
    "move_batch",
    "move_step",
    "read_rotation",
    "retire_older",
]

BATCH = 1000
"""Wraps that move in one commit: some 20 ms of the writer's lock."""

KEY_TABLES = (wrap_table, key_table, further_wrap_table)
"""Where wraps are replaced and keys destroyed: what is to be scrubbed afterwards."""

_WRAP, _KEY, _MORE, _ROTATION = (
    wrap_table.c, key_table.c, further_wrap_table.c, rotation_table.c
)  # fmt: skip
_PLACE = (_WRAP.subject, _WRAP.data_class, _WRAP.purpose, _WRAP.kid)
_REPLACE = (
    update(wrap_table)
    .where(
        _WRAP.locality == bindparam("b_locality"), _WRAP.subject == bindparam("b_subject"),
        _WRAP.data_class == bindparam("b_data_class"), _WRAP.purpose == bindparam("b_purpose"),
        _WRAP.kid == bindparam("b_kid"), _WRAP.wrapped == bindparam("b_old"),
    )
    .values(epoch=bindparam("b_epoch"), wrapped=bindparam("b_new"))
)  # fmt: skip


def read_rotation(tx: Transaction, *, lock: bool = False) -> Row[Any] | None:
    """Return the rotation of epochs that is not finished, held until the commit with `lock`."""
    query = select(rotation_table).where(
        _ROTATION.locality == tx.locality, _ROTATION.kind == "epoch", _ROTATION.step != "finished"
    )
    return (tx.read_locked(query) if lock else tx.read(query)).first()


def insert_rotation(tx: Transaction, kind: str, number: int, *, step: str) -> None:
    """Take note that a rotation began; `ConflictError` when somebody else began it."""
    row = {
        "locality": tx.locality, "kind": kind, "number": number, "step": step,
        "since": write_instant(tx.now), "place": None, "done": 0, "total": 0,
    }  # fmt: skip
    tx.insert(rotation_table, row)


def move_step(tx: Transaction, row: Row[Any], *, place: bytes | None = None, **values: Any) -> None:
    """Write how far the rotation `row` is now; `ConflictError` when somebody was faster."""
    change = update(rotation_table).where(
        _ROTATION.locality == tx.locality, _ROTATION.kind == row.kind,
        _ROTATION.number == row.number, _ROTATION.step == row.step, _ROTATION.done == row.done,
        _ROTATION.place.is_not_distinct_from(row.place),
    )  # fmt: skip
    if tx.write(change.values(place=place, **values)).rowcount != 1:
        raise ConflictError("vault.rotation_unfinished", hint="another process is at it")


def count_left(tx: Transaction, number: int) -> int:
    """Count the wraps under epochs before `number`."""
    query = select(func.count()).select_from(wrap_table).where(*_left(tx, number))
    return int(tx.read(query).scalar_one())


def retire_older(tx: Transaction, number: int) -> list[int]:
    """Let the epochs before `number` wrap nothing new from now on; return which."""
    active = (*_older(tx, number), _KEY.retired_at.is_(None))
    epochs = tx.read_locked(select(_KEY.epoch).where(*active).order_by(_KEY.epoch))
    retired = list(epochs.scalars())
    tx.write(update(key_table).where(*active).values(retired_at=write_instant(tx.now)))
    return retired


def move_batch(
    tx: Transaction, number: int, keys: Mapping[int, EpochKey], entropy: Entropy
) -> tuple[int, int] | None:
    """Move the next batch of wraps to epoch `number`; None when there is none.

    Returns how many of how many were looked at. `keys` are the tenant's epochs. A wrap that
    does not open, or whose epoch is none of them, is passed over. At the end the rotation
    settles.
    """
    rotation = read_rotation(tx)
    if rotation is None or rotation.step != "moving":
        return None
    query = select(*_PLACE, _WRAP.epoch, _WRAP.wrapped).where(*_left(tx, number))
    if rotation.place is not None:
        query = query.where(tuple_(*_PLACE) > tuple_(*_read_place(rotation.place)))
    rows = tx.read(query.order_by(*_PLACE).limit(BATCH)).all()
    moves = [move for row in rows if (move := _replaced(tx, row, number, keys, entropy))]
    if moves:
        tx.write(_REPLACE, moves)
    done = rotation.done + len(rows)
    if rows:
        move_step(tx, rotation, place=_write_place(rows[-1]), done=done)
    else:
        move_step(tx, rotation, step="settling")
    return (done, max(done, rotation.total)) if rows else None


def destroy_older(tx: Transaction, number: int, *, despite_damage: bool) -> list[tuple[int, bytes]]:
    """Delete the keys of the epochs before `number`; return their epochs and ids.

    Returns none, and deletes none, while a wrap needs one of them, unless `despite_damage`.
    """
    rotation = read_rotation(tx, lock=True)
    if tx.dialect == "postgresql":  # who inserts wraps waits, so that what is counted stays so
        tx.write(text(f"LOCK TABLE {wrap_table.name} IN SHARE ROW EXCLUSIVE MODE"))
    if rotation is None or (count_left(tx, number) and not despite_damage):
        return []
    old = _older(tx, number)
    query = select(_KEY.epoch, _KEY.kid).where(*old).order_by(_KEY.epoch)
    gone = [(row.epoch, bytes(row.kid)) for row in tx.read(query)]
    tx.write(delete(key_table).where(*old))
    further = (_MORE.locality == tx.locality, _MORE.role == "kek", _MORE.epoch < number)
    tx.write(delete(further_wrap_table).where(*further))
    move_step(tx, rotation, step="finished")
    return gone


def _older(tx: Transaction, number: int) -> tuple[ColumnElement[bool], ...]:
    return _KEY.locality == tx.locality, _KEY.role == "kek", _KEY.epoch < number


def _left(tx: Transaction, number: int) -> tuple[ColumnElement[bool], ...]:
    return _WRAP.locality == tx.locality, _WRAP.epoch < number


def _replaced(
    tx: Transaction, row: Row[Any], number: int, keys: Mapping[int, EpochKey], entropy: Entropy
) -> dict[str, Any] | None:
    """Return how `row` is replaced; None when it does not open."""
    old = keys.get(row.epoch)
    scope = WrapScope(row.subject, row.data_class, row.purpose)
    try:
        key = None if old is None else old.unwrap(bytes(row.wrapped), scope, bytes(row.kid))
    except CryptoError:
        key = None
    if key is None:
        return None
    return {
        "b_locality": tx.locality, "b_subject": row.subject, "b_data_class": row.data_class,
        "b_purpose": row.purpose, "b_kid": bytes(row.kid), "b_old": bytes(row.wrapped),
        "b_epoch": number, "b_new": keys[number].wrap(key, scope, entropy),
    }  # fmt: skip


def _write_place(row: Row[Any]) -> bytes:
    return json.dumps([row.subject, row.data_class, row.purpose, bytes(row.kid).hex()]).encode()


def _read_place(place: bytes) -> tuple[str, str, str, bytes]:
    subject, data_class, purpose, kid = json.loads(bytes(place))
    return subject, data_class, purpose, bytes.fromhex(kid)

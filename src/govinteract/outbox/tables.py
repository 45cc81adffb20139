"""The table of letters and its statements.

Letters that are done stay, so each index that a statement uses is partial: it holds what
is on its way (or given up) and nothing else, and stays small however many are done. A
partial index serves only a statement that spells its condition out, therefore the states
stand in the SQL and are not parameters.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Index,
    Integer,
    String,
    Table,
    Text,
    and_,
    bindparam,
    exists,
    func,
    insert,
    literal_column,
    or_,
    select,
    text,
    tuple_,
    update,
)

from govinteract.outbox.model import Letter
from govinteract.storage.schema import Instant, metadata, read_instant

if TYPE_CHECKING:
    from sqlalchemy import Row

__all__ = [
    "BACKLOG", "CHANNEL_LIMIT", "CLAIM", "DEAD", "DELIVERED", "DUE", "GIVE_UP", "LEASE",
    "POSTPONE_REST", "PUT", "RESCHEDULE", "REVIVE", "STREAM_LIMIT", "TOPIC_LIMIT", "letter_of",
    "outbox_table",
]  # fmt: skip

TOPIC_LIMIT, STREAM_LIMIT, CHANNEL_LIMIT = 64, 120, 64
_IS_PENDING, _IS_DEAD = text("state = 'pending'"), text("state = 'dead'")

outbox_table = Table(
    "gi_outbox",
    metadata,
    Column("locality", String(64), primary_key=True),
    Column("id", String(36), primary_key=True),
    Column("topic", String(TOPIC_LIMIT), nullable=False),
    Column("stream", String(STREAM_LIMIT), nullable=False),
    Column("channel", String(CHANNEL_LIMIT), nullable=False),
    Column("place", Integer, nullable=False),  # in the queue of its stream and channel
    Column("body", Text, nullable=False),
    Column("state", String(8), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("next_at", Instant, nullable=False),
    Column("lease_until", Instant),
    Column("created_at", Instant, nullable=False),
    Column("done_at", Instant),
    Column("last_error", String(64)),
    Index(
        "ix_gi_outbox_due", "locality", "next_at",
        sqlite_where=_IS_PENDING, postgresql_where=_IS_PENDING,
    ),
    Index(
        "ix_gi_outbox_queue", "locality", "stream", "channel", "place", "id",
        sqlite_where=_IS_PENDING, postgresql_where=_IS_PENDING,
    ),
    Index(
        "ix_gi_outbox_dead", "locality", "done_at",
        sqlite_where=_IS_DEAD, postgresql_where=_IS_DEAD,
    ),
)  # fmt: skip

_ROW, _EARLIER = outbox_table.c, outbox_table.alias("earlier").c
_PENDING: ColumnElement[str] = literal_column("'pending'")
_DEAD: ColumnElement[str] = literal_column("'dead'")
_LOCALITY, _ID, _NOW, _STREAM, _CHANNEL, _ERROR = (
    bindparam(f"b_{name}", type_=String)
    for name in ("locality", "id", "now", "stream", "channel", "error")
)
_LETTER = (
    _ROW.locality, _ROW.id, _ROW.topic, _ROW.stream, _ROW.channel, _ROW.body, _ROW.attempts,
    _ROW.created_at, _ROW.last_error,
)  # fmt: skip


_LAST_PLACE = select(func.coalesce(func.max(_EARLIER.place), 0)).where(
    _EARLIER.locality == _LOCALITY, _EARLIER.stream == _STREAM, _EARLIER.channel == _CHANNEL,
    _EARLIER.state == _PENDING,
)  # fmt: skip
PUT = insert(outbox_table).values(
    locality=_LOCALITY, id=_ID, topic=bindparam("b_topic"), stream=_STREAM, channel=_CHANNEL,
    place=_LAST_PLACE.scalar_subquery() + 1, body=bindparam("b_body"), state=_PENDING,
    attempts=literal_column("0"), next_at=bindparam("b_next_at"), created_at=_NOW,
)  # fmt: skip
"""Put a letter behind those of its stream and channel that are still on their way."""

_IS_FIRST = ~exists().where(
    _EARLIER.locality == _ROW.locality,
    _EARLIER.stream == _ROW.stream,
    _EARLIER.channel == _ROW.channel,
    _EARLIER.state == _PENDING,
    tuple_(_EARLIER.place, _EARLIER.id) < tuple_(_ROW.place, _ROW.id),
)
_MAY_GO = and_(
    _ROW.locality == _LOCALITY,
    _ROW.state == _PENDING,
    _ROW.next_at <= _NOW,
    or_(_ROW.lease_until.is_(None), _ROW.lease_until <= _NOW),
    _IS_FIRST,
)
DUE = select(_ROW.id).where(_MAY_GO).limit(1)
"""Is there a letter to deliver? Takes no lock, so that an idle relay disturbs nobody."""

CLAIM = (
    select(*_LETTER).where(_MAY_GO).order_by(_ROW.next_at).limit(1)
    .with_for_update(skip_locked=True, of=outbox_table)
)  # fmt: skip
"""Take the letter that is due longest; one that another relay is taking is passed over."""

_THIS = and_(_ROW.locality == _LOCALITY, _ROW.id == _ID, _ROW.state == _PENDING)
_MY_CLAIM = and_(_THIS, _ROW.attempts == bindparam("b_attempts"))

LEASE = (
    update(outbox_table)
    .where(_THIS)
    .values(attempts=_ROW.attempts + 1, lease_until=bindparam("b_until"))
)
DELIVERED = (
    update(outbox_table)
    .where(_THIS)  # also by a relay whose lease ran out: delivered is delivered
    .values(state="done", done_at=_NOW, lease_until=None, last_error=None)
)
RESCHEDULE = (
    update(outbox_table)
    .where(_MY_CLAIM)
    .values(next_at=bindparam("b_next_at"), lease_until=None, last_error=_ERROR)
)
GIVE_UP = (
    update(outbox_table)
    .where(_MY_CLAIM)
    .values(state="dead", done_at=_NOW, lease_until=None, last_error=_ERROR)
)
POSTPONE_REST = (
    update(outbox_table)
    .where(
        _ROW.locality == _LOCALITY, _ROW.stream == _STREAM, _ROW.channel == _CHANNEL,
        _ROW.state == _PENDING, _ROW.next_at < bindparam("b_next_at"),
    )
    .values(next_at=bindparam("b_next_at"))
)  # fmt: skip
"""Let those behind a letter that waits wait with it: nobody looks at them in vain."""

DEAD = (
    select(*_LETTER).where(_ROW.locality == _LOCALITY, _ROW.state == _DEAD)
    .order_by(_ROW.done_at.desc()).limit(bindparam("b_limit"))
)  # fmt: skip
REVIVE = (
    update(outbox_table)
    .where(_ROW.locality == _LOCALITY, _ROW.id == _ID, _ROW.state == _DEAD)
    .values(state="pending", attempts=0, next_at=_NOW, done_at=None)
)
BACKLOG = select(
    select(func.count()).select_from(outbox_table)
    .where(_ROW.locality == _LOCALITY, _ROW.state == _PENDING).scalar_subquery().label("pending"),
    select(func.count()).select_from(outbox_table)
    .where(_ROW.locality == _LOCALITY, _ROW.state == _DEAD).scalar_subquery().label("dead"),
    select(func.min(_ROW.created_at))
    .where(_ROW.locality == _LOCALITY, _ROW.state == _PENDING).scalar_subquery().label("oldest"),
)  # fmt: skip


def letter_of(row: Row[Any], *, attempts: int | None = None) -> Letter:
    """Make a letter of a row that CLAIM or DEAD read."""
    return Letter(
        locality=row.locality, id=row.id, topic=row.topic, stream=row.stream, channel=row.channel,
        body=row.body, attempts=row.attempts if attempts is None else attempts,
        created_at=read_instant(row.created_at), error=row.last_error,
    )  # fmt: skip

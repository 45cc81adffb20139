"""What the world may see of cases: Open311, maps and lists read these values and no others.

A case is here when it is shared (`gi_case.shared`): its service is public and the citizen
did not ask for confidence. Of its words only the moderated `public_text` is; address,
contact, answers, photos and the thread never are. However many cases there are, each
question is one or two statements, each over an index.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from attrs import field, frozen
from sqlalchemy import select

from govinteract.feedback.tables import case_table, message_table
from govinteract.feedback.workflow import KINDS, OPEN_KINDS
from govinteract.kernel import Point
from govinteract.storage import read_instant, write_instant

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import RowMapping

    from govinteract.storage import Transaction

__all__ = [
    "LIST_LIMIT",
    "PublicCase",
    "Step",
    "Wanted",
    "published",
    "published_by_id",
    "published_history",
    "window",
]

LIST_LIMIT = 1_000
"""Cases in one answer, at most."""

_SPAN = timedelta(days=90)
_FIRST, _LAST = datetime(1900, 1, 1, tzinfo=UTC), datetime(9000, 1, 1, tzinfo=UTC)
_CASE, _MESSAGE = case_table.c, message_table.c
_CLOSED_KINDS = tuple(kind for kind in KINDS if kind not in OPEN_KINDS)
_COLUMNS = (
    _CASE.public_id, _CASE.service, _CASE.state, _CASE.kind, _CASE.lat, _CASE.lon,
    _CASE.public_text, _CASE.promise_text, _CASE.submitted_at, _CASE.updated_at, _CASE.due_at,
    _CASE.answered_at, _CASE.resolved_at,
)  # fmt: skip
_SHARED = select(*_COLUMNS).where(_CASE.shared == 1)
_NAMES = select(_CASE.id, _CASE.public_id)
_MOVES = select(_MESSAGE.case_id, _MESSAGE.seq, _MESSAGE.at, _MESSAGE.state)


@frozen(kw_only=True)
class PublicCase:
    """A case as everybody may see it.

    `text` is the moderated text, None until somebody moderated it; `at` the place of the
    problem. `updated_at` of a closed case is when it was closed.
    """

    public_id: str
    service: str
    state: str
    kind: str
    at: Point | None
    text: str | None
    promise_text: str | None
    submitted_at: datetime
    updated_at: datetime
    due: datetime | None

    @property
    def open(self) -> bool:
        """Whether the office still owes an answer."""
        return self.kind in OPEN_KINDS


@frozen(kw_only=True)
class Wanted:
    """Which published cases to list, newest first.

    `services` limits to these codes (empty: all), `open` to open or closed ones (None: both),
    `since` and `until` (both inclusive) to when they were submitted; see `window` for what
    is left out of these. `page` counts from 1; `page_size` is at most `LIST_LIMIT`.
    """

    services: tuple[str, ...] = ()
    open: bool | None = None
    since: datetime | None = None
    until: datetime | None = None
    page: int = field(default=1)
    page_size: int = field(default=LIST_LIMIT)


@frozen
class Step:
    """A change of a case's state that everybody may know of."""

    at: datetime
    state: str


def window(
    since: datetime | None, until: datetime | None, now: datetime
) -> tuple[datetime, datetime]:
    """Return the span to search: at most 90 days, the latest of what was asked for.

    With neither end it is the 90 days before `now`; with one, 90 days from or up to it. A
    longer span keeps its end, because the newest come first.
    """
    since, until = (at and min(max(at, _FIRST), _LAST) for at in (since, until))
    if until is None:
        until = now if since is None else min(now, since + _SPAN)
    earliest = until - _SPAN
    return (earliest if since is None else max(since, earliest)), until


def published(tx: Transaction, wanted: Wanted) -> list[PublicCase]:
    """Return the published cases that `wanted` describes, newest first."""
    since, until = window(wanted.since, wanted.until, tx.now)
    query = _SHARED.where(
        _CASE.locality == tx.locality,
        _CASE.submitted_at >= write_instant(since),
        _CASE.submitted_at <= write_instant(until),
    )
    if wanted.services:
        query = query.where(_CASE.service.in_(wanted.services))
    if wanted.open is not None:
        query = query.where(_CASE.kind.in_(OPEN_KINDS if wanted.open else _CLOSED_KINDS))
    size = min(wanted.page_size, LIST_LIMIT)
    query = query.order_by(_CASE.submitted_at.desc(), _CASE.id.desc())
    rows = tx.read(query.limit(size).offset((wanted.page - 1) * size))
    return [_public(row) for row in rows.mappings()]


def published_by_id(tx: Transaction, public_ids: Sequence[str]) -> list[PublicCase]:
    """Return the published cases among these public ids (at most 1,000), newest first.

    Ids that name no case and ids of cases that are not shared are left out alike.
    """
    ids = list(dict.fromkeys(public_ids))[:LIST_LIMIT]
    if not ids:
        return []
    query = _SHARED.where(_CASE.locality == tx.locality, _CASE.public_id.in_(ids))
    cases = [_public(row) for row in tx.read(query).mappings()]
    # Sorted here: asked to sort, a planner without statistics walks the index by time.
    return sorted(cases, key=lambda case: (case.submitted_at, case.public_id), reverse=True)


def published_history(tx: Transaction, cases: Sequence[PublicCase]) -> dict[str, list[Step]]:
    """Return how the state of each of `cases` changed, by public id, oldest first.

    Two statements for all of them. Who did it and what was said is not in it.
    """
    steps = {case.public_id: [Step(case.submitted_at, "received")] for case in cases}
    if not steps:
        return {}
    shared = (_CASE.locality == tx.locality, _CASE.shared == 1, _CASE.public_id.in_(steps))
    names = {row.id: row.public_id for row in tx.read(_NAMES.where(*shared))}
    told = (
        _MESSAGE.locality == tx.locality, _MESSAGE.internal == 0, _MESSAGE.case_id.in_(names),
    )  # fmt: skip
    for row in sorted(tx.read(_MOVES.where(*told)), key=lambda row: int(row.seq)):
        known = steps[names[row.case_id]]
        if known[-1].state != row.state:
            known.append(Step(read_instant(row.at), row.state))
    return steps


def _public(row: RowMapping) -> PublicCase:
    closed = None if row["kind"] in OPEN_KINDS else row["resolved_at"] or row["answered_at"]
    return PublicCase(
        **{name: row[name] for name in ("public_id", "service", "state", "kind", "promise_text")},
        at=None if row["lat"] is None else Point(row["lat"], row["lon"]),
        text=row["public_text"],
        submitted_at=read_instant(row["submitted_at"]),
        updated_at=read_instant(closed or row["updated_at"]),
        due=row["due_at"] and read_instant(row["due_at"]),
    )

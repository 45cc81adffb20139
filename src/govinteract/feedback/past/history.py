"""Recording what happened elsewhere: each case with its whole history, many in one commit.

The facts are those that the verbs of this room record, at the times at which they
happened, made by the import. The workflow decides each move. No promise is made, and
nobody is told.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import frozen
from sqlalchemy import select

from govinteract.feedback.past.model import Arrived
from govinteract.feedback.projection import fold, message
from govinteract.feedback.tables import case_table, message_table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from govinteract.facts import Fact
    from govinteract.feedback.intake import Intake
    from govinteract.feedback.past.model import PastMove, PastReport
    from govinteract.feedback.projection import Row
    from govinteract.feedback.record import Recorder

__all__ = ["KIND_OF", "bring_in"]

_CASE = case_table.c
KIND_OF = {
    "start": "case.started", "reply": "case.replied", "resolve": "case.resolved",
    "decline": "case.declined", "forward": "case.forwarded", "withdraw": "case.withdrawn",
}  # fmt: skip
"""The kind of fact that each verb of an import records."""


@frozen
class _History:
    """What one case adds to the tables."""

    facts: list[Fact]
    row: Row
    messages: list[Row]


def bring_in(
    recorder: Recorder, intake: Intake, reports: Sequence[PastReport], *, source: str
) -> Arrived:
    """Record the `reports` of `source` that are not here yet, in three statements.

    Raises `AccessDenied` unless an import acts, and `ConflictError` when another import of
    the same source was faster: nothing is recorded then.
    """
    recorder.rules.workflow.step("", "bring_in", recorder.who)
    known = _known(recorder, source, [report.external_id for report in reports])
    new: dict[str, PastReport] = {}
    for report in reports:
        if report.external_id not in known:
            new.setdefault(report.external_id, report)
    histories = [_history(recorder, intake, report, source) for report in new.values()]
    _write(recorder, histories)
    return Arrived(created=len(new), there=len(reports) - len(new))


def _known(recorder: Recorder, source: str, ids: Sequence[str]) -> set[str]:
    """Return which of `ids` are here; takes the writer's lock, so that it stays true."""
    query = select(_CASE.external_id).where(
        _CASE.locality == recorder.tx.locality, _CASE.source == source, _CASE.external_id.in_(ids)
    )
    return set(recorder.tx.read_locked(query).scalars())


def _history(recorder: Recorder, intake: Intake, report: PastReport, source: str) -> _History:
    case_id, body = intake.bring_in(
        report.checked, source=source, external_id=report.external_id, unit=report.unit
    )
    stream = f"case:{case_id}"
    first = recorder.facts.draft(stream, 1, "case.submitted", body, at=report.at)
    row = fold(None, first)
    if report.move is None:
        return _History([first], row, [])
    kind = KIND_OF[report.move.verb]
    said = _body(recorder, row, kind, report.move)
    second = recorder.facts.draft(stream, 2, kind, said, at=report.move.at)
    row = fold(row, second)
    entry = message(row, second)
    return _History([first, second], row, [entry] if entry else [])


def _body(recorder: Recorder, row: Row, kind: str, move: PastMove) -> dict[str, Any]:
    state = recorder.rules.workflow.step(row["state"], move.verb, recorder.who)
    body = {"author": recorder.author, "state": state.key, "kind": state.kind}
    if move.target is not None:
        body["target"] = move.target
    if move.text is not None:
        body["text"] = recorder.seal_words(row, kind, move.text)
    return body


def _write(recorder: Recorder, histories: Sequence[_History]) -> None:
    recorder.facts.record([fact for history in histories for fact in history.facts])
    for table, rows in (
        (case_table, [history.row for history in histories]),
        (message_table, [entry for history in histories for entry in history.messages]),
    ):
        if rows:
            recorder.tx.insert(table, rows)

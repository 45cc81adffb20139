"""Every statement of the relay uses an index that does not grow with what is done."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, text

from govinteract.outbox import Dead, Outbox, Retry
from tests.outbox.office import Office, Told

DONE = 3_000
COLUMNS = "locality, topic, stream, channel, place, body, attempts, next_at, created_at"
NUMBERS = f"""
    WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < {DONE})
"""
COPIES = f"""
    SELECT {COLUMNS}, 'done', 'done-' || n FROM gi_outbox, numbers
    WHERE place = 1 AND state = 'pending'
"""


def _fill(office: Office, *, analyzed: bool) -> None:
    """Make thousands of letters that are done, all in one stream, and ten that wait there."""
    office.put(*range(10))
    target = f"INSERT INTO gi_outbox ({COLUMNS}, state, id)"
    parts = (target, NUMBERS) if office.engine.dialect.name == "sqlite" else (NUMBERS, target)
    with office.begin() as tx:
        tx.write(text(f"{parts[0]} {parts[1]} {COPIES}"))
    if analyzed:
        with office.begin() as tx:
            tx.write(text("ANALYZE gi_outbox"))


def _plans(office: Office, work: Callable[[], object]) -> dict[str, str]:
    """Return each statement that `work` runs on the table, with how the database goes about it."""
    ran: dict[str, Any] = {}

    def keep(_connection: object, _cursor: object, sql: str, params: object, *_: object) -> None:
        if "gi_outbox" in sql:
            ran[sql] = params

    event.listen(office.engine, "before_cursor_execute", keep)
    work()
    event.remove(office.engine, "before_cursor_execute", keep)
    explain = "EXPLAIN QUERY PLAN " if office.engine.dialect.name == "sqlite" else "EXPLAIN "
    with office.engine.connect() as connection:
        return {
            sql: "\n".join(
                str(row[-1]) for row in connection.exec_driver_sql(explain + sql, params)
            )
            for sql, params in ran.items()
        }


def _deliver(office: Office) -> None:
    sink = Told(Dead("notify.smtp_refused"), Retry("http.not_sent", timedelta(minutes=5)))
    office.relay(sink).run_once()


def _look(office: Office) -> None:
    with office.begin() as tx:
        Outbox(tx).backlog()
        Outbox(tx).dead()


@pytest.mark.parametrize("analyzed", [True, False], ids=["with statistics", "without"])
@pytest.mark.parametrize(
    ("work", "statements"),
    [(lambda office: office.put("new"), 1), (_deliver, 6), (_look, 2)],
    ids=["put", "deliver", "look"],
)
def test_no_statement_looks_at_what_is_done(
    office: Office, work: Callable[[Office], object], statements: int, *, analyzed: bool
) -> None:
    """With thousands of letters done, each statement finds the few that wait by an index."""
    _fill(office, analyzed=analyzed)
    plans = _plans(office, lambda: work(office))
    assert len(plans) == statements
    for sql, plan in plans.items():
        by_id = "(locality=? AND id=?)" in plan or "using pk_gi_outbox" in plan
        assert "ix_gi_outbox_" in plan or by_id, f"{sql}\n{plan}"
        steps = [line for line in plan.splitlines() if "CONSTANT ROW" not in line]
        assert not [step for step in steps if "Seq Scan" in step or "SCAN" in step], plan

"""What a locality does from time to time: let old cases go, make its indexes anew.

Each step is a transaction of its own: what was done stays done when it is stopped, and the
next run goes on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import asdict, frozen

from govinteract.errors import ConflictError, NotFound
from govinteract.feedback.workflow import KINDS
from govinteract.kernel import System
from govinteract.subjects import ANONYMOUS_CLASSES, Policies, Stay

if TYPE_CHECKING:
    from collections.abc import Callable

    from govinteract.acting import Acting
    from govinteract.kernel import Officer
    from govinteract.locality import Locality
    from govinteract.subjects import Due

__all__ = ["RetentionRun", "policies_of", "rebuild_indexes", "run_retention"]

_ACTOR = System("retention")


@frozen(kw_only=True)
class RetentionRun:
    """What a run did, or would do (`dry_run`): how many cases and people, by action.

    `held` counts people who were due and are under a legal hold.
    """

    dry_run: bool
    done: dict[str, int]
    held: int = 0


def policies_of(ward: Locality) -> Policies:
    """Return the policies in the catalogue; `SettingsError("subjects.retention_invalid")`."""
    return Policies.from_rows(ward.catalogue.retention, kinds=KINDS)


def run_retention(ward: Locality, *, dry_run: bool = False) -> RetentionRun:
    """Do what the catalogue's `[[retention]]` says is due now.

    With `dry_run` nothing is written. Cases that move on meanwhile are left for the next
    run; people under a legal hold are kept. Scrubs the database when somebody was erased.
    """
    policies = policies_of(ward)
    with ward.acting_as(_ACTOR) as tx:
        due = _due(tx, policies) if policies else []
    done: dict[str, int] = {}
    held = 0
    for one in due:
        with ward.acting_as(_ACTOR) as tx:
            if one not in _due(tx, policies, one.subject):
                continue  # the case moved on since it was listed
            if one.action != "close" and tx.subjects.holds(one.subject):
                held += 1
            elif _apply(tx, one, dry_run=dry_run):
                done[one.action] = done.get(one.action, 0) + 1
    if not dry_run and done.keys() & {"anonymise", "delete"}:
        ward.scrub()
    return RetentionRun(dry_run=dry_run, done=done, held=held)


def _due(tx: Acting, policies: Policies, subject: str | None = None) -> list[Due]:
    stays = (Stay(**asdict(one)) for one in tx.holdings.standing(subject))
    return policies.due(stays, tx.transaction.now)


def rebuild_indexes(
    ward: Locality, officer: Officer, *, batch: int = 200,
    progress: Callable[[int], None] = lambda _done: None,
) -> int:  # fmt: skip
    """Index every contact by the plan of today; return how many were indexed now.

    Runs while the application does: new cases are indexed by the new plan from the start,
    searches ask the old rows too until all are new, then the old ones are deleted. Each
    batch is a transaction that opens its contacts for `officer` ("resolve-report"), on
    record. What was indexed already is not opened, so it goes on where it was stopped; a
    contact of an e-mail address alone has no rows and is opened by each run.
    """
    done, after = 0, ""
    while True:
        with ward.acting_as(officer, purpose="resolve-report") as tx:
            cases = tx.holdings.contacts(after=after, limit=batch)
            if not cases:
                tx.holdings.drop_older_indexes()
                return done
            after = cases[-1].id
            missing = tx.holdings.unindexed(cases)
            contacts = tx.open_all([case.contact for case in missing if case.contact])
            tx.holdings.index(missing, [contact.reveal() for contact in contacts])
            done += len(missing)
        progress(done)


def _apply(tx: Acting, due: Due, *, dry_run: bool) -> bool:
    """Do one thing that is due; False when it was done before or the case moved on."""
    try:
        if due.action == "delete":
            tx.subjects.erase(due.subject, basis="retention", dry_run=dry_run)
        elif due.action == "anonymise":
            tx.subjects.anonymise(due.subject, ANONYMOUS_CLASSES, dry_run=dry_run)
        elif not dry_run:
            tx.feedback.lapse(tx.feedback.get(due.cases[0]))
    except (NotFound, ConflictError):
        return False
    return True

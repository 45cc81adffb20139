"""How long data of people is kept: policies as data, and the decision of what is due.

A policy says for cases of a service (or all), in a state of some kind, what is done how
many days after their last change:

    close       the citizen was asked and never answered: the case lapses
    anonymise   the keys of who it was are destroyed (contact, code, photos, notes); words stay
    delete      all keys of the person are destroyed

A person's keys are one for all her cases, so anonymising and deleting wait until the last
of them is due: the longest stay decides. Nothing here reads a clock or a table.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Self

from attrs import field, frozen, validators

from govinteract.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

__all__ = ["ACTIONS", "ANONYMOUS_CLASSES", "Due", "Policies", "Policy", "Stay"]

ACTIONS = ("close", "anonymise", "delete")
ANONYMOUS_CLASSES = ("contact", "evidence", "note", "receipt")
"""The data classes that say who it was."""

_YEARS = 100 * 365


@frozen(kw_only=True)
class Policy:
    """`action` on cases of `service` ("*" for all) whose state is of `kind`, after `days`."""

    service: str = "*"
    kind: str
    action: str = field(validator=validators.in_(ACTIONS))
    days: int = field(
        validator=[validators.instance_of(int), validators.ge(1), validators.le(_YEARS)]
    )


@frozen(kw_only=True)
class Stay:
    """One case as retention sees it: whose, of which service, in which kind of state since."""

    case_id: str
    subject: str
    service: str
    kind: str
    since: datetime


@frozen
class Due:
    """What is due now: `action` on a case (`close`) or on a person; `cases` names which."""

    action: str
    subject: str
    cases: tuple[str, ...]


class Policies:
    """All policies of a locality."""

    def __init__(self, policies: Iterable[Policy]) -> None:
        self._days: dict[tuple[str, str, str], int] = {}
        for policy in policies:
            key = (policy.service, policy.kind, policy.action)
            if key in self._days:
                raise SettingsError("subjects.retention_invalid", hint=f"{key}: stands twice")
            self._days[key] = policy.days

    @classmethod
    def from_rows(cls, rows: Iterable[Mapping[str, Any]], *, kinds: Iterable[str]) -> Self:
        """Read the `[[retention]]` tables of a catalogue.

        Raises `SettingsError("subjects.retention_invalid")`, whose hint says what is wrong.
        """
        known = set(kinds)
        try:
            policies = [Policy(**row) for row in rows]
        except (TypeError, ValueError) as error:
            raise SettingsError("subjects.retention_invalid", hint=str(error)) from error
        for policy in policies:
            if policy.kind not in known:
                raise SettingsError(
                    "subjects.retention_invalid", hint=f"unknown kind {policy.kind!r}"
                )
            if policy.action == "close" and policy.kind != "waiting":
                raise SettingsError(
                    "subjects.retention_invalid", hint="only what waits for the citizen lapses"
                )
        return cls(policies)

    def __bool__(self) -> bool:
        return bool(self._days)

    def days(self, service: str, kind: str, action: str) -> int | None:
        """Return after how many days `action` is due; a service's own policy goes first."""
        own = self._days.get((service, kind, action))
        return self._days.get(("*", kind, action)) if own is None else own

    def due(self, stays: Iterable[Stay], now: datetime) -> list[Due]:
        """Return what is due `now`, of `stays` that hold all cases of each person in them.

        Deleting goes before anonymising. A case that no policy names keeps its person.
        """
        people: dict[str, list[Stay]] = {}
        for stay in stays:
            people.setdefault(stay.subject, []).append(stay)
        found: list[Due] = []
        for subject, cases in people.items():
            found += [
                Due("close", subject, (case.case_id,))
                for case in cases
                if self._is_due(case, "close", now)
            ]
            for action in ("delete", "anonymise"):
                if all(self._is_due(case, action, now) for case in cases):
                    found.append(Due(action, subject, tuple(case.case_id for case in cases)))
                    break
        return found

    def _is_due(self, stay: Stay, action: str, now: datetime) -> bool:
        days = self.days(stay.service, stay.kind, action)
        return days is not None and stay.since + timedelta(days=days) <= now

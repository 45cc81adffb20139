"""Officers find a case by phone or name: by blind indexes, and then by looking.

The indexes name candidates, of whom most only look alike; their contacts are opened for the
officer's purpose, all in one opening, and those that match are the answer. So a search is
on record as what it is: a look at the candidates' contacts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from attrs import frozen
from sqlalchemy import select

from govinteract.errors import AccessDenied, InputError
from govinteract.feedback.reading import case_of
from govinteract.feedback.tables import case_table
from govinteract.kernel import Phone
from govinteract.vault import BlindIndex, IndexWish, plan_indexes
from govinteract.vault.blind_index import folded

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from govinteract.feedback.model import Case, Contact
    from govinteract.feedback.record import Recorder
    from govinteract.vault import Personal, Sealed

__all__ = ["CANDIDATES", "Door", "Found", "Search", "contact_indexes", "contact_values"]

Door: TypeAlias = "Callable[[Sequence[Sealed]], Sequence[Personal[Any]]]"
"""Opens sealed values for the transaction's purpose, and records it first (`tx.open_all`)."""

CANDIDATES = 2_000
"""Contacts that one search opens at most: the newest."""

_CASE = case_table.c
_BATCH = 500
_FOUR = 4
_PHONE = (
    IndexWish(kind="equal", domain_bits=30, weight=2),
    IndexWish(kind="last4", domain_bits=13.3),
)
# The word by which Vietnamese call each other, and file, is the last; a few are very frequent.
_NAME = (IndexWish(kind="word", domain_bits=9, partitions=4),)


def contact_indexes(people: int) -> tuple[BlindIndex, ...]:
    """Return the indexes over contacts, for about `people` cases with one.

    Raises `SettingsError("vault.index_unsafe")` where no plan is safe.
    """
    return (
        *plan_indexes("contact.phone", _PHONE, people=people),
        *plan_indexes("contact.name", _NAME, people=people),
    )


def contact_values(contact: Contact) -> Mapping[str, str | None]:
    """Return what is indexed of a checked `contact`, by field."""
    return {"contact.phone": contact.phone, "contact.name": contact.name}


@frozen
class Found:
    """The cases that match, newest first; not `complete` when there were too many to look at."""

    cases: tuple[Case, ...]
    complete: bool


class Search:
    """Searches in one transaction; `open_all` is its door."""

    def __init__(self, recorder: Recorder, open_all: Door) -> None:
        self._recorder = recorder
        self._open_all = open_all

    def run(self, *, phone: str | None, name: str | None) -> Found:
        """Find by exactly one of the two; see `Feedback.search`."""
        if self._recorder.who != "officer":
            raise AccessDenied("feedback.search_denied", hint="officers only")
        if (phone is None) == (name is None):
            raise InputError("feedback.search_invalid", hint="phone=... or name=...")
        if phone is not None:
            return self._by_phone(phone)
        return self._by_name(name or "")

    def _by_phone(self, phone: str) -> Found:
        digits = "".join(filter(str.isdigit, phone))
        if len(digits) == _FOUR:
            return self._match("phone", "last4", digits, lambda c: (c.phone or "").endswith(digits))
        e164 = Phone.parse(phone, self._recorder.rules.region).e164
        return self._match("phone", "equal", e164, lambda c: c.phone == e164)

    def _by_name(self, name: str) -> Found:
        asked = folded(name).split()
        if not asked:
            raise InputError("feedback.search_invalid", hint="the last word of the name, or all")

        def is_meant(contact: Contact) -> bool:
            words = folded(contact.name or "").split()
            return words[-1:] == asked[-1:] and set(asked) <= set(words)

        return self._match("name", "word", asked[-1], is_meant)

    def _match(
        self, field: str, kind: str, text: str, is_meant: Callable[[Contact], bool]
    ) -> Found:
        records = self._recorder.blind.find(f"contact.{field}", kind, text)
        cases = [case for case in self._cases(records) if case.contact is not None]
        looked_at = cases[:CANDIDATES]
        contacts = self._open_all([case.contact for case in looked_at if case.contact])
        pairs = zip(looked_at, contacts, strict=True)
        met = tuple(case for case, contact in pairs if is_meant(contact.reveal()))
        return Found(met, complete=len(cases) <= CANDIDATES)

    def _cases(self, records: set[str]) -> list[Case]:
        tx, ordered = self._recorder.tx, sorted(records, reverse=True)
        found = []
        for start in range(0, len(ordered), _BATCH):
            query = select(case_table).where(
                _CASE.locality == tx.locality, _CASE.id.in_(ordered[start : start + _BATCH]),
                _CASE.erased_at.is_(None), _CASE.contact.is_not(None),
            )  # fmt: skip
            found += [case_of(dict(row)) for row in tx.read(query).mappings()]
        return sorted(found, key=lambda case: (case.submitted_at, case.id), reverse=True)

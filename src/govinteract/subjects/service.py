"""The verbs of this room, over one open transaction (`tx.subjects`).

Erasing a person destroys the wraps of her data keys: what was sealed for her is then
noise, in every row, fact and letter, for us too. It is one commit with its own fact, which
names the wraps by hash, so that it can be shown afterwards what was destroyed and when.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve

from govinteract.errors import AccessDenied, InputError, NotFound
from govinteract.kernel import clean
from govinteract.subjects.model import Erasure, Hold
from govinteract.vault import wraps_of

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from govinteract.facts import Facts
    from govinteract.storage import Transaction
    from govinteract.subjects.model import Holder
    from govinteract.vault import Portable, Vault

__all__ = ["BASES", "Subjects"]

BASES = ("request", "retention", "order")
"""Why a person may be erased: asked for it, time ran out, or an authority ordered it."""

_REASON_LIMIT = 120


class Subjects:
    """Hold, release, erase, hand over: what a locality does with all it has of one person."""

    def __init__(
        self, tx: Transaction, facts: Facts, vault: Vault, *, holders: Sequence[Holder],
        fingerprint: Callable[[str, bytes], bytes], own: Callable[[], Collection[str]],
    ) -> None:  # fmt: skip
        self._tx = tx
        self._facts = facts
        self._vault = vault
        self._holders = holders
        self._fingerprint = fingerprint
        self._own = own

    def pseudonym(self, subject: str) -> str:
        """Return the keyed hash that stands for `subject` in this room's facts."""
        return self._fingerprint("subject", subject.encode()).hex()

    # Holding

    def hold(self, subject: str, reason: str) -> Hold:
        """Forbid erasing `subject`; `reason` is the order's file number, never about a person.

        Records `subject.held`. Raises `AccessDenied("subjects.not_allowed")` unless an
        officer or the system acts. A second hold stands beside the first.
        """
        self._for_the_office()
        text = clean(reason, field="reason", limit=_REASON_LIMIT)
        self._append_hold(subject, "subject.held", {"reason": text})
        return Hold(text, self._tx.now, self._tx.actor.key)

    def release(self, subject: str, reason: str) -> None:
        """End the hold that was laid for `reason`.

        Records `subject.released`; raises `NotFound("subjects.not_held")` when there is none.
        """
        self._for_the_office()
        if all(hold.reason != reason for hold in self.holds(subject)):
            raise NotFound("subjects.not_held", hint="Subjects.holds lists the reasons")
        self._append_hold(subject, "subject.released", {"reason": reason})

    def holds(self, subject: str) -> list[Hold]:
        """Return the holds on `subject` that have not ended, oldest first."""
        self._for_the_office()
        held: dict[str, Hold] = {}
        for fact in self._facts.of(self._hold_stream(subject)):
            reason = fact.data["reason"]
            if fact.kind == "subject.held":
                held.setdefault(reason, Hold(reason, fact.instant, fact.actor))
            else:
                held.pop(reason, None)
        return list(held.values())

    # Erasing

    def erase(self, subject: str, *, basis: str = "request", dry_run: bool = False) -> Erasure:
        """Destroy the keys of `subject` and give up what the rooms hold of the person.

        One commit: wraps, files, drafts and index rows are deleted, cases become
        tombstones, `subject.erased` is recorded. Call `Locality.scrub` after the commit, so
        that the bytes leave the database's files too. `basis` is one of `BASES`. Raises
        `AccessDenied("subjects.held")` under a legal hold, `("subjects.not_allowed")`
        unless an officer or the system acts, and `NotFound("subjects.nothing_held")` when
        no key of the person is left.
        """
        self._may_erase(subject, basis)
        planned = self._plan(subject, basis, lock=not dry_run)
        if dry_run:
            return planned
        done = evolve(planned, done=True, counts={h.name: h.forget(subject) for h in self._holders})
        self._vault.destroy_keys([subject])
        self._facts.append(done.stream, done.seq, "subject.erased", done.body())
        return done

    def anonymise(
        self, subject: str, classes: Collection[str], *, basis: str = "retention",
        dry_run: bool = False,
    ) -> Erasure:  # fmt: skip
        """Destroy the keys of these data `classes` only: who it was, not what it was about.

        Records `subject.anonymised`; refused as `erase` is. Cases stay as they are.
        """
        self._may_erase(subject, basis)
        planned = self._plan(subject, basis, lock=not dry_run, classes=tuple(sorted(classes)))
        if dry_run:
            return planned
        self._vault.destroy_keys([subject], classes=classes)
        done = evolve(planned, done=True, counts={h.name: h.unname(subject) for h in self._holders})
        self._facts.append(done.stream, done.seq, "subject.anonymised", done.body())
        return done

    # Handing over

    def portable(self, subject: str) -> list[Portable]:
        """Return what every room has of `subject`, sealed: for whoever may open it.

        Raises `AccessDenied("subjects.not_own")` unless the actor has shown to be the
        person (by the case code, or as the known citizen).
        """
        actor = self._tx.actor
        if subject not in self._own() and not (actor.kind == "citizen" and actor.id == subject):
            raise AccessDenied("subjects.not_own", hint="tx.feedback.find(code) shows it")
        return [holder.portable(subject) for holder in self._holders]

    # Within

    def _may_erase(self, subject: str, basis: str) -> None:
        self._for_the_office()
        if basis not in BASES:
            raise InputError("subjects.basis_unknown", hint=f"one of {', '.join(BASES)}")
        if self.holds(subject):
            raise AccessDenied("subjects.held", hint="Subjects.release ends a hold")

    def _plan(
        self, subject: str, basis: str, *, lock: bool, classes: tuple[str, ...] = ()
    ) -> Erasure:
        wraps = tuple(wraps_of(self._tx, subject, classes=classes or None, lock=lock))
        if not wraps:
            raise NotFound("subjects.nothing_held", hint="erased already, or never sealed for")
        stream = f"erasure:{self.pseudonym(subject)}"
        return Erasure(
            pseudonym=self.pseudonym(subject), basis=basis, at=self._tx.now,
            actor=self._tx.actor.key, wraps=wraps, stream=stream,
            seq=len(self._facts.of(stream)) + 1, done=False, classes=classes,
            counts={} if classes else {h.name: h.count(subject) for h in self._holders},
        )  # fmt: skip

    def _append_hold(self, subject: str, kind: str, body: dict[str, str]) -> None:
        stream = self._hold_stream(subject)
        self._facts.append(stream, len(self._facts.of(stream)) + 1, kind, body)

    def _hold_stream(self, subject: str) -> str:
        return f"hold:{self.pseudonym(subject)}"

    def _for_the_office(self) -> None:
        if self._tx.actor.kind not in {"officer", "system"}:
            raise AccessDenied("subjects.not_allowed", hint="an officer or the system")

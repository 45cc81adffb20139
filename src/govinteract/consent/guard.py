"""The guard: decides whether an actor may open sealed values, and alone mints permits.

It decides on the purpose's data alone: is there such a purpose, may this kind of actor act
for it, does it need these classes of data, and are the values the actor's own where it
opens only those. Whether the purpose still has its key is the vault's to find.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from govinteract.errors import AccessDenied
from govinteract.vault.permit import GUARD, Permit

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from govinteract.consent.purposes import Purpose, Purposes
    from govinteract.kernel import Actor
    from govinteract.vault import Sealed

__all__ = ["Guard"]


class Guard:
    """Decides by `purposes`; holds no state, so one serves all transactions."""

    def __init__(self, purposes: Purposes) -> None:
        self._purposes = purposes

    def permit(
        self, actor: Actor, purpose: str | None, sealed: Sequence[Sealed],
        *, transaction: object, own: Collection[str] = (),
    ) -> Permit:  # fmt: skip
        """Return the permit to open `sealed` in `transaction`, and nothing beyond them.

        `own` names the subjects that the actor has shown to be his (by the case code); a
        citizen's own id is among them. Raises `AccessDenied`: `consent.purpose_missing`,
        `consent.purpose_unknown`, `consent.actor_not_allowed`, `consent.class_not_covered`,
        `consent.not_own`, `consent.not_given` for a purpose that rests on a consent.
        """
        found = self._find(purpose)
        if not found.admits(actor):
            raise AccessDenied(
                "consent.actor_not_allowed", hint=f"may act: {', '.join(found.who)}",
                purpose=found.code,
            )  # fmt: skip
        if found.basis.kind == "consent":
            raise AccessDenied("consent.not_given", hint="ask for it first", purpose=found.code)
        self._check_values(found, actor, sealed, own)
        return Permit(
            GUARD, transaction=transaction, actor=actor.key, purpose=found.code,
            basis=found.basis.reference, subjects={value.subject for value in sealed},
            data_classes={value.data_class for value in sealed},
        )  # fmt: skip

    def check_listing(self, actor: Actor, subject: str, *, own: Collection[str] = ()) -> None:
        """Raise `AccessDenied("consent.not_own")` unless `actor` may see who opened the data.

        The person himself may, officers with the role "auditor", and the system.
        """
        mine = subject in own or (actor.kind == "citizen" and actor.id == subject)
        auditor = actor.kind == "officer" and "auditor" in actor.roles
        if not (mine or auditor or actor.kind == "system"):
            raise AccessDenied("consent.not_own", hint="show the code first; or the role auditor")

    def _find(self, purpose: str | None) -> Purpose:
        if not purpose:
            raise AccessDenied(
                "consent.purpose_missing", hint='acting_as(..., purpose="resolve-report")'
            )
        found = self._purposes.get(purpose)
        if found is None:
            codes = ", ".join(known.code for known in self._purposes)
            raise AccessDenied("consent.purpose_unknown", hint=f"known: {codes}")
        return found

    def _check_values(
        self, purpose: Purpose, actor: Actor, sealed: Sequence[Sealed], own: Collection[str]
    ) -> None:
        mine = {*own, *([actor.id] if actor.kind == "citizen" else [])}
        for value in sealed:
            if value.data_class not in purpose.classes:
                raise AccessDenied(
                    "consent.class_not_covered", hint=f"it covers {', '.join(purpose.classes)}",
                    purpose=purpose.code, data_class=value.data_class,
                )  # fmt: skip
            if purpose.scope == "own" and value.subject not in mine:
                raise AccessDenied("consent.not_own", hint="name the subjects that the code opened")

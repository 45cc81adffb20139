"""The token that opening asks for, minted by the guard alone.

A permit names who opens, for which purpose and on which basis, whose data and which
classes, and holds for one transaction. `GUARD` is what its constructor wants to see; the
one module that imports it is `govinteract.consent.guard`, and a test reads the source
tree to keep it so.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NoReturn, final

from attrs import frozen

from govinteract.errors import AccessDenied

if TYPE_CHECKING:
    from collections.abc import Iterable

    from govinteract.vault.sealed import Sealed

__all__ = ["GUARD", "Permit"]


class _Guard:
    """The type of the one token that mints permits."""


GUARD: Final = _Guard()


@final
@frozen(init=False, eq=False, repr=False)
class Permit:
    """Leave to open sealed values of `subjects` in `data_classes`, once decided.

    `actor` is the actor's key, `purpose` and `basis` are what the opening's fact records.
    """

    transaction: object
    actor: str
    purpose: str
    basis: str
    subjects: frozenset[str]
    data_classes: frozenset[str]

    def __init__(
        self, guard: _Guard, *, transaction: object, actor: str, purpose: str, basis: str,
        subjects: Iterable[str], data_classes: Iterable[str],
    ) -> None:  # fmt: skip
        if guard is not GUARD:
            raise AccessDenied("vault.permit_forged", hint="ask govinteract.consent.Guard")
        self.__attrs_init__(
            transaction, actor, purpose, basis, frozenset(subjects), frozenset(data_classes)
        )

    def covers(self, sealed: Sealed, transaction: object) -> bool:
        """Tell whether `sealed` may be opened with this permit in `transaction`."""
        return (
            transaction is self.transaction
            and sealed.subject in self.subjects
            and sealed.data_class in self.data_classes
        )

    def __repr__(self) -> str:
        return f"<Permit {self.purpose} for {self.actor} on {self.basis}>"

    def __reduce_ex__(self, _protocol: object) -> NoReturn:
        raise AccessDenied("vault.permit_forged", hint="a permit ends with its transaction")

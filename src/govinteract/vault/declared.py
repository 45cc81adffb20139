"""Models that say once what is personal in them: sealing and masking follow from it.

    @frozen
    class Applicant:
        phone: Annotated[Personal[str], Declared("contact", mask=phone_mask)]
        since: date

The same annotation serves attrs values, dataclasses and pydantic models. What is declared
is sealed under the person's key of its data class, so it is exported, held, anonymised and
erased with the person like everything else of that class.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, get_args, get_origin, get_type_hints

from attrs import frozen

from govinteract.errors import InputError
from govinteract.vault.personal import HIDDEN, Personal

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from govinteract.vault.sealed import Sealed
    from govinteract.vault.service import Vault

__all__ = ["Declared", "declared_fields", "masked", "seal_declared"]


@frozen
class Declared:
    """What is declared of a field: its data class, its value type, and what stays visible."""

    data_class: str
    type: str = "text"
    mask: Callable[[Any], str] | None = None


def declared_fields(kind: type) -> Mapping[str, Declared]:
    """Return the personal fields of a model class, in the order of their declaration.

    Raises `InputError("vault.not_declared")` for a `Personal` field that says no data class:
    it could be neither sealed nor erased.
    """
    found: dict[str, Declared] = {}
    for name, hint in get_type_hints(kind, include_extras=True).items():
        inner, *marks = get_args(hint) if get_origin(hint) is Annotated else (hint,)
        if inner is not Personal and not _is_personal(inner):
            continue
        declared = next((mark for mark in marks if isinstance(mark, Declared)), None)
        if declared is None:
            raise InputError(
                "vault.not_declared", hint="Annotated[Personal[...], Declared(...)]", field=name
            )
        found[name] = declared
    return found


def masked(value: object) -> dict[str, str]:
    """Return what may be shown of each declared field of `value`; absent ones are left out."""
    shown: dict[str, str] = {}
    for name, declared in declared_fields(type(value)).items():
        personal = getattr(value, name)
        if personal is not None:
            shown[name] = personal.masked(declared.mask) if declared.mask else HIDDEN
    return shown


def seal_declared(vault: Vault, value: object, *, subject: str, record: str) -> dict[str, Sealed]:
    """Seal each declared field of `value` for its place; absent ones are left out.

    Commits with the transaction; raises what `Vault.seal` raises.
    """
    return {
        name: vault.seal(
            getattr(value, name), subject=subject, data_class=declared.data_class, record=record,
            field=name, type=declared.type,
        )
        for name, declared in declared_fields(type(value)).items()
        if getattr(value, name) is not None
    }  # fmt: skip


def _is_personal(hint: object) -> bool:
    """Tell whether a hint is `Personal[...]`, or that or None."""
    return any(get_origin(part) is Personal or part is Personal for part in (hint, *get_args(hint)))

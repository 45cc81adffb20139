"""Who does it: every verb that writes names one of these.

An id is opaque: 1 to 64 of A-Z, a-z, 0-9, dot, hyphen and underscore, and never a name, a
phone number or another thing that tells who somebody is. `key` is what a fact stores.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, ClassVar, Literal, TypeAlias

from attrs import field, frozen

from govinteract.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from attrs import Attribute

__all__ = ["Actor", "Anonymous", "Citizen", "Officer", "System"]

_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_HINT = "an id is 1 to 64 of A-Z a-z 0-9 . _ - and says nothing about a person"


def _check(value: object) -> None:
    if not isinstance(value, str) or not _ID.fullmatch(value):
        raise InputError("kernel.actor_invalid", hint=_HINT)


def _is_id(_actor: object, _attribute: Attribute[str], value: object) -> None:
    _check(value)


def _is_id_or_none(_actor: object, _attribute: Attribute[str | None], value: object) -> None:
    if value is not None:
        _check(value)


def _roles(roles: Iterable[str]) -> frozenset[str]:
    if isinstance(roles, str):
        raise InputError("kernel.actor_invalid", hint='roles is a set: {"clerk"}, not "clerk"')
    return frozenset(roles)


def _are_ids(_actor: object, _attribute: Attribute[frozenset[str]], roles: frozenset[str]) -> None:
    for role in roles:
        _check(role)


@frozen
class Citizen:
    """A person who deals with the government and is known by an account.

    >>> Citizen("c-81").key
    'citizen:c-81'
    """

    kind: ClassVar[Literal["citizen"]] = "citizen"

    id: str = field(validator=_is_id)

    @property
    def key(self) -> str:
        """`citizen:<id>`, as facts store it."""
        return f"citizen:{self.id}"


@frozen
class Officer:
    """A person who acts for a unit of the government.

    >>> Officer("o-7", unit="urban-order", roles={"clerk"}).key
    'officer:o-7'
    """

    kind: ClassVar[Literal["officer"]] = "officer"

    id: str = field(validator=_is_id)
    unit: str | None = field(default=None, validator=_is_id_or_none)
    """Code of the unit that the officer acts for; None for the whole locality."""
    roles: frozenset[str] = field(default=frozenset(), converter=_roles, validator=_are_ids)
    """What the officer may do, in the locality's own words."""

    @property
    def key(self) -> str:
        """`officer:<id>`, as facts store it."""
        return f"officer:{self.id}"


@frozen
class Anonymous:
    """Somebody who does not say who they are; a case code is all they show.

    >>> Anonymous().key
    'anonymous'
    """

    kind: ClassVar[Literal["anonymous"]] = "anonymous"

    @property
    def key(self) -> str:
        """`anonymous`, as facts store it."""
        return "anonymous"


@frozen
class System:
    """A program that acts by itself: the relay, an import, a sweep.

    >>> System("relay").key
    'system:relay'
    """

    kind: ClassVar[Literal["system"]] = "system"

    name: str = field(validator=_is_id)

    @property
    def key(self) -> str:
        """`system:<name>`, as facts store it."""
        return f"system:{self.name}"


Actor: TypeAlias = Citizen | Officer | Anonymous | System
"""Whoever does it."""

"""For what personal data may be opened, by whom, and on which basis: data, not code.

A country's purposes are a TOML file of its pack (`packs/vn/purposes.toml`); a locality may
hand in its own. Most of what an office does rests on law, not on consent, and each purpose
says which law and whether a person has read the article.
"""

from __future__ import annotations

import tomllib
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Self

from attrs import field, frozen, validators

from govinteract.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from govinteract.kernel import Actor

__all__ = ["Basis", "Purpose", "Purposes"]

_KINDS = ("law", "consent", "contract", "vital", "emergency")
_ACTORS = ("citizen", "officer", "anonymous", "system")
_SCOPES = ("any", "own")


@frozen
class Basis:
    """Why a purpose is lawful: the `kind` of ground, the law and its article.

    `verified` tells that a person has read the article in the signed text; `source` says
    where it was read.
    """

    kind: str = field(validator=validators.in_(_KINDS))
    law: str
    article: str
    source: str
    verified: bool = field(validator=validators.instance_of(bool))

    @property
    def reference(self) -> str:
        """The basis as an opening's fact names it.

        >>> Basis("law", "Law 91/2025/QH15", "Article 19(1)", "gazette", True).reference
        'law: Law 91/2025/QH15, Article 19(1)'
        """
        return f"{self.kind}: {self.law}, {self.article}"


def _texts(values: Iterable[str]) -> tuple[str, ...]:
    texts = tuple(values)
    if isinstance(values, str) or not all(isinstance(text, str) for text in texts):
        raise TypeError(values)
    return texts


def _check_who(_purpose: object, _attribute: object, who: tuple[str, ...]) -> None:
    for entry in who:
        kind, _, role = entry.partition(":")
        if kind not in _ACTORS or (role and kind != "officer"):
            raise ValueError(entry)


@frozen(kw_only=True)
class Purpose:
    """One thing that personal data is opened for: the data classes it needs, and no more."""

    code: str = field(validator=validators.matches_re(r"[a-z][a-z0-9-]{1,63}"))
    classes: tuple[str, ...] = field(converter=_texts, validator=validators.min_len(1))
    who: tuple[str, ...] = field(converter=_texts, validator=[validators.min_len(1), _check_who])
    scope: str = field(validator=validators.in_(_SCOPES))
    basis: Basis
    names: Mapping[str, str] = field(validator=validators.min_len(1))

    def admits(self, actor: Actor) -> bool:
        """Tell whether `actor` may act for this purpose at all."""
        if actor.kind in self.who:
            return True
        return actor.kind == "officer" and any(f"officer:{r}" in self.who for r in actor.roles)

    def name(self, lang: str) -> str:
        """Return the purpose in the words of `lang`, or of any language it has."""
        return self.names.get(lang) or next(iter(self.names.values()))


class Purposes:
    """The purposes of one locality, by code."""

    def __init__(self, purposes: Mapping[str, Purpose], *, profile: str) -> None:
        self.profile = profile
        self._purposes = dict(purposes)

    @classmethod
    def from_toml(cls, text: str) -> Self:
        """Read a purposes file.

        Raises `SettingsError("consent.purposes_invalid")`; the hint says what is wrong.
        """
        try:
            entries = tomllib.loads(text)
            purposes = [_purpose(entry) for entry in entries["purpose"]]
            profile = str(entries["profile"])
        except (tomllib.TOMLDecodeError, KeyError, TypeError, ValueError) as error:
            raise SettingsError("consent.purposes_invalid", hint=str(error)) from error
        codes = [purpose.code for purpose in purposes]
        if len(set(codes)) != len(codes):
            raise SettingsError("consent.purposes_invalid", hint="a code stands twice")
        return cls(dict(zip(codes, purposes, strict=True)), profile=profile)

    @classmethod
    def for_country(cls, country: str) -> Self:
        """Read the purposes of a country pack.

        >>> sorted(Purposes.for_country("vn").plan()["note"])
        ['case-notes']
        """
        path = files("govinteract").joinpath("packs", country, "purposes.toml")
        try:
            return cls.from_toml(path.read_text(encoding="utf-8"))
        except OSError as error:
            raise SettingsError(
                "consent.purposes_missing", hint="no such country pack", country=country
            ) from error

    def get(self, code: str) -> Purpose | None:
        """Return the purpose called `code`."""
        return self._purposes.get(code)

    def __iter__(self) -> Iterator[Purpose]:
        return iter(self._purposes.values())

    def plan(self) -> dict[str, tuple[str, ...]]:
        """Return for each data class the purposes that may open it from the first moment.

        Those that rest on consent are not among them: their wraps are made when consent is
        given.
        """
        plan: dict[str, tuple[str, ...]] = {}
        for purpose in self:
            for data_class in purpose.classes if purpose.basis.kind != "consent" else ():
                plan[data_class] = (*plan.get(data_class, ()), purpose.code)
        return plan


def _purpose(entry: Mapping[str, Any]) -> Purpose:
    return Purpose(**{**entry, "basis": Basis(**entry["basis"])})

"""A statement: what a locality says to somebody, who carries it and shows it to others."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, TypeAlias

from attrs import field, frozen

from govinteract.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from attrs import Attribute

__all__ = ["CLAIM_LIMIT", "KINDS", "Claim", "Statement"]

KINDS: Final = (
    "consent.receipt", "payment.receipt", "erasure.certificate", "reconciliation.certificate",
    "log.checkpoint",
)  # fmt: skip
"""The kinds that this library issues; a reader shows others too."""

CLAIM_LIMIT: Final = 32
"""The claims that a statement may have; the text's own limit is reached before."""

Claim: TypeAlias = "str | int | bool | list[str] | list[int]"
"""What a claim may be: no fractions, no null, nothing nested, so that every reader of JSON
in every language reads the same."""

_KIND = re.compile(r"[a-z][a-z-]{0,31}\.[a-z][a-z-]{0,31}")
_NAME = re.compile(r"[a-z][a-z0-9_]{0,31}")
_REFERENCE = re.compile(r"[!-~]{1,200}")
_LARGEST = 2**53 - 1


def _fits(pattern: re.Pattern[str], what: str) -> Callable[[object, Attribute[str], str], None]:
    def check(_statement: object, _attribute: object, value: object) -> None:
        if not isinstance(value, str) or not pattern.fullmatch(value):
            raise _unfit(what)

    return check


def _is_claim(value: object) -> bool:
    if isinstance(value, list):
        kinds = {type(item) for item in value}
        return len(kinds) <= 1 and kinds <= {str, int} and all(map(_is_claim, value))
    if type(value) is int:
        return abs(value) <= _LARGEST
    return type(value) in {str, bool}


def _check_claims(_statement: object, _attribute: object, claims: Mapping[str, object]) -> None:
    if not isinstance(claims, dict) or len(claims) > CLAIM_LIMIT:
        raise _unfit(f"claims: a dict of at most {CLAIM_LIMIT}")
    for name, value in claims.items():
        if not isinstance(name, str) or not _NAME.fullmatch(name) or not _is_claim(value):
            raise _unfit("claims: names are a-z 0-9 _, values text, whole numbers, flags, lists")


def _whole_seconds(at: datetime) -> datetime:
    if at.tzinfo is None:
        raise _unfit("issued_at: an aware datetime")
    return at.astimezone(UTC).replace(microsecond=0)


@frozen(kw_only=True)
class Statement:
    """What `issuer` says about `subject_ref`, at `issued_at` (whole seconds, UTC).

    Whoever holds the text reads all of it, so it names people by references only: a public
    id, a memo code, the id of a fact. Raises `InputError("attest.statement_unfit")` for
    what a statement can't hold.
    """

    kind: str = field(validator=_fits(_KIND, 'kind: like "consent.receipt"'))
    issuer: str = field(validator=_fits(_REFERENCE, "issuer: 1 to 200 visible characters"))
    subject_ref: str = field(validator=_fits(_REFERENCE, "subject_ref: 1 to 200, no spaces"))
    issued_at: datetime = field(converter=_whole_seconds)
    claims: Mapping[str, Claim] = field(validator=_check_claims)


def _unfit(hint: str) -> InputError:
    return InputError("attest.statement_unfit", hint=hint)

"""Officers' passwords: Argon2id hashes (RFC 9106), made and checked outside transactions."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from govinteract.errors import InputError
from govinteract.identity import Officers
from govinteract.kernel import System

if TYPE_CHECKING:
    from collections.abc import Iterable

    from govinteract.identity import Account
    from govinteract.locality import Locality

__all__ = ["PASSWORD_LEAST", "add_officer", "is_password"]

PASSWORD_LEAST = 12
_PASSWORD_MOST = 200
_ROLES = ("handler", "moderator")
_HASHER = PasswordHasher()  # RFC 9106, section 4, second recommended option


def add_officer(
    locality: Locality, username: str, password: str, *, name: str = "", unit: str | None = None,
    roles: Iterable[str] = _ROLES,
) -> Account:  # fmt: skip
    """Make an officer's account at `locality` and return it; records `officer.added`.

    `unit` is the code of the unit whose queue the officer sees first. Raises `InputError`
    `web.password_short` (fewer than 12 characters) or `identity.username_invalid`, and
    `ConflictError("identity.username_taken")`.
    """
    if not PASSWORD_LEAST <= len(password) <= _PASSWORD_MOST:
        raise InputError(
            "web.password_short", hint=f"{PASSWORD_LEAST} to {_PASSWORD_MOST} characters",
            least=PASSWORD_LEAST,
        )  # fmt: skip
    hashed = _HASHER.hash(password)
    with locality.acting_as(System("officer-admin")) as tx:
        officers = Officers(tx.transaction, tx.facts)
        return officers.add(username, password_hash=hashed, name=name, unit=unit, roles=roles)


def is_password(account: Account | None, password: str) -> bool:
    """Tell whether `password` opens `account`; takes as long when there is no such account."""
    usable = account is not None and account.active
    stored = account.password_hash if account is not None and account.active else _nobody()
    try:
        _HASHER.verify(stored, password[: _PASSWORD_MOST + 1])
    except (VerificationError, InvalidHashError):
        return False
    return usable


@cache
def _nobody() -> str:
    """Return the hash of a password that nobody has, to check against when there is no account."""
    return _HASHER.hash("no account has this password, and none may sign in with it")

"""The words of this room: an officer's account, and a session at the desk."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import field, frozen

from govinteract.kernel import Officer

if TYPE_CHECKING:
    from datetime import datetime

__all__ = ["Account", "Session"]


@frozen(kw_only=True)
class Account:
    """An officer who may sign in at the desk.

    `id` is opaque and stands in facts; `username` is typed at the login and `name` shown to
    colleagues, and neither enters a fact. `password_hash` hides in `repr`.
    """

    id: str
    username: str
    name: str
    unit: str | None
    roles: frozenset[str]
    active: bool
    password_hash: str = field(repr=False)

    @property
    def officer(self) -> Officer:
        """The actor as whom this account's transactions are written.

        >>> account = Account(
        ...     id="o-7", username="lan", name="", unit="mot-cua", roles=frozenset({"handler"}),
        ...     active=True, password_hash="",
        ... )
        >>> account.officer.key
        'officer:o-7'
        """
        return Officer(self.id, unit=self.unit, roles=self.roles)


@frozen(kw_only=True)
class Session:
    """One sign-in: whose it is, since when, last seen when, and when it ends whatever happens."""

    account: Account
    created_at: datetime
    seen_at: datetime
    expires_at: datetime

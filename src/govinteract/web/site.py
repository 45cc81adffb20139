"""What all parts of the pages share: one locality, its templates, files, texts and limits."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from govinteract.identity import Attempts, Limit
from govinteract.web.assets import Assets
from govinteract.web.pages import Pages
from govinteract.web.texts import Texts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.requests import Request

    from govinteract.acting import Acting
    from govinteract.locality import Locality

__all__ = ["LOGIN_CLIENT", "LOGIN_NAME", "LOOK_UP", "SUBMIT", "UPLOAD", "Site", "client_of"]

# Many citizens share one address (mobile networks, the one-stop desk), so the limits on
# addresses are wide; the one on a name is narrow.
LOGIN_NAME = Limit(kind="login-name", most=8, per=timedelta(minutes=15))
LOGIN_CLIENT = Limit(kind="login-client", most=40, per=timedelta(minutes=15))
LOOK_UP = Limit(kind="look-up", most=40, per=timedelta(minutes=10))
SUBMIT = Limit(kind="submit", most=120, per=timedelta(hours=1))
UPLOAD = Limit(kind="upload", most=300, per=timedelta(hours=1))


class Site:
    """Made once for an app, shared by its routes.

    Raises `SettingsError` at once for texts or a theme that can't be used.
    """

    def __init__(self, locality: Locality) -> None:
        self.locality = locality
        settings = locality.settings
        self.texts = Texts.beside(settings.templates)
        self.assets = Assets(settings)
        self.pages = Pages(locality, self.assets, self.texts)

    def attempts(self, tx: Acting) -> Attempts:
        """Return the counts of attempts in this transaction."""
        return Attempts(tx.transaction, self.locality.keyring.fingerprint)

    def check_limits(self, tx: Acting, limits: Sequence[tuple[Limit, str]]) -> None:
        """Raise `AccessDenied` when one of `limits` is used up."""
        attempts = self.attempts(tx)
        for limit, who in limits:
            attempts.check(limit, who)


def client_of(request: Request) -> str:
    """Return the address that the request came from; it is kept as a keyed hash alone."""
    return request.client.host if request.client else "unknown"

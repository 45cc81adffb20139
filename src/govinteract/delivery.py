"""Putting the relay of a locality together: its channels, its templates, its door."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from govinteract.kernel import System
from govinteract.notify import (
    Letterhead,
    LogChannel,
    Notifier,
    SmtpChannel,
    Templates,
    Webhook,
    Webhooks,
    read_secret,
)
from govinteract.outbox import Relay

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from govinteract.locality import Locality
    from govinteract.notify import Channel
    from govinteract.storage import Transaction
    from govinteract.vault import Personal, Sealed

__all__ = ["make_relay"]

_ACTOR = System("notify")


def make_relay(
    locality: Locality, *, email: Channel | None = None, phone: Channel | None = None
) -> Relay:
    """Return the relay that delivers the letters of `locality`.

    `email` and `phone` replace the channels that the settings name. A channel that is not
    set up is the log, which says that nothing was sent.
    """

    @contextmanager
    def begin() -> Iterator[Transaction]:
        with locality.acting_as(_ACTOR) as tx:
            yield tx.transaction

    def open_sealed(sealed: Sequence[Sealed]) -> list[Personal[Any]]:
        with locality.acting_as(_ACTOR, purpose="notify-citizen") as tx:
            return tx.open_all(sealed)

    settings = locality.settings
    smtp = settings.smtp_url
    notifier = Notifier(
        open_sealed=open_sealed,
        templates=Templates(
            Letterhead(
                names=settings.name, public_url=settings.public_url, zone=ZoneInfo(locality.zone)
            ),
            settings.templates and settings.templates / "notify",
        ),
        email=email
        or (
            SmtpChannel(smtp.get_secret_value(), sender=settings.mail_from or None)
            if smtp
            else LogChannel("email")
        ),
        phone=phone or LogChannel("phone", short=True),
        clock=locality.clock,
        source=settings.public_url,
        webhooks=_webhooks(locality),
    )
    return Relay(begin, notifier)


def _webhooks(locality: Locality) -> Webhooks | None:
    configured = locality.settings.webhooks
    if not configured:
        return None
    known = []
    for webhook in configured:
        secrets: tuple[bytes, ...] = (read_secret(webhook.secret.get_secret_value()),)
        known.append(Webhook(name=webhook.name, url=webhook.url, secrets=secrets))
    return Webhooks(known, clock=locality.clock)

"""Telling another program that something happened: a signed POST, taken or tried again.

Which hosts are called is the operator's choice, in the settings; nothing that a citizen
writes becomes a URL. Redirects are not followed.
"""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from attrs import field, frozen

from govinteract.errors import ProviderError, SettingsError
from govinteract.http.client import Limits, open_client, request
from govinteract.http.drive import run
from govinteract.notify.channels.standard_webhooks import signed_headers
from govinteract.outbox.model import Dead, Delivered, Retry

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

    import httpx
    from attrs import Attribute

    from govinteract.http.flow import Flow
    from govinteract.kernel.clock import Clock
    from govinteract.outbox.model import Outcome

__all__ = ["Webhook", "Webhooks", "webhook_flow"]

_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
_GONE, _TOO_MANY, _UNAVAILABLE = 410, 429, 503
_SECONDS = re.compile(r"[0-9]{1,9}")


def _is_name(_webhook: object, _attribute: Attribute[str], name: str) -> None:
    if not _NAME.fullmatch(name):
        raise SettingsError("notify.webhook_name", hint="1 to 40 of a-z 0-9 -")


def _is_url(_webhook: object, _attribute: Attribute[str], url: str) -> None:
    try:
        parts = urlsplit(url)
        good = parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0
    except ValueError:
        good, parts = False, urlsplit("")
    if not good or "@" in parts.netloc or parts.fragment or not url.isascii():
        hint = "https://host/path without user, password or fragment"
        raise SettingsError("notify.webhook_url", hint=hint)


def _are_secrets(_webhook: object, _attribute: object, secrets: tuple[bytes, ...]) -> None:
    if not secrets:
        raise SettingsError("notify.webhook_secret", hint="a webhook has at least one secret")


@frozen(kw_only=True)
class Webhook:
    """Another program's address: letters of the channel `webhook:<name>` go there.

    `secrets` come from `read_secret`, the present one first. The URL may hold a key of
    the receiver's, so `repr` hides it.
    """

    name: str = field(validator=_is_name)
    url: str = field(validator=_is_url, repr=False)
    secrets: tuple[bytes, ...] = field(validator=_are_secrets, repr=False)


def webhook_flow(webhook: Webhook, body: bytes, *, message_id: str, now: datetime) -> Flow[Outcome]:
    """Post `body` to `webhook` and tell what became of it (Standard Webhooks v1).

    Any 2xx is delivered and 410 is given up; all else is tried again, a redirect too,
    since it is the operator who must correct the URL. 429 and 503 may say when.
    """
    headers = {
        "content-type": "application/cloudevents+json; charset=utf-8",
        **signed_headers(body, message_id=message_id, secrets=webhook.secrets, now=now),
    }
    try:
        answer = yield request("POST", webhook.url, headers=headers, content=body)
    except ProviderError as error:
        return Retry(error.code)
    return _outcome(answer)


def _outcome(answer: httpx.Response) -> Outcome:
    if answer.is_success:
        return Delivered()
    if answer.status_code == _GONE:
        return Dead("notify.webhook_gone")
    if answer.is_redirect:
        return Retry("notify.webhook_redirect")
    said = answer.headers.get("retry-after", "")
    if answer.status_code in {_TOO_MANY, _UNAVAILABLE} and _SECONDS.fullmatch(said):
        return Retry("notify.webhook_refused", timedelta(seconds=int(said)))
    return Retry("notify.webhook_refused")


class Webhooks:
    """All webhooks of a locality, over one client that opens when the first is called.

    `connect` opens it; a locality behind a proxy hands in its own.
    """

    def __init__(
        self, webhooks: Iterable[Webhook], *, clock: Clock, limits: Limits | None = None,
        connect: Callable[[Limits], httpx.Client] = open_client,
    ) -> None:  # fmt: skip
        self._webhooks = {webhook.name: webhook for webhook in webhooks}
        self._clock = clock
        self._limits = limits or Limits()
        self._connect = connect
        self._client: httpx.Client | None = None

    def send(self, name: str, body: bytes, *, message_id: str) -> Outcome:
        """Post `body` to the webhook `name`; one that is not set up any more is given up."""
        webhook = self._webhooks.get(name)
        if webhook is None:
            return Dead("notify.webhook_unknown")
        if self._client is None:
            self._client = self._connect(self._limits)
        flow = webhook_flow(webhook, body, message_id=message_id, now=self._clock.now())
        return run(flow, self._client, limits=self._limits)

    def close(self) -> None:
        """Close the connections; the next `send` opens new ones."""
        if self._client is not None:
            self._client.close()
            self._client = None

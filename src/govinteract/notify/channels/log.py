"""A channel that sends nothing: it writes to the log what another would have sent.

For a locality without mail server or text messages, and for development. The log says
which template would have gone to which channel for which case, never to whom and never
with which code.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from attrs import frozen

from govinteract.http.drive import refuse_in_transaction
from govinteract.notify.sms import measure
from govinteract.outbox.model import Dead, Delivered

if TYPE_CHECKING:
    from govinteract.notify.model import Notice
    from govinteract.outbox.model import Outcome

__all__ = ["LogChannel"]

_log = logging.getLogger("govinteract.notify")


@frozen
class LogChannel:
    """Stands where the channel `name` ("email", "phone") is not set up."""

    name: str
    short: bool = False

    def send(self, notice: Notice) -> Outcome:
        """Write one line at level WARNING that says plainly that nothing was sent.

        A mistake that a real channel would refuse is refused here too, so that it shows
        before there is one.
        """
        refuse_in_transaction()
        if not notice.to.isprintable():
            return Dead("notify.address_invalid")
        size = f"{measure(notice.text).parts} SMS" if self.short else f"{len(notice.text)} signs"
        _log.warning(
            "NOT SENT, no %s channel is set up: notice %s for case %s, template %s (%s), %s",
            self.name, notice.id, notice.public_id, notice.template, notice.lang, size,
        )  # fmt: skip
        return Delivered()

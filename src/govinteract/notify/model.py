"""A notice to a person, and what a channel must be."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from attrs import field, frozen

if TYPE_CHECKING:
    from datetime import datetime

    from govinteract.outbox.model import Outcome

__all__ = ["Channel", "Notice"]


@frozen(kw_only=True)
class Notice:
    """One message to one person, ready to go.

    `id` is that of the letter in the outbox and the same at every attempt. `to` is an
    e-mail address or a phone number in E.164, as the channel needs it. `repr` shows what
    may be logged: never the address, nor the text, which holds the case code.
    """

    id: str
    template: str
    lang: str
    public_id: str
    at: datetime
    to: str = field(repr=False)
    subject: str = field(repr=False)
    text: str = field(repr=False)


class Channel(Protocol):
    """A way to reach a person: e-mail, a text message, or the log in their place.

    `govinteract.testing.ChannelContract` is the test that every channel passes.
    """

    @property
    def name(self) -> str:
        """What the log calls it."""
        ...

    @property
    def short(self) -> bool:
        """Whether it carries the short variant of a template (a text message)."""
        ...

    def send(self, notice: Notice) -> Outcome:
        """Send `notice`, and say what became of it.

        Raises `NetworkInTransaction` inside a transaction and nothing else: trouble is an
        `Outcome`. Neither the address nor the text may reach a log or an exception.
        """
        ...

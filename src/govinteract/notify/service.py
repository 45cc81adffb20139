"""The sink of the outbox: messages to citizens, and events to other programs.

Letters of the topic `citizen.message` hold the code and the contact sealed:

    {"template": "received", "lang": "vi", "public_id": "7K3QF9ZT2M",
     "code": <Sealed>, "contact": <Sealed>, "params": {"due": "2026-11-25T10:00:00.000000Z"}}

The contact opens to a value with `phone` and `email` (or a mapping of these). Opening
happens here, at delivery, for the purpose "notify-citizen", and is a fact before it is
known; nothing else of the case is opened. Letters of `webhook.<event>` go to the channel
`webhook:<name>` (`events.py`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from govinteract.errors import AccessDenied, CryptoError, InputError
from govinteract.kernel.codes import CaseCode, PublicId
from govinteract.notify.events import WEBHOOK_TOPIC, event_body
from govinteract.notify.model import Notice
from govinteract.outbox.model import Dead
from govinteract.vault.sealed import Sealed

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from govinteract.kernel.clock import Clock
    from govinteract.notify.channels.webhook import Webhooks
    from govinteract.notify.model import Channel
    from govinteract.notify.rendering import Rendered, Templates
    from govinteract.outbox.model import Letter, Outcome
    from govinteract.vault.personal import Personal

__all__ = ["CITIZEN_TOPIC", "Notifier", "Opener"]

CITIZEN_TOPIC: Final = "citizen.message"
_WEBHOOK_CHANNEL: Final = "webhook:"

Opener: TypeAlias = "Callable[[Sequence[Sealed]], Sequence[Personal[Any]]]"
"""The door, as this room needs it: opens all or none in a transaction of its own."""


class Notifier:
    """Delivers letters: by e-mail if the citizen left an address, else to the phone.

    `open_sealed` opens a transaction as `System("notify")` with the purpose
    "notify-citizen", opens through the door and commits. `email` and `phone` are the
    channels; a locality without one of them hands in a `LogChannel`.
    """

    def __init__(
        self, *, open_sealed: Opener, templates: Templates, email: Channel, phone: Channel,
        clock: Clock, source: str, webhooks: Webhooks | None = None,
    ) -> None:  # fmt: skip
        self._open = open_sealed
        self._templates = templates
        self._email = email
        self._phone = phone
        self._clock = clock
        self._source = source
        self._webhooks = webhooks

    def deliver(self, letter: Letter) -> Outcome:
        """Deliver `letter`; a letter that can never be delivered as it stands is `Dead`."""
        try:
            if letter.topic == CITIZEN_TOPIC:
                return self._to_citizen(letter)
            if letter.topic.startswith(WEBHOOK_TOPIC):
                return self._to_program(letter)
        except InputError as error:
            return Dead(error.code)
        return Dead("notify.topic_unknown")

    def _to_program(self, letter: Letter) -> Outcome:
        body = event_body(letter, source=self._source)
        if self._webhooks is None:
            return Dead("notify.webhook_unknown")
        name = letter.channel.removeprefix(_WEBHOOK_CHANNEL)
        return self._webhooks.send(name, body, message_id=letter.id)

    def _to_citizen(self, letter: Letter) -> Outcome:
        said = letter.data
        try:
            sealed = Sealed.from_json(said["code"]), Sealed.from_json(said["contact"])
            template, lang, params = said["template"], said["lang"], said["params"]
            public_id = PublicId.parse(said["public_id"])
        except (KeyError, TypeError, CryptoError):
            return Dead("notify.letter_invalid")
        try:
            code, contact = (personal.reveal() for personal in self._open(sealed))
        except AccessDenied as error:
            erased = error.code == "vault.no_wrap_for_purpose"
            return Dead("notify.erased" if erased else error.code)
        words = self._templates.render(
            template, lang, code=CaseCode.parse(code), public_id=public_id, params=params
        )
        return self._send(letter, words, contact, template=template, public_id=public_id.text)

    def _send(
        self, letter: Letter, words: Rendered, contact: object, *, template: str, public_id: str
    ) -> Outcome:
        email, phone = _part(contact, "email"), _part(contact, "phone")
        channel, to = (self._email, email) if email else (self._phone, phone)
        if not to:
            return Dead("notify.no_address")
        text = words.short if channel.short else words.text
        notice = Notice(
            id=letter.id, template=template, lang=words.lang, public_id=public_id,
            at=self._clock.now(), to=to, subject=words.subject, text=text,
        )  # fmt: skip
        return channel.send(notice)


def _part(contact: object, name: str) -> str | None:
    part = contact.get(name) if isinstance(contact, Mapping) else getattr(contact, name, None)
    return part if isinstance(part, str) else None

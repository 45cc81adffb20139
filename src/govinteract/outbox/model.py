"""A letter, and what can become of it."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

from attrs import field, frozen

from govinteract.errors import InputError

if TYPE_CHECKING:
    from datetime import datetime, timedelta

    from attrs import Attribute

__all__ = ["Backlog", "Dead", "Delivered", "Letter", "Outcome", "Retry", "Sink"]

_CODE = re.compile(r"[a-z][a-z0-9_]*(\.[a-z0-9_]+)+")
_LONGEST_CODE = 64


def _is_code(_outcome: object, _attribute: Attribute[str], value: str) -> None:
    """Keep sentences, which may quote an address, out of the table and the log."""
    if len(value) > _LONGEST_CODE or not _CODE.fullmatch(value):
        raise InputError("outbox.code_invalid", hint='pass a stable code like "notify.refused"')


@frozen(kw_only=True)
class Letter:
    """One message to one recipient over one channel: a row of `gi_outbox`.

    `id` stays the same however often it is tried, so a receiver recognises a second copy.
    `attempts` counts the tries, the present one included. `error` is the code of the last
    failure. The body holds personal data sealed only.
    """

    locality: str
    id: str
    topic: str
    stream: str
    channel: str
    body: str = field(repr=False)
    attempts: int
    created_at: datetime
    error: str | None = None

    @property
    def data(self) -> dict[str, Any]:
        """The body, read."""
        data: dict[str, Any] = json.loads(self.body)
        return data


@frozen
class Delivered:
    """The other side took it."""


@frozen
class Retry:
    """It did not go this time: try again later, not before `after` if the other side said so."""

    code: str = field(validator=_is_code)
    after: timedelta | None = None


@frozen
class Dead:
    """It can't go as it is: keep it and show it to the operator."""

    code: str = field(validator=_is_code)


Outcome: TypeAlias = Delivered | Retry | Dead


class Sink(Protocol):
    """Takes letters to where they belong, outside any transaction."""

    def deliver(self, letter: Letter) -> Outcome:
        """Deliver `letter` and say what became of it.

        The same letter may come again after a crash: its `id` tells. A `GovInteractError`
        counts as `Retry` with its code, any other exception as `Retry` without its words.
        """
        ...


@frozen(kw_only=True)
class Backlog:
    """What has not arrived: letters on their way, letters given up, and since when it waits."""

    pending: int
    dead: int
    oldest: datetime | None = None

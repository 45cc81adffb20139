"""Writing letters with everything else of a transaction, and looking after the dead ones."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from govinteract.errors import InputError, NotFound
from govinteract.kernel.canonical import canonical_json
from govinteract.outbox import tables
from govinteract.outbox.model import Backlog, Letter
from govinteract.outbox.tables import CHANNEL_LIMIT, STREAM_LIMIT, TOPIC_LIMIT, letter_of
from govinteract.storage.schema import read_instant, write_instant

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from govinteract.storage.transaction import Transaction

__all__ = ["Outbox"]

_BODY_LIMIT = 65_536
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/-]*")


class Outbox:
    """The letters of one transaction's locality.

    A letter commits with the facts that it tells of, or not at all; the relay delivers it
    after the commit.
    """

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    def put(
        self, topic: str, *, stream: str, channel: str, body: Mapping[str, Any],
        at: datetime | None = None,
    ) -> str:  # fmt: skip
        """Write a letter and return its id.

        `topic` says what it is ("citizen.message"), `stream` what it is about
        ("case:<id>"), `channel` to whom it goes ("citizen", "webhook:<name>"). Letters of
        one stream and channel arrive in the order in which they were put; one that is
        given up lets the next pass. `body` is JSON with personal data sealed only. It
        leaves at once, or at `at`. Raises InputError `outbox.name_invalid`,
        `outbox.body_invalid` or `outbox.body_too_large`.
        """
        tx = self._tx
        _check_name("topic", topic, TOPIC_LIMIT)
        _check_name("stream", stream, STREAM_LIMIT)
        _check_name("channel", channel, CHANNEL_LIMIT)
        row = {
            "b_locality": tx.locality, "b_id": tx.new_id(), "b_topic": topic, "b_stream": stream,
            "b_channel": channel, "b_body": _canonical(body), "b_now": write_instant(tx.now),
            "b_next_at": write_instant(at or tx.now),
        }  # fmt: skip
        tx.write_fixed(tables.PUT, row)
        return row["b_id"]

    def dead(self, *, limit: int = 100) -> list[Letter]:
        """Return the letters that were given up, the latest first, each with its error."""
        key = {"b_locality": self._tx.locality, "b_limit": limit}
        return [letter_of(row) for row in self._tx.read(tables.DEAD, key)]

    def revive(self, letter_id: str) -> None:
        """Send a dead letter on its way again, with all its attempts before it.

        Raises `NotFound("outbox.not_dead")` when no dead letter has this id.
        """
        tx = self._tx
        key = {"b_locality": tx.locality, "b_id": letter_id, "b_now": write_instant(tx.now)}
        if tx.write(tables.REVIVE, key).rowcount == 0:
            raise NotFound("outbox.not_dead", hint="Outbox.dead lists those that can be revived")

    def backlog(self) -> Backlog:
        """Count what has not arrived; quick however much has."""
        row = self._tx.read(tables.BACKLOG, {"b_locality": self._tx.locality}).one()
        oldest = read_instant(row.oldest) if row.oldest else None
        return Backlog(pending=row.pending, dead=row.dead, oldest=oldest)


def _check_name(field: str, value: str, limit: int) -> None:
    if len(value) > limit or not _NAME.fullmatch(value):
        hint = f"{field}: 1 to {limit} of A-Z a-z 0-9 . _ : / -"
        raise InputError("outbox.name_invalid", hint=hint, field=field)


def _canonical(body: Mapping[str, Any]) -> str:
    try:
        text = canonical_json(dict(body))
    except InputError:
        # No cause: its message could quote the body.
        raise InputError("outbox.body_invalid", hint="plain JSON; seal what is personal") from None
    if len(text.encode()) > _BODY_LIMIT:
        raise InputError(
            "outbox.body_too_large", hint="name what it is about, don't carry it", limit=_BODY_LIMIT
        )
    return text

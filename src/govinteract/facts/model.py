"""A fact: one thing that happened, in the bytes that are hashed."""

from __future__ import annotations

import hashlib
import json
import struct
from datetime import datetime
from functools import cached_property
from typing import Any, Self

from attrs import frozen

from govinteract.errors import CryptoError
from govinteract.kernel.framing import frame

__all__ = ["JSON", "Fact", "row_head", "row_of"]

JSON = Any  # nested: str, int, float, bool, None, list, dict; mypy has no finite word for it

_DOMAIN = "gi/fact/v1"
_PARTS = 8
_LENGTH = struct.Struct(">I")


@frozen
class Fact:
    """One row of `gi_fact`: the `seq`-th thing that happened on `stream`.

    `actor` is the actor's key (`officer:an`), `at` the stored text of the instant and
    `body` canonical JSON (RFC 8785) exactly as hashed; personal data is in it sealed only.
    """

    locality: str
    stream: str
    seq: int
    kind: str
    at: str
    actor: str
    body: str

    @cached_property
    def data(self) -> dict[str, JSON]:
        """The body, read; not to be changed."""
        data: dict[str, JSON] = json.loads(self.body)
        return data

    @property
    def instant(self) -> datetime:
        """When it happened, as an aware datetime in UTC."""
        return datetime.fromisoformat(self.at)

    def row(self) -> bytes:
        """Return the frame over this row's stored bytes: what a leaf is the hash of."""
        return row_of(
            row_head(self.locality), self.stream, self.seq, self.kind, self.at, self.actor,
            self.body,
        )  # fmt: skip

    def leaf(self) -> bytes:
        """Return the leaf hash of RFC 9162 section 2.1.1 over `row`."""
        return hashlib.sha256(b"\x00" + self.row()).digest()

    @classmethod
    def from_row(cls, row: bytes) -> Self:
        """Read what `row` wrote; raises `CryptoError("facts.row_invalid")`."""
        try:
            domain, locality, stream, seq, *rest = _unframe(row)
            fact = cls(locality, stream, int(seq), *rest)
        except (ValueError, TypeError, struct.error) as error:
            raise _invalid() from error
        if domain != _DOMAIN or fact.row() != row:
            raise _invalid()
        return fact


def row_head(locality: str) -> bytes:
    """Return the bytes with which every row of `locality` begins."""
    return bytes([_PARTS]) + frame(_DOMAIN, locality)[1:]


def row_of(head: bytes, stream: str, seq: int, kind: str, at: str, actor: str, body: str) -> bytes:
    """Return the frame (`kernel.framing`) of a fact's row, quickly: logs are long."""
    place, number, what = stream.encode(), b"%d" % seq, kind.encode()
    when, who, said = at.encode(), actor.encode(), body.encode()
    length = _LENGTH.pack
    return b"".join((
        head, length(len(place)), place, length(len(number)), number, length(len(what)), what,
        length(len(when)), when, length(len(who)), who, length(len(said)), said,
    ))  # fmt: skip


def _unframe(raw: bytes) -> list[str]:
    at, parts = 1, []
    while at < len(raw):
        (length,) = _LENGTH.unpack_from(raw, at)
        at += _LENGTH.size + length
        parts.append(raw[at - length : at].decode())
    return parts


def _invalid() -> CryptoError:
    return CryptoError("facts.row_invalid", hint="not the bytes of a fact's row")

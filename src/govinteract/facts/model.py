"""A fact: one thing that happened, in the bytes that are hashed."""

from __future__ import annotations

import hashlib
import json
from functools import cached_property
from typing import TYPE_CHECKING, Any

from attrs import frozen

from govinteract.kernel.framing import frame
from govinteract.storage.schema import read_instant

if TYPE_CHECKING:
    from datetime import datetime

__all__ = ["JSON", "Fact"]

JSON = Any  # nested: str, int, float, bool, None, list, dict; mypy has no finite word for it


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
        return read_instant(self.at)

    def leaf(self) -> bytes:
        """Return the leaf hash of RFC 9162 section 2.1.1 over this row's stored bytes."""
        row = frame(
            "gi/fact/v1", self.locality, self.stream, str(self.seq), self.kind, self.at,
            self.actor, self.body,
        )  # fmt: skip
        return hashlib.sha256(b"\x00" + row).digest()

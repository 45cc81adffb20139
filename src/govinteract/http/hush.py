"""Keeping the client's own log lines quiet while a flow is driven.

httpx writes each URL, with its query, to the log at level INFO, and httpcore writes
headers at DEBUG. A URL may hold a case code and a header a key, so while a flow is driven
their lines are dropped; the driver writes its own, with host and status alone. Other users
of the same client in the same process are not affected.
"""

from __future__ import annotations

import logging
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["hushed"]

_DRIVING: ContextVar[bool] = ContextVar("govinteract_driving_a_flow", default=False)
_TALKATIVE = (
    "httpx", "httpcore", "httpcore.connection", "httpcore.http11", "httpcore.http2",
    "httpcore.proxy", "httpcore.socks",
)  # fmt: skip


class _Hush(logging.Filter):
    """Drops records that are written while this thread or task drives a flow."""

    def filter(self, _record: logging.LogRecord) -> bool:
        """Let a record through unless a flow is driven."""
        return not _DRIVING.get()


_HUSH = _Hush()


@contextmanager
def hushed() -> Iterator[None]:
    """Drop what the client logs in this block."""
    for name in _TALKATIVE:
        logging.getLogger(name).addFilter(_HUSH)  # adding it again changes nothing
    token = _DRIVING.set(True)
    try:
        yield
    finally:
        _DRIVING.reset(token)

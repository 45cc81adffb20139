"""Carrying out flows: the one place from which HTTP leaves, and never inside a transaction."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import TYPE_CHECKING, NoReturn, TypeVar, cast

from govinteract.errors import ProviderError, StorageError
from govinteract.http.client import Limits, response, wire_errors
from govinteract.http.hush import hushed
from govinteract.kernel.clock import Clock, SystemClock
from govinteract.storage.transaction import in_transaction

if TYPE_CHECKING:
    import httpx

    from govinteract.http.flow import Flow

__all__ = ["NetworkInTransaction", "arun", "refuse_in_transaction", "run"]

T = TypeVar("T")
_log = logging.getLogger("govinteract.http")


class NetworkInTransaction(StorageError):  # noqa: N818 - the rule's own name
    """The network was reached for while a transaction was open: end it first."""


def refuse_in_transaction() -> None:
    """Raise `NetworkInTransaction("http.network_in_transaction")` inside a transaction.

    Everything that leaves the machine asks this first, be it HTTP or not: a slow peer must
    not hold the writer's lock, and what was sent can't be rolled back.
    """
    if in_transaction():
        hint = "commit what is meant, talk to the other side, record the outcome in a new one"
        raise NetworkInTransaction("http.network_in_transaction", hint=hint)


def run(
    flow: Flow[T], client: httpx.Client, *, limits: Limits | None = None, clock: Clock | None = None
) -> T:
    """Carry out `flow` over `client` and return its result.

    Raises `NetworkInTransaction`, and throws into the flow `ProviderError`:
    `http.not_sent` (it surely never left), `http.maybe_sent` (it may have arrived),
    `http.answer_too_large` and `http.answer_encoded` (it arrived, the answer is unusable).
    Redirects are not followed: the flow sees them. Of each request the log holds method,
    host and status only. `clock` measures `limits.total`.
    """
    limits, clock = limits or Limits(), clock or SystemClock()
    try:
        step = next(flow)
        while True:
            refuse_in_transaction()
            try:
                answer = _exchange(client, step, limits, clock)
            except ProviderError as error:
                step = flow.throw(error)
            else:
                step = flow.send(answer)
    except StopIteration as end:
        return cast("T", end.value)
    finally:
        flow.close()


async def arun(flow: Flow[T], client: httpx.AsyncClient, *, limits: Limits | None = None) -> T:
    """Carry out `flow` over an asynchronous `client`: `run` in its other colour."""
    limits = limits or Limits()
    try:
        step = next(flow)
        while True:
            refuse_in_transaction()
            try:
                answer = await _aexchange(client, step, limits)
            except ProviderError as error:
                step = flow.throw(error)
            else:
                step = flow.send(answer)
    except StopIteration as end:
        return cast("T", end.value)
    finally:
        flow.close()


def _exchange(
    client: httpx.Client, step: httpx.Request, limits: Limits, clock: Clock
) -> httpx.Response:
    until = clock.now() + timedelta(seconds=limits.total)
    body = bytearray()
    with wire_errors(), hushed():
        head = client.send(step, stream=True, follow_redirects=False)
        try:
            _refuse_encoded(head)
            for piece in head.iter_raw():
                _take(body, piece, limits)
                if clock.now() > until:
                    _give_up(limits)
        finally:
            head.close()
    return _answer(head, body)


async def _aexchange(
    client: httpx.AsyncClient, step: httpx.Request, limits: Limits
) -> httpx.Response:
    import anyio  # noqa: PLC0415 - httpx brings it; it measures time on asyncio and trio alike

    body = bytearray()
    try:
        with anyio.fail_after(limits.total), wire_errors(), hushed():
            head = await client.send(step, stream=True, follow_redirects=False)
            try:
                _refuse_encoded(head)
                async for piece in head.aiter_raw():
                    _take(body, piece, limits)
            finally:
                await head.aclose()
    except TimeoutError:
        _give_up(limits)
    return _answer(head, body)


def _take(body: bytearray, piece: bytes, limits: Limits) -> None:
    body += piece
    if len(body) > limits.body:
        raise ProviderError(
            "http.answer_too_large", hint="the answer has more bytes than Limits.body",
            limit=limits.body,
        )  # fmt: skip


def _refuse_encoded(head: httpx.Response) -> None:
    # We asked for identity; a small compressed answer may unpack to more than memory holds.
    if head.headers.get("content-encoding", "identity").lower() != "identity":
        raise ProviderError(
            "http.answer_encoded", hint="the server must honour Accept-Encoding: identity"
        )


def _give_up(limits: Limits) -> NoReturn:
    raise ProviderError("http.maybe_sent", hint=f"no whole answer in {limits.total} seconds")


def _answer(head: httpx.Response, body: bytearray) -> httpx.Response:
    # Never the path or the query: they may hold a case code or a key.
    _log.debug("%s %s: %d", head.request.method, head.request.url.host, head.status_code)
    return response(head, bytes(body))

"""An HTTP exchange as a value: a generator that yields requests and is sent the responses.

It has the shape of `httpx.Auth.auth_flow`. A flow opens no socket, so a test drives it by
hand: `next(flow)` gives the request, `flow.send(response)` the next one, and its result
is the value of `StopIteration`. When an exchange fails, the driver throws the
`ProviderError` into the flow where it yielded; a flow that does not catch it ends with it.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING, TypeAlias, TypeVar

if TYPE_CHECKING:
    import httpx

__all__ = ["Flow"]

T = TypeVar("T")

Flow: TypeAlias = Generator["httpx.Request", "httpx.Response", T]
"""A generator of requests that ends with a `T`."""

"""The one module that imports an HTTP client, and only when the first request is made.

What a client does is decided here and nowhere else: no redirect is followed, nothing is
taken from the environment (proxies, netrc), no answer is decompressed, and each wait ends.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from attrs import frozen

from govinteract.errors import InputError, ProviderError, SettingsError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path
    from ssl import SSLContext

    import httpx

__all__ = [
    "Limits",
    "open_async_client",
    "open_client",
    "request",
    "response",
    "trust",
    "wire_errors",
]

_ALWAYS = {"accept-encoding": "identity", "user-agent": "govinteract"}


@frozen(kw_only=True)
class Limits:
    """What one exchange may take: seconds, and bytes of the answer's body.

    `connect` bounds the connection, `wait` each wait for the other side to take or give
    something, `total` the whole exchange. The synchronous driver looks at `total` between
    two pieces of the body, the asynchronous one all the time.
    """

    connect: float = 5.0
    wait: float = 15.0
    total: float = 30.0
    body: int = 1_000_000


def open_client(
    limits: Limits | None = None, *, tls: SSLContext | None = None, proxy: str | None = None
) -> httpx.Client:
    """Open a client for `run`; close it when the process ends (`with` does).

    `tls` replaces the system of trusted certificates (a ministry's own authority),
    `proxy` is the URL of the proxy that all requests go through.
    """
    import httpx  # noqa: PLC0415 - 80 ms that a program without HTTP does not pay

    return httpx.Client(timeout=_timeout(limits), verify=tls or True, proxy=proxy, trust_env=False)


def open_async_client(
    limits: Limits | None = None, *, tls: SSLContext | None = None, proxy: str | None = None
) -> httpx.AsyncClient:
    """Open a client for `arun`; the parameters are those of `open_client`."""
    import httpx  # noqa: PLC0415 - as above

    return httpx.AsyncClient(
        timeout=_timeout(limits), verify=tls or True, proxy=proxy, trust_env=False
    )


def trust(authority: Path | None = None) -> SSLContext:
    """Return what `open_client` takes as `tls`; make it once, it is slow to make.

    It trusts the certificates of `authority` alone, a PEM file, or those that the machine
    trusts. Raises `SettingsError("http.authority_unreadable")`.
    """
    import ssl  # noqa: PLC0415 - as above

    try:
        return ssl.create_default_context(cafile=authority)
    except OSError as error:  # a file that is no certificate, too
        raise SettingsError(
            "http.authority_unreadable", hint=str(error.strerror or error), path=authority
        ) from error


def request(
    method: str, url: str, *, headers: Mapping[str, str] | None = None, content: bytes = b""
) -> httpx.Request:
    """Make the request that a flow yields.

    Raises `InputError("http.request_invalid")` when the URL or a header can't be sent; the
    error does not repeat them, as they may hold a secret.

    >>> request("POST", "https://ward.example.vn/hook", content=b"{}").method
    'POST'
    """
    import httpx  # noqa: PLC0415 - as above

    try:
        return httpx.Request(method, url, headers={**_ALWAYS, **(headers or {})}, content=content)
    except (httpx.InvalidURL, UnicodeError):
        hint = "the URL or a header has characters that can't be sent"
        raise InputError("http.request_invalid", hint=hint) from None


def response(head: httpx.Response, body: bytes) -> httpx.Response:
    """Return the answer whose `head` came and whose `body` was read piece by piece."""
    import httpx  # noqa: PLC0415 - as above

    return httpx.Response(
        head.status_code, headers=head.headers, content=body, request=head.request
    )


@contextmanager
def wire_errors() -> Iterator[None]:
    """Turn every failure of the client into one of two.

    `ProviderError("http.not_sent")`: the request surely never left, it may be made again.
    `ProviderError("http.maybe_sent")`: it may have arrived; ask before doing it again.
    """
    import httpx  # noqa: PLC0415 - as above

    never_left = (
        httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError,
        httpx.UnsupportedProtocol,
    )  # fmt: skip
    # No causes: a client's message may quote a header, a URL or a line of the answer.
    try:
        yield
    except never_left as error:
        raise ProviderError("http.not_sent", hint=type(error).__name__) from None
    except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, httpx.CookieConflict) as error:
        raise ProviderError("http.maybe_sent", hint=type(error).__name__) from None


def _timeout(limits: Limits | None) -> tuple[float, float, float, float]:
    """Return the waits as httpx takes them: connect, read, write, for a free connection."""
    limits = limits or Limits()
    return limits.connect, limits.wait, limits.wait, limits.connect

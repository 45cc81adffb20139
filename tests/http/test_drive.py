"""Carrying out flows over a real server on loopback, in both colours."""

import asyncio
import logging
import socket
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from govinteract.errors import InputError, ProviderError, StorageError
from govinteract.http import (
    Flow,
    Limits,
    NetworkInTransaction,
    arun,
    open_async_client,
    open_client,
    request,
    run,
)
from govinteract.kernel import System, SystemClock, SystemEntropy
from govinteract.storage import Transaction, open_engine
from govinteract.testing import Answer, Receiver

QUICK = Limits(connect=2.0, wait=0.5, total=2.0, body=1_000)
Carry = Callable[..., Any]


def _carry_sync(flow: Flow[Any], limits: Limits = QUICK) -> object:
    with open_client(limits) as client:
        return run(flow, client, limits=limits)


def _carry_async(flow: Flow[Any], limits: Limits = QUICK) -> object:
    async def carry() -> object:
        async with open_async_client(limits) as client:
            return await arun(flow, client, limits=limits)

    return asyncio.run(carry())


@pytest.fixture(params=[_carry_sync, _carry_async], ids=["sync", "async"])
def carry(request: pytest.FixtureRequest) -> Carry:
    """Carry out a flow in one colour and in the other."""
    carry: Carry = request.param
    return carry


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """Return another program's endpoint."""
    with Receiver() as opened:
        yield opened


@pytest.fixture
def nobody() -> str:
    """Return the URL of a port on which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return f"http://127.0.0.1:{server.getsockname()[1]}/hook"


def _get(url: str) -> Flow[tuple[int, bytes]]:
    answer = yield request("GET", url)
    return answer.status_code, answer.content


def test_a_flow_gets_answers_and_gives_a_result(carry: Carry, receiver: Receiver) -> None:
    """Each request that the flow yields is sent, each answer comes back into it, in order."""
    receiver.answer(Answer(202, pieces=(b"job ", b"7")), Answer(200, pieces=(b"done",)))

    def two_steps() -> Flow[list[bytes]]:
        first = yield request("POST", receiver.url, content=b"start", headers={"x-a": "1"})
        second = yield request("GET", f"{receiver.url}/{first.text[-1]}")
        return [first.content, second.content]

    assert carry(two_steps()) == [b"job 7", b"done"]
    first, second = receiver.requests
    assert (first.method, first.body, first.headers["x-a"]) == ("POST", b"start", "1")
    assert (second.method, second.path) == ("GET", "/hook/7")


def test_a_flow_without_requests_needs_no_network(carry: Carry) -> None:
    """A flow that knows the answer already returns it."""

    def known() -> Flow[str]:
        yield from ()
        return "known"

    assert carry(known()) == "known"


def test_what_surely_never_left_is_told_from_what_may_have_arrived(
    carry: Carry, receiver: Receiver, nobody: str
) -> None:
    """No connection: not sent. A connection that ended without an answer: maybe sent."""
    with pytest.raises(ProviderError) as caught:
        carry(_get(nobody))
    assert caught.value.code == "http.not_sent"
    receiver.answer(Answer(hangs_up=True))
    with pytest.raises(ProviderError) as caught:
        carry(_get(receiver.url))
    assert caught.value.code == "http.maybe_sent"
    assert len(receiver.requests) == 1


@pytest.mark.parametrize("url", ["ftp://127.0.0.1/x", "file:///etc/passwd", "/relative"])
def test_other_schemes_are_not_sent(carry: Carry, url: str) -> None:
    """Only http and https go out."""
    with pytest.raises(ProviderError) as caught:
        carry(_get(url))
    assert caught.value.code == "http.not_sent"


@pytest.mark.parametrize(
    ("url", "headers"),
    [
        ("https://127.0.0.1:port/?key=canary", {}),
        ("https://127.0.0.1/", {"x-key": "canary-é-đ"}),
    ],
)
def test_a_request_that_cannot_be_made_is_refused(url: str, headers: dict[str, str]) -> None:
    """A URL or header with impossible characters is an InputError that does not repeat it."""
    with pytest.raises(InputError) as caught:
        request("GET", url, headers=headers)
    assert caught.value.code == "http.request_invalid"
    assert "canary" not in str(caught.value)
    good = request("GET", "https://127.0.0.1:443/?key=canary", headers={"x-key": "e"})
    assert good.url.query == b"key=canary"


def test_a_flow_may_answer_a_failure(carry: Carry, receiver: Receiver, nobody: str) -> None:
    """The error is thrown in where the flow yielded, so it can go on in another way."""

    def cautious() -> Flow[str]:
        try:
            yield request("POST", nobody)
        except ProviderError as error:
            answer = yield request("GET", receiver.url)
            return f"{error.code} then {answer.status_code}"
        return "no error"

    assert carry(cautious()) == "http.not_sent then 204"


def test_a_flow_that_gives_up_is_closed(carry: Carry, nobody: str) -> None:
    """The flow's own clean-up runs, also when it does not catch the error."""
    ended = []

    def with_cleanup() -> Flow[None]:
        try:
            yield request("GET", nobody)
        finally:
            ended.append(True)

    with pytest.raises(ProviderError):
        carry(with_cleanup())
    assert ended == [True]


def test_redirects_are_not_followed(carry: Carry, receiver: Receiver) -> None:
    """The flow sees the redirect; the address that it names is not visited."""
    receiver.answer(Answer(302, {"location": f"{receiver.url}/elsewhere"}))
    assert carry(_get(receiver.url)) == (302, b"")
    assert [one.path for one in receiver.requests] == ["/hook"]


def test_an_answer_has_a_largest_size(carry: Carry, receiver: Receiver) -> None:
    """An answer of the largest size is read, one byte more is refused."""
    receiver.answer(Answer(200, pieces=(b"x" * 999, b"xx")), Answer(200, pieces=(b"x" * 1_000,)))
    with pytest.raises(ProviderError) as caught:
        carry(_get(receiver.url))
    assert (caught.value.code, caught.value.params) == ("http.answer_too_large", {"limit": 1_000})
    assert carry(_get(receiver.url)) == (200, b"x" * 1_000)


def test_a_compressed_answer_is_refused(carry: Carry, receiver: Receiver) -> None:
    """We ask for plain bytes; a bomb that unpacks in memory has no way in."""
    receiver.answer(
        Answer(200, {"content-encoding": "gzip"}, pieces=(b"\x1f\x8b",)),
        Answer(200, {"content-encoding": "identity"}, pieces=(b"plain",)),
    )
    with pytest.raises(ProviderError) as caught:
        carry(_get(receiver.url))
    assert caught.value.code == "http.answer_encoded"
    assert receiver.requests[0].headers["accept-encoding"] == "identity"
    assert carry(_get(receiver.url)) == (200, b"plain")


def test_a_silent_server_is_left(carry: Carry, receiver: Receiver) -> None:
    """A pause longer than the wait ends the exchange; a shorter one does not."""
    receiver.answer(
        Answer(200, pieces=(b"a", b"b"), pause=0.9), Answer(200, pieces=(b"a", b"b"), pause=0.05)
    )
    with pytest.raises(ProviderError) as caught:
        carry(_get(receiver.url))
    assert caught.value.code == "http.maybe_sent"
    assert carry(_get(receiver.url)) == (200, b"ab")


def test_a_trickle_does_not_hold_us_for_ever(carry: Carry, receiver: Receiver) -> None:
    """A body that comes byte by byte, each in time, still ends with the total."""
    limits = Limits(connect=2.0, wait=0.5, total=0.4)
    receiver.answer(Answer(200, pieces=(b".",) * 100, pause=0.05))
    begun = time.monotonic()
    with pytest.raises(ProviderError) as caught:
        carry(_get(receiver.url), limits)
    assert caught.value.code == "http.maybe_sent"
    assert time.monotonic() - begun < 2.0


def test_the_clock_that_measures_is_handed_in(receiver: Receiver) -> None:
    """Time passes as the clock says, not as the wall does."""

    class Leaping:
        at = datetime(2026, 11, 21, 8, tzinfo=UTC)

        def now(self) -> datetime:
            self.at += timedelta(seconds=20)
            return self.at

    receiver.answer(Answer(200, pieces=(b"a", b"b")), Answer(200, pieces=(b"a", b"b")))
    with open_client() as client:
        with pytest.raises(ProviderError):
            run(_get(receiver.url), client, limits=Limits(total=10), clock=Leaping())
        assert run(_get(receiver.url), client, limits=Limits(total=10)) == (200, b"ab")


def _transaction() -> Transaction:
    return Transaction(
        open_engine("sqlite://"), locality="t", actor=System("test"), clock=SystemClock(),
        entropy=SystemEntropy(),
    )  # fmt: skip


def test_nothing_is_sent_inside_a_transaction(carry: Carry, receiver: Receiver) -> None:
    """The rule of the house is executable: inside it is refused, after it the same flow goes."""
    with _transaction() as tx, pytest.raises(NetworkInTransaction) as caught:
        carry(_get(receiver.url))
    tx._engine.dispose()
    assert caught.value.code == "http.network_in_transaction"
    assert isinstance(caught.value, StorageError)
    assert receiver.requests == []
    assert carry(_get(receiver.url)) == (204, b"")


def test_a_flow_that_opens_a_transaction_is_stopped_before_it_sends(receiver: Receiver) -> None:
    """Also a transaction that was opened between two requests keeps the second from leaving."""

    def careless() -> Flow[None]:
        yield request("GET", receiver.url)
        with _transaction() as tx:
            try:
                yield request("GET", receiver.url)
            finally:
                tx._engine.dispose()

    with pytest.raises(NetworkInTransaction):
        _carry_sync(careless())
    assert len(receiver.requests) == 1


def test_another_threads_transaction_does_not_matter(receiver: Receiver) -> None:
    """The rule is about this thread or task: others may have theirs open."""
    results = []
    with _transaction() as tx:
        thread = threading.Thread(target=lambda: results.append(_carry_sync(_get(receiver.url))))
        thread.start()
        thread.join()
    tx._engine.dispose()
    assert results == [(204, b"")]


def _chain(error: BaseException | None) -> Iterator[str]:
    """Yield what an error and all that led to it say, also where a traceback hides it."""
    while error is not None:
        yield f"{error!r} {error}"
        error = error.__cause__ or error.__context__


def test_the_log_has_no_query_header_or_body(
    carry: Carry, receiver: Receiver, nobody: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Of an exchange the log holds method, host and status; of a failed one not even that."""
    caplog.set_level(logging.DEBUG)
    secret = {"authorization": "Bearer canary-header"}
    receiver.answer(Answer(200, {"set-cookie": "s=canary-cookie"}, pieces=(b"canary-answer",)))

    def secretive(url: str) -> Flow[int]:
        answer = yield request(
            "POST", f"{url}/canary-path?code=canary-query", headers=secret, content=b"canary-body"
        )
        return answer.status_code

    assert carry(secretive(receiver.url)) == 200
    with pytest.raises(ProviderError) as caught:
        carry(secretive(nobody))
    assert receiver.requests[0].path == "/hook/canary-path?code=canary-query"
    assert "canary" not in caplog.text
    assert not [words for words in _chain(caught.value) if "canary" in words]
    assert "POST 127.0.0.1: 200" in caplog.text


def test_other_users_of_the_client_keep_their_log(
    receiver: Receiver, caplog: pytest.LogCaptureFixture
) -> None:
    """What the application itself does with httpx is logged as ever, also after a flow."""
    caplog.set_level(logging.INFO, logger="httpx")
    _carry_sync(_get(receiver.url))
    assert caplog.records == []
    with httpx.Client(trust_env=False) as own:
        own.get(receiver.url)
    assert [record.name for record in caplog.records] == ["httpx"]


def test_a_flow_can_be_driven_by_hand() -> None:
    """A flow opens no socket: a test sends the answers that it wants to see."""
    flow = _get("https://gateway.example.vn/status")
    assert str(next(flow).url) == "https://gateway.example.vn/status"
    with pytest.raises(StopIteration) as end:
        flow.send(httpx.Response(200, content=b"paid"))
    assert end.value.value == (200, b"paid")


def test_importing_the_room_does_not_import_the_client() -> None:
    """A program that makes no request does not pay for the client."""
    import subprocess
    import sys

    program = "import sys, govinteract.http; print('httpx' in sys.modules, 'anyio' in sys.modules)"
    ran = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert ran.stdout.split() == ["False", "False"]

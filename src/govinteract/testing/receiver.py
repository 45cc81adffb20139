"""Another program's HTTP endpoint on loopback: it keeps what it is sent and answers as told.

    with Receiver() as receiver:
        receiver.answer(Answer(500), Answer(200))
        ...
        assert len(receiver.requests) == 2

It speaks HTTP with the standard library and imports nothing of what it tests.
"""

from __future__ import annotations

import threading
from collections import deque
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Self

from attrs import field, frozen

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Answer", "Receiver", "Request"]


@frozen
class Answer:
    """What the endpoint says: the body in pieces, each after a pause of so many seconds.

    `hangs_up` takes the request and closes the connection without a word.
    """

    status: int = 204
    headers: Mapping[str, str] = field(factory=dict)
    pieces: tuple[bytes, ...] = ()
    pause: float = 0.0
    hangs_up: bool = False


@frozen
class Request:
    """One request as it came; the names of the headers are in lower case."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


class Receiver:
    """An endpoint in threads of its own; `with` starts and ends it."""

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self._answers: deque[Answer] = deque()
        self._ended = threading.Event()

    @property
    def url(self) -> str:
        """Where it listens, with a path."""
        return f"http://127.0.0.1:{self._server.server_address[1]}/hook"

    def answer(self, *answers: Answer) -> None:
        """Give these answers to the next requests, then 204 to all."""
        self._answers.extend(answers)

    def __enter__(self) -> Self:
        """Listen on a free port."""
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop listening; pauses end at once."""
        self._ended.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def take(self, handler: BaseHTTPRequestHandler) -> None:
        """Keep the request and answer it (the server calls this)."""
        size = int(handler.headers.get("content-length", 0))
        headers = {name.lower(): value for name, value in handler.headers.items()}
        self.requests.append(
            Request(handler.command, handler.path, headers, handler.rfile.read(size))
        )
        answer = self._answers.popleft() if self._answers else Answer()
        handler.close_connection = True
        if not answer.hangs_up:
            self._write(handler, answer)

    def _write(self, handler: BaseHTTPRequestHandler, answer: Answer) -> None:
        handler.send_response(answer.status)
        for name, value in answer.headers.items():
            handler.send_header(name, value)
        handler.end_headers()
        try:
            for piece in answer.pieces:
                if self._ended.wait(answer.pause):
                    return
                handler.wfile.write(piece)
                handler.wfile.flush()
        except ConnectionError:
            return  # the other side had enough


def _handler(receiver: Receiver) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        """Hands each request to the receiver."""

        def do_GET(self) -> None:
            """Take a GET."""
            receiver.take(self)

        def do_POST(self) -> None:
            """Take a POST."""
            receiver.take(self)

        def log_message(self, *_: object) -> None:
            """Say nothing: it stands for another machine."""

    return Handler

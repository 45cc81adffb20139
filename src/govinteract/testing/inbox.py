"""A real mail server on loopback, which keeps what it is given and can be as difficult as any.

    with Inbox() as inbox:
        channel = SmtpChannel(inbox.url, sender="noreply@example.vn")
        ...
        assert inbox.mails[0].to == "an@example.vn"

Needs the package aiosmtpd, which is for tests and no dependency of the library.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections import deque
from email import message_from_bytes, policy
from typing import TYPE_CHECKING, Self, TypeVar, cast

from attrs import frozen

if TYPE_CHECKING:
    from collections.abc import Coroutine
    from email.message import EmailMessage
    from ssl import SSLContext

    from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

__all__ = ["Inbox", "Mail"]

T = TypeVar("T")
_PATIENCE = 10.0
"""Seconds to wait for the server's own thread."""


@frozen
class Mail:
    """One mail as it was handed over: the envelope's two addresses and the message."""

    sender: str
    to: str
    message: EmailMessage

    @property
    def text(self) -> str:
        """What the recipient reads, with line ends as LF."""
        return str(self.message.get_content()).replace("\r\n", "\n")


class Inbox:
    """A mail server in a thread of its own; `with` starts and ends it.

    `tls` holds the server's certificate: it then offers STARTTLS,
    or speaks TLS from the first byte when `tls_first` is set. `login` is the one user and
    password that it accepts.
    """

    def __init__(
        self, *, tls: SSLContext | None = None, tls_first: bool = False,
        login: tuple[str, str] | None = None,
    ) -> None:  # fmt: skip
        self.mails: list[Mail] = []
        self.logins: list[bool] = []
        self._tls, self._tls_first, self._login = tls, tls_first, login
        self._at_recipient: deque[str] = deque()
        self._at_data: deque[str | None] = deque()

    @property
    def url(self) -> str:
        """The server's address as `SmtpChannel` takes it."""
        return f"{'smtps' if self._tls_first else 'smtp'}://localhost:{self.port}"

    def answer_recipient(self, *answers: str) -> None:
        """Give these answers to the next recipients ("550 no such user", "451 greylisted")."""
        self._at_recipient.extend(answers)

    def answer_data(self, *answers: str) -> None:
        """Give these answers to the next messages, and keep none of them."""
        self._at_data.extend(answers)

    def hang_up(self) -> None:
        """Take the next message, and hang up before saying so."""
        self._at_data.append(None)

    def __enter__(self) -> Self:
        """Listen on a free port."""
        # It stands for another machine, whose log is not ours.
        logging.getLogger("mail").setLevel(logging.CRITICAL)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._server = self._in_loop(self._listen())
        self.port: int = self._server.sockets[0].getsockname()[1]
        return self

    def __exit__(self, *_: object) -> None:
        """Close every connection and end the thread."""
        self._in_loop(self._end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(_PATIENCE)
        self._loop.close()

    def _in_loop(self, work: Coroutine[object, object, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(_PATIENCE)

    async def _listen(self) -> asyncio.Server:
        tls = self._tls if self._tls_first else None
        return await self._loop.create_server(self._session, "127.0.0.1", 0, ssl=tls)

    async def _end(self) -> None:
        self._server.close()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    def _session(self) -> SMTP:
        from aiosmtpd.smtp import SMTP  # noqa: PLC0415 - this module imports without the package

        return SMTP(
            self, hostname="inbox.example.org", loop=self._loop, authenticator=self._check,
            tls_context=None if self._tls_first else self._tls,
            auth_require_tls=self._tls is not None and not self._tls_first,
        )  # fmt: skip

    def _check(
        self, _server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str,
        given: LoginPassword,
    ) -> AuthResult:  # fmt: skip
        from aiosmtpd.smtp import AuthResult  # noqa: PLC0415 - as above

        good = (given.login.decode(), given.password.decode()) == self._login
        self.logins.append(good)
        return AuthResult(success=good, handled=False)

    async def handle_RCPT(  # noqa: N802 - the server's name for it
        self,
        _server: SMTP,
        _session: Session,
        envelope: Envelope,
        address: str,
        _options: list[str],
    ) -> str:
        """Answer a recipient."""
        if self._at_recipient:
            return self._at_recipient.popleft()
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(  # noqa: N802 - as above
        self, server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        """Take a message, or not."""
        answer = self._at_data.popleft() if self._at_data else "250 2.0.0 OK"
        if answer is not None and not answer.startswith("250"):
            return answer
        content = cast("bytes", envelope.content)  # str only if the server decoded it
        message = message_from_bytes(content, policy=policy.default)
        sender = envelope.mail_from or ""
        self.mails.extend(Mail(sender, to, message) for to in envelope.rcpt_tos)
        if answer is None:
            cast("asyncio.WriteTransport", server.transport).abort()
            return "421 4.3.2 gone"
        return answer

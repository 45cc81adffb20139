"""E-mail: Simple Mail Transfer Protocol, RFC 5321, with the standard library's client.

The `Message-ID` (RFC 5322 section 3.6.4) is made of the letter's id, so a mail that was
handed over twice, because the answer to the first got lost, is recognised as one.
"""

from __future__ import annotations

import smtplib
import ssl
from contextlib import suppress
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import TYPE_CHECKING

from govinteract.errors import InputError
from govinteract.http.drive import refuse_in_transaction
from govinteract.kernel.email import Email
from govinteract.notify.channels.smtp_url import MailServer
from govinteract.outbox.model import Dead, Delivered, Retry

if TYPE_CHECKING:
    from govinteract.notify.model import Notice
    from govinteract.outbox.model import Outcome

__all__ = ["SmtpChannel"]

_OK, _WILL_FORWARD, _PERMANENT = 250, 251, 500


class _NotNow(Exception):  # noqa: N818 - never leaves this module
    """Carries out of the conversation that it can't go on, and why."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


class SmtpChannel:
    """Hands e-mail over to the locality's mail server, one connection a message.

    What is said to another machine is said under TLS or not at all. `wait` bounds each
    answer of the server in seconds; `tls` replaces the system's trusted certificates.
    """

    name = "email"
    short = False

    def __init__(
        self, url: str, *, sender: str | None = None, tls: ssl.SSLContext | None = None,
        wait: float = 30.0,
    ) -> None:  # fmt: skip
        self._server = MailServer.parse(url, sender)
        self._tls = tls
        self._wait = wait

    def send(self, notice: Notice) -> Outcome:
        """Hand `notice` over.

        A recipient or content that the server refuses for good is `Dead`; a server that is
        away, busy, suspicious of a stranger (greylisting) or wrongly set up is `Retry`.
        """
        refuse_in_transaction()
        try:
            to = Email.parse(notice.to).address
        except InputError:
            return Dead("notify.address_invalid")
        if any(sign < " " or sign == "\x7f" for sign in notice.subject):
            return Dead("notify.header_invalid")
        data = self._message(notice, to).as_bytes()
        try:
            session = self._connect()
        except _NotNow as trouble:
            return Retry(trouble.code)
        try:
            return _hand_over(session, self._server.sender, to, data)
        finally:
            with suppress(OSError):  # it took the message: how we part does not matter
                session.quit()
            session.close()

    def _message(self, notice: Notice, to: str) -> EmailMessage:
        server, message = self._server, EmailMessage(policy=SMTP)
        message["From"] = Address(server.sender_name, addr_spec=server.sender)
        message["To"] = Address(addr_spec=to)
        message["Subject"] = notice.subject
        message["Date"] = format_datetime(notice.at)
        message["Message-ID"] = f"<{notice.id}@{server.domain}>"
        message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no out-of-office reply to this
        message.set_content(notice.text, cte="quoted-printable")
        message["Content-Language"] = notice.lang  # last: setting the content drops Content-*
        return message

    def _connect(self) -> smtplib.SMTP:
        server, session = self._server, None
        try:
            session = self._open()
            if not server.tls_first:
                self._start_tls(session)
            if server.user:
                _log_in(session, server)
        except ssl.SSLError:
            code = "notify.smtp_no_tls"
        except _NotNow as trouble:
            code = trouble.code
        except OSError:  # SMTPException is one
            code = "notify.smtp_unreachable"
        else:
            return session
        if session is not None:
            session.close()
        raise _NotNow(code)

    def _open(self) -> smtplib.SMTP:
        server = self._server
        if server.tls_first:
            return smtplib.SMTP_SSL(
                server.host, server.port, server.domain, timeout=self._wait, context=self._context()
            )
        return smtplib.SMTP(server.host, server.port, server.domain, timeout=self._wait)

    def _start_tls(self, session: smtplib.SMTP) -> None:
        session.ehlo_or_helo_if_needed()
        if session.has_extn("starttls"):
            session.starttls(context=self._context())
        elif not self._server.is_this_machine:
            raise _NotNow("notify.smtp_no_tls")

    def _context(self) -> ssl.SSLContext:
        return self._tls or ssl.create_default_context()


def _log_in(session: smtplib.SMTP, server: MailServer) -> None:
    try:
        session.login(server.user, server.password)
    except (smtplib.SMTPAuthenticationError, smtplib.SMTPNotSupportedError):
        raise _NotNow("notify.smtp_login") from None  # the server may repeat what it was told


def _hand_over(session: smtplib.SMTP, sender: str, to: str, data: bytes) -> Outcome:
    try:
        session.ehlo_or_helo_if_needed()
        code, _ = session.mail(sender)
        if code != _OK:  # who we are is the operator's to put right, so never for good
            return Retry("notify.smtp_deferred")
        code, _ = session.rcpt(to)
        if code not in {_OK, _WILL_FORWARD}:
            return _refused(code)
    except OSError:
        return Retry("notify.smtp_unreachable")
    return _hand_over_content(session, data)


def _hand_over_content(session: smtplib.SMTP, data: bytes) -> Outcome:
    try:
        code, _ = session.data(data)
    except smtplib.SMTPDataError as error:
        return _refused(error.smtp_code)
    except OSError:
        return Retry("notify.smtp_maybe_sent")
    return Delivered() if code == _OK else _refused(code)


def _refused(code: int) -> Outcome:
    return Dead("notify.smtp_refused") if code >= _PERMANENT else Retry("notify.smtp_deferred")

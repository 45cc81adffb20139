"""E-mail, against a real SMTP server on loopback."""

import logging
import socket
import threading
from collections.abc import Iterator
from datetime import UTC
from email.utils import parsedate_to_datetime

import pytest
from attrs import asdict

from govinteract.notify import SmtpChannel
from govinteract.notify.channels.smtp_url import MailServer
from govinteract.outbox import Dead, Delivered, Letter, Outcome, Retry, Tally
from govinteract.testing import Inbox
from tests.notify.post import AT, EMAIL, Certificate, notice
from tests.outbox.office import Office

SENDER = "Phường Hòa Bình <noreply@example.vn>"


def channel(inbox: Inbox, **parts: object) -> SmtpChannel:
    """Return a channel to `inbox`."""
    values: dict[str, object] = {"sender": SENDER, "wait": 3.0} | parts
    return SmtpChannel(inbox.url, **values)  # type: ignore[arg-type]  # passed through


def test_a_mail_arrives_as_it_was_written(inbox: Inbox) -> None:
    """Envelope, headers and Vietnamese text arrive whole, lines that begin with a full stop too."""
    assert channel(inbox).send(notice()) == Delivered()
    (mail,) = inbox.mails
    assert (mail.sender, mail.to) == ("noreply@example.vn", EMAIL)
    assert mail.text == "Kính gửi Quý vị,\n.\nXin\n"
    headers = mail.message
    assert headers["subject"] == "UBND phường Hòa Bình: đã nhận phản ánh"
    assert headers["from"].addresses[0].display_name == "Phường Hòa Bình"
    assert headers["to"] == EMAIL
    assert headers["message-id"] == "<019ac2b0-7c00-7000-8000-000000000001@example.vn>"
    assert headers["auto-submitted"] == "auto-generated"
    assert headers["content-language"] == "vi"
    assert parsedate_to_datetime(headers["date"]).astimezone(UTC) == AT
    added_by_the_server = {name for name in headers if name.startswith("X-")}
    assert set(headers) - added_by_the_server == {
        "From", "To", "Subject", "Date", "Message-ID", "Content-Language", "Auto-Submitted",
        "Content-Type", "Content-Transfer-Encoding", "MIME-Version",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        ("550 5.1.1 no such user", Dead("notify.smtp_refused")),
        ("451 4.7.1 greylisted, try later", Retry("notify.smtp_deferred")),
        ("452 4.2.2 mailbox full", Retry("notify.smtp_deferred")),
    ],
)
def test_a_refused_recipient(inbox: Inbox, answer: str, outcome: Outcome) -> None:
    """What the server refuses for good is dead, what it puts off is tried again."""
    inbox.answer_recipient(answer)
    assert channel(inbox).send(notice()) == outcome
    assert inbox.mails == []
    assert channel(inbox).send(notice()) == Delivered()


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        ("554 5.7.1 looks like spam", Dead("notify.smtp_refused")),
        ("452 4.3.1 no room", Retry("notify.smtp_deferred")),
    ],
)
def test_refused_content(inbox: Inbox, answer: str, outcome: Outcome) -> None:
    """The same holds when the server has read the mail."""
    inbox.answer_data(answer)
    assert channel(inbox).send(notice()) == outcome
    assert inbox.mails == []
    assert channel(inbox).send(notice()) == Delivered()


class Mailing:
    """A sink that sends a notice for each letter."""

    def __init__(self, inbox: Inbox) -> None:
        self.channel = channel(inbox)

    def deliver(self, letter: Letter) -> Outcome:
        """Send a notice with the letter's id."""
        return self.channel.send(notice(id=letter.id))


def test_a_greylisted_mail_arrives_at_a_later_attempt(small_office: Office, inbox: Inbox) -> None:
    """A server that distrusts strangers gets the mail again, and takes it."""
    inbox.answer_recipient("451 4.7.1 greylisted", "451 4.7.1 still")
    small_office.put("mail")
    relay = small_office.relay(Mailing(inbox))
    for tally in (Tally(retried=1), Tally(retried=1), Tally(delivered=1)):
        assert relay.run_once() == tally
        small_office.hands.move(minutes=10)
    assert len(inbox.mails) == 1


def test_a_mail_whose_receipt_was_lost_is_known_again(small_office: Office, inbox: Inbox) -> None:
    """The server took it and hung up: it comes twice, under one Message-ID."""
    inbox.hang_up()
    (letter_id,) = small_office.put("mail")
    relay = small_office.relay(Mailing(inbox))
    assert relay.run_once() == Tally(retried=1)
    assert small_office.row()["last_error"] == "notify.smtp_maybe_sent"
    small_office.hands.move(minutes=1)
    assert relay.run_once() == Tally(delivered=1)
    ids = [mail.message["message-id"] for mail in inbox.mails]
    assert ids == [f"<{letter_id}@example.vn>"] * 2


@pytest.mark.parametrize(
    "to",
    [
        "an@example.vn\r\nBcc: binh@example.vn", "an@example.vn\nRCPT TO:<binh@example.vn>",
        "an@example.vn, binh@example.vn", "<an@example.vn>", "An <an@example.vn>", "an", "",
        "an@example.vn\x00", '"an b"@example.vn', "an@[127.0.0.1]", "a" * 250 + "@example.vn",
    ],
)  # fmt: skip
def test_an_address_that_is_none_is_refused(inbox: Inbox, to: str) -> None:
    """One plain address, or nothing is sent."""
    assert channel(inbox).send(notice(to=to)) == Dead("notify.address_invalid")
    assert inbox.mails == []
    assert channel(inbox).send(notice(to="an@example.vn")) == Delivered()


@pytest.mark.parametrize(
    "subject", ["Đã nhận\r\nBcc: binh@example.vn", "Đã\nnhận", "a\x00b", "a\x7f"]
)
def test_a_subject_can_not_add_a_header(inbox: Inbox, subject: str) -> None:
    """A line end or another control character in the subject is refused."""
    assert channel(inbox).send(notice(subject=subject)) == Dead("notify.header_invalid")
    assert inbox.mails == []
    assert channel(inbox).send(notice(subject="Đã nhận Bcc: binh@example.vn")) == Delivered()
    assert inbox.mails[0].message["bcc"] is None


def test_a_text_can_not_end_the_mail(inbox: Inbox) -> None:
    """A line with a full stop alone, and SMTP commands after it, are text."""
    text = "Xin chào\r\n.\r\nMAIL FROM:<a@example.org>\r\nRCPT TO:<b@example.org>\r\nDATA\r\n"
    assert channel(inbox).send(notice(text=text)) == Delivered()
    (mail,) = inbox.mails
    assert "RCPT TO:<b@example.org>" in mail.text


def test_a_server_that_is_away_is_tried_again() -> None:
    """Nobody listens: try again later."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    away = SmtpChannel(f"smtp://localhost:{port}", sender=SENDER, wait=1.0)
    assert away.send(notice()) == Retry("notify.smtp_unreachable")


@pytest.fixture
def mute_server() -> Iterator[int]:
    """Return the port of a server that takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        held: list[socket.socket] = []
        thread = threading.Thread(target=lambda: held.append(server.accept()[0]))
        thread.start()
        yield int(server.getsockname()[1])
        thread.join()
        held[0].close()


def test_a_silent_server_is_left(mute_server: int) -> None:
    """A server that does not greet is given up after the wait."""
    mute = SmtpChannel(f"smtp://localhost:{mute_server}", sender=SENDER, wait=0.2)
    assert mute.send(notice()) == Retry("notify.smtp_unreachable")


def test_mail_goes_under_tls_when_the_server_offers_it(certificate: Certificate) -> None:
    """STARTTLS is used, and the server's certificate must be trusted."""
    with Inbox(tls=certificate.server) as inbox:
        assert channel(inbox).send(notice()) == Retry("notify.smtp_no_tls")
        assert inbox.mails == []
        assert channel(inbox, tls=certificate.trusting).send(notice()) == Delivered()


def test_a_server_that_speaks_tls_first(certificate: Certificate) -> None:
    """`smtps://` is TLS from the first byte, with the same trust."""
    with Inbox(tls=certificate.server, tls_first=True) as inbox:
        assert inbox.url.startswith("smtps://")
        assert channel(inbox).send(notice()) == Retry("notify.smtp_no_tls")
        assert channel(inbox, tls=certificate.trusting).send(notice()) == Delivered()
        assert len(inbox.mails) == 1


class _Elsewhere(MailServer):
    """The same server, as if it were another machine."""

    is_this_machine = False


def test_another_machine_gets_nothing_in_the_clear(inbox: Inbox, certificate: Certificate) -> None:
    """A remote server without STARTTLS gets no mail; the same one with it does."""
    without = channel(inbox)
    without._server = _Elsewhere(**asdict(without._server))
    assert without.send(notice()) == Retry("notify.smtp_no_tls")
    assert inbox.mails == []
    with Inbox(tls=certificate.server) as offering:
        secured = channel(offering, tls=certificate.trusting)
        secured._server = _Elsewhere(**asdict(secured._server))
        assert secured.send(notice()) == Delivered()


@pytest.mark.parametrize(
    ("login", "outcome"),
    [("relay:right", Delivered()), ("relay:wrong", Retry("notify.smtp_login"))],
)
def test_the_server_checks_the_login(
    certificate: Certificate, login: str, outcome: Outcome, caplog: pytest.LogCaptureFixture
) -> None:
    """With the right password mail goes; with another it waits for the operator."""
    caplog.set_level(logging.DEBUG)
    with Inbox(tls=certificate.server, login=("relay", "right")) as inbox:
        url = inbox.url.replace("://", f"://{login}@")
        sender = SmtpChannel(url, sender=SENDER, tls=certificate.trusting, wait=3.0)
        assert sender.send(notice()) == outcome
        assert set(inbox.logins) == {outcome == Delivered()}
        assert len(inbox.mails) == (outcome == Delivered())
    assert "right" not in caplog.text
    assert "wrong" not in caplog.text

"""From a citizen's report to the mail in his inbox, with the real rooms on every side."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pytest

from govinteract import Locality
from govinteract.feedback import Contact, Report
from govinteract.kernel import CaseCode, System
from govinteract.notify import LogChannel, Notifier, SmtpChannel, Templates
from govinteract.outbox import Relay, Tally
from govinteract.storage import Transaction
from govinteract.testing import Inbox
from govinteract.vault import Personal, Sealed
from tests.notify.post import HEAD
from tests.support import ANONYMOUS, OFFICER

REPORT = Report(service="street-light", text="Đèn trước số 12 Lê Lợi tắt ba đêm nay")


@pytest.fixture
def relay(ward: Locality, inbox: Inbox) -> Relay:
    """Return the ward's relay, which sends mail to `inbox`."""

    def open_sealed(sealed: Sequence[Sealed]) -> Sequence[Personal[Any]]:
        with ward.acting_as(System("notify"), purpose="notify-citizen") as tx:
            return tx.open_all(sealed)

    @contextmanager
    def begin() -> Iterator[Transaction]:
        with ward.acting_as(System("relay")) as tx:
            yield tx.transaction

    notifier = Notifier(
        open_sealed=open_sealed, templates=Templates(HEAD), clock=ward.clock,
        email=SmtpChannel(inbox.url, sender="noreply@example.vn"),
        phone=LogChannel("phone", short=True), source=HEAD.public_url,
    )  # fmt: skip
    return Relay(begin, notifier)


def _submit(ward: Locality, contact: Contact) -> CaseCode:
    with ward.acting_as(ANONYMOUS) as tx:
        return tx.feedback.submit(REPORT, contact=contact).code


def test_the_citizen_reads_what_became_of_his_report(
    ward: Locality, relay: Relay, inbox: Inbox
) -> None:
    """Received and resolved arrive in this order; each opening of the address is a fact."""
    code = _submit(ward, Contact(name="Nguyễn Thị Hoa", email="hoa@example.vn"))
    assert relay.run_once() == Tally(delivered=1)
    with ward.acting_as(OFFICER) as tx:
        tx.feedback.reply(tx.feedback.find(code), "Đã thay bóng lúc 15:20.", resolves=True)
    assert relay.run_once() == Tally(delivered=1)
    first, second = inbox.mails
    assert first.to == second.to == "hoa@example.vn"
    assert "đã nhận phản ánh" in first.message["subject"]
    assert "đã giải quyết phản ánh" in second.message["subject"]
    for mail in (first, second):
        assert code.shown in mail.text
        assert f"/case/{code.text}?lang=vi" in mail.text
        assert "Hoa" not in mail.text.replace("Hòa", "")
        assert "Lê Lợi" not in mail.text
        assert "15:20" not in mail.text
    with ward.acting_as(System("audit")) as tx:
        openings = [fact for batch in tx.facts.walk("opening:") for fact in batch]
    assert [fact.actor for fact in openings] == ["system:notify"] * 2
    assert ward.verify().good


def test_a_phone_alone_gets_what_can_be_sent_to_it(
    ward: Locality, relay: Relay, inbox: Inbox, caplog: pytest.LogCaptureFixture
) -> None:
    """Without a channel for text messages the log says that nothing was sent, and not to whom."""
    code = _submit(ward, Contact(phone="0912 345 678"))
    assert relay.run_once() == Tally(delivered=1)
    assert inbox.mails == []
    assert "NOT SENT, no phone channel is set up" in caplog.text
    for secret in ("912345678", "345 678", code.text, code.shown):
        assert secret not in caplog.text


def test_who_left_no_contact_gets_no_letter(ward: Locality, relay: Relay) -> None:
    """There is nothing to deliver to somebody who can't be reached."""
    _submit(ward, Contact())
    assert relay.run_once() == Tally()


@pytest.mark.parametrize("verb", ["ask", "decline", "reply"])
def test_every_answer_has_its_message(
    ward: Locality, relay: Relay, inbox: Inbox, verb: str
) -> None:
    """Whatever the office says to the citizen, a message tells him to look, and not what it was."""
    code = _submit(ward, Contact(email="hoa@example.vn"))
    with ward.acting_as(OFFICER) as tx:
        say: Callable[..., object] = getattr(tx.feedback, verb)
        say(tx.feedback.find(code), "Zebra")
    assert relay.run_once() == Tally(delivered=2)
    assert "Zebra" not in str([mail.message for mail in inbox.mails])
    assert code.text in inbox.mails[1].text

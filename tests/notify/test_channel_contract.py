"""Every channel that is shipped keeps the contract."""

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import pytest

from govinteract.notify import Channel, LogChannel, SmtpChannel
from govinteract.outbox import Delivered
from govinteract.testing import ChannelContract, Inbox, sample_notice


class TestSmtpChannel(ChannelContract):
    """E-mail."""

    @contextmanager
    def opened(self) -> Iterator[tuple[Channel, Callable[[], Sequence[object]]]]:
        """Open a channel to a mail server on loopback."""
        with Inbox() as inbox:
            yield SmtpChannel(inbox.url, sender="noreply@example.vn"), lambda: inbox.mails


class _Kept(logging.Handler):
    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(record.getMessage())


class TestLogChannel(ChannelContract):
    """The log in the place of text messages."""

    address = "+84912345678"

    @contextmanager
    def opened(self) -> Iterator[tuple[Channel, Callable[[], Sequence[object]]]]:
        """Open a channel to the log; what it wrote is what arrived."""
        kept, logger = _Kept(), logging.getLogger("govinteract.notify")
        logger.addHandler(kept)
        try:
            yield LogChannel("phone", short=True), lambda: kept.lines
        finally:
            logger.removeHandler(kept)


class _Broken(ChannelContract):
    """A channel that logs whom it writes to, works anywhere, and takes any address."""

    @contextmanager
    def opened(self) -> Iterator[tuple[Channel, Callable[[], Sequence[object]]]]:
        sent: list[object] = []

        class Careless:
            name = "careless"
            short = False

            def send(self, notice: object) -> Delivered:
                logging.getLogger("careless").info("to %s", notice.to)  # type: ignore[attr-defined]  # careless
                sent.extend([notice, notice])
                return Delivered()

        yield Careless(), lambda: sent


@pytest.mark.parametrize(
    "clause",
    [
        "a_notice_arrives_once",
        "it_refuses_to_work_in_a_transaction",
        "an_address_that_goes_on_in_a_new_line_is_refused",
        "neither_address_nor_text_is_logged",
    ],
)
def test_the_contract_finds_what_is_broken(clause: str) -> None:
    """A careless channel fails each clause, so that passing them means something."""
    with pytest.raises(AssertionError):
        getattr(_Broken(), f"test_{clause}")()
    _Broken().test_it_has_a_name_and_a_length()


def test_the_log_says_plainly_that_nothing_was_sent(caplog: pytest.LogCaptureFixture) -> None:
    """Which template would have gone by which channel for which case, and that it did not."""
    assert LogChannel("phone", short=True).send(sample_notice("+84912345678")) == Delivered()
    assert LogChannel("email").send(sample_notice("an@example.vn")) == Delivered()
    phone, email = caplog.messages
    assert phone == (
        "NOT SENT, no phone channel is set up: notice 019ac2b0-7c00-7000-8000-000000000001 "
        "for case 7K3QF9ZT2M, template received (vi), 1 SMS"
    )
    assert email.startswith("NOT SENT, no email channel is set up: notice 019ac2b0")
    assert [record.levelname for record in caplog.records] == ["WARNING", "WARNING"]

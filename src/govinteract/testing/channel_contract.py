"""What every channel promises, as a test class for the authors of channels.

class TestOurSms(ChannelContract):
    address = "+84912345678"

    @contextmanager
    def opened(self):
        with OurSimulator() as simulator:
            yield OurChannel(simulator.url), lambda: simulator.messages
"""

from __future__ import annotations

import logging
import traceback
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from attrs import evolve

from govinteract.http import NetworkInTransaction
from govinteract.kernel import System, SystemClock, SystemEntropy
from govinteract.notify.model import Notice
from govinteract.outbox import Dead, Delivered, Retry
from govinteract.storage import Transaction, open_engine

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from contextlib import AbstractContextManager

    from govinteract.notify.model import Channel

__all__ = ["ChannelContract", "sample_notice"]

_SECRET = "00000-00000-00000-1ET2"  # noqa: S105 - a case code of the documentation


def sample_notice(to: str) -> Notice:
    """Return a notice to `to` as the notifier makes them."""
    return Notice(
        id="019ac2b0-7c00-7000-8000-000000000001", template="received", lang="vi",
        public_id="7K3QF9ZT2M", at=datetime(2026, 11, 21, 8, tzinfo=UTC), to=to,
        subject="Phường Hòa Bình: đã nhận phản ánh 7K3QF-9ZT2M",
        text=f"Mã tra cứu: {_SECRET}\n",
    )  # fmt: skip


class ChannelContract:
    """Subclass it, say where a message to `address` arrives, and run it with pytest."""

    address: str = "an@example.vn"

    def opened(self) -> AbstractContextManager[tuple[Channel, Callable[[], Sequence[object]]]]:
        """Open the channel against its simulator; yield it and what lists the arrivals."""
        raise NotImplementedError

    def test_a_notice_arrives_once(self) -> None:
        """A notice that is delivered has arrived, once."""
        with self.opened() as (channel, arrived):
            outcome = channel.send(sample_notice(self.address))
            _must(isinstance(outcome, Delivered), f"it was not delivered: {outcome}")
            _must(len(arrived()) == 1, "a delivered notice arrives once")

    def test_it_has_a_name_and_a_length(self) -> None:
        """A channel says what it is called and which variant of a template it carries."""
        with self.opened() as (channel, _):
            _must(bool(channel.name) and channel.name.isascii(), "a channel has a name")
            _must(isinstance(channel.short, bool), "`short` is True or False")

    def test_it_refuses_to_work_in_a_transaction(self) -> None:
        """Nothing leaves while a transaction is open; after it, the same notice does."""
        notice = sample_notice(self.address)
        with self.opened() as (channel, arrived):
            try:
                with _transaction():
                    channel.send(notice)
            except NetworkInTransaction:
                _must(not arrived(), "it was sent nevertheless")
            else:
                _must(False, "call govinteract.http.refuse_in_transaction() first")  # noqa: FBT003 - reads as a sentence
            _must(isinstance(channel.send(notice), Delivered), "outside it is delivered")

    def test_an_address_that_goes_on_in_a_new_line_is_refused(self) -> None:
        """An address can't add a header, a command or a second recipient."""
        with self.opened() as (channel, arrived):
            for ending in ("\r\nBcc: binh@example.vn", "\nX: y", "\x00"):
                outcome = channel.send(sample_notice(self.address + ending))
                _must(isinstance(outcome, Dead), f"it must be refused for good: {outcome}")
            _must(not arrived(), "nothing of it leaves")

    def test_neither_address_nor_text_is_logged(self) -> None:
        """The log of a delivery, and of a refused one, holds no address and no code."""
        good = sample_notice(self.address)
        with self.opened() as (channel, _), _everything_logged() as lines:
            for notice in (good, evolve(good, to=f"{self.address}\n")):
                outcome = channel.send(notice)
                _must(isinstance(outcome, Delivered | Dead | Retry), "it returns an outcome")
            log = "\n".join(lines)
            for secret in (self.address, _SECRET, _SECRET.replace("-", "")):
                _must(secret not in log, "the log holds what nobody may read there")


@contextmanager
def _transaction() -> Iterator[Transaction]:
    engine = open_engine("sqlite://")
    try:
        with Transaction(
            engine, locality="contract", actor=System("contract"), clock=SystemClock(),
            entropy=SystemEntropy(),
        ) as tx:  # fmt: skip
            yield tx
    finally:
        engine.dispose()


class _Lines(logging.Handler):
    """Keeps what is logged, tracebacks and arguments included."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a record in words."""
        self.lines.append(f"{record.name} {record.getMessage()} {record.args!r}")
        if record.exc_info:
            self.lines.extend(traceback.format_exception(*record.exc_info))


@contextmanager
def _everything_logged() -> Iterator[list[str]]:
    handler, root = _Lines(), logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        yield handler.lines
    finally:
        root.setLevel(level)
        root.removeHandler(handler)


def _must(holds: bool, sentence: str) -> None:  # noqa: FBT001 - it reads as what it is, an assertion
    if not holds:
        raise AssertionError(sentence)

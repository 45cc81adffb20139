"""Fixtures of the tests of messages."""

from collections.abc import Iterator

import pytest

from govinteract.testing import Inbox, Receiver
from tests.notify.post import Certificate
from tests.outbox.conftest import small_office

__all__ = ["small_office"]


@pytest.fixture
def inbox() -> Iterator[Inbox]:
    """Return a mail server without TLS."""
    with Inbox() as opened:
        yield opened


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """Return another program's endpoint."""
    with Receiver() as opened:
        yield opened


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    """Return a certificate of this machine."""
    return Certificate.make(tmp_path_factory.mktemp("tls"))

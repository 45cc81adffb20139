"""Logs hold a mark where a person's value would be, also where a handler writes data."""

import io
import json
import logging
from collections.abc import Iterator

import pytest

from govinteract.feedback import Contact
from govinteract.vault import Personal, PersonalFilter
from tests.canary import CANARIES, sightings

CONTACT = Contact(name=CANARIES["name"], phone=CANARIES["phone"], email=CANARIES["email"])


class _AsData(logging.Handler):
    """A handler that writes everything that a record has, as collectors do."""

    def __init__(self, sink: io.StringIO) -> None:
        super().__init__()
        self._sink = sink

    def emit(self, record: logging.LogRecord) -> None:
        """Write it."""
        known = {**record.__dict__, "message": record.getMessage()}
        self._sink.write(json.dumps(known, default=_everything, ensure_ascii=False) + "\n")


def _everything(value: object) -> object:
    """Show what a value holds, as a careless serialiser does."""
    if isinstance(value, Personal):
        return value.reveal()
    if isinstance(value, Contact):
        return [value.name, value.phone, value.email]
    return list(value) if isinstance(value, set | frozenset) else repr(value)


@pytest.fixture
def sink() -> io.StringIO:
    """Return what the handler wrote."""
    return io.StringIO()


@pytest.fixture
def handler(sink: io.StringIO) -> Iterator[_AsData]:
    """Return the handler, at work on the logger "app"."""
    made = _AsData(sink)
    logger = logging.getLogger("app")
    logger.addHandler(made)
    yield made
    logger.removeHandler(made)


def _log() -> None:
    logger = logging.getLogger("app")
    phone = Personal(CANARIES["phone"])
    logger.warning("%s wrote from %s", CONTACT, phone)
    logger.warning("%(who)s", {"who": phone})
    logger.warning(phone)
    logger.warning("saved", extra={"contact": CONTACT, "all": [{"phone": phone}, (CONTACT, 3)]})


def test_a_handler_that_writes_data_writes_no_person(sink: io.StringIO, handler: _AsData) -> None:
    """Arguments, messages and extra attributes hold the mark, however deep."""
    _log()
    assert sightings([("log", sink.getvalue().encode())], CANARIES)  # the twin: it would be seen
    sink.truncate(0)
    handler.addFilter(PersonalFilter())
    _log()
    said = sink.getvalue()
    assert sightings([("log", said.encode())], CANARIES) == []
    assert "••• wrote from •••" in said
    assert said.count("\n") == 4


def test_what_is_nobodys_passes_as_it_is(sink: io.StringIO, handler: _AsData) -> None:
    """Text, numbers and mappings are left alone."""
    handler.addFilter(PersonalFilter())
    logging.getLogger("app").warning("%d of %s", 3, "cases", extra={"where": {"unit": "ha-tang"}})
    record = json.loads(sink.getvalue())
    assert (record["message"], record["where"]) == ("3 of cases", {"unit": "ha-tang"})

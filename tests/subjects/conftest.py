"""Fixtures of this room's tests."""

from pathlib import Path

import pytest

from govinteract import Locality
from tests.canary import CANARIES
from tests.subjects.people import CONTACT, REPORT, Person, report
from tests.support import ANONYMOUS, OFFICER


@pytest.fixture
def person(ward: Locality) -> Person:
    """Return somebody of whom there is everything: words, contact, photo, answers, thread."""
    found = report(ward, CONTACT, REPORT, photo=True)
    with ward.acting_as(OFFICER) as tx:
        case = tx.feedback.ask(tx.feedback.find(found.code), CANARIES["reply"])
        tx.feedback.note(case, CANARIES["note"])
    with ward.acting_as(ANONYMOUS) as tx:
        tx.feedback.say(tx.feedback.find(found.code), CANARIES["said"])
    return found


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder for what is written."""
    made = tmp_path / "out"
    made.mkdir()
    return made

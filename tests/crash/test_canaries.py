"""What a citizen hands in is nowhere to be read: not in files, rows, logs, letters or errors."""

import logging
import traceback
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import text

from govinteract.errors import GovInteractError
from govinteract.feedback import Contact, Report
from govinteract.kernel import Anonymous
from tests.canary import CANARIES, dresses, files_below, sightings
from tests.support import OFFICER, make_ward
from tests.wards import migrate

REPORT = Report(
    service="street-light", text=CANARIES["text"], address=CANARIES["address"],
    answers={"pole": CANARIES["answer"]},
)  # fmt: skip
CONTACT = Contact(name=CANARIES["name"], phone=CANARIES["phone"], email=CANARIES["email"])


def _plant(tmp_path: Path, url: str | None) -> tuple[str, list[tuple[str, bytes]]]:
    """Let canaries in through every entry; return the code and everything in the database."""
    with make_ward(tmp_path, url) as ward:
        with ward.acting_as(Anonymous()) as tx:
            receipt = tx.feedback.submit(REPORT, contact=CONTACT, once="planted")
        with ward.acting_as(OFFICER) as tx:
            case = tx.feedback.ask(tx.feedback.find(receipt.public_id), CANARIES["reply"])
            tx.feedback.note(case, CANARIES["note"])
        with ward.acting_as(Anonymous()) as tx:
            tx.feedback.say(tx.feedback.find(receipt.code), CANARIES["said"])
        with ward.acting_as(OFFICER, purpose="resolve-report") as tx:
            case = tx.feedback.find(receipt.public_id)
            assert case.contact is not None
            assert tx.open_all([case.text, case.contact])[0].reveal() == CANARIES["text"]
            tx.feedback.reply(case, CANARIES["reply"])
        with ward.acting_as(Anonymous()) as tx:
            case = tx.feedback.rate(tx.feedback.find(receipt.code), 4, CANARIES["rating"])
            tx.feedback.reopen(case, CANARIES["said"])
        ward.sequence()
        rows = []
        with ward.engine.connect() as connection:
            names = connection.execute(
                text("select name from sqlite_master where type = 'table'")
                if url is None or url.startswith("sqlite")
                else text(
                    "select table_name from information_schema.tables where table_schema = 'public'"
                )
            ).scalars()
            for name in list(names):
                for row in connection.execute(text(f"select * from {name}")):
                    cells = [c if isinstance(c, bytes) else str(c).encode() for c in row]
                    rows.append((f"table {name}", b"\x00".join(cells)))
        files = [entry for entry in files_below(tmp_path) if not entry[0].endswith(".key")]
    return receipt.code.text, rows + files


def test_a_canary_is_seen_in_every_dress() -> None:
    """The search itself finds what it looks for, in each dress and at each place."""
    for name, canary in CANARIES.items():
        for form, data in dresses(canary):
            assert sightings([("here", b"12" + data + b"34")], {name: canary}), form


def test_nothing_personal_is_at_rest(
    tmp_path: Path, new_database: Callable[..., str], caplog: pytest.LogCaptureFixture
) -> None:
    """Neither files nor rows nor logs hold a word that was handed in, nor the case code."""
    caplog.set_level(logging.DEBUG)
    code, haystacks = _plant(tmp_path, new_database(migrate))
    haystacks.append(("log", caplog.text.encode()))
    assert len(haystacks) > 20
    assert sightings(haystacks, {**CANARIES, "code": code}) == []


@pytest.mark.parametrize(
    ("report", "contact"),
    [
        (Report(service="nothing", text=CANARIES["text"]), CONTACT),
        (Report(service="street-light", text=CANARIES["text"] + "\x00"), CONTACT),
        (Report(service="street-light", text=CANARIES["text"] * 1000), CONTACT),
        (REPORT, Contact(phone=CANARIES["name"])),
        (REPORT, Contact(email=CANARIES["text"])),
        (REPORT, Contact(name=CANARIES["name"] * 50)),
        (
            Report(service="rubbish", text=CANARIES["text"], answers={"kind": CANARIES["answer"]}),
            CONTACT,
        ),
    ],
)
def test_no_error_repeats_what_was_handed_in(
    tmp_path: Path, report: Report, contact: Contact
) -> None:
    """An error, its causes, its traceback and the values in its frames' repr hold no canary."""
    with make_ward(tmp_path) as ward:
        with pytest.raises(GovInteractError) as caught, ward.acting_as(Anonymous()) as tx:
            tx.feedback.submit(report, contact=contact, once="k")
        error = caught.value
        lines = traceback.TracebackException.from_exception(error, capture_locals=False).format()
        said = "".join([*lines, repr(error), str(error), error.message("vi"), error.message("en")])
        assert sightings([("error", said.encode())], CANARIES) == []
    assert sightings([("repr", repr((report, contact)).encode())], CANARIES) == []

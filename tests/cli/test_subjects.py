"""`subject`, `retention`, `index` and `db scrub`: what they print, return and leave behind."""

import json
import stat
import zipfile
from pathlib import Path

import pytest

from govinteract.attest import read
from govinteract.errors import GovInteractError
from govinteract.facts import InclusionProof
from govinteract.feedback import Contact, Report
from govinteract.kernel import Anonymous, System
from tests.cli.conftest import Command, opened

PHONE = "0912 345 678"


@pytest.fixture
def codes(ready: Command) -> list[str]:
    """Return the codes of three reports, of which the first two have one phone."""
    found = []
    for phone in (PHONE, PHONE, "0987 612 354"):
        with opened() as ward, ward.acting_as(Anonymous()) as tx:
            report = Report(service="street-light", text="Đèn tắt")
            found.append(tx.feedback.submit(report, contact=Contact(phone=phone)).code.text)
    return found


@pytest.mark.parametrize(
    "name",
    [("subject", "erase"), ("subject", "export"), ("subject", "hold"), ("subject", "release"),
     ("retention", "run"), ("index", "rebuild"), ("db", "scrub")],
    ids=" ".join,
)  # fmt: skip
def test_each_has_help_with_an_example(command: Command, name: tuple[str, ...]) -> None:
    """Whoever asks sees how it is used."""
    said = command(*name, "--help")
    assert said.status == 0
    assert f"govinteract {' '.join(name)}" in said.out


def test_erasing_by_code_writes_a_certificate(ready: Command, codes: list[str]) -> None:
    """Signed, with a proof that the fact is in the log; its file is for the owner alone."""
    said = ready("subject", "erase", "--code", codes[0], "--certificate", "c.json", "--json")
    assert said.status == 0
    told = json.loads(said.out)
    assert told["scrubbed"] is True
    (row,) = json.loads(Path("c.json").read_text())
    assert told["erased"] == [row]
    assert stat.S_IMODE(Path("c.json").stat().st_mode) == 0o600
    with opened() as ward, ward.acting_as(System("reader")) as tx:
        statement = read(row["statement"], tx.statements.keys())
    assert statement.kind == "erasure.certificate"
    assert statement.claims["leaf"] == row["certificate"]["leaf"]
    proof = InclusionProof.parse(row["proof"])
    assert (proof.leaf.hex(), proof.fact.kind) == (row["certificate"]["leaf"], "subject.erased")
    again = ready("subject", "erase", "--code", codes[0])
    assert again.status == 1
    assert "subjects.nothing_held" in again.err


def test_erasing_by_phone_finds_every_case(ready: Command, codes: list[str]) -> None:
    """Both reports of the number go, the third stays."""
    dry = ready("subject", "erase", "--phone", PHONE, "--dry-run")
    assert dry.status == 0
    assert dry.out.count("Would destroy") == 2
    done = ready("subject", "erase", "--phone", PHONE)
    assert done.status == 0
    assert done.out.count("Recorded as erasure:") == 2
    with opened() as ward, ward.acting_as(Anonymous()) as tx:
        assert [tx.feedback.find(code).erased_at is None for code in codes] == [False, False, True]


def test_a_person_is_named_in_one_way(ready: Command, codes: list[str]) -> None:
    """By a code or a phone, neither nothing nor both."""
    for names in ((), ("--code", codes[0], "--phone", PHONE)):
        said = ready("subject", "erase", *names)
        assert said.status == 2
        assert "cli.one_of_code_and_phone" in said.err
    assert ready("subject", "erase", "--code", codes[0]).status == 0


def test_a_hold_is_laid_and_ended(ready: Command, codes: list[str]) -> None:
    """In between nobody is erased."""
    named = ("--code", codes[0])
    assert ready("subject", "hold", *named, "--reason", "12/QD-TA").status == 0
    refused = ready("subject", "erase", *named)
    assert refused.status == 1
    assert "subjects.held" in refused.err
    assert ready("subject", "release", *named, "--reason", "12/QD-TA").status == 0
    assert ready("subject", "erase", *named).status == 0


def test_an_export_is_a_new_file_for_its_owner(ready: Command, codes: list[str]) -> None:
    """It is never written over another file, and a code that opens nothing leaves none."""
    said = ready("subject", "export", "--code", codes[0], "--out", "me.zip", lang="vi")
    assert said.status == 0
    assert stat.S_IMODE(Path("me.zip").stat().st_mode) == 0o600
    with zipfile.ZipFile("me.zip") as archive:
        assert archive.namelist() == ["README.txt", "data.json"]
        (case,) = json.loads(archive.read("data.json"))["feedback"]
    assert case["contact"]["phone"] == "+84912345678"
    assert case["text"] == "Đèn tắt"
    assert ready("subject", "export", "--code", codes[0], "--out", "me.zip").status == 2
    assert ready("subject", "export", "--code", "0" * 19, "--out", "no.zip").status == 1
    assert not Path("no.zip").exists()


def test_retention_says_what_is_due(ready: Command, codes: list[str]) -> None:
    """With the starter catalogue nothing ever is."""
    assert ready("retention", "run", "--dry-run").out.count(" 0 ") == 4
    done = json.loads(ready("retention", "run", "--json").out)
    assert done == {"dry_run": False, "done": {}, "held": 0}
    assert len(codes) == 3


def test_an_index_is_rebuilt_once(
    ready: Command, codes: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """When the plan has changed; then the search goes by the new one."""
    assert json.loads(ready("index", "rebuild", "--json").out) == {"indexed": 0}
    monkeypatch.setenv("GOVINTERACT_INDEX_PEOPLE", "100000")
    assert ready("index", "rebuild", "--by", "lan").out == "Indexed 3 contacts.\n"
    assert ready("subject", "erase", "--phone", PHONE, "--dry-run").out.count("Would") == 2
    with opened() as ward, ward.acting_as(Anonymous()) as tx:
        subject = tx.feedback.find(codes[2]).subject
        assert {one.actor for one in tx.openings.of(subject)} == {"officer:lan"}


def test_scrubbing_alone(ready: Command) -> None:
    """It may be run at any time."""
    assert ready("db", "scrub").status == 0


def test_errors_name_nobody(ready: Command, codes: list[str]) -> None:
    """Neither the code nor the phone is repeated in an error."""
    said = ready("subject", "erase", "--phone", "0912 777 67x")
    assert said.status == 2
    assert "777" not in said.err
    with pytest.raises(GovInteractError), opened() as ward, ward.acting_as(Anonymous()) as tx:
        tx.subjects.erase("s")
    assert len(codes) == 3

"""`import-reports`: a file comes in, what can't be read is listed, and again creates nothing."""

import csv
import sys
from pathlib import Path

import pytest

from govinteract.feedback.past import Refusal
from tests.cli.conftest import Command, opened
from tests.feedback.past import MYLA311, OUTCOME, REAL, as_csv, save, small_rows, states


def refused(path: Path) -> list[dict[str, str]]:
    """Read the file of refused rows."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def last_line(text: str) -> str:
    """Return the last line that was printed."""
    return text.splitlines()[-1]


def test_a_file_comes_in_and_again_creates_nothing(home: Path, ready: Command) -> None:
    """The last line printed is what a program reads, in every language."""
    file = save(home, as_csv(small_rows()))
    first = ready("import-reports", file, "--mapping", MYLA311, lang="vi")
    assert first.status == 0
    assert last_line(first.out) == "created 200, already there 0, rejected 0"
    assert not (home / "old.rejected.csv").exists()
    again = ready("import-reports", file, "--mapping", MYLA311)
    assert last_line(again.out) == "created 0, already there 200, rejected 0"
    with opened() as ward:
        assert states(ward) == OUTCOME


def test_odd_hours_are_said(home: Path, ready: Command) -> None:
    """An hour that came twice and one that never came were read by a rule; the operator knows."""
    file = save(home, as_csv(small_rows()))
    said = ready("import-reports", file, "--mapping", MYLA311).err
    assert "1 local times fell into an hour that the clock showed twice" in said
    assert "1 local times fell into an hour that the clock skipped" in said


def test_rows_that_cannot_be_read_are_listed_and_the_rest_comes_in(
    home: Path, ready: Command
) -> None:
    """Line, column and reason; nothing that the row says."""
    rows = small_rows()[:10]
    rows[2]["createddate"] = "a secret day"
    rows[5]["status"] = "Lost and secret"
    rows[7]["latitude"] = "99"
    content = as_csv(rows).replace(b"1-000008,", b"1-000008\xff,")
    said = ready("import-reports", save(home, content), "--mapping", MYLA311)
    assert said.status == 1
    assert last_line(said.out) == "created 6, already there 0, rejected 4"
    assert "old.rejected.csv" in said.err
    listed = refused(home / "old.rejected.csv")
    assert [(row["line"], row["column"]) for row in listed] == [
        ("4", "createddate"), ("7", "status"), ("9", "latitude"), ("10", "srnumber"),
    ]  # fmt: skip
    assert listed[0]["reason"] == Refusal(4, "createddate", "feedback.import_time").reason("en")
    assert "secret" not in (home / "old.rejected.csv").read_text("utf-8")
    repaired = save(home, as_csv(small_rows()[:10]))
    mended = ready("import-reports", repaired, "--mapping", MYLA311)
    assert last_line(mended.out) == "created 4, already there 6, rejected 0"
    assert not (home / "old.rejected.csv").exists()


def test_the_list_of_refused_rows_may_go_elsewhere(home: Path, ready: Command) -> None:
    """And a file of that name that is none of ours is written over only when it must be."""
    rows = small_rows()[:2]
    file = save(home, as_csv(rows))
    (home / "notes.csv").write_text("mine", "utf-8")
    option = ("--mapping", MYLA311, "--rejected", home / "notes.csv")
    assert ready("import-reports", file, *option).status == 0
    assert (home / "notes.csv").read_text("utf-8") == "mine"
    rows[0]["srnumber"] = ""
    assert ready("import-reports", save(home, as_csv(rows)), *option).status == 1
    assert len(refused(home / "notes.csv")) == 1


@pytest.mark.parametrize(
    ("encoding", "delimiter"), [("utf-8-sig", ","), ("utf-8", ";"), ("utf-16", "\t")]
)
def test_files_of_spreadsheets_come_in(
    home: Path, ready: Command, encoding: str, delimiter: str
) -> None:
    """With a byte order mark, semicolons or tabs, in two bytes a character."""
    file = save(home, as_csv(small_rows()[:9], delimiter=delimiter, encoding=encoding))
    named = f'encoding = "{encoding.removesuffix("-sig")}"\n[columns]'
    text = MYLA311.read_text("utf-8").replace("[columns]", named)
    by = save(home, text.encode(), "by.toml")
    said = ready("import-reports", file, "--mapping", by)
    assert last_line(said.out) == "created 9, already there 0, rejected 0"


@pytest.mark.parametrize(
    ("content", "code"),
    [(b"", "feedback.import_columns"), (b"\x00\x01", "feedback.import_columns")],
)
def test_a_file_that_is_none_is_refused_whole(
    home: Path, ready: Command, content: bytes, code: str
) -> None:
    """Exit status 2 and nothing stored."""
    said = ready("import-reports", save(home, content), "--mapping", MYLA311)
    assert (said.status, said.out) == (2, "")
    assert code in said.err
    with opened() as ward:
        assert states(ward) == {}


def test_a_missing_file_or_mapping_is_said(home: Path, ready: Command) -> None:
    """With its path, without a traceback."""
    file = save(home, as_csv(small_rows()[:1]))
    for arguments in (["no.csv", "--mapping", MYLA311], [file, "--mapping", "no.toml"]):
        said = ready("import-reports", *arguments)
        assert said.status == 2
        assert "cli.file_unreadable" in said.err
        assert "no." in said.err
    assert ready("import-reports", file, "--mapping", MYLA311).status == 0


def test_a_wrong_mapping_is_named(home: Path, ready: Command) -> None:
    """Every problem in the hint."""
    file = save(home, as_csv(small_rows()[:1]))
    by = save(home, MYLA311.read_text("utf-8").replace('"resolved"', '"done"').encode(), "by.toml")
    said = ready("import-reports", file, "--mapping", by)
    assert said.status == 2
    assert "'Closed'" in said.err


def test_the_real_records_come_in_whole(
    home: Path, ready: Command, capsys: pytest.CaptureFixture[str]
) -> None:
    """Ten thousand real records: all created, the log holds, and a second run creates nothing."""
    if not REAL.exists():
        with capsys.disabled():
            sys.stderr.write(f"\nNOT RUN ON THE REAL RECORDS: there is no {REAL}\n")
        return
    rejected = ("--rejected", home / "rejected.csv")
    said = ready("import-reports", REAL, "--mapping", MYLA311, *rejected)
    assert last_line(said.out) == "created 10000, already there 0, rejected 0"
    assert ready("audit", "verify").status == 0
    assert ready("projections", "rebuild", "--check").status == 0
    again = ready("import-reports", REAL, "--mapping", MYLA311, *rejected)
    assert last_line(again.out) == "created 0, already there 10000, rejected 0"

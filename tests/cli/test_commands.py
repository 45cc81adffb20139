"""The commands: what they print, what they return, and what they leave behind."""

import json
import re
import sqlite3
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import text

from govinteract.feedback import Report
from govinteract.kernel import Anonymous, System
from tests.cli.conftest import Command, opened

COMMANDS = (
    ("init",), ("serve",), ("db", "upgrade"), ("projections", "rebuild"), ("officer", "add"),
    ("apikey", "add"), ("import-reports",), ("stats",), ("audit", "verify"), ("relay",),
    ("keys", "status"),
)  # fmt: skip


@pytest.mark.parametrize("name", COMMANDS, ids=" ".join)
def test_every_command_has_help_with_an_example(command: Command, name: tuple[str, ...]) -> None:
    """Whoever asks sees how it is used."""
    said = command(*name, "--help")
    assert said.status == 0
    assert "Example:" in said.out
    assert f"govinteract {' '.join(name)}" in said.out


def test_the_command_alone_lists_the_commands(command: Command) -> None:
    """And says what the exit status means."""
    said = command("--help")
    assert said.status == 0
    for name in COMMANDS:
        assert name[0] in said.out
    assert "1 something wrong was found" in said.out


@pytest.mark.parametrize(
    "arguments", [["nonsense"], ["stats", "--colour"], ["db"], [], ["import-reports", "x.csv"]]
)
def test_what_is_no_command_is_a_fault_of_usage(command: Command, arguments: list[str]) -> None:
    """Exit status 2; the same command rightly used is 0."""
    assert command(*arguments).status == 2
    assert command("--version").status == 0


def test_python_m_runs_the_same_command(home: Path) -> None:
    """With the process's own arguments and exit status."""
    module = [sys.executable, "-m", "govinteract"]
    done = subprocess.run([*module, "--version"], capture_output=True, text=True, check=True)
    assert re.fullmatch(r"\d+\.\d+\.\d+\S*\n", done.stdout)
    assert subprocess.run([*module, "nonsense"], capture_output=True, check=False).returncode == 2


def test_without_the_extra_it_says_what_to_install(home: Path) -> None:
    """In the operator's language, without a traceback."""
    program = (
        "import sys; sys.modules['typer'] = None; "
        "from govinteract.cli import main; sys.exit(main(['stats']))"
    )
    env = {"LC_ALL": "vi_VN.UTF-8", "PYTHONIOENCODING": "utf-8"}
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False, env=env
    )
    assert done.returncode == 2
    assert 'pip install "govinteract[cli]"' in done.stderr
    assert "gói bổ sung" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_database_url_alone_makes_a_development_locality(home: Path, command: Command) -> None:
    """Tables, keys and a key file that nobody else may read; it says so, and again is no harm."""
    said = command("db", "upgrade")
    assert said.status == 0
    assert "Development locality dev" in said.out
    assert "made key file ward.key (0600)" in said.out
    assert "made keys: kek" in said.out
    assert stat.S_IMODE((home / "ward.key").stat().st_mode) == 0o600
    again = json.loads(command("db", "upgrade", "--json").out)
    assert again["done"] == ["tables are up to date"]
    assert again["locality"] == "dev"


def test_a_ward_toml_in_the_folder_is_found(home: Path, command: Command) -> None:
    """So that a project's commands need no option; another file may be named."""
    (home / "ward.toml").write_text('locality = "hoa-binh"\n', "utf-8")
    (home / "other.toml").write_text('locality = "other"\n', "utf-8")
    assert "Locality hoa-binh" in command("db", "upgrade").out
    assert "Locality other" in command("--config", "other.toml", "db", "upgrade").out


@pytest.mark.parametrize(("lang", "word"), [("en", "Error:"), ("vi", "Lỗi:")])
def test_an_error_is_said_in_the_operators_language_with_the_next_step(
    command: Command, lang: str, word: str
) -> None:
    """Message, hint and code on standard error; no traceback, nothing on standard output."""
    said = command("stats", lang=lang)
    assert said.status == 2
    assert said.out == ""
    assert word in said.err
    assert "govinteract db upgrade" in said.err
    assert "vault.key_file_missing" in said.err
    assert "Traceback" not in said.err


def test_wrong_settings_are_named(home: Path, command: Command) -> None:
    """Exit status 2: the command can't be used as given."""
    (home / "ward.toml").write_text('locality = "Hòa Bình"\n', "utf-8")
    said = command("db", "upgrade")
    assert said.status == 2
    assert "locality" in said.err


def test_an_officer_is_added_with_a_password_from_standard_input(ready: Command) -> None:
    """It is never an argument; a short one is refused."""
    said = ready("officer", "add", "lan", "--unit", "mot-cua", stdin="một mật khẩu dài\n")
    assert said.status == 0
    assert re.search(r"lan \(o-[0-9a-z]{10}\)", said.out)
    short = ready("officer", "add", "mai", stdin="ngắn\n")
    assert short.status == 2
    assert "web.password_short" in short.err
    taken = ready("officer", "add", "lan", "--json", stdin="một mật khẩu dài\n")
    assert (taken.status, taken.out) == (1, "")
    added = ready("officer", "add", "an", "--role", "handler", "--json", stdin="một mật khẩu dài\n")
    assert json.loads(added.out)["roles"] == ["handler"]


def test_a_key_for_a_program_is_printed_once(ready: Command) -> None:
    """Alone on standard output, so that a script can keep it."""
    said = ready("apikey", "add", "city-app")
    assert re.fullmatch(r"gi_[A-Za-z0-9_-]{43}\n", said.out)
    assert "can't be shown again" in said.err
    assert json.loads(ready("apikey", "add", "city-app", "--json").out)["name"] == "city-app"
    assert ready("apikey", "add", "City App").status == 2


def test_keys_are_listed_and_none_is_shown(home: Path, ready: Command) -> None:
    """Role, epoch, id, and what wraps them."""
    listed = json.loads(ready("keys", "status", "--json").out)["keys"]
    roles = ["index", "kek", "log-mac", "log-sign", "statement", "witness"]
    assert [key["role"] for key in listed] == roles
    assert {key["retired_at"] for key in listed} == {None}
    said = ready("keys", "status").out
    assert said.count("in use") == len(roles)
    root = (home / "ward.key").read_text("utf-8")
    secret = re.search(r'^key = "(.*)"', root, re.MULTILINE)
    assert secret is not None
    assert secret[1] not in said


def _submit() -> None:
    with opened() as ward, ward.acting_as(Anonymous()) as tx:
        tx.feedback.submit(Report(service="street-light", text="Đèn tắt"))


def test_the_log_is_verified_and_what_was_altered_is_named(home: Path, ready: Command) -> None:
    """Exit status 0 while it holds, 1 with the first wrong place when it does not."""
    _submit()
    good = ready("audit", "verify")
    assert good.status == 0
    assert "The log holds" in good.out
    assert json.loads(ready("audit", "verify", "--json").out)["good"] is True
    with sqlite3.connect(home / "ward.db") as database:
        database.execute("UPDATE gi_fact SET kind = 'case.shouted' WHERE kind = 'case.submitted'")
    database.close()
    bad = ready("audit", "verify")
    assert bad.status == 1
    assert re.search(r"fact case:[0-9a-f-]{36}#1", bad.out)
    told = json.loads(ready("audit", "verify", "--json").out)
    assert told["good"] is False
    assert told["wrong"] in bad.out


def test_a_checkpoint_kept_outside_must_be_part_of_the_log(home: Path, ready: Command) -> None:
    """A log that was replaced as a whole is found by whoever kept an older note."""
    _submit()
    note = json.loads(ready("audit", "verify", "--json").out)["note"]
    (home / "note.txt").write_text(note, "utf-8")
    _submit()
    assert ready("audit", "verify", "--known", "note.txt").status == 0
    _origin, size, *_ = note.splitlines()
    (home / "bad.txt").write_text(note.replace(f"\n{size}\n", "\n4\n"), "utf-8")
    forged = ready("audit", "verify", "--known", "bad.txt")
    assert forged.status == 1
    assert "facts.note_invalid" in forged.err
    with sqlite3.connect(home / "ward.db") as database:
        for table in ("gi_fact", "gi_leaf", "gi_checkpoint", "gi_tile"):
            database.execute(f"DELETE FROM {table}")
    database.close()
    _submit()
    assert ready("audit", "verify").status == 0
    assert ready("audit", "verify", "--known", "note.txt").status == 1


def test_projections_are_compared_and_rebuilt(ready: Command) -> None:
    """Differences are named and the exit status is 1; rebuilt they are gone."""
    _submit()
    assert ready("projections", "rebuild", "--check").status == 0
    with opened() as ward, ward.acting_as(System("test")) as tx:
        tx.transaction.write(text("UPDATE gi_case SET rating = 3"))
    wrong = ready("projections", "rebuild", "--check")
    assert wrong.status == 1
    assert "gi_case.rating" in wrong.out
    assert "1 differences" in wrong.err
    assert "Rebuilt 1 cases" in ready("projections", "rebuild").out
    assert "equal the facts" in ready("projections", "rebuild", "--check").out


def test_the_relay_delivers_what_is_due_and_ends(ready: Command) -> None:
    """It counts what it did."""
    assert "delivered 0, retried 0, given up 0" in ready("relay", "--once").out
    assert json.loads(ready("relay", "--once", "--json").out) == {
        "delivered": 0, "retried": 0, "dead": 0,
    }  # fmt: skip


def test_the_relay_runs_until_it_is_told_to_stop(home: Path, ready: Command) -> None:
    """SIGTERM ends it between two letters, with exit status 0."""
    module = [sys.executable, "-m", "govinteract", "relay"]
    running = subprocess.Popen(module, stderr=subprocess.PIPE, text=True)
    assert running.stderr is not None
    assert "Ctrl-C" in running.stderr.readline()
    running.terminate()
    assert running.wait(10) == 0
    running.stderr.close()


def test_statistics_are_printed_returned_and_drawn(home: Path, ready: Command) -> None:
    """For people, for programs, and as a picture."""
    _submit()
    said = ready("stats", lang="vi")
    assert said.status == 0
    assert "tiếp nhận" in said.out
    assert "Đèn đường hỏng" in said.out
    drawn = ready("stats", "--json", "--plot", "stats.svg")
    assert json.loads(drawn.out)["by_service"]["street-light"]["received"] == 1
    assert (home / "stats.svg").read_text("utf-8").startswith("<svg ")
    nowhere = ready("stats", "--plot", "nowhere/stats.svg")
    assert nowhere.status == 2
    assert "cli.file_unwritable" in nowhere.err


def test_a_new_project_is_written_where_nothing_is(home: Path, command: Command) -> None:
    """It is never written over something."""
    said = command("init", "hoa-binh")
    assert said.status == 0
    assert (home / "hoa-binh" / "ward.toml").is_file()
    again = command("init", "hoa-binh")
    assert again.status != 0
    assert "Traceback" not in again.err


def test_a_port_that_is_none_is_a_fault_of_usage(command: Command) -> None:
    """Before anything is opened."""
    assert command("serve", "--port", "70000").status == 2

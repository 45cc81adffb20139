"""What the command line proves, checks and asks of others about the log."""

import json
import re
from pathlib import Path

import pytest
import typer

from govinteract import Locality, Settings
from govinteract.cli import proofs
from govinteract.cli.terminal import Config, explain, status_of
from govinteract.errors import GovInteractError
from tests.cli.conftest import Result


class Audit:
    """The commands of `audit` that this module adds, run in this process."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys
        self._app = typer.Typer()
        proofs.add_to(self._app)

    def __call__(self, *arguments: object) -> Result:
        """Run a command."""
        self._capsys.readouterr()
        status = 0
        try:
            self._app(args=[str(argument) for argument in arguments], obj=Config(None))
        except GovInteractError as error:
            explain(error)
            status = status_of(error)
        except SystemExit as done:
            status = int(done.code or 0)
        said = self._capsys.readouterr()
        return Result(status, said.out, said.err)


@pytest.fixture
def audit(home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Audit:
    """Return the commands, in the folder of a ward that exists."""
    monkeypatch.setenv("LC_ALL", "en_XX.UTF-8")
    with Locality(Settings.load(single_machine=True)) as ward:
        ward.upgrade()
    return Audit(capsys)


def _key(audit: Audit, role: str = "log") -> str:
    return str(json.loads(audit("keys", "--json").out)[role])


def test_a_fact_is_proven_and_checked(audit: Audit, home: Path) -> None:
    """What `prove` prints, `check` takes with the key that `keys` prints."""
    proof = home / "fact.tlog-proof"
    proof.write_text(audit("prove", "key/kek", 1).out, "utf-8")
    done = audit("check", proof, "--key", _key(audit))
    assert done.status == 0
    assert "key/kek#1" in done.out
    assert "key.made" in done.out
    told = json.loads(audit("check", proof, "--key", _key(audit), "--json").out)
    assert told["good"]
    assert told["fact"]["stream"] == "key/kek"


def test_a_proof_as_json_holds_the_bundle(audit: Audit, home: Path) -> None:
    """Programs get the place, the size and the text in one."""
    told = json.loads(audit("prove", "key/kek", 1, "--json").out)
    assert told["seq"] == 1
    assert told["index"] < told["size"]
    (home / "p").write_text(told["bundle"], "utf-8")
    assert audit("check", "p", "--key", _key(audit)).status == 0


def test_a_changed_proof_is_found_wrong(audit: Audit, home: Path) -> None:
    """A changed proof, and one of another log, end with status 1 and say so."""
    text = audit("prove", "key/kek", 1).out
    (home / "p").write_text(re.sub(r"index \d+", "index 99", text), "utf-8")
    assert audit("check", "p", "--key", _key(audit)).status == 1
    (home / "p").write_text(text, "utf-8")
    assert audit("check", "p", "--key", _key(audit), "--quorum", 1).status == 1
    told = audit("check", "p", "--key", _key(audit), "--quorum", 1, "--json")
    assert (told.status, json.loads(told.out)["good"]) == (1, False)
    assert audit("check", "p", "--key", "nonsense").status == 2


def test_an_unknown_fact_is_said(audit: Audit) -> None:
    """Who asks for a fact that is not there is told what was looked for."""
    done = audit("prove", "key/kek", 99)
    assert done.status == 1
    assert "facts.fact_unknown" in done.err


def test_without_witnesses_nothing_is_asked(audit: Audit) -> None:
    """A ward that has none is told how to name them."""
    done = audit("witness")
    assert done.status == 0
    assert "[[witnesses]]" in done.err
    assert json.loads(audit("witness", "--json").out) == []


def test_a_witness_that_is_away_is_named(
    audit: Audit, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Status 1 and the error's code for each witness that did not sign."""
    key = _key(audit, "witness")
    monkeypatch.delenv("GOVINTERACT_DATABASE_URL")
    (home / "ward.toml").write_text(
        'database_url = "sqlite:///ward.db"\nsingle_machine = true\n'
        f'[[witnesses]]\nkey = "{key}"\nurl = "http://127.0.0.1:9/log"\n',
        "utf-8",
    )
    done = audit("witness")
    assert done.status == 1
    assert "http.not_sent" in done.out


def test_tiles_are_made_anew(audit: Audit) -> None:
    """The number of leaves is told."""
    audit("prove", "key/kek", 1)
    done = audit("tiles")
    assert done.status == 0
    assert done.out.strip().endswith("leaves.")

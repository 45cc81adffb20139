"""A folder to work in and the command to run there, as an operator's shell has them."""

import io
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

import pytest
from attrs import frozen

from govinteract import Locality, Settings
from govinteract.cli import main


@frozen
class Result:
    """What a command left: its exit status and what it printed."""

    status: int
    out: str
    err: str


class Command(Protocol):
    """Runs a command in this process."""

    def __call__(self, *arguments: object, stdin: str = "", lang: str = "en") -> Result:
        """Run it with `stdin` to read, on a machine of this language."""
        ...


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder that the commands run in; nothing of the machine's settings is seen."""
    for name in list(os.environ):
        if name.startswith("GOVINTERACT_") and not name.startswith("GOVINTERACT_TEST"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GOVINTERACT_DATABASE_URL", "sqlite:///ward.db")
    return tmp_path


@pytest.fixture
def command(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Command:
    """Return the command line."""

    def run(*arguments: object, stdin: str = "", lang: str = "en") -> Result:
        monkeypatch.setenv("LC_ALL", f"{lang}_XX.UTF-8")
        monkeypatch.setattr("sys.stdin", io.StringIO(stdin))
        capsys.readouterr()
        status = main([str(argument) for argument in arguments])
        said = capsys.readouterr()
        return Result(status, said.out, said.err)

    return run


@pytest.fixture
def ready(command: Command) -> Command:
    """Return the command line of a locality that is set up."""
    assert command("db", "upgrade").status == 0
    return command


@contextmanager
def opened() -> Iterator[Locality]:
    """Open the locality that the commands work on."""
    with Locality(Settings.load(single_machine=True)) as ward:
        yield ward

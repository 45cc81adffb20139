"""What the commands share: the locality they work on, files, errors, progress.

Results go to standard output; everything that is only for people goes to standard error.
"""

import json
import os
import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, TextIO

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from govinteract.cli.language import language, say
from govinteract.errors import GovInteractError, InputError, SettingsError
from govinteract.locality import Locality
from govinteract.settings import Settings
from govinteract.vault import SingleMachineKeyWarning

__all__ = [
    "Config",
    "as_json",
    "explain",
    "note",
    "open_file",
    "open_to_write",
    "progress",
    "read_text",
    "status_of",
]

_DEFAULT = Path("ward.toml")


class Config:
    """Which locality a command works on.

    It is described by the file of `--config`, else of GOVINTERACT_CONFIG, else by ward.toml
    where one is, else by the environment alone.
    """

    def __init__(self, path: Path | None) -> None:
        if path is None and "GOVINTERACT_CONFIG" not in os.environ and _DEFAULT.is_file():
            path = _DEFAULT
        self._path = path

    @property
    def is_given(self) -> bool:
        """Whether a file describes the locality."""
        return self._path is not None or "GOVINTERACT_CONFIG" in os.environ

    @contextmanager
    def ward(self) -> Iterator[Locality]:
        """Open the locality for a block; it is closed after it."""
        with Locality(Settings.load(self._path)) as ward, warnings.catch_warnings():
            # Said by `db upgrade` and `keys status`, where something can be done about it.
            warnings.simplefilter("ignore", SingleMachineKeyWarning)
            yield ward


def as_json(value: object) -> None:
    """Print `value` as JSON, for a program to read."""
    print(json.dumps(value, ensure_ascii=False, indent=2))


def note(text: str) -> None:
    """Tell the operator something that is no result."""
    print(text, file=sys.stderr)


def explain(error: GovInteractError) -> None:
    """Say what went wrong and what to do next, without a traceback."""
    note(say("cli.error", message=error.message(language())))
    if error.hint:
        note(say("cli.hint", hint=error.hint))
    note(say("cli.code", code=error.code))


def status_of(error: GovInteractError) -> int:
    """Return the exit status: 2 where the command or the settings are at fault, else 1."""
    return 2 if isinstance(error, InputError | SettingsError) else 1


def read_text(path: Path) -> str:
    """Return the text of a file; raises `InputError("cli.file_unreadable")`."""
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise _unreadable(path, error) from error


@contextmanager
def open_file(path: Path) -> Iterator[BinaryIO]:
    """Open a file's bytes for a block; raises `InputError("cli.file_unreadable")`."""
    try:
        source = path.open("rb")
    except OSError as error:
        raise _unreadable(path, error) from error
    with source:
        yield source


@contextmanager
def open_to_write(path: Path) -> Iterator[TextIO]:
    """Open a text file anew for a block; raises `InputError("cli.file_unwritable")`."""
    try:
        file = path.open("w", encoding="utf-8", newline="")
    except OSError as error:
        raise InputError("cli.file_unwritable", hint=_reason(error), path=path) from error
    with file:
        yield file


@contextmanager
def progress(message_id: str, total: int | None) -> Iterator[Callable[[int], None]]:
    """Show how far work has come, on a terminal only; yields what is told how much is done."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn())
    bar = Progress(
        *columns, TimeRemainingColumn(), console=console, disable=not console.is_terminal
    )
    with bar:
        task = bar.add_task(say(message_id), total=total)
        yield lambda done: bar.update(task, completed=done)


def _unreadable(path: Path, error: Exception) -> InputError:
    return InputError("cli.file_unreadable", hint=_reason(error), path=path)


def _reason(error: Exception) -> str:
    return (error.strerror or "") if isinstance(error, OSError) else str(error)

"""A small file that is its owner's alone: written once, whole and synced, never overwritten."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

from govinteract.errors import SettingsError

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["malformed", "read_private", "write_private"]

_LIMIT = 4096


def write_private(path: Path, text: str) -> None:
    """Write `text` to a new file of mode 0600; file and directory are synced on return.

    Raises `SettingsError`: `vault.key_file_exists` when something stands there already,
    `vault.key_file_unreadable` when it can't be written; then nothing is left of it.
    """
    try:
        _write_new(path, text)
    except FileExistsError as error:
        raise SettingsError(
            "vault.key_file_exists", hint="open it, or choose another path", path=path
        ) from error
    except OSError as error:
        raise _unreadable(path, "check the directory and its permissions") from error


def read_private(path: Path) -> str:
    """Return the text of a file that group and others have no right to.

    Raises `SettingsError`: `vault.key_file_missing`, `vault.key_file_exposed`,
    `vault.key_file_unreadable`, `vault.key_file_malformed` when it is no text.
    """
    try:
        file = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)  # a pipe would wait
        try:
            status = os.fstat(file)  # of what is read, not of what stood there
            if not stat.S_ISREG(status.st_mode) or status.st_mode & 0o077:
                hint = f"it must be a file of mode 600: chmod 600 {path}"
                raise SettingsError("vault.key_file_exposed", hint=hint, path=path)
            return os.read(file, _LIMIT).decode()
        finally:
            os.close(file)
    except FileNotFoundError as error:
        raise SettingsError(
            "vault.key_file_missing", hint="run: govinteract db upgrade", path=path
        ) from error
    except OSError as error:
        raise _unreadable(path, "check who owns it") from error
    except UnicodeDecodeError as error:
        raise malformed(path) from error


def malformed(path: Path) -> SettingsError:
    """Make the error of a key file that does not say what it should."""
    hint = "restore the copy; if nothing was sealed yet, delete it and run: govinteract db upgrade"
    return SettingsError("vault.key_file_malformed", hint=hint, path=path)


def _write_new(path: Path, text: str) -> None:
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        with open(file, "w", encoding="utf-8") as sink:  # noqa: PTH123 - a descriptor, not a path
            os.fchmod(file, 0o600)  # whatever the umask took away
            sink.write(text)
            sink.flush()
            os.fsync(file)
    except OSError:
        path.unlink()  # half a key would stand in the way of a whole one
        raise
    directory = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)


def _unreadable(path: Path, hint: str) -> SettingsError:
    return SettingsError("vault.key_file_unreadable", hint=hint, path=path)

"""A new locality's own project: what `govinteract init DIR` writes.

It is the example in `examples/ward`, file for file: the wheel carries those files, and in
a source tree they are read where they lie.
"""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from govinteract.errors import ConflictError, SettingsError, StorageError

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

__all__ = ["FILES", "write"]

FILES = (
    ".gitignore", "README.md", "app.py", "calendar.toml", "catalogue.toml", "pages/texts.toml",
    "pyproject.toml", "static/lotus.svg", "static/map.svg", "tests/test_ward.py", "ward.toml",
)  # fmt: skip


def write(directory: Path | str) -> list[Path]:
    """Write the project into `directory`, which is new or empty; return what was written.

    Raises `ConflictError("web.directory_full")` when something lies there already, and
    `StorageError("web.directory_unwritable")`.
    """
    home, source = Path(directory), _source()
    try:
        if home.exists() and any(home.iterdir()):
            raise ConflictError("web.directory_full", hint=f"{home} is not empty")
        return [_copy(source, home, name) for name in FILES]
    except OSError as error:
        raise StorageError("web.directory_unwritable", hint=str(error)) from error


def _copy(source: Traversable, home: Path, name: str) -> Path:
    path = home / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(source.joinpath(name).read_bytes())
    return path


def _source() -> Traversable:
    package = files("govinteract.web")
    in_wheel = package.joinpath("ward")
    if in_wheel.is_dir():
        return in_wheel
    in_tree = Path(str(package)).parents[2] / "examples" / "ward"
    if in_tree.is_dir():
        return in_tree
    raise SettingsError("web.skeleton_missing", hint="the wheel lacks govinteract/web/ward")

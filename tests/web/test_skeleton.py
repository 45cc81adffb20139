"""A new project is the example, and runs as it is."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING

import pytest

from govinteract.errors import ConflictError, StorageError
from govinteract.web.skeleton import FILES, write
from tests.source import ROOT, files

if TYPE_CHECKING:
    from pathlib import Path

EXAMPLE = ROOT / "examples" / "ward"


def test_a_new_project_is_the_example(tmp_path: Path) -> None:
    """Every file of the skeleton, byte for byte; what belongs to the example alone stays there."""
    written = write(tmp_path / "new")
    assert {str(path.relative_to(tmp_path / "new")) for path in written} == set(FILES)
    assert all(path.read_bytes() == (EXAMPLE / name).read_bytes() for name, path in _named(written))
    there = {str(path.relative_to(EXAMPLE)) for path in files() if EXAMPLE in path.parents}
    assert {name for name in there if not name.startswith(("mappings/", "demo"))} == set(FILES)


def _named(written: list[Path]) -> list[tuple[str, Path]]:
    return list(zip(FILES, written, strict=True))


def test_the_wheel_carries_the_skeleton() -> None:
    """Each file is named in pyproject.toml, under the package that reads it."""
    build = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["hatch"]["build"]
    included = build["targets"]["wheel"]["force-include"]
    assert included == {f"examples/ward/{name}": f"govinteract/web/ward/{name}" for name in FILES}


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    """A directory with anything in it is refused; an empty one is taken."""
    (tmp_path / "app.py").write_text("mine")
    with pytest.raises(ConflictError) as refused:
        write(tmp_path)
    assert refused.value.code == "web.directory_full"
    assert (tmp_path / "app.py").read_text() == "mine"
    (tmp_path / "empty").mkdir()
    assert write(tmp_path / "empty")


def test_a_place_that_can_not_be_written_is_named(tmp_path: Path) -> None:
    """A file where a directory should be is a clear error."""
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError) as refused:
        write(tmp_path / "file" / "below")
    assert refused.value.code == "web.directory_unwritable"

"""The repository's own files, as the tests of the house's rules read them."""

import ast
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from attrs import frozen

ROOT = Path(__file__).parent.parent
SRC = ROOT / "src"


@frozen
class Module:
    """One Python file of the library."""

    path: Path
    name: str
    """Dotted, as it is imported."""
    tree: ast.Module

    @property
    def is_package(self) -> bool:
        """Tell whether it is the `__init__` of a package."""
        return self.path.name == "__init__.py"

    @property
    def room(self) -> str:
        """Return the part of its name below `govinteract`, the room it is in."""
        return [*self.name.split("."), ""][1]

    @property
    def rooms(self) -> tuple[str, ...]:
        """Return all rooms that it is in: `web` and `open311` for what is in `web/open311`."""
        parts = self.name.split(".")[1:]
        return tuple(parts if self.is_package or len(parts) == 1 else parts[:-1])

    @property
    def at(self) -> str:
        """Return where it is, for a message."""
        return str(self.path.relative_to(ROOT))


@cache
def modules() -> tuple[Module, ...]:
    """Return every module of the library, but not the migrations, which nobody imports."""
    found = []
    for path in sorted((SRC / "govinteract").rglob("*.py")):
        if "migrations" in path.parts:
            continue
        parts = path.relative_to(SRC).with_suffix("").parts
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        found.append(Module(path, name, ast.parse(path.read_text(encoding="utf-8"), path)))
    return tuple(found)


@cache
def files() -> tuple[Path, ...]:
    """Return every file that is in git or would be with the next commit."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    names = listed.stdout.decode().split("\0")
    return tuple(path for name in names if name and (path := ROOT / name).is_file())


def texts(*suffixes: str) -> Iterator[tuple[Path, str]]:
    """Yield the files with these suffixes, or all that are text, with what they say."""
    for path in files():
        if suffixes and path.suffix not in suffixes:
            continue
        try:
            yield path, path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue  # a picture or a font


def dotted(node: ast.AST) -> str:
    """Return `a.b.c` for the expression that says so, and "" for any other."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute) and (before := dotted(node.value)):
        return f"{before}.{node.attr}"
    return ""

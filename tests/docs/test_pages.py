"""The pages say what is there: commands, settings, codes and files that they name exist."""

import re
import shlex
import tomllib
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
import typer.main

from govinteract import Settings
from govinteract.cli.app import app
from scripts.reference_pages import catalogue, differing, left_over, pages
from tests.source import ROOT

DOCS = ROOT / "docs"
WRITTEN = [
    path
    for path in [*sorted(DOCS.rglob("*.md")), ROOT / "README.md", ROOT / "examples/ward/README.md"]
    if not path.is_relative_to(DOCS / "reference" / "api")
]


def _name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def _commands(text: str) -> Iterator[list[str]]:
    """Yield the words of each call of `govinteract` that a page shows, without redirections."""
    text = text.replace("\\\n", " ")
    for line in re.findall(r"^(?:\$ )?(?:\S*/)?(govinteract [^\n#]+)", text, re.MULTILINE):
        yield shlex.split(re.split(r"\s[|>]", line)[0])


@cache
def _tree() -> Any:
    return typer.main.get_command(app)


def _unknown(words: list[str]) -> list[str]:
    """Return the words of a call that the command line would not understand."""
    command: Any = _tree()
    strange = []
    for word in words[1:]:
        if word in getattr(command, "commands", {}):
            command = command.commands[word]
        elif word.startswith("-"):
            options = {option for param in command.params for option in param.opts}
            strange += [] if word.partition("=")[0] in options else [word]
        elif hasattr(command, "commands"):
            strange.append(word)
    return strange


@pytest.mark.parametrize("path", WRITTEN, ids=_name)
def test_every_command_that_a_page_shows_exists(path: Path) -> None:
    """A call of `govinteract` on a page has commands and options of this version."""
    text = path.read_text(encoding="utf-8")
    blocks = re.findall(r"^```(?:console|sh)\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    wrong = [(words, _unknown(words)) for block in blocks for words in _commands(block)]
    assert [words for words, strange in wrong if strange] == []


def test_a_wrong_command_would_be_seen() -> None:
    """The check above knows what is there from what is not."""
    assert _unknown(["govinteract", "audit", "verify", "--known", "checkpoint.txt"]) == []
    assert _unknown(["govinteract", "audit", "verfy"]) == ["verfy"]
    assert _unknown(["govinteract", "audit", "verify", "--unknown"]) == ["--unknown"]


def test_every_setting_has_its_line() -> None:
    """The page of settings names each of them, once, and no other."""
    text = (DOCS / "reference" / "settings.md").read_text(encoding="utf-8")
    assert sorted(re.findall(r"^\| `(\w+)` \|", text, re.MULTILINE)) == sorted(
        Settings.model_fields
    )


@pytest.mark.parametrize("path", WRITTEN, ids=_name)
def test_every_code_and_file_that_a_page_names_exists(path: Path) -> None:
    """What looks like the code of an error is one, and a test that is named is there."""
    text = path.read_text(encoding="utf-8")
    known = catalogue("en")
    rooms = {code.partition(".")[0] for code in known}
    named = set(re.findall(r"[`\"]([a-z0-9]+\.[a-z0-9_]+)[`\"]", text))
    foreign = {name for name in named - known.keys() if name.partition(".")[0] in rooms}
    assert [name for name in sorted(foreign) if not _is_name(name)] == []
    files = re.findall(r"`((?:tests|scripts|examples)/[\w./-]+\.\w+)`", text)
    assert [name for name in files if not (ROOT / name).is_file()] == []


def _is_name(name: str) -> bool:
    """Tell whether `room.name` is a module, a public name of a room, or its catalogue."""
    room, _, last = name.partition(".")
    if last == "po" or find_spec(f"govinteract.{name}") is not None:
        return True
    return hasattr(import_module(f"govinteract.{room}"), last)


def test_every_translated_page_has_its_original() -> None:
    """A page in Vietnamese stands beside the English one that it says again."""
    originals = [path.with_name(path.name.replace(".vi.", ".")) for path in DOCS.rglob("*.vi.md")]
    assert originals
    assert [_name(path) for path in originals if not path.is_file()] == []


def test_every_room_is_found_from_the_index() -> None:
    """The index of the reference says for each room when one would want it."""
    text = (DOCS / "reference" / "index.md").read_text(encoding="utf-8")
    rooms = {path.name for path in (DOCS / "reference" / "api").glob("*.md")}
    assert rooms - set(re.findall(r"\(api/([\w.]+)\)", text)) == set()


def test_every_room_stands_on_a_floor_of_the_page() -> None:
    """The floors that are explained are those that are enforced; packages are in the picture."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    floors = contracts["tool"]["importlinter"]["contracts"][0]["layers"]
    names = [name for name in re.findall(r"\w+", " ".join(floors)) if name != "__main__"]
    there = [name for name in names if find_spec(f"govinteract.{name}") is not None]
    text = (DOCS / "explanation" / "floors.md").read_text(encoding="utf-8")
    assert [name for name in there if f"`{name}`" not in text] == []
    packages = [name for name in there if (ROOT / "src" / "govinteract" / name).is_dir()]
    for picture in ("floors.svg", "floors.vi.svg"):
        drawn = (DOCS / "assets" / picture).read_text(encoding="utf-8")
        assert [name for name in packages if name not in drawn] == []


def test_what_is_made_from_the_code_agrees_with_it() -> None:
    """Each public room has its page, and the tables are those of the code."""
    made = pages()
    assert [_name(path) for path in (*left_over(made), *differing(made))] == []

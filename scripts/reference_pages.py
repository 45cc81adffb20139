"""Writes what docs/reference has from the code, or says what is out of date.

    python -m scripts.reference_pages            writes them
    python -m scripts.reference_pages --check    exits 1 and names those that differ

A public room without its page fails the check, and so does a page whose room is gone.
"""

import argparse
import ast
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import typer.main
from babel.messages.pofile import read_po

from govinteract.cli.app import app
from govinteract.consent import Purpose, Purposes
from govinteract.feedback import default_workflow
from scripts.workflow_picture import draw, moves_table, states_table

ROOT = Path(__file__).parent.parent
SRC = ROOT / "src" / "govinteract"
REFERENCE = ROOT / "docs" / "reference"
ASSETS = ROOT / "docs" / "assets"
SITE = ROOT / "mkdocs.yml"
MADE = "<!-- Made by scripts/reference_pages.py; change what it is made from. -->\n"
WIDTH = 92

CODES_HEAD = ("| Code | Family | English | Tiếng Việt |", "|---|---|---|---|")

ELSEWHERE = {
    "govinteract.cli": "commands.md has the commands",
    "govinteract.notify.channels": "notify offers what it has",
    "govinteract.web.citizen": "a part of web.app",
    "govinteract.web.desk": "a part of web.app",
}
"""Rooms that need no page of their own, each with the reason."""

SPEAKERS = {"say", "t", "translate"}
"""What asks for a message that is no error."""
WORDY = ("cli.", "web.")
"""Rooms whose messages are mostly labels: theirs are errors where one is made of them."""


def rooms() -> Iterator[str]:
    """Yield the dotted name of each public room: packages, and modules of the first floor."""
    for path in sorted(SRC.rglob("__init__.py")):
        if "migrations" not in path.parts and _public(path):
            yield ".".join(path.parent.relative_to(SRC.parent).parts)
    for path in sorted(SRC.glob("[a-z]*.py")):
        if _public(path):
            yield f"govinteract.{path.stem}"


def _public(path: Path) -> bool:
    tree = ast.parse(path.read_text(encoding="utf-8"), path)
    assigned = (node for node in tree.body if isinstance(node, ast.Assign))
    return any(ast.unparse(target) == "__all__" for node in assigned for target in node.targets)


def room_pages() -> dict[Path, str]:
    """Return a page for each public room, filled by mkdocstrings when the site is built."""
    found = set(rooms())
    gone = sorted(ELSEWHERE.keys() - found)
    if gone:
        sys.exit(f"ELSEWHERE names what is no public room: {', '.join(gone)}")
    return {REFERENCE / "api" / _file(room): _room_page(room) for room in found - ELSEWHERE.keys()}


def _file(room: str) -> str:
    short = room.removeprefix("govinteract").removeprefix(".")
    return f"{short or 'index'}.md"


def _room_page(room: str) -> str:
    title = room.removeprefix("govinteract.")
    return (
        f"---\ntitle: {title}\n---\n\n{MADE}\n# `{room}`\n\n::: {room}\n"
        "    options:\n      show_root_heading: false\n      show_root_toc_entry: false\n"
    )


def error_codes() -> str:
    """Return the page of every code that an error or a letter can carry."""
    english, vietnamese = catalogue("en"), catalogue("vi")
    raised = codes(english)
    lines = [
        MADE,
        "# Error codes",
        "",
        "If you log or match errors, this is the list. A code is stable; its words may get better.",
        "The room before the dot raised it. The family is the class to catch; where it is empty,",
        "the code is chosen at run time or says what became of a letter.",
    ]
    for room in sorted({code.partition(".")[0] for code in raised}):
        lines += ["", f"## {room}", "", *CODES_HEAD]
        lines += [
            f"| `{code}` | {_family(raised[code])} | {english[code]} | {vietnamese[code]} |"
            for code in sorted(raised)
            if code.partition(".")[0] == room
        ]
    return "\n".join(lines) + "\n"


def _family(name: str) -> str:
    return f"[`{name}`][govinteract.errors.{name}]" if name else ""


def catalogue(lang: str) -> dict[str, str]:
    """Return the messages of `lang` by id, as a table's cell holds them."""
    found = {}
    for path in sorted((SRC / "locale" / lang / "LC_MESSAGES").glob("*.po")):
        with path.open("rb") as lines:
            messages = [message for message in read_po(lines) if message.id]
        found.update({str(one.id): _cell(str(one.string)) for one in messages})
    return found


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|").replace("<", "&lt;")


def codes(messages: Mapping[str, str]) -> dict[str, str]:
    """Return each code that the library raises, with its error's family where that is plain."""
    families = _families()
    found: dict[str, str] = {}
    for path in sorted(SRC.rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"), path)
        asked = [call.args[0] for call in _calls(tree) if _name(call) in SPEAKERS]
        spoken = {id(node) for argument in asked for node in ast.walk(argument)}
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and node.value in messages and id(node) not in spoken:
                found.setdefault(str(node.value), "")
        for call in _calls(tree):
            family = families.get(_name(call), "")
            for node in ast.walk(call.args[0]) if family else ():
                if isinstance(node, ast.Constant) and node.value in found:
                    found[str(node.value)] = family
    return {
        code: family
        for code, family in found.items()
        if family or (messages[code].endswith(".") and not code.startswith(WORDY))
    }


def _calls(tree: ast.AST) -> Iterator[ast.Call]:
    yield from (node for node in ast.walk(tree) if isinstance(node, ast.Call) and node.args)


def _name(call: ast.Call) -> str:
    return ast.unparse(call.func).rpartition(".")[2]


def _families() -> dict[str, str]:
    """Return the name of each error class with the family of `govinteract.errors` it is of."""
    classes = [
        (node.name, [ast.unparse(base) for base in node.bases])
        for path in sorted(SRC.rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"), path))
        if isinstance(node, ast.ClassDef)
    ]
    known = {name: name for name, bases in classes if "GovInteractError" in bases}
    known |= {name: known[base] for name, bases in classes for base in bases if base in known}
    return known


def commands() -> str:
    """Return the page of the command line, in the words of its own help."""
    lines = [
        MADE,
        "# Commands",
        "",
        "If you run a locality, you run these. They work on the locality that `--config` names,",
        "else `GOVINTERACT_CONFIG`, else `ward.toml` in the current directory, else the",
        "environment. Results go to standard output, everything that is only for people to",
        "standard error.",
    ]
    for name, text in _helps(typer.main.get_command(app), "govinteract", None):
        lines += ["", f"## `{name}`", "", "```text", text.rstrip(), "```"]
    return "\n".join(lines) + "\n"


def _helps(command: Any, name: str, above: Any) -> Iterator[tuple[str, str]]:
    context = command.make_context(
        name, [], parent=above, resilient_parsing=True, terminal_width=WIDTH
    )
    yield context.command_path, command.get_help(context)
    for part, below in getattr(command, "commands", {}).items():
        yield from _helps(below, part, context)


def purposes() -> str:
    """Return the page of the country pack's purposes: who may open what, and on which basis."""
    found = Purposes.for_country("vn")
    lines = [
        MADE,
        "# Purposes",
        "",
        "If you open personal data, you name one of these in `acting_as(..., purpose=...)`.",
        f"They are those of `packs/vn/purposes.toml` (profile `{found.profile}`).",
        "",
        "| Purpose | Opens | For whom | Basis | Read in the signed text |",
        "|---|---|---|---|---|",
        *map(_purpose_row, found),
    ]
    return "\n".join(lines) + "\n"


def _purpose_row(purpose: Purpose) -> str:
    who = ", ".join(purpose.who) + (", their own only" if purpose.scope == "own" else "")
    classes = ", ".join(f"`{name}`" for name in purpose.classes)
    name = f"`{purpose.code}`<br>{purpose.name('en')}<br>{purpose.name('vi')}"
    read = "yes" if purpose.basis.verified else "**no, unverified**"
    return f"| {name} | {classes} | {who} | {purpose.basis.reference} | {read} |"


def workflow() -> str:
    """Return the page of the workflow that ships with the library."""
    table = default_workflow()
    lines = [
        MADE,
        "# The workflow table",
        "",
        "If you need to know what may happen to a case next, and by whom, look here. It is",
        "`feedback/workflow.toml`; a locality can hand in a table of its own",
        "(setting `workflow`). What the kinds mean is in",
        "[the life of a case](../explanation/workflow.md).",
        "",
        "## States",
        "",
        *states_table(table),
        "",
        "## Moves",
        "",
        "`=` keeps the state. A verb that is not listed for a state is refused there with",
        "`feedback.move_refused`, and for another actor with `feedback.not_yours`.",
        "",
        *moves_table(table),
    ]
    return "\n".join(lines) + "\n"


def site(rooms_made: Iterable[Path]) -> str:
    """Return mkdocs.yml with the pages of the rooms below "Python" in its navigation."""
    before, _, rest = SITE.read_text(encoding="utf-8").partition("      - Python:\n")
    after = "".join(
        line for line in rest.splitlines(keepends=True) if not line.startswith(" " * 10)
    )
    names = {path.stem: path.relative_to(ROOT / "docs") for path in rooms_made}
    first = {"govinteract": names.pop("index")}
    lines = [f"          - {name}: {path}" for name, path in (first | names).items()]
    return "\n".join([f"{before}      - Python:", *lines, after])


def pages() -> dict[Path, str]:
    """Return everything that is made, by its path."""
    table, of_rooms = default_workflow(), room_pages()
    return {
        **of_rooms,
        SITE: site(sorted(of_rooms)),
        REFERENCE / "commands.md": commands(),
        REFERENCE / "error-codes.md": error_codes(),
        REFERENCE / "purposes.md": purposes(),
        REFERENCE / "workflow.md": workflow(),
        ASSETS / "workflow.svg": draw(table, "en"),
        ASSETS / "workflow.vi.svg": draw(table, "vi"),
    }


def left_over(made: Mapping[Path, str]) -> list[Path]:
    """Return the pages of rooms that are no more."""
    return sorted(path for path in (REFERENCE / "api").glob("*.md") if path not in made)


def differing(made: Mapping[Path, str]) -> list[Path]:
    """Return the files that are missing or hold something else."""
    return sorted(
        path
        for path, text in made.items()
        if not path.is_file() or path.read_text(encoding="utf-8") != text
    )


def main() -> None:
    """Write the pages, or with --check compare them."""
    parser = argparse.ArgumentParser(description="Write the pages that are made from the code.")
    parser.add_argument("--check", action="store_true", help="compare, and write nothing")
    check = parser.parse_args().check
    made = pages()
    old, wrong = left_over(made), differing(made)
    if check:
        for path in (*old, *wrong):
            print(f"{path.relative_to(ROOT)}: run `make reference`")
        sys.exit(bool(old or wrong))
    for path in wrong:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(made[path], encoding="utf-8")
    for path in old:
        path.unlink()


if __name__ == "__main__":
    main()

"""Every error says something to the citizen, in each language, and the catalogues say no more."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from string import Formatter

import pytest
from attrs import frozen
from babel.messages.catalog import Message
from babel.messages.pofile import read_po

from govinteract import errors
from govinteract.locale import LANGUAGES
from tests.source import SRC, Module, dotted, modules

CATALOGUES = SRC / "govinteract" / "locale"
CODE = re.compile(r"[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*")
FOR_PROGRAMS = {"data_class", "field", "purpose", "question"}
"""What an error may hand on for a program to read though the message need not say it."""

ABOVE = {"acting", "cli", "delivery", "locality", "settings", "web"}
"""What stands above the rooms, may find a fault before they do, and then says it alike."""

SPOKEN = (".py", ".html", ".xml", ".toml", ".js", ".txt")
"""The kinds of files in which a message may be asked for."""


@frozen
class Raise:
    """A place where an error is made, with the names of what it hands to the message."""

    code: str
    params: frozenset[str]
    where: str
    rooms: tuple[str, ...]


@cache
def known_rooms() -> frozenset[str]:
    """Return the names of all rooms, those within rooms too."""
    return frozenset(room for module in modules() for room in module.rooms)


@cache
def families() -> frozenset[str]:
    """Return the names of all error classes: those of `errors` and those made from them."""
    known = {name for name in errors.__all__ if name.endswith("Error")}
    known |= {"AccessDenied", "NotFound"}
    classes = [
        node
        for module in modules()
        for node in ast.walk(module.tree)
        if isinstance(node, ast.ClassDef)
    ]
    while (
        more := {node.name for node in classes if known & {dotted(base) for base in node.bases}}
        - known
    ):
        known |= more
    return frozenset(known)


def _literals(node: ast.expr) -> Iterator[str]:
    """Yield the strings that an expression says outright."""
    match node:
        case ast.Constant(value=str(text)):
            yield text
        case ast.IfExp(body=body, orelse=orelse):
            yield from _literals(body)
            yield from _literals(orelse)


def _tabled(module: Module) -> set[str]:
    """Return the codes in a module's tables, from which its functions choose one to raise."""
    tables = [node for node in module.tree.body if isinstance(node, ast.Assign | ast.AnnAssign)]
    constants = (node for table in tables for node in ast.walk(table))
    texts = (node.value for node in constants if isinstance(node, ast.Constant))
    return {text for text in texts if isinstance(text, str) and CODE.fullmatch(text)}


def _codes(module: Module, call: ast.Call) -> set[str]:
    """Return the codes that a call may raise: written in it, or in the module's tables."""
    return set(_literals(call.args[0])) or _tabled(module)


def _makes_error(call: ast.Call) -> bool:
    if dotted(call.func).rpartition(".")[2] in families():
        return True
    if ast.unparse(call.func) != "super().__init__":
        return False
    return any(CODE.fullmatch(text) for text in _literals(call.args[0]))


def _calls(module: Module) -> Iterator[ast.Call]:
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Call) and node.args and _makes_error(node):
            yield node


@cache
def raises() -> tuple[Raise, ...]:
    """Return every place in the library where an error is made."""
    return tuple(
        Raise(
            code,
            frozenset(str(keyword.arg) for keyword in call.keywords if keyword.arg != "hint"),
            f"{module.at}:{call.lineno}",
            module.rooms,
        )
        for module in modules()
        if module.name != "govinteract.errors"  # the families themselves
        for call in _calls(module)
        for code in _codes(module, call)
    )


@cache
def catalogue(lang: str) -> dict[str, Message]:
    """Return the messages of a language by their ids."""
    found: dict[str, Message] = {}
    for path in sorted((CATALOGUES / lang / "LC_MESSAGES").glob("*.po")):
        with path.open("rb") as lines:
            messages = [message for message in read_po(lines, abort_invalid=True) if message.id]
        for message in messages:
            assert str(message.id).startswith(f"{path.stem}."), f"{path.name}: {message.id}"
            assert message.id not in found, f"{path.name}: {message.id} stands there twice"
            found[str(message.id)] = message
    return found


def placeholders(text: str) -> set[str]:
    """Return the names in braces."""
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


@cache
def spoken() -> frozenset[str]:
    """Return every quoted word of the library's files that may be, or begin, a message's id."""
    quoted = re.compile(r"""["'`]([a-z][a-z0-9_]*\.[a-z0-9_.]*)(?=["'`{])""")
    return frozenset(
        word
        for path in (SRC / "govinteract").rglob("*")
        if path.suffix in SPOKEN and path.is_file() and "static" not in path.parts
        for word in quoted.findall(path.read_text(encoding="utf-8"))
    )


def is_spoken(message_id: str) -> bool:
    """Tell whether the id, or a beginning of it that ends in `.` or `_`, stands in some file."""
    beginnings = (message_id[: at + 1] for at, letter in enumerate(message_id) if letter in "._")
    said = spoken()
    return message_id in said or any(beginning in said for beginning in list(beginnings)[1:])


def test_every_error_has_a_code_that_can_be_found() -> None:
    """A code stands where the error is made or in a table of that module; none is computed."""
    hidden = [
        f"{module.at}:{call.lineno}"
        for module in modules()
        if module.name != "govinteract.errors"
        for call in _calls(module)
        if not (codes := _codes(module, call)) or not all(map(CODE.fullmatch, codes))
    ]
    assert not hidden, "\n".join(hidden)


def test_every_code_begins_with_the_room_that_raises_it() -> None:
    """Whoever reads a code knows where to look; who stands above the rooms may use their words."""
    foreign = [
        f"{one.where}: {one.code}"
        for one in raises()
        if (said := one.code.partition(".")[0]) not in one.rooms
        and not (said in known_rooms() and ABOVE & set(one.rooms))
    ]
    assert not foreign, "\n".join(foreign)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_code_has_a_message(lang: str) -> None:
    """Nobody meets a bare code."""
    missing = {f"{one.code} ({one.where})" for one in raises() if one.code not in catalogue(lang)}
    assert not missing, "\n".join(sorted(missing))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_message_says_something(lang: str) -> None:
    """No message is empty, marked as doubtful or left over from before."""
    doubtful = [
        message_id
        for message_id, message in catalogue(lang).items()
        if not message.string or message.fuzzy
    ]
    assert not doubtful, "\n".join(doubtful)


def test_the_languages_have_the_same_messages_with_the_same_places() -> None:
    """What is said in one language is said in each, about the same things."""
    first, *others = (
        {key: placeholders(str(message.string)) for key, message in catalogue(lang).items()}
        for lang in LANGUAGES
    )
    for other in others:
        assert sorted(first.items()) == sorted(other.items())


def test_every_error_hands_its_message_what_it_names() -> None:
    """The places in a message and the params of each raise are the same."""
    wrong = []
    for one in raises():
        message = catalogue("en").get(one.code)
        named = placeholders(str(message.string)) if message else set()
        if message and not named <= one.params <= named | FOR_PROGRAMS:
            wrong.append(f"{one.where}: {one.code} gives {set(one.params)}, its message {named}")
    assert not wrong, "\n".join(wrong)


def test_no_message_is_unused() -> None:
    """Each message is raised, or asked for by its id or by how its id begins."""
    raised = {one.code for one in raises()}
    unused = [key for key in catalogue("en") if key not in raised and not is_spoken(key)]
    assert not unused, "\n".join(unused)


def test_the_catalogues_are_of_rooms() -> None:
    """There is one catalogue for each room and language, and none for what is no room."""
    for lang in LANGUAGES:
        found = {path.stem for path in (CATALOGUES / lang / "LC_MESSAGES").glob("*.po")}
        assert found <= known_rooms()

"""The public surface is a list that one can read."""

import ast
from collections.abc import Iterator
from importlib import import_module

import pytest

from tests.source import Module, modules


def _statements(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """Yield the statements of a module, those under `if TYPE_CHECKING` and `try` too."""
    for statement in body:
        yield statement
        for inner in ("body", "orelse", "handlers", "finalbody"):
            if isinstance(statement, ast.If | ast.Try | ast.ExceptHandler):
                yield from _statements(getattr(statement, inner, []))


def _defined(statement: ast.stmt) -> Iterator[str]:
    match statement:
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
            yield statement.name
        case ast.Assign(value=ast.Call(func=ast.Name(id="TypeVar" | "ParamSpec"))):
            return  # a letter in a signature, nothing that one would import
        case ast.Assign():
            nodes = (node for target in statement.targets for node in ast.walk(target))
            yield from (node.id for node in nodes if isinstance(node, ast.Name))
        case ast.AnnAssign(target=ast.Name(id=name)):
            yield name


def _brought(package: str, statement: ast.stmt) -> Iterator[str]:
    """Yield the names that a package takes from its own modules to offer them."""
    if isinstance(statement, ast.ImportFrom) and f"{statement.module}.".startswith(f"{package}."):
        yield from (alias.asname or alias.name for alias in statement.names)


def _public(module: Module) -> set[str]:
    names: set[str] = set()
    for statement in _statements(module.tree.body):
        names.update(_defined(statement))
        if module.is_package:
            names.update(_brought(module.name, statement))
    return {name for name in names if not name.startswith("_")}


def _imported(module: Module) -> set[str]:
    return {
        alias.asname or alias.name
        for statement in _statements(module.tree.body)
        if isinstance(statement, ast.ImportFrom)
        for alias in statement.names
    }


@pytest.mark.parametrize("module", modules(), ids=lambda module: module.name)
def test_all_names_what_is_importable(module: Module) -> None:
    """`__all__` has every public name that the module defines or offers, and no other."""
    offered = list(getattr(import_module(module.name), "__all__", []))
    public = _public(module)
    passed_on = set() if module.is_package else set(offered) & _imported(module)
    assert {name for name in offered if not name.startswith("__")} == public | passed_on
    assert len(offered) == len(set(offered))


@pytest.mark.parametrize(
    "module", [module for module in modules() if module.is_package], ids=lambda module: module.name
)
def test_everything_in_all_can_be_imported(module: Module) -> None:
    """A name that a package offers is there, also where it is loaded when first used."""
    package = import_module(module.name)
    assert [name for name in getattr(package, "__all__", []) if not hasattr(package, name)] == []


def test_an_unknown_name_is_refused_as_python_refuses_it() -> None:
    """The lazy front door raises AttributeError, so that hasattr() and `from` work."""
    assert not hasattr(import_module("govinteract"), "Minicipality")
    assert hasattr(import_module("govinteract"), "GovInteractError")

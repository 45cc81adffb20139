import ast
import pickle  # noqa: TID251 - to see it refused
from pathlib import Path
from typing import Any, cast

import pytest
from attrs import evolve
from attrs.exceptions import FrozenInstanceError

import govinteract
from govinteract.errors import AccessDenied
from govinteract.vault import Permit
from govinteract.vault.permit import GUARD
from tests.vault.house import permit
from tests.vault.test_sealed import SEALED

SOURCE = Path(govinteract.__file__).parent


def mint(guard: object) -> Permit:
    """Make a permit with `guard` as the guard's token."""
    return Permit(
        cast("Any", guard),
        transaction=None,
        actor="officer:an",
        purpose="resolve-report",
        basis="law",
        subjects=["s-1"],
        data_classes=["contact"],
    )


@pytest.mark.parametrize("forged", [None, object(), True, "GUARD", type(GUARD)()])
def test_permit_without_the_guards_token_is_refused(forged: object) -> None:
    """Nobody makes a permit who does not hold the guard's own token."""
    assert mint(GUARD).purpose == "resolve-report"
    with pytest.raises(AccessDenied) as refused:
        mint(forged)
    assert refused.value.code == "vault.permit_forged"


def names_in(path: Path) -> set[str]:
    """Return every name that a module's source uses, imports or takes as an attribute."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        match node:
            case ast.Name(id=name) | ast.Attribute(attr=name) | ast.alias(name=name):
                found.add(name)
            case ast.Constant(value=str(name)) if name == "GUARD":
                found.add(name)
    return found


def test_guard_alone_takes_the_token() -> None:
    """In the whole library, `consent.guard` is the one module beside its own that names GUARD."""
    users = [
        path.relative_to(SOURCE).as_posix()
        for path in SOURCE.rglob("*.py")
        if "GUARD" in names_in(path)
    ]
    assert sorted(users) == ["consent/guard.py", "vault/permit.py"]


def test_guard_alone_makes_permits() -> None:
    """In the whole library, `consent.guard` is the one module that calls `Permit`."""
    makers = [
        path.relative_to(SOURCE).as_posix()
        for path in SOURCE.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and "Permit" in ast.unparse(node.func).split(".")
    ]
    assert makers == ["consent/guard.py"]


def test_permit_covers_its_subjects_classes_and_transaction() -> None:
    """A permit covers what it was minted for, in its transaction, and nothing else."""
    transaction = object()
    given = permit(transaction, [SEALED])
    assert given.covers(SEALED, transaction)
    assert not given.covers(SEALED, object())
    assert not given.covers(evolve(SEALED, subject="s-2"), transaction)
    assert not given.covers(evolve(SEALED, data_class="content"), transaction)


def test_permit_can_not_be_changed_or_kept() -> None:
    """A permit is frozen and is not pickled."""
    given: Any = mint(GUARD)
    with pytest.raises(FrozenInstanceError):
        given.purpose = "moderate"
    with pytest.raises(AccessDenied):
        pickle.dumps(given)
    assert "resolve-report" in repr(given)

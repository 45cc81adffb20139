"""Fixtures of the vault's tests."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.vault.house import House


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """Return a house on SQLite with its keys made."""
    built = House.build(f"sqlite:///{tmp_path / 'ward.db'}")
    yield built
    built.engine.dispose()


@pytest.fixture
def any_house(new_database: Callable[..., str]) -> Iterator[House]:
    """Return a house on each kind of database."""
    built = House.build(new_database())
    yield built
    built.engine.dispose()

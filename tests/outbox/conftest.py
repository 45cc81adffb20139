"""The fixtures of a post office."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from govinteract.storage import open_engine
from tests.outbox.office import Office, make_table


@pytest.fixture
def office(new_database: Callable[..., str]) -> Iterator[Office]:
    """Return a post office, on each kind of database."""
    engine = open_engine(new_database(make_table))
    yield Office(engine)
    engine.dispose()


@pytest.fixture
def small_office(tmp_path: Path) -> Iterator[Office]:
    """Return a post office on an SQLite file, where the kind of database does not matter."""
    url = f"sqlite:///{tmp_path / 'ward.db'}"
    make_table(url)
    engine = open_engine(url)
    yield Office(engine)
    engine.dispose()

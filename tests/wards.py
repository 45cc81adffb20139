"""The fixture of a ward: ready to work, on each kind of database."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from govinteract import Locality
from govinteract.storage import open_engine, upgrade
from tests.support import Hands, make_ward


def migrate(url: str) -> None:
    """Make the tables in the database at `url`."""
    engine = open_engine(url, pool_size=1)
    upgrade(engine)
    engine.dispose()


@pytest.fixture
def hands() -> Hands:
    """Return the hands of the ward's clock."""
    return Hands()


@pytest.fixture
def ward(new_database: Callable[..., str], tmp_path: Path, hands: Hands) -> Iterator[Locality]:
    """Return a ward with tables and keys, on each kind of database."""
    with make_ward(tmp_path, new_database(migrate), clock=hands) as opened:
        yield opened


@pytest.fixture
def small_ward(tmp_path: Path, hands: Hands) -> Iterator[Locality]:
    """Return a ward on an SQLite file, where the kind of database does not matter."""
    with make_ward(tmp_path, clock=hands) as opened:
        yield opened

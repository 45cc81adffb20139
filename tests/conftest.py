"""Fixtures that every test may ask for: databases of each kind, and a browser's program."""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from hypothesis import settings

from tests.databases import Databases, Prepare, kinds

settings.register_profile("everyday", deadline=None, print_blob=True)
settings.register_profile("soak", deadline=None, print_blob=True, max_examples=10_000)
settings.load_profile(os.environ.get("GOVINTERACT_TEST_PROFILE", "everyday"))

DATABASES = pytest.StashKey[Databases]()


def pytest_configure(config: pytest.Config) -> None:
    """Make the folder that the processes of this run share, or find it."""
    told = getattr(config, "workerinput", None)  # in a worker of pytest-xdist
    if told is None:
        folder = tempfile.mkdtemp(prefix="gi-run-")
        config.add_cleanup(lambda: shutil.rmtree(folder, ignore_errors=True))
        config.stash[DATABASES] = Databases(Path(folder), os.getpid())
    else:
        config.stash[DATABASES] = Databases(Path(told["gi_shared"]), told["gi_guardian"])


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: object) -> None:
    """Tell a worker of pytest-xdist where the run's shared folder is."""
    databases = node.config.stash[DATABASES]  # type: ignore[attr-defined]  # xdist has no types
    node.workerinput["gi_shared"] = str(databases.shared)  # type: ignore[attr-defined]  # as above
    node.workerinput["gi_guardian"] = databases.guardian  # type: ignore[attr-defined]  # as above


@pytest.fixture(scope="session")
def databases(request: pytest.FixtureRequest) -> Databases:
    """Return the databases of this test run."""
    return request.config.stash[DATABASES]


def _marks(kind: str) -> list[pytest.MarkDecorator]:
    if kind == "sqlite":
        return []
    return [pytest.mark.postgres, *([pytest.mark.pg15] if kind == "pg15" else [])]


@pytest.fixture(params=[pytest.param(kind, marks=_marks(kind)) for kind in kinds()])
def database_kind(request: pytest.FixtureRequest) -> str:
    """Run the test once for each kind of database: SQLite, PostgreSQL 18 and 15, a given one."""
    return str(request.param)


@pytest.fixture
def new_database(
    database_kind: str, databases: Databases, tmp_path: Path
) -> Iterator[Callable[..., str]]:
    """Return `make(prepare=None)`, which makes a new database and returns its SQLAlchemy URL.

    It is dropped after the test. With a `prepare` function the database is a copy of one that
    `prepare(url)` filled once in this run, which is quicker than running the migrations again;
    `prepare` must close its connections.
    """
    with ExitStack() as lent:

        def make(prepare: Prepare | None = None) -> str:
            return lent.enter_context(databases.new(database_kind, tmp_path, prepare))

        yield make


@pytest.fixture
def database_url(new_database: Callable[..., str]) -> str:
    """Return the SQLAlchemy URL of a new, empty database."""
    return new_database()


@pytest.fixture(scope="session")
def chromium() -> str:
    """Return the path of the Chromium that the browser tests drive."""
    path = os.environ.get("GOVINTERACT_TEST_CHROMIUM") or shutil.which("chromium")
    if path is None:
        pytest.fail("no Chromium: run `make system-packages`, or install Debian's chromium")
    return path

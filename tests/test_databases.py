"""The databases that the tests run on."""

import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import create_engine, inspect, make_url, text
from sqlalchemy.pool import NullPool

from tests.databases import Databases, Server, kinds, running_server

PREPARED: list[str] = []


def prepare(url: str) -> None:
    """Make one table with one row, and count that it was asked to."""
    PREPARED.append(url)
    engine = create_engine(url, poolclass=NullPool)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE ward (name TEXT)"))
        connection.execute(text("INSERT INTO ward VALUES ('Phú Hội')"))


def test_a_new_database_is_empty_and_takes_rows(database_url: str) -> None:
    """Each test gets a database without tables, in which it can make some."""
    engine = create_engine(database_url, poolclass=NullPool)
    assert inspect(engine).get_table_names() == []
    prepare(database_url)
    assert inspect(engine).get_table_names() == ["ward"]


def test_a_prepared_database_is_a_copy_made_once(new_database: Callable[..., str]) -> None:
    """Two databases with the same preparation have its rows, and neither sees the other's."""
    before = len(PREPARED)
    first, second = (create_engine(new_database(prepare), poolclass=NullPool) for _ in range(2))
    with first.begin() as connection:
        connection.execute(text("DELETE FROM ward"))
    with second.connect() as connection:
        assert connection.execute(text("SELECT name FROM ward")).scalars().all() == ["Phú Hội"]
    assert len(PREPARED) - before <= 1


@pytest.mark.parametrize(
    ("kind", "major"),
    [
        pytest.param("pg18", 18, marks=pytest.mark.postgres),
        pytest.param("pg15", 15, marks=[pytest.mark.postgres, pytest.mark.pg15]),
    ],
)
def test_the_servers_are_of_the_versions_that_they_say(
    databases: Databases, kind: str, major: int
) -> None:
    """PostgreSQL 18 and 15 are two real servers."""
    with databases.server(kind).connect() as connection:
        assert connection.info.server_version // 10_000 == major


def test_at_least_one_real_postgresql_always_runs() -> None:
    """SQLite never stands for PostgreSQL: both are among the kinds on every machine."""
    assert {"sqlite", "pg18"} <= set(kinds())


@pytest.mark.postgres
def test_a_durable_server_waits_for_the_disk_and_a_shared_one_does_not(
    databases: Databases,
) -> None:
    """A server for measuring commits as in production; the shared one is only quick."""

    def fsync(server: Server) -> object:
        with server.connect() as connection:
            return connection.execute("SHOW fsync").fetchone()

    with running_server("pg18", durable=True) as own:
        assert fsync(own) == ("on",)
    assert fsync(databases.server("pg18")) == ("off",)


@pytest.mark.postgres
def test_a_server_ends_with_the_process_that_asked_for_it() -> None:
    """Nobody has to stop a server: it goes when its user goes, even by `kill -9`."""
    program = (
        "import os, sys; sys.path.insert(0, '.')\n"
        "from tests.databases import running_server\n"
        "with running_server('pg18') as server:\n"
        "    print(server.admin.query['host'], flush=True)\n"
        "    os.kill(os.getpid(), 9)\n"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False, timeout=60
    )
    home = Path(ran.stdout.strip())
    assert ran.returncode == -9, ran.stderr
    assert home.name.startswith("gi-pg18-")
    give_up = time.monotonic() + 30
    while home.exists() and time.monotonic() < give_up:
        time.sleep(0.05)
    assert not home.exists()


def test_a_prepared_file_needs_no_write_ahead_log(databases: Databases, tmp_path: Path) -> None:
    """A copied SQLite file has every row, whether or not the preparation used a WAL."""

    def with_wal(url: str) -> None:
        connection = sqlite3.connect(str(make_url(url).database))
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("CREATE TABLE t (n INTEGER)")
        connection.execute("INSERT INTO t VALUES (7)")
        connection.commit()
        connection.close()

    with databases.new("sqlite", tmp_path, with_wal) as url:
        connection = sqlite3.connect(str(make_url(url).database))
        assert connection.execute("SELECT n FROM t").fetchall() == [(7,)]
        connection.close()

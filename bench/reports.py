"""`import_rows_per_s`: bringing another system's records in, from CSV to committed facts.

The records are made up in the form of the City of Los Angeles' export, which the shipped
mapping reads, so that the measure needs no file that the project does not own: 10,000
rows, nineteen of twenty closed. What is timed is the whole command, process start included.
"""

import csv
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

ROWS = 10_000
MAPPING = Path("examples/ward/mappings/myla311.toml")
SERVICES = ("Bulky Items", "Graffiti Removal", "Single Streetlight Issue", "Dead Animal Removal")


def write_records(path: Path, rows: int) -> None:
    """Write `rows` fictional records to `path`."""
    with path.open("w", newline="", encoding="utf-8") as file:
        columns = (
            "srnumber", "requesttype", "status", "createddate", "updateddate", "closeddate",
            "requestsource", "owner", "latitude", "longitude", "address",
        )  # fmt: skip
        writer = csv.writer(file)
        writer.writerow(columns)
        for number in range(rows):
            closed = number % 20 != 0
            day, minute = 1 + number % 27, number % 60
            writer.writerow(
                [
                    f"1-{number}", SERVICES[number % len(SERVICES)], "Closed" if closed else "Open",
                    f"1/{day}/20 8:{minute:02}", f"1/{day + 1}/20 9:{minute:02}",
                    f"1/{day + 1}/20 9:{minute:02}" if closed else "", "Call", "BOS",
                    34 + number / 1e5, -118 - number / 1e5, f"{number} W FICTION ST, 90001",
                ]
            )  # fmt: skip


def run(*, rounds: int = 3) -> dict[str, dict[str, object]]:
    """Import into a new database each round; return what goes into `bench.json`."""
    rates = []
    with TemporaryDirectory(dir=Path("build")) as home:
        records = Path(home, "records.csv")
        write_records(records, ROWS)
        for number in range(rounds):
            environment = {
                "GOVINTERACT_DATABASE_URL": f"sqlite:///{Path(home, f'{number}.db').resolve()}",
                "GOVINTERACT_SINGLE_MACHINE": "true",
            }
            command = [sys.executable, "-m", "govinteract"]
            subprocess.run(
                [*command, "db", "upgrade"], check=True, env=environment, capture_output=True
            )
            start = time.perf_counter()
            said = subprocess.run(
                [*command, "import-reports", str(records), "--mapping", str(MAPPING)],
                check=True, env=environment, capture_output=True, text=True,
            ).stdout  # fmt: skip
            rates.append(ROWS / (time.perf_counter() - start))
            if said.splitlines()[-1] != f"created {ROWS}, already there 0, rejected 0":
                raise RuntimeError(said)
    return {
        "import_rows_per_s": {
            "value": round(max(rates)), "unit": "1/s, whole command, SQLite",
            "runs": [round(rate) for rate in rates],
        }
    }  # fmt: skip

"""`import_ms` and `first_read_ms`: what a new process costs before it is of use."""

import statistics
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.submit import open_ward, submitter

BARE = "pass"
IMPORT = "import govinteract"
FIRST_READ = """
import sys
from govinteract import Locality, Settings
from govinteract.kernel import Anonymous
settings = Settings.load(database_url=sys.argv[1], locality="hoa-binh", single_machine=True)
with Locality.open(settings) as ward, ward.acting_as(Anonymous(), purpose="self-access") as tx:
    case = tx.feedback.find(sys.argv[2])
    assert tx.open(case.text).reveal()
"""


def _milliseconds(program: str, *arguments: str) -> float:
    start = time.perf_counter()
    subprocess.run([sys.executable, "-c", program, *arguments], check=True)
    return (time.perf_counter() - start) * 1e3


def run(*, rounds: int = 9) -> dict[str, dict[str, object]]:
    """Time processes in turn; return the differences' medians for `bench.json`."""
    with TemporaryDirectory() as home:
        ward = open_ward(Path(home))
        receipt = submitter(ward)()
        ward.close()
        url = ward.settings.database_url
        code = receipt.code.text  # type: ignore[attr-defined]  # a Receipt
        imports, reads = [], []
        for _ in range(rounds):
            bare = _milliseconds(BARE)
            imports.append(_milliseconds(IMPORT) - bare)
            reads.append(_milliseconds(FIRST_READ, url, code))
    return {
        "import_ms": {
            "value": round(statistics.median(imports), 1), "unit": "ms beyond the interpreter",
            "runs": [round(value, 1) for value in imports],
        },
        "first_read_ms": {
            "value": round(statistics.median(reads), 1), "unit": "ms from process start",
            "runs": [round(value, 1) for value in reads],
        },
    }  # fmt: skip

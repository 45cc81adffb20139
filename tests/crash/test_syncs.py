"""One commit is one sync: nothing is acknowledged before it is on disk, and none is wasted."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = """
import sys
from pathlib import Path
from govinteract.feedback import Contact, Report
from govinteract.kernel import Anonymous
from tests.support import make_ward

ward = make_ward(Path(sys.argv[1]))
def submit(number):
    with ward.acting_as(Anonymous()) as tx:
        tx.feedback.submit(
            Report(service="street-light", text="x"), contact=Contact(phone="0912 345 678"),
            once=str(number),
        )
submit(0)
ward.engine.dispose()
submit(1)
open(sys.argv[1] + "/from-here", "w").close()
for number in range(20):
    submit(100 + number)
open(sys.argv[1] + "/to-here", "w").close()
"""


def test_a_submit_is_one_sync(tmp_path: Path) -> None:
    """Twenty submits are twenty syncs of the write-ahead log, counted by strace."""
    strace = shutil.which("strace")
    if strace is None:
        pytest.fail("strace is missing: run `make system-packages`")
    trace = tmp_path / "trace"
    subprocess.run(
        [strace, "-f", "-y", "-e", "trace=fsync,fdatasync,openat", "-o", str(trace),
         sys.executable, "-c", PROGRAM, str(tmp_path)],
        check=True, timeout=120,
    )  # fmt: skip
    lines = trace.read_text().splitlines()
    start = next(n for n, line in enumerate(lines) if "from-here" in line)
    end = next(n for n, line in enumerate(lines) if "to-here" in line)
    syncs = [line for line in lines[start:end] if "sync(" in line and "openat" not in line]
    assert len(syncs) == 20, syncs
    assert all("ward.db-wal" in line for line in syncs)

"""`log_verify_1m_s`: a million facts verified from their stored bytes; and what proofs cost.

SQLite, one process. The facts have the size of a sealed reply, four to a case. Each leaf
is hashed anew, its MAC, its place, every checkpoint and every tile compared.
"""

import itertools
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.rounds import per_second
from govinteract import Locality, Settings
from govinteract.facts import prove_inclusion, verify_bundle
from govinteract.kernel import System
from tests.facts.long_log import fill

__all__ = ["run"]


def run(*, count: int = 1_000_000, rounds: int = 3) -> dict[str, dict[str, object]]:
    """Measure; return what goes into `bench.json`."""
    with TemporaryDirectory() as home:
        settings = Settings.load(
            database_url=f"sqlite:///{home}/ward.db", key_file=Path(home, "ward.key"),
            locality="hoa-binh", single_machine=True,
        )  # fmt: skip
        with Locality(settings) as ward:
            ward.upgrade()
            fill(ward, count)
            return _measured(ward, count, rounds)


def _measured(ward: Locality, count: int, rounds: int) -> dict[str, dict[str, object]]:
    took = [_verify(ward) for _ in range(rounds)]
    with ward.acting_as(System("audit")) as tx:
        key = tx.log_keys.verifier
        cases = range(0, count // 4, 37)
        streams = itertools.cycle(f"case:0192f0c1-2b3a-7c4d-8e5f-{n:012x}" for n in cases)
        proofs = [prove_inclusion(tx.transaction, next(streams), 1).text for _ in range(200)]
        making = per_second(lambda: prove_inclusion(tx.transaction, next(streams), 1), 200)
    texts = itertools.cycle(proofs)
    checking = per_second(lambda: verify_bundle(next(texts), key), len(proofs))
    return {
        "log_verify_1m_s": {
            "value": round(min(took) * 1_000_000 / count, 1), "unit": "s, best of rounds",
            "runs": [round(one, 1) for one in took],
        },
        "log_proofs_per_s": {"value": round(making), "unit": "1/s", "runs": [round(making)]},
        "log_proof_checks_per_s": {
            "value": round(checking), "unit": "1/s", "runs": [round(checking)],
        },
    }  # fmt: skip


def _verify(ward: Locality) -> float:
    start = time.perf_counter()
    verdict = ward.verify()
    if not verdict.good:
        raise RuntimeError(verdict.wrong)
    return time.perf_counter() - start

"""A long log verifies quickly and in constant memory, and a single wrong byte in it is named."""

import time
import tracemalloc
from pathlib import Path

import pytest
from sqlalchemy import text

from govinteract.facts import prove_inclusion, verify_bundle
from govinteract.kernel import System
from tests.facts.long_log import fill
from tests.facts.test_proofs import log_key
from tests.support import Hands, make_ward

COUNT = 200_000
SECONDS_A_MILLION = 30


@pytest.mark.soak
def test_a_long_log_verifies_in_time(tmp_path: Path) -> None:
    """At the pace of a million facts in thirty seconds, each leaf made from its stored bytes."""
    with make_ward(tmp_path, clock=Hands()) as ward:
        fill(ward, COUNT)
        start = time.process_time()  # other programs of the machine are not our pace
        verdict = ward.verify()
        took = time.process_time() - start
        assert verdict.good
        assert verdict.size >= COUNT
        assert took < SECONDS_A_MILLION * COUNT / 1_000_000
        key = log_key(ward)
        for number in (0, COUNT // 2, COUNT - 1):
            stream = f"case:0192f0c1-2b3a-7c4d-8e5f-{number // 4:012x}"
            with ward.acting_as(System("audit")) as tx:
                proof = prove_inclusion(tx.transaction, stream, number % 4 + 1)
            assert verify_bundle(proof.text, key).fact.stream == stream


@pytest.mark.soak
def test_one_wrong_byte_among_many_is_named(tmp_path: Path) -> None:
    """Wherever it is, the fact is named; memory does not grow with the log."""
    with make_ward(tmp_path, clock=Hands()) as ward:
        fill(ward, COUNT // 4)
        tracemalloc.start()
        assert ward.verify().good
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert peak < 32_000_000
        for number in (0, 7, COUNT // 8, COUNT // 4 - 1):
            stream = f"case:0192f0c1-2b3a-7c4d-8e5f-{number // 4:012x}"
            where = f"where stream = '{stream}' and seq = {number % 4 + 1}"
            for change in ("'state'", "'stale'"), ("'stale'", "'state'"):
                with ward.acting_as(System("attacker")) as tx:
                    sql = (
                        f"update gi_fact set body = replace(body, {change[0]}, {change[1]}) {where}"
                    )
                    tx.transaction.write(text(sql))
                wrong = ward.verify().wrong
                if change[0] == "'state'":
                    assert f"{stream}#{number % 4 + 1}" in str(wrong)
                else:
                    assert wrong is None

"""Processes that were forked with one key in hand never use a nonce twice."""

from functools import partial
from pathlib import Path

from govinteract.kernel import SystemEntropy
from govinteract.vault import DataKey, EpochKey, Field, KeyMaterial, WrapScope
from tests.crash.forked import Worker

ENTROPY = SystemEntropy()
NONCE = slice(18, 30)


def _storm(home: Path, *, processes: int, each: int) -> None:
    """Seal with the same cipher in many processes at once and compare all nonces."""
    cipher = DataKey.generate(ENTROPY).fields(
        tenant="hoa-binh", data_class="contact", subject="s", entropy=ENTROPY
    )
    record, field = cipher.record("r"), Field("phone")
    record.seal(field, b"before the fork")

    def work(path: Path, tell: object) -> None:
        with path.open("wb") as file:
            for _message in range(each):
                file.write(record.seal(field, b"0912 345 678")[NONCE])

    files = [home / str(number) for number in range(processes)]
    for worker in [Worker(partial(work, path)) for path in files]:
        assert list(worker.told()) == []
    drawn = b"".join(path.read_bytes() for path in files)
    nonces = {drawn[start : start + 12] for start in range(0, len(drawn), 12)}
    assert len(nonces) == processes * each


def test_a_fork_storm(tmp_path: Path) -> None:
    """Eight processes seal eight hundred thousand values without a nonce twice."""
    _storm(tmp_path, processes=8, each=100_000)


def test_forked_processes_make_different_keys_and_wraps(tmp_path: Path) -> None:
    """Keys and wraps that are made after a fork differ in every process."""
    epoch = EpochKey(KeyMaterial.generate(ENTROPY), tenant="hoa-binh", epoch=1)
    shared = DataKey.generate(ENTROPY)
    scope = WrapScope("s", "contact", "resolve-report")

    def work(tell: object) -> None:
        assert callable(tell)
        wrapped = epoch.wrap(shared, scope, ENTROPY).hex()
        tell([DataKey.generate(ENTROPY).kid.hex(), wrapped])

    told = [thing for worker in [Worker(work) for _ in range(8)] for thing in worker.told()]
    assert len({kid for kid, _wrapped in told}) == len({wrapped for _kid, wrapped in told}) == 8

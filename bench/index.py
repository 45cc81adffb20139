"""`index_vs_hmac`: a digest of a blind index against the bare HMAC-SHA-256 that is in it.

The bare one is `hmac.digest` on bytes that are folded and encoded already, in the same
interleaved run. `_folding` is the way from a name as people write it to its digest.
"""

import hashlib
import hmac
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.rounds import interleaved
from bench.submit import open_ward
from govinteract.vault import BlindIndex

_KEY = bytes(range(32))
_NAME = "Nguyễn Thị Ngọc Ánh"
_PHONE = "+84912345678"
_ROUNDS, _COUNT = 60, 5_000  # many short rounds: the best of each is undisturbed


def run() -> dict[str, dict[str, object]]:
    """Measure and return what goes into `bench.json`."""
    equal = BlindIndex(field="contact.phone", kind="equal", bits=8)
    word = BlindIndex(field="contact.name", kind="word", bits=8)
    phone, name = _PHONE.encode(), b"anh"
    with TemporaryDirectory() as home, open_ward(Path(home)) as ward:
        ward.keyring.warm(ward.engine)
        hasher, by_word = (index.hasher(ward.keyring.keyed_hash) for index in (equal, word))

    def folded() -> object:
        return hasher.digest(_PHONE)

    def folding() -> object:
        return [by_word.digest(term) for term in word.terms(_NAME)]

    rates = interleaved(
        {
            "hmac": lambda: hmac.digest(_KEY, phone, hashlib.sha256),
            "folded": folded,
            "hmac_name": lambda: hmac.digest(_KEY, name, hashlib.sha256),
            "folding": folding,
        },
        rounds=_ROUNDS, count=_COUNT,
    )  # fmt: skip
    return {
        "index_vs_hmac": _ratio(rates["folded"], rates["hmac"]),
        "index_vs_hmac_folding": _ratio(rates["folding"], rates["hmac_name"]),
    }


def _ratio(ours: list[float], bare: list[float]) -> dict[str, object]:
    return {
        "value": round(max(ours) / max(bare), 3), "unit": "ratio of rates, best of rounds",
        "runs": [round(a / b, 3) for a, b in zip(ours, bare, strict=True)],
    }  # fmt: skip

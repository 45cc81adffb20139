"""`field_64b`, `field_1k`, `file_1m`, `open_checked_64b`: sealing against bare AES-256-GCM.

One operation is sealing and opening once. The bare one is `AESGCM` of `cryptography` with
the key object at hand, a fresh random nonce and 32 bytes of associated data that stand ready,
which stores nothing. Ours goes through the public calls, with a new record id every eight
fields. Fernet, Tink and sqlalchemy-utils take turns in the same run; none of them binds a
value to its place.

`open_checked_64b` opens a thousand values of a ward through the door: the guard decides, one
fact that names them all is committed to the log, and then they are opened. It is measured
against bare opening alone.
"""

import io
import itertools
import os
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from cryptography.fernet import Fernet
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from bench.rounds import per_second
from bench.submit import open_ward
from govinteract.kernel import Officer, SystemEntropy
from govinteract.vault import Context, DataKey, Field, FieldCipher, FileKey, KeyMaterial, Sealed

Work = Callable[[], object]
FIELDS = tuple(
    Field(name) for name in ("name", "phone", "email", "ward", "street", "no", "id", "x")
)
OPENED = 1_000
OFFICER = Officer("an", unit="ha-tang", roles=frozenset({"handler"}))
ENTROPY = SystemEntropy()


def bare(data: bytes) -> Work:
    """Return one seal and open with the cipher alone."""
    aead, aad, draw = AESGCM(os.urandom(32)), os.urandom(32), os.urandom

    def pair() -> None:
        nonce = draw(12)
        if aead.decrypt(nonce, aead.encrypt(nonce, data, aad), aad) != data:
            raise AssertionError

    return pair


def bare_opening(data: bytes) -> Work:
    """Return one opening with the cipher alone."""
    aead, aad, nonce = AESGCM(os.urandom(32)), os.urandom(32), os.urandom(12)
    sealed = aead.encrypt(nonce, data, aad)
    return lambda: aead.decrypt(nonce, sealed, aad)


def _cipher() -> FieldCipher:
    return DataKey.generate(ENTROPY, room=2**62).fields(
        tenant="phuong-hoa-binh", data_class="contact",
        subject="019ac2b0-7c00-7000-8000-000000000001", entropy=ENTROPY,
    )  # fmt: skip


def record_of_fields(data: bytes) -> Work:
    """Return eight seals and opens of ours: the fields of one record, a new one each time."""
    cipher, numbers = _cipher(), itertools.count()

    def eight() -> None:
        record = cipher.record(f"019ac2b0-7c00-7000-8000-{next(numbers):012x}")
        for field in FIELDS:
            if record.open(field, record.seal(field, data)) != data:
                raise AssertionError

    return eight


def fernet(data: bytes) -> Work:
    """Return one seal and open with Fernet."""
    cipher = Fernet(Fernet.generate_key())

    def pair() -> None:
        if cipher.decrypt(cipher.encrypt(data)) != data:
            raise AssertionError

    return pair


def tink(data: bytes) -> Work:
    """Return one seal and open with Tink's AES-256-GCM."""
    import tink as library
    from tink import aead

    aead.register()
    handle = library.new_keyset_handle(aead.aead_key_templates.AES256_GCM)
    cipher, aad = handle.primitive(aead.Aead), os.urandom(32)

    def pair() -> None:
        if cipher.decrypt(cipher.encrypt(data, aad), aad) != data:
            raise AssertionError

    return pair


def sqlalchemy_utils(data: bytes) -> Work:
    """Return one seal and open with the AES-GCM engine of sqlalchemy-utils, which takes text."""
    from sqlalchemy_utils.types.encrypted.encrypted_type import AesGcmEngine

    engine, text = AesGcmEngine(), data.decode("latin-1")
    engine._update_key(os.urandom(32))

    def pair() -> None:
        if engine.decrypt(engine.encrypt(text)) != text:
            raise AssertionError

    return pair


def whole_file(data: bytes) -> Work:
    """Return one seal and open of a file of ours."""
    place = Context(
        tenant="phuong-hoa-binh", data_class="evidence", subject="s", record="r",
        field="photo.1", type="image/jpeg",
    )  # fmt: skip
    key = FileKey(KeyMaterial.generate(ENTROPY), place)

    def pair() -> None:
        sink = io.BytesIO()
        key.seal(io.BytesIO(data), sink)
        if key.open_bytes(sink.getvalue()) != data:
            raise AssertionError

    return pair


def checked_openings(home: Path) -> tuple[Work, Callable[[], None]]:
    """Return one opening of a thousand values through a ward's door, and what closes it."""
    ward = open_ward(home)
    ward.keyring.warm(ward.engine)
    with ward.acting_as(OFFICER) as tx:
        subject = tx.vault.new_subject()
        sealed: list[Sealed] = [
            tx.vault.seal(
                "x" * 64, subject=subject, data_class="contact", record=f"record-{number // 8}",
                field=f"field-{number % 8}",
            )
            for number in range(OPENED)
        ]  # fmt: skip

    def thousand() -> None:
        with ward.acting_as(OFFICER, purpose="resolve-report") as tx:
            if tx.open_all(sealed)[-1].reveal() != "x" * 64:
                raise AssertionError

    return thousand, ward.close


def run(*, rounds: int = 40) -> dict[str, dict[str, object]]:
    """Measure in turn; return ratios for `bench.json`."""
    small, page, file = os.urandom(64), os.urandom(1024), os.urandom(2**20)
    results: dict[str, dict[str, object]] = {}
    for name, data in (("field_64b", small), ("field_1k", page)):
        rates = _alternate(
            {
                "bare": (bare(data), 2_000), "ours": (record_of_fields(data), 250),
                "tink": (tink(data), 2_000), "fernet": (fernet(data), 200),
                "sqlalchemy_utils": (sqlalchemy_utils(data), 200),
            },
            rounds,
        )  # fmt: skip
        results[name] = _ratio(rates, "bare", times=len(FIELDS))
        for other in ("tink", "fernet", "sqlalchemy_utils"):
            results[f"{name}_vs_{other}"] = _ratio(rates, other, times=len(FIELDS))
    rates = _alternate({"ours": (whole_file(file), 4), "bare": (bare(file), 4)}, rounds)
    results["file_1m"] = _ratio(rates, "bare")
    results["open_checked_64b"] = _checked(small, rounds)
    return results


def _checked(data: bytes, rounds: int) -> dict[str, object]:
    build = Path("build")
    build.mkdir(exist_ok=True)
    with TemporaryDirectory(dir=build) as home:
        opening, close = checked_openings(Path(home))
        candidates = {"ours": (opening, 1), "bare_opening": (bare_opening(data), 2_000)}
        rates = _alternate(candidates, rounds)
        close()
    return _ratio(rates, "bare_opening", times=OPENED)


def _alternate(candidates: dict[str, tuple[Work, int]], rounds: int) -> dict[str, list[float]]:
    """Let each candidate run its count a round, in turn, after a round that warms."""
    rates: dict[str, list[float]] = {name: [] for name in candidates}
    for number in range(rounds + 1):
        for name, (work, count) in candidates.items():
            rate = per_second(work, count)
            if number:
                rates[name].append(rate)
    return rates


def _ratio(rates: dict[str, list[float]], to: str, *, times: int = 1) -> dict[str, object]:
    """Return the ratio of the best rounds; one run of ours does `times` operations."""
    pairs = zip(rates["ours"], rates[to], strict=True)
    return {
        "value": round(times * max(rates["ours"]) / max(rates[to]), 3),
        "unit": f"of {to.replace('_', ' ')}, best of rounds",
        "runs": [round(times * ours / theirs, 3) for ours, theirs in pairs],
    }

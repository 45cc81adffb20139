import base64
import hashlib
import io
import json
import pickle  # noqa: TID251 - to see it refused
import tracemalloc
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cryptography_vectors
import pytest
from cryptography.cobblestone import Cobblestone256Decryptor
from cryptography.hazmat.primitives.hashes import SHA256
from hypothesis import given
from hypothesis import strategies as st

from govinteract.errors import CryptoError
from govinteract.vault import Context, FileKey, FileReader, KeyMaterial
from govinteract.vault.blob import CHUNK

MATERIAL = KeyMaterial(bytes(range(32)))
PLACE = Context(
    tenant="hoa-binh", data_class="evidence", subject="s-1", record="r-1", field="photo",
    type="image/jpeg",
)  # fmt: skip
KEY = FileKey(MATERIAL, PLACE)
PUBLISHED = Path(cryptography_vectors.__file__).parent / "chunked-encryption" / "vectors.json"


def pattern(size: int) -> bytes:
    """Return `size` bytes in which no place looks like another."""
    return b"".join(n.to_bytes(4, "big") for n in range(size // 4 + 1))[:size]


def seal(plain: bytes) -> bytes:
    """Seal `plain` and return the stream."""
    sink = io.BytesIO()
    assert KEY.seal(io.BytesIO(plain), sink) == len(plain)
    return sink.getvalue()


def refused(action: Callable[[], object]) -> None:
    """See that `action` is refused as everything is."""
    with pytest.raises(CryptoError) as error:
        action()
    assert error.value.code == "vault.open_failed"


EDGES = [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK - 1, 2 * CHUNK, 3 * CHUNK + 5, 200_000]


@pytest.mark.parametrize("size", EDGES)
def test_stream_of_any_size_reads_back_whole_and_in_parts(size: int) -> None:
    """A stream reads back whole, and every part of it from the middle."""
    plain = pattern(size)
    stream = seal(plain)
    reader = KEY.reader(io.BytesIO(stream))
    assert KEY.open_bytes(stream) == plain
    assert reader.size == size
    for start in {0, 1, size // 2, max(size - 1, 0), size, size + 1, CHUNK - 1, CHUNK}:
        for length in (0, 1, 2, CHUNK, CHUNK + 1, size + 1):
            assert reader.read(start, length) == plain[start : start + length]
    assert reader.read(-1, 10) == b""


READER_PLAIN = pattern(5 * CHUNK + 777)
READER = KEY.reader(io.BytesIO(seal(READER_PLAIN)))


@given(st.integers(0, 6 * CHUNK), st.integers(0, 3 * CHUNK))
def test_any_range_is_what_it_is_in_the_plaintext(start: int, length: int) -> None:
    """Reading a range gives those bytes of the plaintext."""
    assert READER.read(start, length) == READER_PLAIN[start : start + length]


def test_library_reads_what_cryptography_reads() -> None:
    """The stream is plain Cobblestone-256 with the canonical context of the place."""
    plain = pattern(20_000)
    cipher = Cobblestone256Decryptor(MATERIAL.secret(), PLACE.canonical("gi/file/v1"))
    assert cipher.update(seal(plain)) + cipher.finalize() == plain


@pytest.mark.parametrize("size", [0, 5, CHUNK, CHUNK + 5, 3 * CHUNK])
def test_stream_cut_anywhere_has_no_size(size: int) -> None:
    """A stream cut short, at chunk borders too, is refused before the first byte is read."""
    stream = seal(pattern(size))
    assert KEY.reader(io.BytesIO(stream)).size == size
    borders = {56 + k * (CHUNK + 16) + d for k in range(4) for d in (-1, 0, 1, 15, 16, 17)}
    cuts = {n for n in borders | {0, 1, 23, 24, 55, 56} if 0 <= n < len(stream)}
    for cut in cuts:
        refused(lambda cut=cut: KEY.reader(io.BytesIO(stream[:cut])))  # type: ignore[misc]  # mypy can't infer cut
        refused(lambda cut=cut: KEY.open_bytes(stream[:cut]))  # type: ignore[misc]  # as above
    refused(lambda: KEY.reader(io.BytesIO(stream + b"\x00")))


def test_changed_byte_is_refused_where_it_is_read() -> None:
    """A changed chunk is refused when it is read; chunks that stand are read as before."""
    plain = pattern(3 * CHUNK)
    stream = bytearray(seal(plain))
    stream[56 + CHUNK + 16 + 5] ^= 1  # in the second chunk
    reader = KEY.reader(io.BytesIO(stream))
    assert reader.read(0, CHUNK) == plain[:CHUNK]
    refused(lambda: reader.read(0, CHUNK + 1))
    refused(lambda: KEY.open_bytes(bytes(stream)))
    for place in (0, 23, 24, 55):  # salt and commitment
        broken = bytearray(seal(plain))
        broken[place] ^= 1
        refused(lambda b=bytes(broken): KEY.reader(io.BytesIO(b)))  # type: ignore[misc]  # mypy can't infer b


def test_exchanged_chunks_are_refused() -> None:
    """Chunks can't change places or be repeated."""
    stream, sealed = seal(pattern(3 * CHUNK + 9)), CHUNK + 16
    head, one, two = stream[:56], stream[56 : 56 + sealed], stream[56 + sealed : 56 + 2 * sealed]
    rest = stream[56 + 2 * sealed :]
    assert KEY.open_bytes(head + one + two + rest)
    refused(lambda: KEY.open_bytes(head + two + one + rest))
    refused(lambda: KEY.open_bytes(head + one + one + rest))
    reader = KEY.reader(io.BytesIO(head + two + one + rest))
    refused(lambda: reader.read(0, 1))


@pytest.mark.parametrize("part", ["tenant", "data_class", "subject", "record", "field", "type"])
def test_stream_of_another_place_is_refused(part: str) -> None:
    """A file's bytes open at their own place only, also under the same key."""
    stream = seal(b"picture")
    moved: dict[str, Any] = {
        name: getattr(PLACE, name)
        for name in ("tenant", "data_class", "subject", "record", "field", "type", "rev")
    }
    assert FileKey(MATERIAL, Context(**moved)).open_bytes(stream) == b"picture"
    other = FileKey(MATERIAL, Context(**{**moved, part: "x"}))
    refused(lambda: other.open_bytes(stream))
    refused(lambda: other.reader(io.BytesIO(stream)))


def test_large_file_is_sealed_and_read_in_constant_memory(tmp_path: Path) -> None:
    """Sealing, reading whole and reading from the middle hold no more than a few chunks."""
    plain, stream = tmp_path / "plain", tmp_path / "stream"
    with plain.open("wb") as sink:
        sink.truncate(24 * 2**20)
    tracemalloc.start()
    with plain.open("rb") as source, stream.open("wb") as sink:
        KEY.seal(source, sink)
    with stream.open("rb") as source:
        assert sum(map(len, KEY.pieces(source))) == 24 * 2**20
        reader = KEY.reader(source)
        assert reader.read(12 * 2**20, 4096) == bytes(4096)
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 2**20


def test_file_key_shows_and_pickles_nothing() -> None:
    """A file's key names its content type and nothing else, and is not pickled."""
    assert repr(KEY) == "<FileKey image/jpeg>"
    with pytest.raises(CryptoError):
        pickle.dumps(KEY)


class Sha256Reader(FileReader):
    """The same reader for the instantiation with SHA-256, of which vectors are published."""

    _HASH = SHA256


def _published() -> list[dict[str, Any]]:
    vectors = json.loads(PUBLISHED.read_text(encoding="utf-8"))["vectors"]
    return [vector for vector in vectors if vector["aead"] == "AEAD_AES_256_GCM"]


@pytest.mark.parametrize("vector", _published(), ids=lambda vector: vector["name"])
def test_published_vectors_of_chunked_encryption(vector: dict[str, Any]) -> None:
    """Random access opens every good published stream and refuses every broken one."""

    def read() -> bytes:
        stream = base64.b64decode(vector["ciphertext"] or "")
        if vector.get("compressed"):
            stream = zlib.decompress(stream)
        key, context = KeyMaterial(bytes.fromhex(vector["key"])), vector["context"].encode()
        reader = Sha256Reader(key, context, io.BytesIO(stream))
        return b"".join(reader.read(at, 5000) for at in range(0, reader.size, 5000))

    if vector["expect"] == "success":
        assert hashlib.sha256(read()).hexdigest() == vector["payload_sha256"]
    else:
        with pytest.raises(CryptoError) as error:
            read()
        misfit = vector["name"].endswith(("short_key", "long_key"))
        assert error.value.code == ("vault.key_length" if misfit else "vault.open_failed")

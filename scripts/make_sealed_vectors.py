"""Writes vectors of sealed submissions into tests/vectors/sealed-v1.json.

HPKE and Cobblestone draw their own randomness, so each run gives other bytes: the file is
written once for a version of the format and kept. Both readers open every good entry and
refuse every broken one, each for the one fault that its name tells.

    python -m scripts.make_sealed_vectors
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from attrs import evolve

from govinteract.kernel import SystemEntropy
from govinteract.sealed import Envelope, Place, ReaderSecret, Suite, seal
from govinteract.sealed.reader_key import to_base64

TARGET = Path(__file__).parent.parent / "tests" / "vectors" / "sealed-v1.json"
PLACE = Place("phuong-hoa-binh", "0192f0c1-2b3a-4c4d-8e5f-60718293a4b5")
TEXT = "Ông Khưu nhận tiền ở kho Phượng Vĩ."
ENTROPY = SystemEntropy()
SECRETS = tuple(ENTROPY.bytes(64) for _ in range(3))
READERS = tuple(map(ReaderSecret, SECRETS))


def _entry(name: str, envelope: Envelope, reader: int = 0) -> dict[str, Any]:
    return {
        "name": name, "tenant": envelope.place.tenant, "id": envelope.place.id, "reader": reader,
        "content": to_base64(envelope.content), "wraps": [to_base64(w) for w in envelope.wraps],
    }  # fmt: skip


def _good() -> list[dict[str, Any]]:
    both = [READERS[0].key, READERS[1].key]
    found = []
    for suite in Suite:
        for name, text in (("empty", ""), ("a sentence", TEXT), ("full block", "a" * 4092)):
            envelope = seal(text, both, PLACE, entropy=ENTROPY, suite=suite)
            for reader in range(2):
                entry = _entry(f"{suite.value}, {name}, reader {reader}", envelope, reader)
                found.append(entry | {"text": text})
    exact = seal("b" * 16380, both[:1], PLACE, entropy=ENTROPY, suite=Suite.CLASSIC)
    found.append(_entry("last chunk empty", exact) | {"text": "b" * 16380})
    return found


def flipped(data: bytes, at: int) -> bytes:
    """Return `data` with one bit of the byte `at` turned."""
    at %= len(data)
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


def faults(envelope: Envelope, other: Envelope) -> dict[str, Envelope]:
    """Return `envelope` with one fault each; `other` is sealed to the same key elsewhere."""
    (wrap,), content, place = envelope.wraps, envelope.content, envelope.place
    wraps = {
        "magic": flipped(wrap, 0), "version": flipped(wrap, 1), "key id": flipped(wrap, 3),
        "suite": wrap[:2] + bytes([wrap[2] ^ 3]) + wrap[3:], "enc": flipped(wrap, 19),
        "enc, last byte": flipped(wrap, -49), "sealed key": flipped(wrap, -48),
        "wrap's tag": flipped(wrap, -1), "wrap cut": wrap[:-1], "wrap longer": wrap + b"\0",
        "wrap of another submission": other.wraps[0],
    }  # fmt: skip
    contents = {
        "salt": flipped(content, 0), "commitment": flipped(content, 24),
        "ciphertext": flipped(content, 56), "content's tag": flipped(content, -1),
        "content cut": content[:-1], "content longer": content + b"\0",
        "content of another submission": other.content,
    }  # fmt: skip
    return {
        **{name: evolve(envelope, wraps=(one,)) for name, one in wraps.items()},
        **{name: evolve(envelope, content=one) for name, one in contents.items()},
        "another tenant": evolve(envelope, place=evolve(place, tenant="phuong-phu-hoi")),
        "another id": evolve(envelope, place=evolve(place, id=other.place.id)),
        "no wrap": evolve(envelope, wraps=()),
    }


def _broken() -> list[dict[str, Any]]:
    found, elsewhere = [], Place(PLACE.tenant, "0192f0c1-2b3a-4c4d-8e5f-aabbccddeeff")
    for suite in Suite:
        keys = [READERS[0].key]
        envelope = seal(TEXT, keys, PLACE, entropy=ENTROPY, suite=suite)
        other = seal(TEXT, keys, elsewhere, entropy=ENTROPY, suite=suite)
        for name, one in faults(envelope, other).items():
            found.append(_entry(f"{suite.value}, {name}", one))
        found.append(_entry(f"{suite.value}, another reader", envelope, 2))
    return found


def main() -> None:
    """Write the file anew."""
    readers = [
        {
            "secret": to_base64(secret),
            "public": to_base64(reader.key.raw),
            "kid": reader.key.kid.hex(),
        }
        for secret, reader in zip(SECRETS, READERS, strict=True)
    ]
    document = {
        "format": "S | 01 | suite | kid 16 | enc | ciphertext 32 | tag 16; Cobblestone-256",
        "readers": readers, "good": _good(), "broken": _broken(),
    }  # fmt: skip
    TARGET.write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    print(f"wrote {TARGET}")


if __name__ == "__main__":
    main()

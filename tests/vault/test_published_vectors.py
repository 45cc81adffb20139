"""The published vectors of the primitives that the vault and its successors stand on.

They come with `cryptography` of the same release. What they check is the build at hand:
an OpenSSL that was compiled differently shows here before it shows in somebody's data.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cryptography_vectors
import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import keywrap
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

HOME = Path(cryptography_vectors.__file__).parent


def records(path: str) -> Iterator[dict[str, str]]:
    """Yield the records of a NIST response file: `NAME = value` lines, FAIL alone."""
    record: dict[str, str] = {}
    for line in (HOME / path).read_text("ascii").splitlines():
        if line.startswith("COUNT") and record:
            yield record
            record = {}
        name, equals, value = line.partition(" = ")
        if equals and not line.startswith(("#", "[", "COUNT")):
            record[name.lower()] = value
        elif line.strip() == "FAIL":
            record["fail"] = ""
    yield record


def test_aes_256_gcm_opens_and_refuses_as_nist_says() -> None:
    """AES-256-GCM with 96-bit nonces and full tags agrees with NIST's CAVP decryption vectors."""
    good = refused = 0
    for record in records("ciphers/AES/GCM/gcmDecrypt256.rsp"):
        if len(record["iv"]) != 24 or len(record["tag"]) != 32:
            continue
        sealed = bytes.fromhex(record["ct"] + record["tag"])
        aead, nonce = AESGCM(bytes.fromhex(record["key"])), bytes.fromhex(record["iv"])
        aad = bytes.fromhex(record["aad"])
        if "fail" in record:
            refused += 1
            with pytest.raises(InvalidTag):
                aead.decrypt(nonce, sealed, aad)
        else:
            good += 1
            assert aead.decrypt(nonce, sealed, aad).hex() == record["pt"]
    assert good > 100
    assert refused > 100


@pytest.mark.parametrize(
    ("name", "wrap", "unwrap"),
    [
        ("KW", keywrap.aes_key_wrap, keywrap.aes_key_unwrap),
        ("KWP", keywrap.aes_key_wrap_with_padding, keywrap.aes_key_unwrap_with_padding),
    ],
)
def test_key_wrap_agrees_with_nist(name: str, wrap: Any, unwrap: Any) -> None:
    """AES key wrap, with and without padding, agrees with NIST's CAVP vectors both ways."""
    folder = "keywrap/kwtestvectors"
    for record in records(f"{folder}/{name}_AE_256.txt"):
        key, plain = bytes.fromhex(record["k"]), bytes.fromhex(record["p"])
        assert wrap(key, plain).hex() == record["c"]
        assert unwrap(key, bytes.fromhex(record["c"])) == plain
    refused = 0
    for record in records(f"{folder}/{name}_AD_256.txt"):
        key, wrapped = bytes.fromhex(record["k"]), bytes.fromhex(record["c"])
        if "fail" in record:
            refused += 1
            with pytest.raises(keywrap.InvalidUnwrap):
                unwrap(key, wrapped)
        else:
            assert unwrap(key, wrapped).hex() == record["p"]
    assert refused > 10


AEADS = {1: AEAD.AES_128_GCM, 2: AEAD.AES_256_GCM, 3: AEAD.CHACHA20_POLY1305}


def test_hpke_agrees_with_rfc_9180() -> None:
    """HPKE base mode with X25519 and HKDF-SHA-256 opens the vectors of RFC 9180."""
    vectors = json.loads((HOME / "HPKE" / "test-vectors.json").read_text("utf-8"))
    opened = 0
    for vector in vectors:
        suite_id = (vector["mode"], vector["kem_id"], vector["kdf_id"])
        if suite_id != (0, 0x20, 1) or vector["aead_id"] not in AEADS:
            continue
        suite: Any = Suite(KEM.X25519, KDF.HKDF_SHA256, AEADS[vector["aead_id"]])
        first = vector["encryptions"][0]
        plain = suite._decrypt_with_aad(
            bytes.fromhex(vector["enc"] + first["ct"]),
            X25519PrivateKey.from_private_bytes(bytes.fromhex(vector["skRm"])),
            bytes.fromhex(vector["info"]),
            bytes.fromhex(first["aad"]),
        )
        assert plain.hex() == first["pt"]
        opened += 1
    assert opened == 3

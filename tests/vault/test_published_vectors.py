"""The published vectors of the primitives that the vault and its successors stand on.

They come with `cryptography` of the same release. What they check is the build at hand:
an OpenSSL that was compiled differently shows here before it shows in somebody's data.
"""

import hashlib
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import cryptography_vectors
import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.bindings import _rust
from cryptography.hazmat.primitives import keywrap
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hpke import (
    AEAD,
    KDF,
    KEM,
    MLKEM768X25519PrivateKey,
    Suite,
)

HOME = Path(cryptography_vectors.__file__).parent


def records(path: str) -> Iterator[dict[str, str]]:
    """Yield the records of a NIST response file: `NAME = value` lines, FAIL alone."""
    record: dict[str, str] = {}
    for line in (HOME / path).read_text("ascii").splitlines():
        name, equals, value = line.partition(" =")
        if name.lower() == "count":
            if record:
                yield record
            record = {}
        elif equals and not line.startswith(("#", "[")):
            record[name.lower()] = value.strip()
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


Wrapping = Callable[[bytes, bytes], bytes]


@pytest.mark.parametrize(
    ("name", "wrap", "unwrap"),
    [
        ("KW", keywrap.aes_key_wrap, keywrap.aes_key_unwrap),
        ("KWP", keywrap.aes_key_wrap_with_padding, keywrap.aes_key_unwrap_with_padding),
    ],
)
def test_key_wrap_agrees_with_nist(name: str, wrap: Wrapping, unwrap: Wrapping) -> None:
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
KDFS = {1: KDF.HKDF_SHA256, 17: KDF.SHAKE256}


def x25519_key(secret: bytes) -> X25519PrivateKey:
    """Read an X25519 private key."""
    return X25519PrivateKey.from_private_bytes(secret)


def x_wing_key(seed: bytes) -> MLKEM768X25519PrivateKey:
    """Expand the 32-byte seed of X-Wing into its two private keys."""
    expanded = hashlib.shake_256(seed).digest(96)
    return MLKEM768X25519PrivateKey(
        MLKEM768PrivateKey.from_seed_bytes(expanded[:64]), x25519_key(expanded[64:])
    )


@pytest.mark.parametrize(
    ("file", "kem_id", "kem", "read_key", "count"),
    [
        ("test-vectors.json", 0x20, KEM.X25519, x25519_key, 3),
        ("hpke-pq-test-vectors.json", 0x647A, KEM.MLKEM768_X25519, x_wing_key, 2),
    ],
)
def test_hpke_opens_the_published_messages(
    file: str, kem_id: int, kem: KEM, read_key: Callable[[bytes], Any], count: int
) -> None:
    """HPKE in base mode, with X25519 (RFC 9180) and the hybrid X-Wing, opens what is published."""
    opened = 0
    for vector in json.loads((HOME / "HPKE" / file).read_text("utf-8")):
        kdf, aead = KDFS.get(vector["kdf_id"]), AEADS.get(vector["aead_id"])
        if (vector["mode"], vector["kem_id"]) != (0, kem_id) or kdf is None or aead is None:
            continue
        first = vector["encryptions"][0]
        plain = _rust.openssl.hpke._decrypt_with_aad(
            Suite(kem, kdf, aead),
            bytes.fromhex(vector["enc"] + first["ct"]),
            read_key(bytes.fromhex(vector["skRm"])),
            bytes.fromhex(vector["info"]),
            bytes.fromhex(first["aad"]),
        )
        assert plain.hex() == first["pt"]
        opened += 1
    assert opened == count

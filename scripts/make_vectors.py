"""Writes the published vectors of the vault's formats into tests/vectors.

The bytes are the same on every run: keys, nonces and salts come from a counter under
SHA-256. A test runs this and compares, and another reads the files with a second reader in
another language (tests/vectors/read.mjs). Good entries must open and give the plaintext;
broken ones must be refused, each for the one fault that its name tells.

    python scripts/make_vectors.py
"""

from __future__ import annotations

import hashlib
import json
import struct
from base64 import b64encode
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unicodedata import normalize

from attrs import asdict, evolve
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA512
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from govinteract.kernel.framing import frame
from govinteract.vault import Context, DataKey, EpochKey, Field, KeyMaterial, WrapScope
from govinteract.vault.context import FILE_DOMAIN, canonical
from govinteract.vault.envelope import to_text
from govinteract.vault.key_file import LocalKeyFile
from govinteract.vault.provider import tenant_key_context

if TYPE_CHECKING:
    import builtins

TARGET = Path(__file__).parent.parent / "tests" / "vectors"
Entry = dict[str, Any]

HOME = Context(
    tenant="phuong-hoa-binh",
    data_class="contact",
    subject="0192f0c1-2b3a-7c4d-8e5f-60718293a4b5",
    record="0192f0c1-2b3a-7c4d-8e5f-aabbccddeeff",
    field="phone",
    type="text",
    rev=1,
)
_EMPTY = Context(tenant="", data_class="", subject="", record="", field="", type="")
_SHORT = Context(tenant="t", data_class="c", subject="s", record="r", field="f", type="y", rev=9)
PHONE = b"0912 345 678"
_SIZES = (0, 1, 2, 11, 12, 13, 15, 16, 17, 31, 32, 33, 63, 64, 65, 100, 127, 128, 129, 255, 256,
          257, 511, 512, 1000, 1024, 2048, 4096)  # fmt: skip


class CountedEntropy:
    """Random-looking bytes that are the same on every run: SHA-256 over a label and a count."""

    def __init__(self, label: str) -> None:
        self._label = label
        self._count = 0

    def bytes(self, n: int) -> builtins.bytes:
        """Return the next `n` bytes (at most 32)."""
        self._count += 1
        return hashlib.sha256(f"{self._label} {self._count}".encode()).digest()[:n]


def _key(label: str) -> KeyMaterial:
    return KeyMaterial.generate(CountedEntropy(label))


def _place(context: Context) -> Entry:
    return {**asdict(context), "rev": str(context.rev)}  # as text: JSON's numbers end at 2^53


def _flip(data: bytes, place: int) -> bytes:
    return data[:place] + bytes([data[place] ^ 0x01]) + data[place + 1 :]


def _seal(key: KeyMaterial, place: Context, plaintext: bytes, label: str) -> bytes:
    cipher = DataKey(key).fields(
        tenant=place.tenant,
        data_class=place.data_class,
        subject=place.subject,
        entropy=CountedEntropy(label),
    )
    field = Field(place.field, place.type, place.rev)
    return cipher.record(place.record).seal(field, plaintext)


# The field envelope


def _good_fields() -> list[Entry]:
    places = [
        ("home", HOME),
        ("Vietnamese names", evolve(HOME, tenant="phường Hòa Bình", field="họ tên")),
        ("NFD context", evolve(HOME, tenant=normalize("NFD", "phường Hòa Bình"))),
        ("NFC context, same bytes", evolve(HOME, tenant="phường Hòa Bình")),
        ("empty record", evolve(HOME, record="")),
        ("all empty", _EMPTY),
        ("one character each", _SHORT),
        ("outside the plane", evolve(HOME, record="hồ sơ 🏠")),
        ("separators", evolve(HOME, record="a|b", field="c/d|e")),
        ("control characters", evolve(HOME, record="a\x00b", field="c\nd")),
        ("largest revision", evolve(HOME, rev=2**63 - 1)),
        ("context of 1 KiB", evolve(HOME, record="r" * (1024 - len(HOME.canonical()) + 36))),
        *((f"type {name}", evolve(HOME, type=name)) for name in ("json", "bytes", "file:a/b")),
        *((f"revision {rev}", evolve(HOME, rev=rev)) for rev in (2, 10, 100)),
        *((f"field {name}", evolve(HOME, field=name)) for name in ("email", "name", "text")),
        *((f"class {name}", evolve(HOME, data_class=name)) for name in ("content", "note")),
    ]
    texts = [
        ("phone", PHONE),
        ("diacritics", "Đèn trước số 12 Lê Lợi tắt ba đêm nay".encode()),
        *((f"{size} bytes", (bytes(range(256)) * 16)[:size]) for size in _SIZES),
    ]
    cases = [(name, place, PHONE) for name, place in places]
    cases += [(f"plaintext: {name}", HOME, text) for name, text in texts]
    return [_good_field(name, place, text) for name, place, text in cases]


def _good_field(name: str, place: Context, plaintext: bytes) -> Entry:
    key = _key(f"field {name}")
    envelope = _seal(key, place, plaintext, f"nonce {name}")
    return {
        "name": name, "key": key.secret().hex(), "kid": key.kid.hex(), "context": _place(place),
        "aad": (envelope[:18] + place.canonical()).hex(), "plaintext": plaintext.hex(),
        "envelope": envelope.hex(), "text": to_text(envelope),
    }  # fmt: skip


def _broken_fields() -> list[Entry]:
    key = _key("broken field")
    envelope = _seal(key, HOME, PHONE, "broken field nonce")
    names = ["magic", "suite", *(f"key id byte {n}" for n in range(16))]
    names += [f"nonce byte {n}" for n in range(12)]
    names += [f"ciphertext byte {n}" for n in range(len(PHONE))]
    names += [f"tag byte {n}" for n in range(16)]
    entries = [(f"{name} flipped", HOME, _flip(envelope, n)) for n, name in enumerate(names)]
    entries += [(f"cut to {n} bytes", HOME, envelope[:n]) for n in (0, 1, 2, 17, 18, 30, 45, 46)]
    entries += [
        ("last byte missing", HOME, envelope[:-1]),
        ("one byte more", HOME, envelope + b"\x00"),
        ("first byte missing", HOME, envelope[1:]),
        ("twice", HOME, envelope * 2),
    ]
    moved: dict[str, Any] = {
        "tenant": "phuong-an-binh", "data_class": "content", "subject": HOME.record,
        "record": HOME.subject, "field": "email", "type": "bytes", "rev": 2,
    }  # fmt: skip
    entries += [
        (f"moved to another {part}", evolve(HOME, **{part: value}), envelope)
        for part, value in moved.items()
    ]
    entries += [
        ("boundary moved", evolve(HOME, record=HOME.record + "p", field="hone"), envelope),
        ("parts exchanged", evolve(HOME, record=HOME.field, field=HOME.record), envelope),
        ("part emptied", evolve(HOME, record=""), envelope),
    ]
    made = [
        {"name": name, "key": key.secret().hex(), "context": _place(place), "envelope": blob.hex()}
        for name, place, blob in entries
    ]
    return made + [_forged(key, name, place, aad) for name, place, aad in _forgeries(key)]


def _parts(place: Context) -> list[str]:
    rest = [place.tenant, place.data_class, place.subject, place.record, place.field, place.type]
    return ["gi/field/v1", *rest, str(place.rev)]


def _forgeries(key: KeyMaterial) -> list[tuple[str, Context, bytes]]:
    """Associated data that a careless writer could have used instead."""
    header, parts, whole = b"G\x01" + key.kid, _parts(HOME), HOME.canonical()
    accented = evolve(HOME, tenant="phường Hòa Bình")
    decomposed = frame(*(normalize("NFD", part) for part in _parts(accented)))
    raw = [part.encode() for part in parts]
    short = b"".join(struct.pack(">H", len(part)) + part for part in raw)
    little = b"".join(struct.pack("<I", len(part)) + part for part in raw)
    return [
        ("context not normalised", accented, header + decomposed),
        ("header not authenticated", HOME, whole),
        ("context not authenticated", HOME, header),
        ("nothing authenticated", HOME, b""),
        ("another domain", HOME, header + HOME.canonical(FILE_DOMAIN)),
        ("no domain", HOME, header + frame(*parts[1:])),
        ("count missing", HOME, header + whole[1:]),
        ("count wrong", HOME, header + b"\x07" + whole[1:]),
        ("lengths of two bytes", HOME, header + b"\x08" + short),
        ("lengths little-endian", HOME, header + b"\x08" + little),
        ("joined without lengths", HOME, header + b"\x08" + b"".join(raw)),
        ("joined by separators", HOME, header + b"|".join(raw)),
        ("revision in binary", HOME, header + frame(*parts[:-1], struct.pack(">Q", HOME.rev))),
        ("revision with a leading zero", HOME, header + frame(*parts[:-1], "01")),
        ("upper case", HOME, header + frame(*(part.upper() for part in parts))),
    ]


def _forged(key: KeyMaterial, name: str, place: Context, aad: bytes) -> Entry:
    nonce = CountedEntropy(f"forged {name}").bytes(12)
    sealed = AESGCM(key.secret()).encrypt(nonce, PHONE, aad)
    blob = b"G\x01" + key.kid + nonce + sealed
    return {
        "name": f"sealed otherwise: {name}", "key": key.secret().hex(), "context": _place(place),
        "envelope": blob.hex(),
    }  # fmt: skip


def _broken_texts() -> list[Entry]:
    envelope = _seal(_key("text"), HOME, b"x", "text nonce")  # 47 bytes: padding and spare bits
    text = to_text(envelope)
    last = chr(ord(text[-1]) + 1)
    return [
        {"name": name, "text": broken}
        for name, broken in (
            ("no prefix", text[4:]), ("another version", "gi2" + text[3:]), ("padded", text + "="),
            ("spare bits set", text[:-1] + last), ("not base64url", text[:-1] + "+"),
            ("two characters short", text[:-2]),
            ("space", text + " "), ("line end", text + "\n"), ("empty", "gi1."), ("nothing", ""),
        )
    ]  # fmt: skip


# Wraps of data keys

SCOPE = WrapScope(HOME.subject, "contact", "resolve-report")


def _good_wraps() -> list[Entry]:
    purposes = [evolve(SCOPE, purpose=purpose) for purpose in ("moderate", "self-access")]
    classes = [evolve(SCOPE, data_class=name) for name in ("content", "note")]
    scopes = [
        ("home", HOME.tenant, 1, SCOPE),
        ("largest epoch", HOME.tenant, 2**32 - 1, SCOPE),
        ("Vietnamese tenant", "phường Hòa Bình", 2, SCOPE),
        ("NFD tenant", normalize("NFD", "phường Hòa Bình"), 2, SCOPE),
        ("empty parts", "", 0, WrapScope("", "", "")),
        *((f"purpose {scope.purpose}", HOME.tenant, 3, scope) for scope in purposes),
        *((f"class {scope.data_class}", HOME.tenant, 3, scope) for scope in classes),
        *((f"epoch {number}", HOME.tenant, number, SCOPE) for number in (12, 255, 256, 65536)),
    ]
    return [_good_wrap(*case) for case in scopes]


def _good_wrap(name: str, tenant: str, epoch: int, scope: WrapScope) -> Entry:
    kek, key = _key(f"kek {name}"), DataKey(_key(f"data {name}"))
    epoch_key = EpochKey(kek, tenant=tenant, epoch=epoch)
    wrapped = epoch_key.wrap(key, scope, CountedEntropy(f"wrap {name}"))
    return {
        "name": name, "kek": kek.secret().hex(), "tenant": tenant, "epoch": epoch,
        **asdict(scope), "kid": key.kid.hex(), "key": key.material.secret().hex(),
        "wrapped": wrapped.hex(),
    }  # fmt: skip


def _broken_wraps() -> list[Entry]:
    good = _good_wrap("home", HOME.tenant, 1, SCOPE)
    wrapped = bytes.fromhex(good["wrapped"])
    other = _key("another data key")
    aad = canonical("gi/wrap/v1", HOME.tenant, "1", *asdict(SCOPE).values(), bytes(16))
    nonce = CountedEntropy("uncommitted").bytes(12)
    uncommitted = AESGCM(bytes.fromhex(good["kek"])).encrypt(nonce, other.secret(), aad)
    changes: list[tuple[str, Entry]] = [
        (f"byte {n} flipped", {"wrapped": _flip(wrapped, n).hex()}) for n in range(len(wrapped))
    ]
    changes += [
        (f"cut to {n} bytes", {"wrapped": wrapped[:n].hex()}) for n in (0, 5, 6, 18, 50, 65)
    ]
    changes += [
        ("one byte more", {"wrapped": wrapped.hex() + "00"}),
        ("another tenant", {"tenant": "phuong-an-binh"}),
        ("another epoch", {"epoch": 2}),
        ("another subject", {"subject": HOME.record}),
        ("another class", {"data_class": "content"}),
        ("another purpose", {"purpose": "moderate"}),
        ("another key id", {"kid": other.kid.hex()}),
        (
            "a key that is not what its id says",
            {"kid": bytes(16).hex(), "wrapped": (wrapped[:6] + nonce + uncommitted).hex()},
        ),
    ]
    return [{**good, "name": name, **change} for name, change in changes]


# Tenant keys under a key file, fingerprints, and file streams


def _tenant_keys() -> list[Entry]:
    root = _key("root")
    entries = []
    for role, epoch in (("kek", 1), ("kek", 12), ("index", 1), ("log-mac", 1), ("log-sign", 1)):
        key = _key(f"tenant {role} {epoch}")
        provider = LocalKeyFile(root, CountedEntropy(f"root {role} {epoch}"))
        blob = provider.wrap(key.secret(), tenant_key_context(role, HOME.tenant, epoch))
        entries.append(
            {
                "name": f"{role} {epoch}", "root": root.secret().hex(), "role": role,
                "tenant": HOME.tenant, "epoch": epoch, "key": key.secret().hex(),
                "wrapped": blob.hex(),
            }
        )  # fmt: skip
    return entries


def _fingerprints() -> list[Entry]:
    key = _key("index")
    asked = (("case-code", b"0123456789ABCDEFGHJ"), ("case-code", b""), ("once-body", b"\x00"))
    return [
        {
            "name": f"{label} {data.hex()}", "key": key.secret().hex(), "label": label,
            "data": data.hex(),
            "fingerprint": _hmac(key.derive("gi/fingerprint/v1", label), data).hex(),
        }
        for label, data in asked
    ]  # fmt: skip


def _hmac(key: bytes, data: bytes) -> bytes:
    """Return HMAC-SHA-256 by RFC 2104's own words, apart from the library's way to it."""
    block = key.ljust(64, b"\x00")
    inner = hashlib.sha256(bytes(byte ^ 0x36 for byte in block) + data).digest()
    return hashlib.sha256(bytes(byte ^ 0x5C for byte in block) + inner).digest()


def _files() -> list[Entry]:
    place = evolve(HOME, data_class="evidence", field="photo", type="image/jpeg")
    entries = []
    for size in (0, 5, 16384, 20000):
        key = _key(f"file {size}")
        plain = (b"govinteract " * (size // 12 + 1))[:size]
        stream = _cobblestone(key, place.canonical(FILE_DOMAIN), plain)
        entries.append(
            {
                "name": f"{size} bytes", "key": key.secret().hex(), "context": _place(place),
                "sha256": hashlib.sha256(plain).hexdigest(), "stream": b64encode(stream).decode(),
            }
        )  # fmt: skip
    return entries


def _cobblestone(key: KeyMaterial, context: bytes, plain: bytes) -> bytes:
    """Write a Cobblestone-256 stream with a known salt, as `cryptography` will not."""
    salt = CountedEntropy("salt").bytes(24)
    info = b"c2sp.org/chunked-encryption@v1+AEAD_AES_256_GCM\x00" + salt + context
    derived = HKDFExpand(algorithm=SHA512(), length=76, info=info).derive(key.secret())
    aead, base = AESGCM(derived[:32]), int.from_bytes(derived[32:44], "big")
    chunks = [plain[at : at + 16384] for at in range(0, len(plain) + 1, 16384)]
    sealed = [
        aead.encrypt((base ^ number).to_bytes(12, "big"), chunk, None)
        for number, chunk in enumerate(chunks)
    ]
    return salt + derived[44:] + b"".join(sealed)


def documents() -> dict[str, str]:
    """Return the text of each file of vectors by its name."""
    contents = {
        "field-envelope-v1.json": {
            "format": "G | 01 | kid 16 | nonce 12 | ciphertext | tag 16, AES-256-GCM",
            "good": _good_fields(), "broken": _broken_fields(), "broken_text": _broken_texts(),
        },
        "wrap-v1.json": {
            "format": "W | 01 | epoch u32be | nonce 12 | ciphertext 32 | tag 16, AES-256-GCM",
            "good": _good_wraps(), "broken": _broken_wraps(),
        },
        "tenant-key-v1.json": {
            "format": "R | 01 | kid 16 | nonce 12 | ciphertext 32 | tag 16, AES-256-GCM",
            "good": _tenant_keys(), "fingerprints": _fingerprints(),
        },
        "file-v1.json": {
            "format": "C2SP chunked-encryption, Cobblestone-256",
            "good": _files(),
        },
    }  # fmt: skip
    return {
        name: json.dumps(content, indent=1, ensure_ascii=False) + "\n"
        for name, content in contents.items()
    }


if __name__ == "__main__":
    for file_name, file_text in documents().items():
        (TARGET / file_name).write_text(file_text, encoding="utf-8")
        print(f"wrote {TARGET / file_name}")

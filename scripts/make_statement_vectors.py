"""Writes the published vectors of statements into tests/vectors/statement-v1.json.

The bytes are the same on every run. Good entries must be read and say what stands beside
them; broken ones must be refused with their code, each for the one fault that its name
tells. A test runs this and compares, another reads the file in JavaScript.

    python scripts/make_statement_vectors.py
"""

from __future__ import annotations

import base64
import hashlib
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from govinteract.attest import KINDS, KeySet, Statement, StatementKey, sign
from govinteract.attest.compact import TEXT_LIMIT, TYPE
from govinteract.attest.keys import key_id

TARGET = Path(__file__).parent.parent / "tests" / "vectors" / "statement-v1.json"
ISSUER = "govinteract/hoa-binh"
BEGAN = datetime(2026, 1, 1, tzinfo=UTC)
TURNED = datetime(2026, 7, 1, tzinfo=UTC)
AT = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)
Entry = dict[str, Any]


def _key(label: str) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(hashlib.sha256(label.encode()).digest())


NOW, BEFORE, STOLEN, STRANGER = map(_key, ("now", "before", "stolen", "stranger"))


def keys() -> KeySet:
    """Return the set by which the vectors are read: one in use, one retired, one revoked."""
    return KeySet(
        ISSUER,
        [
            StatementKey(key=NOW.public_key(), since=TURNED),
            StatementKey(key=BEFORE.public_key(), since=BEGAN, until=TURNED),
            StatementKey(key=STOLEN.public_key(), since=BEGAN, revoked_at=TURNED),
        ],
    )


def _payload(**changes: Any) -> Entry:
    plain = {
        "claims": {"purpose": "newsletter", "version": 3}, "iat": int(AT.timestamp()),
        "iss": ISSUER, "kind": "consent.receipt", "sub": "7K3QF9ZT2M",
    }  # fmt: skip
    return {name: value for name, value in (plain | changes).items() if value is not ...}


def _statement(payload: Entry) -> Statement:
    return Statement(
        kind=payload["kind"], issuer=payload["iss"], subject_ref=payload["sub"],
        issued_at=datetime.fromtimestamp(payload["iat"], UTC), claims=payload["claims"],
    )  # fmt: skip


def _good(name: str, key: Ed25519PrivateKey = NOW, **changes: Any) -> Entry:
    payload = _payload(**changes)
    return {"name": name, "text": sign(_statement(payload), key), "statement": payload}


_CLAIMS: dict[str, Entry] = {
    "none": {},
    "empty text": {"a": ""},
    "Vietnamese": {"purpose": "Nhận bản tin của phường Hòa Bình, Đà Nẵng"},
    "decomposed": {"purpose": "Hoa\u0300 Bi\u0300nh"},
    "emoji and a joined one": {"mark": "✅ 👩🏽‍💻"},
    "quotes and backslashes": {"text": '"\\/'},
    "control characters": {"text": "\b\t\n\f\r\u0000\u001f\u007f"},
    "line separators": {"text": "\u2028\u2029"},
    "a written escape": {"text": "\\ud800"},
    "right to left": {"text": "\u202eabc"},
    "a tag": {"text": "</script><script>"},
    "zero": {"amount": 0},
    "minus one": {"amount": -1},
    "largest whole number": {"amount": 2**53 - 1},
    "smallest whole number": {"amount": -(2**53) + 1},
    "a payment": {"amount": 120000, "currency": "VND", "bill": "GIK3QF9ZT2M1A7"},
    "true": {"done": True},
    "false": {"done": False},
    "empty list": {"classes": []},
    "list of texts": {"classes": ["contact", "content", "evidence"]},
    "list of numbers": {"epochs": [1, 2, 9007199254740991]},
    "list of one": {"classes": ["note"]},
    "longest name": {"a" * 32: 1},
    "name with digits": {"a0_9": 1},
    "names in order": {"z": 1, "a": 2, "m_n": 3, "m": 4, "m0": 5},
    "thirty-two claims": {f"c{n:02}": n for n in range(32)},
    "a hash": {"leaf": "n4bQgYhMfWWaL-qgxVrQFaO_TxsrC4Is0V1sFbDwCgg", "size": 1284},
    "a name like a member": {"iss": "x", "kind": "y", "sub": "z", "iat": 1},
    "names that objects have": {"constructor": "a", "tostring": "b", "valueof": "c"},
}


def good() -> list[Entry]:
    """Return what must be read."""
    entries = [_good(f"claims: {name}", claims=claims) for name, claims in _CLAIMS.items()]
    entries += [_good(f"kind: {kind}", kind=kind) for kind in KINDS]
    entries += [
        _good("kind: shortest", kind="a.b"),
        _good("kind: longest", kind=f"{'a' * 32}.{'b' * 32}"),
        _good("kind: with hyphens", kind="change-of.name-form"),
        _good("reference: one character", sub="!"),
        _good("reference: longest", sub="~" * 200),
        _good("reference: an id", sub="0192f0c1-2b3a-7c4d-8e5f-60718293a4b5"),
        _good("reference: a fact", sub="erasure:7d9f#2"),
        _good("reference: what HTML would read", sub="&amp;<b>"),
    ]
    first, last = int(BEGAN.timestamp()), int(TURNED.timestamp())
    entries += [
        _good("retired key: its first second", BEFORE, iat=first),
        _good("retired key: in its time", BEFORE, iat=last - 86_400),
        _good("retired key: its last second", BEFORE, iat=last),
        _good("key in use: its first second", iat=last),
        _good("key in use: the last second of all", iat=253_402_300_799),
    ]
    for length in range(3):
        room = _room(length)
        entries.append(_good(f"longest text, less {length}", claims={"text": "a" * room}))
    return entries


def _room(spare: int) -> int:
    """Return how much text fits into a claim so that the statement is `spare` from the limit."""
    size = 0
    while True:
        text = _raw(_payload(claims={"text": "a" * (size + 1)}))
        if len(text) > TEXT_LIMIT - spare:
            return size
        size += 1


def _encode(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _json(value: object) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode(
        "utf-8", "surrogatepass"
    )


def _raw(
    payload: object, key: Ed25519PrivateKey = NOW, *, header: object = None, **changes: str
) -> str:
    """Sign anything at all, as only somebody with the key could."""
    plain = {"alg": "Ed25519", "kid": key_id(key.public_key()), "typ": TYPE}
    head = header if isinstance(header, bytes) else _json(header or plain | changes)
    body = payload if isinstance(payload, bytes) else _json(payload)
    signed = f"{_encode(head)}.{_encode(body)}"
    return f"{signed}.{_encode(key.sign(signed.encode()))}"


def _flip(text: str, place: int) -> str:
    return f"{text[:place]}{'A' if text[place] != 'A' else 'B'}{text[place + 1 :]}"


def _broken(name: str, text: str, code: str = "statement_invalid") -> Entry:
    return {"name": name, "text": text, "code": f"attest.{code}"}


def _forms(text: str) -> list[Entry]:
    """Return a good text, cut and altered."""
    head, body, signature = text.split(".")
    return [
        _broken("empty", ""),
        _broken("two dots", ".."),
        _broken("two parts", f"{head}.{body}"),
        _broken("four parts", f"{text}."),
        _broken("no signature", f"{head}.{body}."),
        _broken("last character cut off", text[:-1]),
        _broken("first character cut off", text[1:]),
        _broken("one character more", f"{text}A"),
        _broken("a newline after it", f"{text}\n"),
        _broken("a space before it", f" {text}"),
        _broken("padding", f"{text}=="),
        _broken("signature: another spelling of the same bytes", f"{text[:-1]}{_next(text[-1])}"),
        _broken("signature: of the other alphabet", f"{head}.{body}.{'+' + signature[1:]}"),
        _broken("signature: one character changed", _flip(text, len(text) - 20)),
        _broken("signature: all zero", f"{head}.{body}.{'A' * 86}"),
        _broken("signature: cut in half", f"{head}.{body}.{signature[:43]}"),
        _broken("payload: one character changed", _flip(text, len(head) + 10)),
        _broken("header: one character changed", _flip(text, 3)),
        _broken("header and payload changed places", f"{body}.{head}.{signature}"),
        _broken("not of base64url", f"{head}.{body}.{'*' * 86}"),
        _broken("letters that look alike", text.replace("e", "е", 1)),
    ]


def _next(letter: str) -> str:
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    return letters[(letters.index(letter) & ~0b1111) | ((letters.index(letter) + 1) & 0b1111)]


def _headers() -> list[Entry]:
    kid = key_id(NOW.public_key())
    plain = {"alg": "Ed25519", "kid": kid, "typ": TYPE}
    return [
        _broken("header: no algorithm", _raw(_payload(), alg="none")),
        _broken("header: the algorithm's old name", _raw(_payload(), alg="EdDSA")),
        _broken("header: a MAC", _raw(_payload(), alg="HS256")),
        _broken("header: another type", _raw(_payload(), typ="JWT")),
        _broken("header: the next version", _raw(_payload(), typ="gi.statement.v2")),
        _broken("header: a member more", _raw(_payload(), crit="b64")),
        _broken("header: no type", _raw(_payload(), header={"alg": "Ed25519", "kid": kid})),
        _broken("header: key id of no text", _raw(_payload(), header={**plain, "kid": 1})),
        _broken("header: no key id", _raw(_payload(), header={"alg": "Ed25519", "typ": TYPE})),
        _broken("header: spaced", _raw(_payload(), header=json.dumps(plain).encode())),
        _broken("header: not an object", _raw(_payload(), header=b"[]")),
        _broken("header: a key in it", _raw(_payload(), jwk="x")),
    ]


def _payloads() -> list[Entry]:
    text = json.dumps(_payload(), sort_keys=True, separators=(",", ":"))
    spelled: dict[str, bytes] = {
        "spaced": json.dumps(_payload(), sort_keys=True).encode(),
        "members in another order": json.dumps(
            dict(reversed(_payload().items())), separators=(",", ":")
        ).encode(),
        "a member twice": text.replace('"kind"', '"kind":"a.b","kind"').encode(),
        "an escape that is not needed": text.replace("newsletter", "\\u006eewsletter").encode(),
        "a slash escaped": text.replace("govinteract/", "govinteract\\/").encode(),
        "one as a fraction": text.replace('"version":3', '"version":3.0').encode(),
        "a number with an exponent": text.replace('"version":3', '"version":3e0').encode(),
        "minus zero": text.replace('"version":3', '"version":-0').encode(),
        "a byte order mark": b"\xef\xbb\xbf" + text.encode(),
        "bytes that are no UTF-8": text.encode().replace(b"newsletter", b"\xff"),
        "text after it": text.encode() + b"{}",
        "not an object": b'"text"',
        "null": b"null",
        "empty": b"",
    }  # fmt: skip
    return [_broken(f"payload: {name}", _raw(body)) for name, body in spelled.items()]


def _contents() -> list[Entry]:
    changed: dict[str, Entry] = {
        "a member more": {"exp": 1},
        "no kind": {"kind": ...},
        "no reference": {"sub": ...},
        "no claims": {"claims": ...},
        "no time": {"iat": ...},
        "another issuer": {"iss": "govinteract/other"},
        "kind without a dot": {"kind": "receipt"},
        "kind in capitals": {"kind": "Consent.receipt"},
        "kind too long": {"kind": f"{'a' * 33}.b"},
        "kind with a newline": {"kind": "a.b\n"},
        "empty reference": {"sub": ""},
        "reference with a space": {"sub": "a b"},
        "reference beyond ASCII": {"sub": "Hòa"},
        "reference too long": {"sub": "a" * 201},
        "reference of no text": {"sub": 7},
        "time as text": {"iat": "2026-11-21"},
        "time as a flag": {"iat": True},
        "time before 1970": {"iat": -1},
        "time after the year 9999": {"iat": 253_402_300_800},
        "claims as a list": {"claims": []},
        "claims as null": {"claims": None},
        "a claim of null": {"claims": {"a": None}},
        "a claim with a fraction": {"claims": {"a": 1.5}},
        "a claim too large": {"claims": {"a": 2**53}},
        "a claim in a claim": {"claims": {"a": {"b": 1}}},
        "a list in a list": {"claims": {"a": [["b"]]}},
        "a list of flags": {"claims": {"a": [True]}},
        "a mixed list": {"claims": {"a": ["b", 1]}},
        "a list with null": {"claims": {"a": [None]}},
        "a name in capitals": {"claims": {"A": 1}},
        "a name that begins with a digit": {"claims": {"0a": 1}},
        "an empty name": {"claims": {"": 1}},
        "a name too long": {"claims": {"a" * 33: 1}},
        "a name with a newline": {"claims": {"a\n": 1}},
        "a name of the prototype": {"claims": {"__proto__": "x"}},
        "thirty-three claims": {"claims": {f"c{n:02}": 0 for n in range(33)}},
    }
    entries = [
        _broken(f"content: {name}", _raw(_payload(**changes))) for name, changes in changed.items()
    ]
    lone = _json(_payload(claims={"a": "X"})).replace(b'"X"', b'"\\ud800"')
    return [*entries, _broken("content: half a character", _raw(lone))]


def _wrong_keys() -> list[Entry]:
    early, late = TURNED - timedelta(seconds=1), TURNED + timedelta(seconds=1)
    text, unknown = _raw(_payload()), _raw(_payload(), STRANGER)
    signed = text.rpartition(".")[0]
    other = _encode(BEFORE.sign(signed.encode()))
    return [
        _broken("key: unknown", unknown, "key_unknown"),
        _broken("key: revoked", _raw(_payload(), STOLEN), "key_revoked"),
        _broken("key: revoked, signed before", _raw(_payload(iat=int(BEGAN.timestamp())), STOLEN),
                "key_revoked"),
        _broken("key: retired", _raw(_payload(iat=int(late.timestamp())), BEFORE), "key_outdated"),
        _broken("key: not yet", _raw(_payload(iat=int(early.timestamp()))), "key_outdated"),
        _broken("key: the id of one, the signature of another", f"{signed}.{other}"),
        _broken("key: unknown, signed by nobody", f"{unknown[:-86]}{'A' * 86}", "key_unknown"),
    ]  # fmt: skip


def broken() -> list[Entry]:
    """Return what must be refused."""
    long = _raw(_payload(claims={"text": "a" * (_room(0) + 1)}))
    return [
        *_forms(_raw(_payload())), *_headers(), *_payloads(), *_contents(), *_wrong_keys(),
        _broken("one character too long", long),
    ]  # fmt: skip


def document() -> str:
    """Return the file."""
    whole = {
        "format": "JWS Compact, Ed25519, canonical JSON; see govinteract/attest/compact.py",
        "keys": json.loads(keys().to_json()), "good": good(), "broken": broken(),
    }  # fmt: skip
    return json.dumps(whole, ensure_ascii=True, indent=1) + "\n"


if __name__ == "__main__":
    TARGET.write_text(document(), "utf-8")

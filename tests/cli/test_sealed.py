"""`sealed-key` and `sealed`: an office's keys, and reading confidential reports with them."""

import json
import stat
from pathlib import Path

import pytest

from govinteract.kernel import Anonymous, SystemEntropy
from govinteract.sealed import Place, Readers, Submissions, seal
from tests.cli.conftest import Command, opened

ENTROPY = SystemEntropy()
IDS = tuple(f"0192f0c1-2b3a-4c4d-8e5f-60718293a4b{n}" for n in range(3))
TEXT = "Ông Khưu nhận tiền ở kho Phượng Vĩ."
OLD, NEW = "hoa sen nở bên sông", "một hai ba bốn năm"
COMMANDS = (
    ("sealed-key", "new"), ("sealed-key", "add"), ("sealed-key", "list"), ("sealed-key", "retire"),
    ("sealed", "list"), ("sealed", "open"), ("sealed", "rewrap"),
)  # fmt: skip


def make_key(command: Command, name: str, passphrase: str) -> str:
    """Make a key file and register its public key; return its number."""
    made = command("sealed-key", "new", "--out", name, "--json", stdin=f"{passphrase}\n")
    kid = str(json.loads(made.out)["kid"])
    assert command("sealed-key", "add", name, "--name", f"Office {name}").status == 0
    return kid


def submit(count: int) -> None:
    """Send reports to those who are readers now."""
    with opened() as ward:
        for number in range(count):
            with ward.acting_as(Anonymous()) as tx:
                keys = [one.key for one in Readers(tx.transaction, tx.facts).current()]
                envelope = seal(TEXT, keys, Place(ward.id, IDS[number]), entropy=ENTROPY)
                box = Submissions(tx.transaction, tx.facts, ward.keyring.fingerprint)
                box.receive(envelope, once=ENTROPY.bytes(32))


@pytest.mark.parametrize("name", COMMANDS, ids=" ".join)
def test_every_command_has_help_with_an_example(command: Command, name: tuple[str, ...]) -> None:
    """Whoever asks sees how it is used."""
    said = command(*name, "--help")
    assert said.status == 0
    assert f"Example: govinteract {' '.join(name)}" in said.out


def test_a_key_file_is_its_owners_alone(command: Command, home: Path) -> None:
    """It needs no locality, has mode 0600, is not overwritten, and wants a real passphrase."""
    made = command("sealed-key", "new", "--out", "a.json", stdin=f"{OLD}\n")
    assert made.status == 0
    assert "key number" in made.out
    assert stat.S_IMODE((home / "a.json").stat().st_mode) == 0o600
    assert command("sealed-key", "new", "--out", "a.json", stdin=f"{OLD}\n").status == 2
    short = command("sealed-key", "new", "--out", "b.json", stdin="short\n")
    assert (short.status, (home / "b.json").exists()) == (2, False)


def test_a_public_key_alone_can_be_registered(ready: Command, home: Path) -> None:
    """What `new` printed is enough; what is no key is refused."""
    made = ready("sealed-key", "new", "--out", "a.json", "--json", stdin=f"{OLD}\n")
    key = json.loads(made.out)
    (home / "a.pub").write_text(key["public"] + "\n")
    (home / "bad.pub").write_text(key["public"][:-8] + "\n")
    assert ready("sealed-key", "add", "bad.pub", "--name", "X").status == 2
    added = ready("sealed-key", "add", "a.pub", "--name", "Thanh tra", "--json")
    assert json.loads(added.out) == {"kid": key["kid"], "name": "Thanh tra"}
    (listed,) = json.loads(ready("sealed-key", "list", "--json").out)
    assert (listed["kid"], listed["retired_at"]) == (key["kid"], None)
    assert ready("sealed-key", "retire", key["kid"]).status == 0
    assert ready("sealed-key", "retire", key["kid"]).status == 1
    assert key["kid"] in ready("sealed-key", "list").out


def test_reading_and_change_of_officers(ready: Command, home: Path) -> None:
    """Who has the key reads, which is on record; the old reader passes all on to the new one."""
    old = make_key(ready, "old.json", OLD)
    submit(3)
    rows = json.loads(ready("sealed", "list", "--json").out)
    assert [(row["state"], row["readers"]) for row in rows] == [("received", [old])] * 3
    wrong = ready("sealed", "open", IDS[0], "--key", "old.json", stdin="wrong wrong wrong\n")
    assert (wrong.status, TEXT in wrong.out + wrong.err) == (1, False)
    assert ready("sealed", "open", IDS[0], "--key", "old.json", stdin=f"{OLD}\n").out == f"{TEXT}\n"
    new = make_key(ready, "new.json", NEW)
    assert ready("sealed", "open", IDS[0], "--key", "new.json", stdin=f"{NEW}\n").status == 1
    for count in (3, 0):
        done = ready("sealed", "rewrap", "--key", "old.json", "--to", new, stdin=f"{OLD}\n")
        assert done.out == f"Sealed {count} reports to Office new.json too.\n"
    for one in IDS:
        assert ready("sealed", "open", one, "--key", "new.json", stdin=f"{NEW}\n").out[:-1] == TEXT
    assert ready("sealed", "list").out.count("opened  2") == 3
    assert ready("audit", "verify").status == 0

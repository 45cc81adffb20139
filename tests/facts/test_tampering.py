"""Each leaf changed, dropped, swapped, cut off or forked is found, and named first."""

import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import text

from govinteract import Locality
from govinteract.facts import Checkpoint, read_note
from govinteract.facts.merkle import root_of
from govinteract.kernel import System
from tests.facts.test_proofs import log_key, record
from tests.support import Hands, make_ward

COUNT = 13


class Attacked:
    """A ward whose database file somebody else can write, and put back."""

    def __init__(self, home: Path) -> None:
        self.ward: Locality = make_ward(home, clock=Hands())
        record(self.ward, COUNT)
        self._path = home / "ward.db"
        self.verdict = self.ward.verify()
        self.ward.engine.dispose()
        self._good = self._path.read_bytes()

    @property
    def kept(self) -> Checkpoint:
        """The newest checkpoint, kept outside."""
        return read_note(self.verdict.note, log_key(self.ward))

    def after(self, *statements: str, known: Checkpoint | None = None) -> str:
        """Run SQL on the file, verify, put the file back; return what was found wrong."""
        connection = sqlite3.connect(self._path)
        for statement in statements:
            connection.execute(statement)
        connection.commit()
        connection.close()
        wrong = self.ward.verify(known).wrong
        self.ward.engine.dispose()
        for tail in ("-wal", "-shm"):
            self._path.with_name(self._path.name + tail).unlink(missing_ok=True)
        self._path.write_bytes(self._good)
        return str(wrong)

    def leaf(self, index: int) -> tuple[str, int]:
        """Return the fact at a place of the log."""
        connection = sqlite3.connect(self._path)
        row = connection.execute(f"select stream, seq from gi_leaf where idx = {index}").fetchone()
        connection.close()
        return row[0], row[1]


@pytest.fixture
def attacked(tmp_path: Path) -> Attacked:
    """Return a ward to attack."""
    return Attacked(tmp_path)


def _places(attacked: Attacked) -> range:
    return range(attacked.verdict.size)


def _of(fact: tuple[str, int]) -> str:
    return f"stream = '{fact[0]}' and seq = {fact[1]}"


def test_each_leaf_mutated_is_named(attacked: Attacked) -> None:
    """A leaf's hash, its MAC, or the fact under it changed: the fact is named."""
    for index in _places(attacked):
        fact = attacked.leaf(index)
        name = f"{fact[0]}#{fact[1]}"
        for table, column in (("gi_leaf", "hash"), ("gi_leaf", "mac")):
            sql = f"update {table} set {column} = zeroblob(32) where {_of(fact)}"
            assert name in attacked.after(sql)
        assert name in attacked.after(f"update gi_fact set actor = 'x' where {_of(fact)}")
    assert attacked.after() == "None"


def test_each_leaf_dropped_is_named(attacked: Attacked) -> None:
    """A leaf taken out with its fact leaves a hole in the tree that is named."""
    for index in _places(attacked):
        where = _of(attacked.leaf(index))
        wrong = attacked.after(
            f"delete from gi_fact where {where}", f"delete from gi_leaf where {where}"
        )
        assert f"leaf {index}: missing" in wrong


def test_each_leaf_taken_out_of_the_tree_is_named(attacked: Attacked) -> None:
    """A leaf set back to unsequenced is not sequenced again under another number."""
    for index in _places(attacked):
        fact = attacked.leaf(index)
        wrong = attacked.after(f"update gi_leaf set idx = null where {_of(fact)}")
        assert f"{fact[0]}#{fact[1]}" in wrong


def test_each_pair_swapped_is_named(attacked: Attacked) -> None:
    """Two leaves that change places: the first of them is named."""
    for index in _places(attacked)[:-1]:
        other = index + 1
        wrong = attacked.after(
            f"update gi_leaf set idx = -1 where idx = {index}",
            f"update gi_leaf set idx = {index} where idx = {other}",
            f"update gi_leaf set idx = {other} where idx = -1",
        )
        assert f"leaf {index}" in wrong


def test_each_pair_of_bodies_swapped_is_named(attacked: Attacked) -> None:
    """Two facts that change their contents: the first of them is named."""
    for index in _places(attacked)[:-1]:
        one, two = attacked.leaf(index), attacked.leaf(index + 1)
        swap = (
            "create temp table kept as select body b from gi_fact where {one}",
            "update gi_fact set body = (select body from gi_fact where {two}) where {one}",
            "update gi_fact set body = (select b from temp.kept) where {two}",
        )
        wrong = attacked.after(*(sql.format(one=_of(one), two=_of(two)) for sql in swap))
        assert f"{one[0]}#{one[1]}" in wrong


def _cut(at: int) -> tuple[str, ...]:
    same = "l.stream = gi_fact.stream and l.seq = gi_fact.seq"
    gone = f"select 1 from gi_leaf l where {same} and l.idx >= {at}"
    return (
        f"delete from gi_fact where exists ({gone})",
        f"delete from gi_leaf where idx >= {at}",
        f"delete from gi_checkpoint where size > {at}",
        "delete from gi_tile",
    )


def test_each_truncation_is_named(attacked: Attacked) -> None:
    """A log cut at any place, checkpoints and all, is found by a kept checkpoint and named."""
    for at in _places(attacked):
        wrong = attacked.after(*_cut(at), known=attacked.kept)
        assert wrong.startswith(f"leaf {at}: missing")
        without = attacked.after(*_cut(at)[:2])
        assert f"leaf {at}: missing" in without


def test_leaves_that_nobody_signed_are_named(tmp_path: Path) -> None:
    """A checkpoint taken away leaves leaves that no other signs: the first of them is named."""
    with make_ward(tmp_path, clock=Hands()) as ward:
        record(ward, 3)
        first = ward.verify().size
        record(ward, 3, name="more")
        with ward.acting_as(System("attacker")) as tx:
            tx.transaction.write(text(f"delete from gi_checkpoint where size > {first}"))
        assert ward.verify().wrong == f"leaf {first}: has an index that no checkpoint signs"


def test_each_fork_is_named(attacked: Attacked) -> None:
    """A kept checkpoint that is not the tree of its size is named, whatever size it is."""
    origin, size = attacked.kept.origin, attacked.kept.size
    connection = sqlite3.connect(attacked.ward.settings.database_url.removeprefix("sqlite:///"))
    leaves = [row[0] for row in connection.execute("select hash from gi_leaf order by idx")]
    connection.close()
    for at in range(1, size + 1):
        true = Checkpoint(origin, at, root_of(leaves[:at]))
        forked = Checkpoint(origin, at, root_of([bytes(32), *leaves[1:at]]))
        assert attacked.after(known=true) == "None"
        assert f"checkpoint {at}" in attacked.after(known=forked)
    longer = Checkpoint(origin, size + 1, root_of([*leaves, bytes(32)]))
    assert f"leaf {size}: missing" in attacked.after(known=longer)


def test_each_forged_leaf_is_named_and_never_sequenced(attacked: Attacked) -> None:
    """A fact put in with the right hash but without the key's MAC gets no place in the tree."""
    fact = attacked.leaf(3)
    columns = "locality, stream, seq, kind, at, actor, body"
    wrong = attacked.after(
        f"insert into gi_fact ({columns}) select locality, 'forged:1', 1, kind, at, actor, body "
        f"from gi_fact where {_of(fact)}",
        "insert into gi_leaf select locality, 'forged:1', 1, hash, mac, null from gi_leaf "
        f"where {_of(fact)}",
    )
    assert "forged:1#1" in wrong


def test_each_leaf_of_another_type_is_named(attacked: Attacked) -> None:
    """SQLite keeps bytes for text, text for bytes and text that is none: the place is named."""
    for index in _places(attacked)[::3]:
        fact = attacked.leaf(index)
        for table, column, value in (
            ("gi_fact", "body", "x'7b7d'"),
            ("gi_fact", "kind", "x'00'"),
            ("gi_fact", "body", "cast(x'ff' as text)"),
            ("gi_leaf", "hash", "'text'"),
            ("gi_leaf", "mac", "'text'"),
        ):
            wrong = attacked.after(f"update {table} set {column} = {value} where {_of(fact)}")
            assert f"{fact[0]}#{fact[1]}" in wrong or f"leaf {index}:" in wrong


def test_each_changed_tile_is_named(attacked: Attacked) -> None:
    """A tile that was changed or lost is named with its level and number."""
    assert "tile 0/0" in attacked.after("update gi_tile set hashes = substr(hashes, 1, 32)")
    assert "tile 0/0" in attacked.after("delete from gi_tile")

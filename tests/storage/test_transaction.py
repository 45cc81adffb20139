"""One actor, one transaction, one commit."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import text

from govinteract import Locality
from govinteract.errors import ConflictError, InputError, StorageError
from govinteract.kernel import Citizen
from govinteract.storage import in_transaction, read_instant, write_instant
from govinteract.storage.idempotency import Once, once_table
from tests.support import ANONYMOUS, Hands


def _row(key: str) -> dict[str, object]:
    return {
        "locality": "hoa-binh", "source": "t", "key": key, "actor": "anonymous",
        "body_hash": bytes(32), "answer": b"a", "at": write_instant(Hands().now()),
    }  # fmt: skip


def _count(ward: Locality) -> int:
    with ward.acting_as(ANONYMOUS) as tx:
        return int(tx.transaction.read(text("select count(*) from gi_once")).scalar_one())


def test_leaving_the_block_commits(ward: Locality) -> None:
    """What was written in the block is there after it."""
    with ward.acting_as(ANONYMOUS) as tx:
        tx.transaction.insert(once_table, _row("a"))
    assert _count(ward) == 1


def test_an_exception_rolls_everything_back(ward: Locality) -> None:
    """Nothing of a block that raised is there after it."""
    with pytest.raises(ZeroDivisionError), ward.acting_as(ANONYMOUS) as tx:
        tx.transaction.insert(once_table, _row("a"))
        _ = 1 / 0
    assert _count(ward) == 0


def test_a_callback_that_fails_rolls_back(ward: Locality) -> None:
    """What is left for the moment before the commit belongs to the transaction."""
    with pytest.raises(ZeroDivisionError), ward.acting_as(ANONYMOUS) as tx:
        tx.transaction.insert(once_table, _row("a"))
        tx.transaction.before_commit(lambda: 1 / 0)
    assert _count(ward) == 0


def test_a_taken_key_is_a_conflict(ward: Locality) -> None:
    """A unique key that stands is told as ours, not as the driver's."""
    with ward.acting_as(ANONYMOUS) as tx:
        tx.transaction.insert(once_table, _row("a"))
    with pytest.raises(ConflictError) as caught, ward.acting_as(ANONYMOUS) as tx:
        tx.transaction.insert(once_table, _row("a"))
    assert caught.value.code == "storage.duplicate"
    with ward.acting_as(ANONYMOUS) as tx:
        tx.transaction.insert(once_table, _row("b"))
    assert _count(ward) == 2


def test_a_missing_table_says_upgrade(ward: Locality) -> None:
    """A database without our tables is told so, with the command that makes them."""
    with pytest.raises(StorageError) as caught, ward.acting_as(ANONYMOUS) as tx:
        tx.transaction.read(text("select * from gi_nothing"))
    assert caught.value.code == "storage.not_migrated"
    assert "db upgrade" in caught.value.hint


def test_inside_and_outside_are_known(ward: Locality) -> None:
    """The network can ask whether this thread is inside a transaction."""
    assert not in_transaction()
    with ward.acting_as(ANONYMOUS):
        assert in_transaction()
        with ThreadPoolExecutor(1) as pool:
            assert not pool.submit(in_transaction).result()
    assert not in_transaction()


def test_readers_do_not_wait_for_a_writer(ward: Locality) -> None:
    """A page is read while somebody else's transaction is open and has written."""
    read = threading.Event()

    def look() -> int:
        count = _count(ward)
        read.set()
        return count

    with ThreadPoolExecutor(1) as pool, ward.acting_as(ANONYMOUS) as tx:
        tx.transaction.insert(once_table, _row("a"))
        seen = pool.submit(look)
        assert read.wait(20)
        assert seen.result() == 0


def test_a_locked_database_is_busy_and_loses_nothing(small_ward: Locality) -> None:
    """A writer that can't get its turn is told to try again; what stands stays."""
    url = small_ward.settings.database_url
    from govinteract.storage.engine import open_engine

    other = open_engine(url)
    with other.connect() as holder:
        holder.info["gi_writes"] = True
        holder.execute(text("select 1"))
        with pytest.raises(StorageError) as caught, small_ward.acting_as(ANONYMOUS) as tx:
            tx.transaction.read(text("pragma busy_timeout=200"))
            tx.transaction.insert(once_table, _row("a"))
        holder.rollback()
    other.dispose()
    assert caught.value.code == "storage.busy"
    with small_ward.acting_as(ANONYMOUS) as tx:
        tx.transaction.insert(once_table, _row("a"))
    assert _count(small_ward) == 1


def test_a_full_disk_is_told_and_loses_nothing(small_ward: Locality) -> None:
    """When the file can't grow the write is refused whole and the database stays good."""
    with small_ward.acting_as(ANONYMOUS) as tx:
        tx.transaction.insert(once_table, _row("before"))
        pages = tx.transaction.read(text("pragma page_count")).scalar_one()
    limit = text(f"pragma max_page_count={pages + 1}")
    with pytest.raises(StorageError) as caught, small_ward.acting_as(ANONYMOUS) as tx:
        tx.transaction.read(limit)
        tx.transaction.insert(once_table, {**_row("big"), "answer": bytes(1_000_000)})
    assert caught.value.code == "storage.full"
    assert _count(small_ward) == 1
    with small_ward.acting_as(ANONYMOUS) as tx:
        tx.transaction.read(text("pragma max_page_count=1073741823"))
        tx.transaction.insert(once_table, {**_row("big"), "answer": bytes(1_000_000)})
        assert tx.transaction.read(text("pragma integrity_check")).scalar_one() == "ok"
    assert _count(small_ward) == 2


def test_every_connection_has_its_pragmas(small_ward: Locality) -> None:
    """Each pooled connection syncs on commit, checks foreign keys, overwrites what it deletes."""
    expected = {
        "journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "secure_delete": 1,
    }  # fmt: skip
    connections = [small_ward.engine.connect() for _ in range(5)]
    for connection in connections:
        found = {
            name: connection.exec_driver_sql(f"pragma {name}").scalar_one() for name in expected
        }
        assert found == expected
    for connection in connections:
        connection.close()


def test_the_same_key_gives_the_first_answer(ward: Locality) -> None:
    """A request that comes twice is answered as it was the first time."""
    with ward.acting_as(ANONYMOUS) as tx:
        assert Once(tx.transaction).claim("web", "k", b"h" * 32, b"first") == b"first"
    with ward.acting_as(ANONYMOUS) as tx:
        assert Once(tx.transaction).claim("web", "k", b"h" * 32, b"second") == b"first"


def test_the_same_key_with_another_body_or_actor_is_refused(ward: Locality) -> None:
    """A key stands for one request of one actor at one source."""
    with ward.acting_as(ANONYMOUS) as tx:
        Once(tx.transaction).claim("web", "k", b"h" * 32, b"first")
    with pytest.raises(ConflictError) as body, ward.acting_as(ANONYMOUS) as tx:
        Once(tx.transaction).claim("web", "k", b"x" * 32, b"second")
    with pytest.raises(ConflictError) as actor, ward.acting_as(Citizen("c-1")) as tx:
        Once(tx.transaction).claim("web", "k", b"h" * 32, b"second")
    with ward.acting_as(ANONYMOUS) as tx:
        assert Once(tx.transaction).claim("open311", "k", b"x" * 32, b"other") == b"other"
    assert (body.value.code, actor.value.code) == ("storage.once_body", "storage.once_actor")


@pytest.mark.parametrize("key", ["", "k" * 201, "a\nb"])
def test_a_key_that_is_none_is_refused(small_ward: Locality, key: str) -> None:
    """An idempotency key is 1 to 200 printable characters."""
    with pytest.raises(InputError) as caught, small_ward.acting_as(ANONYMOUS) as tx:
        Once(tx.transaction).claim("web", key, b"h" * 32, b"answer")
    assert caught.value.code == "storage.once_key"
    with small_ward.acting_as(ANONYMOUS) as tx:
        assert Once(tx.transaction).claim("web", "k" * 200, b"h" * 32, b"answer") == b"answer"


def test_instants_are_text_that_sorts_as_time() -> None:
    """An instant is 27 characters in UTC and comes back as it went."""
    at = Hands().now()
    assert len(write_instant(at)) == 27
    assert read_instant(write_instant(at)) == at

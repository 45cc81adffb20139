"""Delivering at least once, in order, and never giving up quietly."""

import logging
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta

import pytest

from govinteract.errors import CryptoError, ProviderError, StorageError
from govinteract.outbox import (
    Dead,
    Delivered,
    Letter,
    Outbox,
    Outcome,
    Patience,
    Relay,
    Retry,
    Tally,
)
from govinteract.storage import Transaction, read_instant
from tests.outbox.office import QUICK, Office, Told

AWAY = Retry("http.not_sent")


def test_a_letter_is_delivered_and_marked(office: Office) -> None:
    """A delivered letter is done, keeps when, and is not delivered again."""
    (letter_id,) = office.put("Đèn đã sáng")
    sink = Told()
    assert office.relay(sink).run_once() == Tally(delivered=1)
    assert office.relay(sink).run_once() == Tally()
    (letter,) = sink.letters
    assert (letter.id, letter.data, letter.attempts) == (letter_id, {"n": "Đèn đã sáng"}, 1)
    row = office.row()
    assert (row["state"], row["attempts"], row["last_error"]) == ("done", 1, None)
    assert read_instant(row["done_at"]) == office.hands.now()


def test_a_letter_waits_for_its_time(small_office: Office) -> None:
    """A letter put with `at` is not delivered before it, and is at it."""
    with small_office.begin() as tx:
        at = tx.now + timedelta(hours=1)
        Outbox(tx).put("t", stream="s", channel="c", body={"n": 1}, at=at)
    sink = Told()
    small_office.hands.move(minutes=59)
    assert small_office.relay(sink).run_once() == Tally()
    small_office.hands.move(minutes=1)
    assert small_office.relay(sink).run_once() == Tally(delivered=1)


def test_letters_of_one_transaction_keep_their_order(office: Office) -> None:
    """Letters that were written in the same instant arrive in the order of their writing."""
    office.put(*range(12))
    sink = Told()
    office.relay(sink).run_once()
    assert sink.bodies == list(range(12))


def test_a_later_letter_of_a_stream_waits_for_the_earlier(office: Office) -> None:
    """While the first can't be delivered the second waits, also when it was put afterwards."""
    office.put("received")
    sink = Told(Retry("http.not_sent", timedelta(minutes=20)))
    office.relay(sink).run_once()
    office.put("resolved")
    assert office.relay(sink).run_once() == Tally()
    office.hands.move(minutes=31)
    office.relay(sink).run_once()
    assert sink.bodies == ["received", "received", "resolved"]


def test_other_streams_and_channels_do_not_wait(office: Office) -> None:
    """A webhook that is away delays neither the citizen's mail nor another case."""
    office.put("event", channel="webhook:city")
    office.put("mail", channel="citizen")
    office.put("event 2", channel="webhook:city", stream="case:2")
    sink = Told(lambda letter: AWAY if letter.data["n"] == "event" else Delivered())
    office.relay(sink, Patience(first=timedelta(days=1), longest=timedelta(days=1))).run_once()
    assert sorted(map(str, sink.bodies)) == ["event", "event 2", "mail"]


def test_a_dead_letter_lets_the_next_pass(office: Office) -> None:
    """What can't be delivered for good does not block what comes after it."""
    office.put("received", "resolved")
    sink = Told(Dead("notify.smtp_refused"))
    assert office.relay(sink).run_once() == Tally(delivered=1, dead=1)
    assert sink.bodies == ["received", "resolved"]
    assert [letter.data["n"] for letter in office.dead()] == ["received"]


def test_those_behind_a_letter_that_waits_wait_with_it(small_office: Office) -> None:
    """The rest of a queue gets the time of its head, so that nobody looks at it in vain."""
    small_office.put("received", "resolved")
    small_office.relay(Told(Retry("http.not_sent", timedelta(minutes=10)))).run_once()
    first, second = small_office.rows()
    assert first["next_at"] == second["next_at"]
    assert (second["attempts"], second["last_error"]) == (0, None)


def test_a_failed_letter_is_tried_again_within_its_ceiling(office: Office) -> None:
    """After a failure the letter waits at most its ceiling, and keeps the code of the failure."""
    office.put("mail")
    office.relay(
        Told(AWAY), Patience(first=timedelta(hours=1), longest=timedelta(hours=1))
    ).run_once()
    row = office.row()
    assert (row["state"], row["last_error"], row["lease_until"]) == (
        "pending",
        "http.not_sent",
        None,
    )
    wait = read_instant(row["next_at"]) - office.hands.now()
    assert timedelta() < wait <= timedelta(hours=1)


def test_the_other_side_may_ask_for_a_longer_wait(small_office: Office) -> None:
    """`after` is the least wait, but nobody may ask for more than the longest."""
    small_office.put("mail")
    small_office.relay(Told(Retry("notify.webhook_refused", timedelta(minutes=25)))).run_once()
    wait = read_instant(small_office.row()["next_at"]) - small_office.hands.now()
    assert wait == timedelta(minutes=25)
    small_office.hands.move(minutes=25)
    small_office.relay(Told(Retry("notify.webhook_refused", timedelta(days=3650)))).run_once()
    wait = read_instant(small_office.row()["next_at"]) - small_office.hands.now()
    assert wait == QUICK.longest


def test_a_letter_dies_after_its_last_attempt(office: Office) -> None:
    """After as many failures as patience has it is dead, kept with its last error, not dropped."""
    office.put("mail")
    sink = Told(*[AWAY] * 3, Retry("notify.smtp_deferred"))
    for _ in range(6):
        office.relay(sink).run_once()
        office.hands.move(hours=1)
    assert len(sink.letters) == QUICK.attempts == 4
    (dead,) = office.dead()
    assert (dead.attempts, dead.error) == (4, "notify.smtp_deferred")


def test_an_error_of_the_library_is_a_failure_with_its_code(small_office: Office) -> None:
    """A key that is not at hand, or a provider that is away, is tried again under its code."""
    small_office.put("mail")
    small_office.relay(Told(CryptoError("vault.key_not_ready"))).run_once()
    assert small_office.row()["last_error"] == "vault.key_not_ready"
    small_office.hands.move(hours=1)
    assert small_office.relay(Told(ProviderError("http.not_sent"))).run_once() == Tally(retried=1)
    assert small_office.row()["last_error"] == "http.not_sent"


def test_a_fault_of_one_letter_stops_no_other_and_tells_nothing(
    small_office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    """An exception that quotes an address is counted as a failure; its words go nowhere."""
    caplog.set_level(logging.DEBUG)
    small_office.put("bad", stream="case:1")
    small_office.put("good", stream="case:2")
    fault = ValueError("550 unknown: canary@example.vn")

    def answer(letter: Letter) -> Outcome:
        if letter.data["n"] == "bad":
            raise fault
        return Delivered()

    patience = Patience(first=timedelta(days=1), longest=timedelta(days=1))
    tally = small_office.relay(Told(answer, answer), patience).run_once()
    assert tally == Tally(delivered=1, retried=1)
    errors = {row["last_error"] for row in small_office.rows()}
    assert errors == {None, "outbox.sink_failed"}
    assert "ValueError" in caplog.text
    assert "canary" not in caplog.text


def test_a_letter_of_a_killed_relay_comes_back_when_the_lease_ends(office: Office) -> None:
    """Killed between delivery and mark: the letter waits for the lease to end, then comes again."""
    (letter_id,) = office.put("mail")
    with pytest.raises(KeyboardInterrupt):  # as good as dead: nothing is marked
        office.relay(Told(KeyboardInterrupt())).run_once()
    sink = Told()
    office.hands.move(minutes=9.9)
    assert office.relay(sink).run_once() == Tally()
    office.hands.move(minutes=0.1)
    assert office.relay(sink).run_once() == Tally(delivered=1)
    assert (sink.letters[0].id, sink.letters[0].attempts) == (letter_id, 2)


def test_a_letter_that_kills_relays_dies(small_office: Office) -> None:
    """A letter that takes its relay down each time is given up without another victim."""
    small_office.put("poison", "after")
    for _ in range(QUICK.attempts):
        with pytest.raises(KeyboardInterrupt):
            small_office.relay(Told(KeyboardInterrupt())).run_once()
        small_office.hands.move(minutes=10)
    sink = Told()
    assert small_office.relay(sink).run_once() == Tally(delivered=1)
    assert sink.bodies == ["after"]
    assert [letter.error for letter in small_office.dead()] == ["outbox.lease_lost"]


def _overtaken(office: Office, own: Outcome, other: Outcome) -> dict[str, object]:
    """Let one relay be so slow that another takes its letter, and finish after it."""

    def slow(_letter: Letter) -> Outcome:
        office.hands.move(minutes=11)
        office.relay(Told(other)).run_once()
        return own

    office.put("mail")
    office.relay(
        Told(slow), Patience(first=timedelta(days=1), longest=timedelta(days=1))
    ).run_once()
    return office.row()


def test_a_slow_relay_does_not_undo_what_another_did(small_office: Office) -> None:
    """Whoever lost the lease can't make a delivered letter fail."""
    row = _overtaken(small_office, own=AWAY, other=Delivered())
    assert (row["state"], row["last_error"]) == ("done", None)


def test_a_slow_relay_does_not_touch_anothers_claim(small_office: Office) -> None:
    """Whoever lost the lease and failed leaves the letter to the other's schedule."""
    row = _overtaken(small_office, own=Dead("notify.smtp_refused"), other=AWAY)
    assert (row["state"], row["attempts"], row["last_error"]) == ("pending", 2, "http.not_sent")


def test_a_slow_relay_that_delivered_is_believed(small_office: Office) -> None:
    """Delivered is delivered, whoever holds the lease by then."""
    row = _overtaken(small_office, own=Delivered(), other=AWAY)
    assert (row["state"], row["last_error"]) == ("done", None)


def test_relays_at_once_deliver_each_letter_once(office: Office) -> None:
    """Four relays share the letters: each is delivered by one of them, in its stream's order."""
    for case in range(10):
        office.put(0, 1, 2, stream=f"case:{case}")
    came: list[tuple[str, object]] = []
    lock = threading.Lock()

    def keep(letter: Letter) -> Outcome:
        with lock:
            came.append((letter.stream, letter.data["n"]))
        return Delivered()

    sinks = [Told(*[keep] * 30) for _ in range(4)]
    start = threading.Barrier(4)

    def work(sink: Told) -> None:
        start.wait()
        for _ in range(20):
            office.relay(sink).run_once()

    threads = [threading.Thread(target=work, args=(sink,)) for sink in sinks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(came) == [(f"case:{case}", n) for case in range(10) for n in range(3)]
    for case in range(10):
        assert [n for stream, n in came if stream == f"case:{case}"] == [0, 1, 2]


def test_localities_do_not_see_each_others_letters(office: Office) -> None:
    """A relay delivers its own locality's letters and no other's."""
    other = Office(office.engine, office.hands, locality="thuan-hoa")
    office.put("ours")
    other.put("theirs")
    sink = Told()
    assert office.relay(sink).run_once() == Tally(delivered=1)
    assert sink.bodies == ["ours"]
    assert other.relay(sink).run_once() == Tally(delivered=1)


def test_a_stopped_relay_marks_what_it_has_and_takes_no_more(small_office: Office) -> None:
    """When asked to stop it ends with the letter in hand; the next stays unclaimed."""
    small_office.put("first", "second")
    stop = threading.Event()

    def last(_letter: Letter) -> Outcome:
        stop.set()
        return Delivered()

    sink = Told(last)
    small_office.relay(sink).run(stop, idle=0.01)
    first, second = small_office.rows()
    assert (first["state"], second["state"], second["attempts"]) == ("done", "pending", 0)


def test_a_relay_outlives_a_database_that_is_away(
    small_office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    """A database that can't be reached is tried again; the log says why it waits."""
    small_office.put("mail")
    stop, calls = threading.Event(), []

    def begin() -> AbstractContextManager[Transaction]:
        calls.append(1)
        if len(calls) < 3:
            raise StorageError("storage.unreachable")
        return small_office.begin()

    def done(_letter: Letter) -> Outcome:
        stop.set()
        return Delivered()

    Relay(begin, Told(done)).run(stop, idle=0.001)
    assert small_office.row()["state"] == "done"
    assert caplog.messages[:2] == ["relay waits: storage.unreachable"] * 2


def test_a_mark_that_fails_leaves_the_letter_to_its_lease(small_office: Office) -> None:
    """Delivered, but the database was full: the letter comes again when its lease ends."""
    small_office.put("mail")
    relays: list[Callable[[], AbstractContextManager[Transaction]]] = [small_office.begin]

    def begin() -> AbstractContextManager[Transaction]:
        if not relays:
            raise StorageError("storage.full")
        return relays.pop()()

    sink = Told()
    with pytest.raises(StorageError):
        Relay(begin, sink, patience=QUICK).run_once()
    small_office.hands.move(minutes=10)
    small_office.relay(sink).run_once()
    assert [letter.attempts for letter in sink.letters] == [1, 2]
    assert len({letter.id for letter in sink.letters}) == 1

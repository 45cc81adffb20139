"""Writing letters, and looking after the dead ones."""

from datetime import timedelta

import pytest

from govinteract.errors import InputError, NotFound
from govinteract.outbox import Backlog, Dead, Delivered, Letter, Outbox, Outcome, Retry
from govinteract.vault import Personal
from tests.outbox.office import Office, Told


def test_a_letter_commits_with_its_transaction(office: Office) -> None:
    """A letter is there when its transaction committed, and never was when it rolled back."""

    def put_and_fail() -> None:
        with office.begin() as tx:
            Outbox(tx).put("t", stream="case:1", channel="citizen", body={"n": "lost"})
            raise LookupError

    (letter_id,) = office.put("kept")
    with pytest.raises(LookupError):
        put_and_fail()
    row = office.row()
    assert (row["id"], row["body"], row["state"]) == (letter_id, '{"n":"kept"}', "pending")
    assert (row["attempts"], row["lease_until"], row["done_at"]) == (0, None, None)


def test_the_body_is_canonical_json(small_office: Office) -> None:
    """The same body is the same bytes, however its keys were ordered (RFC 8785)."""
    with small_office.begin() as tx:
        Outbox(tx).put("t", stream="s", channel="c", body={"b": 1, "a": {"d": "đ", "c": None}})
    assert small_office.row()["body"] == '{"a":{"c":null,"d":"đ"},"b":1}'


@pytest.mark.parametrize(
    ("field", "good", "bad"),
    [
        ("topic", "citizen.message", "citizen message"),
        ("topic", "t" * 64, "t" * 65),
        ("stream", "case:019ac2b0", "case:Nguyễn Văn An"),
        ("stream", "s" * 120, "s" * 121),
        ("channel", "webhook:city-hall", "an@example.vn"),
        ("channel", "citizen", ""),
    ],
)
def test_a_name_that_could_say_who_it_is_for_is_refused(
    small_office: Office, field: str, good: str, bad: str
) -> None:
    """Topic, stream and channel are names, with no room for an address or a sentence."""
    names = {"topic": "t", "stream": "s", "channel": "c"}

    def put(value: str) -> None:
        given = names | {field: value}
        with small_office.begin() as tx:
            Outbox(tx).put(
                given["topic"], stream=given["stream"], channel=given["channel"], body={}
            )

    with pytest.raises(InputError) as caught:
        put(bad)
    assert (caught.value.code, caught.value.params) == ("outbox.name_invalid", {"field": field})
    put(good)
    assert small_office.row()[field] == good


def test_plain_personal_data_cannot_be_put(small_office: Office) -> None:
    """A `Personal` value is no JSON, so it can't slip into a letter; a sealed one is text."""
    with pytest.raises(InputError) as caught, small_office.begin() as tx:
        Outbox(tx).put("t", stream="s", channel="c", body={"phone": Personal("0912 345 678")})
    assert caught.value.code == "outbox.body_invalid"
    assert caught.value.__cause__ is None
    with small_office.begin() as tx:
        Outbox(tx).put("t", stream="s", channel="c", body={"phone": "gi1.R0kB"})
    assert len(small_office.rows()) == 1


def test_a_body_has_a_largest_size(small_office: Office) -> None:
    """A letter names what it is about; 64 KiB are enough for that, one byte more is refused."""
    room = 65_536 - len('{"n":""}')
    with pytest.raises(InputError) as caught:
        small_office.put("x" * (room + 1))
    assert caught.value.code == "outbox.body_too_large"
    small_office.put("x" * room)
    assert len(small_office.row()["body"]) == 65_536


def test_dead_letters_are_listed_and_can_be_revived(office: Office) -> None:
    """A letter that was given up is kept, shown with its error, and can be sent again."""
    (letter_id,) = office.put("for An")
    office.relay(Told(Dead("notify.smtp_refused"))).run_once()
    (dead,) = office.dead()
    assert (dead.id, dead.error, dead.attempts) == (letter_id, "notify.smtp_refused", 1)

    with office.begin() as tx:
        Outbox(tx).revive(letter_id)
    assert office.dead() == []
    sink = Told()
    office.relay(sink).run_once()
    assert sink.bodies == ["for An"]


def test_only_a_dead_letter_can_be_revived(small_office: Office) -> None:
    """A letter that is done, or on its way, or unknown, or of another locality, is left alone."""
    (done,) = small_office.put("done")
    small_office.relay(Told()).run_once()
    (waiting,) = small_office.put("waiting")
    other = Office(small_office.engine, small_office.hands, locality="thuan-hoa")
    (foreign,) = other.put("foreign")
    other.relay(Told(Dead("notify.smtp_refused"))).run_once()
    for letter_id in (done, waiting, foreign, "unknown"):
        with pytest.raises(NotFound) as caught, small_office.begin() as tx:
            Outbox(tx).revive(letter_id)
        assert caught.value.code == "outbox.not_dead"
    with other.begin() as tx:
        Outbox(tx).revive(foreign)


def test_the_newest_dead_letter_is_listed_first(small_office: Office) -> None:
    """The operator sees what failed last, and as many as asked for."""
    for name in ("first", "second", "third"):
        small_office.put(name)
        small_office.relay(Told(Dead("notify.smtp_refused"))).run_once()
        small_office.hands.move(minutes=1)
    with small_office.begin() as tx:
        assert [one.data["n"] for one in Outbox(tx).dead(limit=2)] == ["third", "second"]


def test_the_backlog_counts_what_has_not_arrived(office: Office) -> None:
    """The backlog says how many letters wait, since when, and how many were given up."""
    with office.begin() as tx:
        assert Outbox(tx).backlog() == Backlog(pending=0, dead=0, oldest=None)
    begun = office.hands.now()
    office.put("done", stream="case:1")
    office.put("dead", stream="case:2")
    office.put("late", stream="case:3")
    late = Retry("http.not_sent", timedelta(minutes=5))
    answers: dict[object, Outcome] = {"dead": Dead("notify.smtp_refused"), "late": late}

    def answer(letter: Letter) -> Outcome:
        return answers.get(letter.data["n"], Delivered())

    office.relay(Told(*[answer] * 3)).run_once()
    office.hands.move(minutes=1)
    office.put("new", stream="case:4")
    with office.begin() as tx:
        assert Outbox(tx).backlog() == Backlog(pending=2, dead=1, oldest=begun)


@pytest.mark.parametrize(
    "words", ["550 an@example.vn unknown", "Refused", "notify.", "an@example.vn", "x" * 65, ""]
)
@pytest.mark.parametrize("outcome", [Retry, Dead])
def test_an_outcome_has_a_code_and_no_words(outcome: type[Retry | Dead], words: str) -> None:
    """What a server said, which may quote an address, can't get into the table: codes alone do."""
    with pytest.raises(InputError) as caught:
        outcome(words)
    assert caught.value.code == "outbox.code_invalid"
    assert outcome("notify.smtp_refused").code == "notify.smtp_refused"

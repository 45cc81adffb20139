"""The first journey: a report goes in, an answer comes back, and nothing is lost."""

import pytest
from attrs import evolve

from govinteract import Locality
from govinteract.errors import (
    AccessDenied,
    ConflictError,
    GovInteractError,
    InputError,
    NotFound,
)
from govinteract.feedback import Case, Catalogue, Contact, Message, Receipt, Report, Returned
from govinteract.kernel import Actor, CaseCode, Citizen, Point, SystemEntropy
from tests.support import ANONYMOUS, OFFICER, Hands

WORDS = "Đèn trước số 12 Lê Lợi tắt ba đêm nay"
REPORT = Report(service="street-light", text=WORDS, at=Point(16.4637, 107.5909))
CONTACT = Contact(name="Nguyễn Thị Hoa", phone="0912 345 678", email="hoa@example.vn")


def submit(ward: Locality, report: Report = REPORT, **parts: object) -> Receipt:
    """Submit as an anonymous citizen."""
    with ward.acting_as(ANONYMOUS) as tx:
        return tx.feedback.submit(report, contact=CONTACT, **parts)  # type: ignore[arg-type]  # passed through


def officer(
    ward: Locality, receipt: Receipt, verb: str, *arguments: object, **named: object
) -> Case:
    """Let the officer do `verb` to the case."""
    with ward.acting_as(OFFICER) as tx:
        case = tx.feedback.find(receipt.public_id)
        done: Case = getattr(tx.feedback, verb)(case, *arguments, **named)
        return done


def citizen(ward: Locality, receipt: Receipt, verb: str, *arguments: object) -> Case:
    """Let whoever holds the code do `verb` to the case."""
    with ward.acting_as(ANONYMOUS) as tx:
        case = tx.feedback.find(receipt.code)
        done: Case = getattr(tx.feedback, verb)(case, *arguments)
        return done


def thread(ward: Locality, receipt: Receipt) -> list[tuple[Message, str]]:
    """Return the thread as the citizen reads it."""
    with ward.acting_as(ANONYMOUS, purpose="self-access") as tx:
        case = tx.feedback.find(receipt.code)
        messages = [message for message in tx.feedback.thread(case) if message.text]
        opened = tx.open_all([message.text for message in messages if message.text])
    return [(m, text.reveal()) for m, text in zip(messages, opened, strict=True)]


def test_the_whole_journey(ward: Locality, hands: Hands) -> None:
    """Report, ask, answer, resolve, reopen, resolve, rate, confirm: each side reads the other."""
    receipt = submit(ward)
    assert receipt.answer_by is not None
    assert receipt.promise == "trong 3 ngày làm việc"
    assert officer(ward, receipt, "start").state == "active"
    assert officer(ward, receipt, "ask", "Cột đèn số mấy?").kind == "waiting"
    hands.move(hours=1)
    assert citizen(ward, receipt, "say", "Cột số 14").state == "active"
    assert officer(ward, receipt, "reply", "Đã thay bóng.", resolves=True).state == "resolved"
    hands.move(hours=1)
    assert citizen(ward, receipt, "reopen", "Vẫn chưa sáng").reopened == 1
    assert officer(ward, receipt, "note", "Gọi đội điện").state == "reopened"
    assert officer(ward, receipt, "reply", "Đã sửa dây.", resolves=True).kind == "resolved"
    assert citizen(ward, receipt, "rate", 5).rating == 5
    assert citizen(ward, receipt, "confirm").state == "confirmed"
    assert [(m.author, text) for m, text in thread(ward, receipt)] == [
        ("office", "Cột đèn số mấy?"), ("citizen", "Cột số 14"), ("office", "Đã thay bóng."),
        ("citizen", "Vẫn chưa sáng"), ("office", "Đã sửa dây."),
    ]  # fmt: skip
    assert ward.verify().good


def test_the_code_opens_the_case_and_the_number_does_not(ward: Locality) -> None:
    """A citizen's code opens the case; number, foreign code and nonsense are told alike."""
    receipt = submit(ward)
    with ward.acting_as(ANONYMOUS) as tx:
        assert tx.feedback.find(str(receipt.code).lower()).id == receipt.case_id
    told = set()
    for wrong in (
        receipt.public_id,
        receipt.public_id.text,
        CaseCode.new(SystemEntropy()),
        "x",
        "",
    ):
        with pytest.raises(NotFound) as caught, ward.acting_as(ANONYMOUS) as tx:
            tx.feedback.find(wrong)
        told.add((caught.value.code, caught.value.message("vi"), caught.value.hint))
    assert len(told) == 1
    with ward.acting_as(OFFICER) as tx:
        assert tx.feedback.find(receipt.public_id).id == receipt.case_id


def test_a_mistyped_symbol_still_finds_the_case(ward: Locality) -> None:
    """One wrong symbol in the code is put right."""
    receipt = submit(ward)
    text = receipt.code.text
    wrong = ("0" if text[0] != "0" else "1") + text[1:]
    with ward.acting_as(ANONYMOUS) as tx:
        assert tx.feedback.find(wrong).id == receipt.case_id


def test_citizens_act_only_on_their_own(ward: Locality) -> None:
    """Without the code, in the same transaction, no citizen's verb works; with it each does."""
    receipt = submit(ward)
    with ward.acting_as(OFFICER) as tx:
        case = tx.feedback.get(receipt.case_id)
    for verb, arguments in (("say", ["x"]), ("rate", [3]), ("withdraw", []), ("reopen", ["x"])):
        for actor in (ANONYMOUS, Citizen("c-2")):
            with pytest.raises(NotFound), ward.acting_as(actor) as tx:
                getattr(tx.feedback, verb)(case, *arguments)
    with pytest.raises(NotFound), ward.acting_as(ANONYMOUS) as tx:
        tx.feedback.thread(case)
    assert citizen(ward, receipt, "say", "x").version == 2


def test_a_known_citizen_needs_no_code(ward: Locality) -> None:
    """Who is logged in acts on his own case by its id; another citizen does not."""
    me, other = Citizen("c-1"), Citizen("c-2")
    with ward.acting_as(me) as tx:
        receipt = tx.feedback.submit(REPORT)
    with ward.acting_as(me, purpose="self-access") as tx:
        case = tx.feedback.get(receipt.case_id)
        assert tx.open(case.text).reveal() == WORDS
        tx.feedback.say(case, "Thêm một ý")
    with pytest.raises(NotFound), ward.acting_as(other) as tx:
        tx.feedback.get(receipt.case_id)


def test_the_officer_sees_who_reported_only_by_opening(ward: Locality) -> None:
    """Contact opens for a purpose, is refused without one, and every look is on record."""
    receipt = submit(ward)
    for purpose, code in (
        (None, "consent.purpose_missing"),
        ("curiosity", "consent.purpose_unknown"),
        ("moderate", "consent.class_not_covered"),
        ("self-access", "consent.actor_not_allowed"),
    ):
        with pytest.raises(AccessDenied) as caught, ward.acting_as(OFFICER, purpose=purpose) as tx:
            case = tx.feedback.find(receipt.public_id)
            assert case.contact is not None
            tx.open(case.contact)
        assert caught.value.code == code
    with ward.acting_as(OFFICER, purpose="resolve-report") as tx:
        case = tx.feedback.find(receipt.public_id)
        assert case.contact is not None
        assert tx.open(case.contact).reveal() == Contact(
            name="Nguyễn Thị Hoa", phone="+84912345678", email="hoa@example.vn"
        )
    with ward.acting_as(OFFICER) as tx:
        looks = [fact for part in tx.facts.walk("opening:") for fact in part]
    assert [(fact.actor, fact.data["purpose"]) for fact in looks] == [
        ("officer:an", "resolve-report")
    ]
    assert looks[0].data["fields"][0][1:4] == ["contact", receipt.case_id, "contact"]


def test_a_look_stays_on_record_when_the_rest_is_rolled_back(ward: Locality) -> None:
    """No rollback hides a look, and nothing opens after the first write."""
    receipt = submit(ward)
    with pytest.raises(ZeroDivisionError), ward.acting_as(OFFICER, purpose="resolve-report") as tx:
        tx.open(tx.feedback.find(receipt.public_id).text)
        _ = 1 / 0
    with (
        pytest.raises(AccessDenied) as caught,
        ward.acting_as(OFFICER, purpose="resolve-report") as tx,
    ):
        case = tx.feedback.start(tx.feedback.find(receipt.public_id))
        tx.open(case.text)
    assert caught.value.code == "vault.open_after_write"
    with ward.acting_as(OFFICER) as tx:
        looks = [fact for part in tx.facts.walk("opening:") for fact in part]
        assert tx.feedback.find(receipt.public_id).state == "received"
    assert len(looks) == 1


def test_the_same_submit_again_is_the_same_case(ward: Locality) -> None:
    """A repeated request gets its receipt again; other content or another actor is refused."""
    first = submit(ward, once="k-1")
    assert submit(ward, once="k-1") == first
    with pytest.raises(ConflictError) as body:
        submit(ward, Report(service="street-light", text="Khác"), once="k-1")
    with pytest.raises(ConflictError) as actor, ward.acting_as(Citizen("c-9")) as tx:
        tx.feedback.submit(REPORT, contact=CONTACT, once="k-1")
    assert (body.value.code, actor.value.code) == ("storage.once_body", "storage.once_actor")
    assert submit(ward, once="k-2") != first
    with ward.acting_as(OFFICER) as tx:
        assert len(tx.feedback.queue().cases) == 2


def test_a_case_that_moved_on_is_not_decided_blindly(ward: Locality) -> None:
    """Two officers with the same page: the second decision is refused, an addition is not."""
    receipt = submit(ward)
    with ward.acting_as(OFFICER) as tx:
        stale = tx.feedback.find(receipt.public_id)
    officer(ward, receipt, "start")
    with pytest.raises(ConflictError) as caught, ward.acting_as(OFFICER) as tx:
        tx.feedback.decline(stale, "Không đúng")
    assert caught.value.code == "feedback.case_changed"
    with ward.acting_as(OFFICER) as tx:
        assert tx.feedback.note(stale, "Thêm ghi chú").version == 3
    assert officer(ward, receipt, "decline", "Không đúng").state == "declined"


@pytest.mark.parametrize(
    ("actor", "verb", "arguments"),
    [
        (OFFICER, "confirm", []),
        (ANONYMOUS, "start", []),
        (ANONYMOUS, "reply", ["Tôi là cán bộ"]),
        (ANONYMOUS, "note", ["x"]),
        (ANONYMOUS, "confirm", []),
    ],
)
def test_foreign_moves_are_refused(
    ward: Locality, actor: Actor, verb: str, arguments: list[str]
) -> None:
    """What is not this actor's to do, or not from this state, changes nothing."""
    receipt = submit(ward)
    reference = receipt.code if actor is ANONYMOUS else receipt.public_id
    with pytest.raises(GovInteractError) as caught, ward.acting_as(actor) as tx:
        getattr(tx.feedback, verb)(tx.feedback.find(reference), *arguments)
    assert caught.value.code in {
        "feedback.move_refused", "feedback.not_yours", "feedback.case_unknown",
    }  # fmt: skip
    with ward.acting_as(OFFICER) as tx:
        assert tx.feedback.find(receipt.public_id).version == 1


@pytest.mark.parametrize("cause", Returned.ALL)
def test_only_the_citizens_own_cause_stops_the_clock(
    ward: Locality, hands: Hands, cause: str
) -> None:
    """A return for a fault of the office or a system leaves the promise running."""
    receipt = submit(ward)
    due = receipt.answer_by
    officer(ward, receipt, "give_back", "Thiếu ảnh", cause=cause)
    hands.move(days=1)
    again = citizen(ward, receipt, "say", "Đây ạ")
    assert again.due is not None
    assert due is not None
    assert (again.due > due) == (cause == Returned.CITIZEN)


def test_waiting_for_the_citizen_does_not_cost_the_office_time(
    ward: Locality, hands: Hands
) -> None:
    """A question stops the clock: the promised date moves by the working time that passed."""
    receipt = submit(ward)
    asked = officer(ward, receipt, "ask", "Ở đâu?")
    assert asked.paused_since is not None
    hands.move(days=1)
    again = citizen(ward, receipt, "say", "Ở đây")
    assert again.paused_since is None
    assert receipt.answer_by is not None
    assert again.due is not None
    minutes = ward.calendar.working_minutes(receipt.answer_by, again.due)
    assert minutes == ward.calendar.working_minutes(asked.paused_since, hands.now())


def test_answers_in_words_are_sealed_and_choices_are_not(ward: Locality) -> None:
    """What is counted stays in clear, what somebody wrote is sealed."""
    light = submit(ward, Report(service="street-light", text="x", answers={"pole": "Cột 14"}))
    rubbish = submit(ward, Report(service="rubbish", text="x", answers={"kind": "other"}))
    with ward.acting_as(OFFICER, purpose="resolve-report") as tx:
        assert tx.feedback.find(rubbish.public_id).answers == {"kind": "other"}
        answer = tx.feedback.find(light.public_id).answers["pole"]
        assert tx.open(answer).reveal() == "Cột 14"  # type: ignore[arg-type]  # it is sealed


def test_the_queue_is_by_deadline_and_in_parts(ward: Locality, hands: Hands) -> None:
    """The desk sees what is due first, page after page, each case once."""
    receipts = []
    for service in ("street-light", "question", "rubbish", "street-light"):
        answers = {"kind": "other"} if service == "rubbish" else {}
        receipts.append(submit(ward, Report(service=service, text="x", answers=answers)))
        hands.move(minutes=5)
    seen, after = [], None
    while True:
        with ward.acting_as(OFFICER) as tx:
            page = tx.feedback.queue(after=after, limit=2)
        seen += [case.id for case in page.cases]
        after = page.after
        if after is None:
            break
    by_due = sorted(receipts, key=lambda r: (r.answer_by, r.case_id))
    assert seen == [receipt.case_id for receipt in by_due]
    with ward.acting_as(OFFICER) as tx:
        assert len(tx.feedback.queue(unit="moi-truong").cases) == 1
    with pytest.raises(NotFound), ward.acting_as(ANONYMOUS) as tx:
        tx.feedback.queue()


def test_notes_are_for_officers(ward: Locality) -> None:
    """A note is in the desk's thread and not in the citizen's."""
    receipt = submit(ward)
    officer(ward, receipt, "note", "Nội bộ")
    officer(ward, receipt, "reply", "Công khai")
    assert [text for _, text in thread(ward, receipt)] == ["Công khai"]
    with ward.acting_as(OFFICER) as tx:
        messages = tx.feedback.thread(tx.feedback.find(receipt.public_id))
    assert [message.kind for message in messages] == ["case.noted", "case.replied"]


def test_messages_leave_with_the_commit_and_hold_no_words(ward: Locality) -> None:
    """Each step that a citizen should know of puts one letter out, with references sealed."""
    receipt = submit(ward)
    officer(ward, receipt, "ask", "Ở đâu?")
    officer(ward, receipt, "reply", "Xong", resolves=True)
    from sqlalchemy import text

    with ward.acting_as(OFFICER) as tx:
        bodies = [
            row[0] for row in tx.transaction.read(text("select body from gi_outbox order by id"))
        ]
    assert [body.count('"template":') for body in bodies] == [1, 1, 1]
    for word in (WORDS, "Hoa", "912345678", receipt.code.text, "Ở đâu"):
        assert not [body for body in bodies if word in body]


def test_the_public_reads_only_what_was_moderated(ward: Locality) -> None:
    """The public text is nothing until an officer sets it, and can be taken back."""
    receipt = submit(ward)
    with ward.acting_as(OFFICER) as tx:
        assert tx.feedback.find(receipt.public_id).public_text is None
    shown = officer(ward, receipt, "moderate", "Đèn trên đường Lê Lợi tắt")
    assert (shown.public_text, shown.shared) == ("Đèn trên đường Lê Lợi tắt", True)
    hidden = officer(ward, receipt, "moderate", None, shared=False)
    assert (hidden.public_text, hidden.shared) == (None, False)


def test_a_withdrawn_case_is_left_alone(ward: Locality) -> None:
    """After a withdrawal nothing but notes and moderation is possible."""
    receipt = submit(ward)
    assert citizen(ward, receipt, "withdraw").kind == "withdrawn"
    with pytest.raises(ConflictError):
        officer(ward, receipt, "reply", "Xong")
    with ward.acting_as(OFFICER) as tx:
        assert tx.feedback.verbs(tx.feedback.find(receipt.public_id)) == ("note", "moderate")


def test_other_endings(ward: Locality) -> None:
    """A case can be forwarded, declined or closed as a duplicate, each with its own kind."""
    one, two, three = submit(ward), submit(ward), submit(ward)
    assert officer(ward, one, "forward", "Công ty Điện lực", "Thuộc điện lực").kind == "forwarded"
    assert officer(ward, two, "decline", "Đất tư nhân").kind == "declined"
    with ward.acting_as(OFFICER) as tx:
        first, third = tx.feedback.find(one.public_id), tx.feedback.find(three.public_id)
        with pytest.raises(InputError):
            tx.feedback.mark_duplicate(third, third)
        assert tx.feedback.mark_duplicate(third, first).duplicate_of == first.id


@pytest.mark.parametrize("score", [0, 6, True, 4.5])
def test_a_rating_is_one_to_five(small_ward: Locality, score: int) -> None:
    """Only the five scores are taken."""
    receipt = submit(small_ward)
    officer(small_ward, receipt, "reply", "Xong")
    with pytest.raises(InputError):
        citizen(small_ward, receipt, "rate", score)
    assert citizen(small_ward, receipt, "rate", 1).rating == 1


def test_a_case_without_a_promise_has_a_clock_that_stops_and_runs_too(small_ward: Locality) -> None:
    """Where nothing was promised, waiting for the citizen begins and ends all the same."""
    services = {code: evolve(s, promise=None) for code, s in small_ward.catalogue.services.items()}
    small_ward.__dict__["catalogue"] = Catalogue(services)
    receipt = submit(small_ward)
    assert (receipt.answer_by, receipt.promise) == (None, None)
    assert officer(small_ward, receipt, "ask", "Ở đâu?").paused_since is not None
    assert citizen(small_ward, receipt, "say", "Ở đây").paused_since is None
    officer(small_ward, receipt, "ask", "Ở đâu nữa?")
    assert citizen(small_ward, receipt, "withdraw").paused_since is None

"""The sink of the outbox: who gets what, and what nobody gets to see."""

import logging
import traceback
from collections.abc import Callable
from typing import Any

import pytest
from attrs import frozen
from sqlalchemy import select

from govinteract.errors import AccessDenied, CryptoError
from govinteract.kernel import CaseCode
from govinteract.notify import (
    CITIZEN_TOPIC,
    LogChannel,
    Notice,
    Notifier,
    SmtpChannel,
    Templates,
    Webhook,
    Webhooks,
    read_secret,
    verify,
)
from govinteract.outbox import Dead, Delivered, Letter, Outbox, Outcome, Retry, Tally
from govinteract.outbox.tables import outbox_table
from govinteract.testing import Inbox, Receiver
from tests.canary import sightings
from tests.notify.post import CODE, CONTACT, EMAIL, HEAD, NAME, PHONE, PUBLIC_ID, Door
from tests.outbox.office import QUICK, Hands, Office

SECRET = read_secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
SOURCE = "https://phananh.hoabinh.example.vn"
CANARIES = {"name": NAME, "phone": PHONE, "email": EMAIL, "code": CODE}


class Tray:
    """A channel that keeps what it is given."""

    def __init__(self, name: str, *, short: bool) -> None:
        self.name, self.short = name, short
        self.notices: list[Notice] = []

    def send(self, notice: Notice) -> Outcome:
        """Keep it."""
        self.notices.append(notice)
        return Delivered()


@frozen
class Desk:
    """A notifier with everything that it talks to."""

    door: Door
    email: Tray
    phone: Tray
    notifier: Notifier


@pytest.fixture
def desk() -> Desk:
    """Return a notifier whose channels keep what they are given."""
    door, email, phone = Door(), Tray("email", short=False), Tray("phone", short=True)
    notifier = Notifier(
        open_sealed=door.open, templates=Templates(HEAD), email=email, phone=phone,
        clock=Hands(), source=SOURCE,
    )  # fmt: skip
    return Desk(door, email, phone, notifier)


def letter(body: dict[str, Any], topic: str = CITIZEN_TOPIC) -> Letter:
    """Return a letter as the relay hands it over."""
    import json

    return Letter(
        locality="hoa-binh", id="019ac2b0-7c00-7000-8000-000000000001", topic=topic,
        stream="case:1", channel="citizen", body=json.dumps(body), attempts=1,
        created_at=Hands().now(),
    )  # fmt: skip


def test_who_left_an_address_gets_mail(desk: Desk) -> None:
    """The notice goes to the e-mail address, in the long text; only code and contact are opened."""
    assert desk.notifier.deliver(letter(desk.door.body())) == Delivered()
    (notice,) = desk.email.notices
    assert (notice.to, notice.template, notice.lang, notice.public_id) == (
        EMAIL, "received", "vi", PUBLIC_ID,
    )  # fmt: skip
    assert CaseCode.parse(CODE).shown in notice.text
    assert notice.text.startswith("Kính gửi Quý vị,")
    assert desk.door.opened == ["code", "contact"]
    assert desk.phone.notices == []


def test_who_left_only_a_phone_gets_the_short_text(desk: Desk) -> None:
    """Without an e-mail address the short text goes to the phone."""
    assert desk.notifier.deliver(letter(desk.door.body({"phone": PHONE}))) == Delivered()
    (notice,) = desk.phone.notices
    assert notice.to == PHONE
    assert notice.text.startswith("UBND phuong Hoa Binh da nhan phan anh 7K3QF-9ZT2M.")
    assert desk.email.notices == []


@pytest.mark.parametrize(
    "contact", [{}, {"name": NAME}, {"email": None, "phone": ""}, {"phone": 7}]
)
def test_who_left_neither_gets_nothing(desk: Desk, contact: dict[str, object]) -> None:
    """A contact without address or number is a dead letter, not a guess."""
    assert desk.notifier.deliver(letter(desk.door.body(contact))) == Dead("notify.no_address")
    assert desk.notifier.deliver(letter(desk.door.body({"email": EMAIL}))) == Delivered()


def test_a_notice_never_holds_the_name(desk: Desk) -> None:
    """The name is in the contact and in no message: whoever reads over the shoulder learns none."""
    desk.notifier.deliver(letter(desk.door.body()))
    (notice,) = desk.email.notices
    assert "Canary" not in notice.subject + notice.text


def test_the_message_of_an_erased_person_dies(desk: Desk) -> None:
    """Whose key is gone gets no message; for somebody else nothing changes."""
    desk.door.erased.append("s-1")
    assert desk.notifier.deliver(letter(desk.door.body())) == Dead("notify.erased")
    assert desk.email.notices == []
    desk.door.erased.clear()
    assert desk.notifier.deliver(letter(desk.door.body())) == Delivered()


def test_a_door_that_refuses_for_another_reason_is_shown(desk: Desk) -> None:
    """The guard's own code stands in the dead letter."""

    def refuse(_sealed: object) -> list[Any]:
        raise AccessDenied("consent.purpose_unknown")

    desk.notifier._open = refuse
    assert desk.notifier.deliver(letter(desk.door.body())) == Dead("consent.purpose_unknown")


def test_a_key_that_is_not_at_hand_is_tried_again(desk: Desk, small_office: Office) -> None:
    """A key service that is away is no reason to drop a message."""
    opened = desk.door.open

    def late(sealed: Any) -> list[Any]:
        desk.notifier._open = opened
        raise CryptoError("vault.key_not_ready")

    desk.notifier._open = late
    with small_office.begin() as tx:
        body = desk.door.body()
        Outbox(tx).put(CITIZEN_TOPIC, stream="case:1", channel="citizen", body=body)
    relay = small_office.relay(desk.notifier)
    assert relay.run_once() == Tally(retried=1)
    assert small_office.row()["last_error"] == "vault.key_not_ready"
    small_office.hands.move(minutes=1)
    assert relay.run_once() == Tally(delivered=1)


BROKEN: dict[str, tuple[Callable[[dict[str, Any]], object], str]] = {
    "no code": (lambda body: body.pop("code"), "notify.letter_invalid"),
    "no contact": (lambda body: body.pop("contact"), "notify.letter_invalid"),
    "no template": (lambda body: body.pop("template"), "notify.letter_invalid"),
    "a plain contact": (lambda body: body.update(contact=CONTACT), "notify.letter_invalid"),
    "a plain code": (lambda body: body.update(code=CODE), "notify.letter_invalid"),
    "another template": (lambda body: body.update(template="thanks"), "notify.template_unknown"),
    "free text": (lambda body: body["params"].update(text="Đèn tắt"), "notify.params_invalid"),
    "no public id": (lambda body: body.update(public_id="12 Lê Lợi"), "kernel.code_invalid"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_letter_that_can_never_be_read_dies(desk: Desk, name: str) -> None:
    """A letter that is broken is given up with its reason; the same one whole is delivered."""
    spoil, code = BROKEN[name]
    body = desk.door.body()
    spoil(body)
    assert desk.notifier.deliver(letter(body)) == Dead(code)
    assert desk.email.notices == []
    assert desk.notifier.deliver(letter(desk.door.body())) == Delivered()


@pytest.mark.parametrize("topic", ["citizen", "citizen.messages", "other.webhook.x", "webhook"])
def test_a_topic_that_nobody_knows_dies(desk: Desk, topic: str) -> None:
    """What this version can't deliver is kept for one that can."""
    assert desk.notifier.deliver(letter({}, topic)) == Dead("notify.topic_unknown")


EVENT = {
    "public_id": PUBLIC_ID, "kind": "resolved", "state": "resolved",
    "at": "2026-11-21T08:00:00.000000Z",
}  # fmt: skip


def test_an_event_goes_to_its_webhook(receiver: Receiver, small_office: Office) -> None:
    """A letter to `webhook:<name>` arrives there as a signed event with the letter's id."""
    hands = small_office.hands
    hook = Webhook(name="city", url=receiver.url, secrets=(SECRET,))
    webhooks = Webhooks([hook], clock=hands)
    tray = Tray("email", short=False)
    notifier = Notifier(
        open_sealed=Door().open, templates=Templates(HEAD), email=tray, phone=tray, clock=hands,
        source=SOURCE, webhooks=webhooks,
    )  # fmt: skip
    with small_office.begin() as tx:
        outbox = Outbox(tx)
        sent = outbox.put("webhook.case.resolved", stream="c:1", channel="webhook:city", body=EVENT)
        outbox.put("webhook.case.resolved", stream="c:1", channel="webhook:town", body=EVENT)
        plain = EVENT | {"name": NAME}
        outbox.put("webhook.case.resolved", stream="c:2", channel="webhook:city", body=plain)
    assert small_office.relay(notifier).run_once() == Tally(delivered=1, dead=2)
    webhooks.close()
    (request,) = receiver.requests
    assert verify(request.headers, request.body, [SECRET], now=hands.now()) == sent
    assert b'"type":"govinteract.case.resolved.v1"' in request.body
    errors = {one.error for one in small_office.dead()}
    assert errors == {"notify.webhook_unknown", "notify.event_invalid"}


def test_an_event_without_any_webhook_dies(desk: Desk) -> None:
    """A locality that took its webhooks away sees what did not leave."""
    outcome = desk.notifier.deliver(letter(EVENT, "webhook.case.resolved"))
    assert outcome == Dead("notify.webhook_unknown")


def test_personal_data_stays_out_of_everything_but_the_mail(
    inbox: Inbox, small_office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    """Through delivery, refusal and a fault: nothing in the log, the table, or the exceptions."""
    caplog.set_level(logging.DEBUG)
    door = Door()
    notifier = Notifier(
        open_sealed=door.open, templates=Templates(HEAD), phone=LogChannel("phone", short=True),
        email=SmtpChannel(inbox.url, sender="noreply@example.vn", wait=3.0),
        clock=small_office.hands, source=SOURCE,
    )  # fmt: skip
    inbox.answer_recipient(f"450 4.2.1 <{EMAIL}> come again", f"550 5.1.1 <{EMAIL}> unknown")
    bodies = [door.body(), door.body(), door.body({"phone": PHONE, "name": NAME})]
    bodies.append(door.body(params={"due": "soon"}))
    with small_office.begin() as tx:
        for number, body in enumerate(bodies):
            Outbox(tx).put(CITIZEN_TOPIC, stream=f"case:{number}", channel="citizen", body=body)
    for _ in range(3):
        small_office.relay(notifier, QUICK).run_once()
        small_office.hands.move(minutes=30)
    assert {mail.to for mail in inbox.mails} == {EMAIL}
    with small_office.begin() as tx:
        rows = str(tx.read(select(outbox_table)).all()).encode()
    seen = [("log", caplog.text.encode()), ("rows", rows)]
    seen += [(path.name, path.read_bytes()) for path in _files(small_office)]
    assert sightings(seen, CANARIES) == []
    assert {one.error for one in small_office.dead()} >= {"notify.params_invalid"}


def _files(office: Office) -> list[Any]:
    from pathlib import Path

    database = Path(str(office.engine.url.database))
    return sorted(database.parent.glob(f"{database.name}*"))


def test_a_fault_in_a_channel_leaks_nothing(
    desk: Desk, small_office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    """A channel that breaks with the address in its words: the log names the type alone."""
    caplog.set_level(logging.DEBUG)

    def break_down(notice: Notice) -> Outcome:
        message = f"can't reach {notice.to}: {notice.text}"
        raise RuntimeError(message)

    desk.email.send = break_down  # type: ignore[method-assign]  # it breaks down
    with small_office.begin() as tx:
        body = desk.door.body()
        Outbox(tx).put(CITIZEN_TOPIC, stream="case:1", channel="citizen", body=body)
    assert small_office.relay(desk.notifier).run_once() == Tally(retried=1)
    assert small_office.row()["last_error"] == "outbox.sink_failed"
    assert "RuntimeError" in caplog.text
    assert sightings([("log", caplog.text.encode())], CANARIES) == []
    assert Retry("outbox.sink_failed").after is None


def test_what_is_handed_around_hides_itself(desk: Desk) -> None:
    """A notice and a rendered text show neither address nor code in `repr` or a traceback."""
    desk.notifier.deliver(letter(desk.door.body()))
    (notice,) = desk.email.notices
    shown = "".join(traceback.format_exception_only(ValueError(notice)))
    assert sightings([("repr", shown.encode())], CANARIES) == []
    assert PUBLIC_ID in shown

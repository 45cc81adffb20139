"""Posting events to other programs."""

import json
import logging
from datetime import timedelta

import httpx
import pytest

from govinteract.errors import ProviderError, SettingsError
from govinteract.http import Limits, NetworkInTransaction
from govinteract.notify import Webhook, Webhooks, read_secret, verify
from govinteract.notify.channels import webhook_flow
from govinteract.outbox import Dead, Delivered, Letter, Outcome, Retry, Tally
from govinteract.testing import Answer, Receiver
from tests.notify.post import AT
from tests.outbox.office import Hands, Office

SECRET = read_secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
QUICK = Limits(connect=2.0, wait=0.5, total=1.0)
ID = "019ac2b0-7c00-7000-8000-000000000001"


def webhook(url: str = "https://city.example.vn/hook?key=canary") -> Webhook:
    """Return a webhook called "city"."""
    return Webhook(name="city", url=url, secrets=(SECRET,))


def by_hand(answer: httpx.Response | ProviderError) -> Outcome:
    """Drive the flow without a network and return what it makes of `answer`."""
    flow = webhook_flow(webhook(), b"{}", message_id=ID, now=AT)
    next(flow)
    with pytest.raises(StopIteration) as end:
        flow.throw(answer) if isinstance(answer, ProviderError) else flow.send(answer)
    outcome: Outcome = end.value.value
    return outcome


def test_the_request_is_a_signed_post() -> None:
    """The receiver can verify what came, with the headers and the raw body alone."""
    sent = next(webhook_flow(webhook(), b'{"a":1}', message_id=ID, now=AT))
    assert (sent.method, str(sent.url)) == ("POST", "https://city.example.vn/hook?key=canary")
    assert sent.headers["content-type"] == "application/cloudevents+json; charset=utf-8"
    assert verify(sent.headers, sent.content, [SECRET], now=AT + timedelta(seconds=5)) == ID


@pytest.mark.parametrize(
    ("status", "headers", "outcome"),
    [
        (200, {}, Delivered()),
        (204, {}, Delivered()),
        (299, {}, Delivered()),
        (301, {"location": "https://elsewhere.example.org/"}, Retry("notify.webhook_redirect")),
        (307, {"location": "/other"}, Retry("notify.webhook_redirect")),
        (400, {}, Retry("notify.webhook_refused")),
        (404, {}, Retry("notify.webhook_refused")),
        (410, {}, Dead("notify.webhook_gone")),
        (429, {"retry-after": "120"}, Retry("notify.webhook_refused", timedelta(minutes=2))),
        (500, {"retry-after": "120"}, Retry("notify.webhook_refused")),
        (503, {"retry-after": "1"}, Retry("notify.webhook_refused", timedelta(seconds=1))),
        (503, {"retry-after": "tomorrow"}, Retry("notify.webhook_refused")),
        (503, {"retry-after": "9" * 30}, Retry("notify.webhook_refused")),
    ],
)
def test_an_answer_is_an_outcome(status: int, headers: dict[str, str], outcome: Outcome) -> None:
    """2xx is delivered, 410 is the end, everything else is tried again, when asked to, later."""
    assert by_hand(httpx.Response(status, headers=headers)) == outcome


@pytest.mark.parametrize("code", ["http.not_sent", "http.maybe_sent", "http.answer_too_large"])
def test_a_failed_exchange_is_tried_again(code: str) -> None:
    """The receiver knows a second copy by its id, so what may have arrived is sent again."""
    assert by_hand(ProviderError(code)) == Retry(code)


@pytest.mark.parametrize(
    "url",
    [
        "ftp://city.example.vn/", "file:///etc/passwd", "//city.example.vn/", "city.example.vn",
        "https://", "https://user:pw@city.example.vn/", "https://city.example.vn/#part",
        "https://city.example.vn:port/", "https://[::1/", "https://thành-phố.vn/",
        "gopher://city.example.vn", "javascript:alert(1)", "",
    ],
)  # fmt: skip
def test_only_web_addresses_can_be_set_up(url: str) -> None:
    """A webhook goes to http or https, with a host and without a password in the URL."""
    with pytest.raises(SettingsError) as caught:
        webhook(url)
    assert caught.value.code == "notify.webhook_url"
    assert webhook("http://city.example.vn:8080/hook?x=1").name == "city"


@pytest.mark.parametrize("name", ["", "City", "a b", "x" * 41, "-a"])
def test_a_name_is_a_plain_word(name: str) -> None:
    """The name stands in the channel of letters, so it is a short word."""
    with pytest.raises(SettingsError) as caught:
        Webhook(name=name, url="https://city.example.vn/", secrets=(SECRET,))
    assert caught.value.code == "notify.webhook_name"
    long = Webhook(name="x" * 40, url="https://city.example.vn/", secrets=(SECRET,))
    assert long.secrets == (SECRET,)


def test_a_webhook_without_secret_is_refused() -> None:
    """Nothing leaves unsigned."""
    with pytest.raises(SettingsError) as caught:
        Webhook(name="city", url="https://city.example.vn/", secrets=())
    assert caught.value.code == "notify.webhook_secret"


def test_a_webhook_hides_its_secret_and_its_address() -> None:
    """`repr` shows the name alone: the URL may hold the receiver's key."""
    assert repr(webhook()) == "Webhook(name='city')"


class Hook:
    """A sink that posts each letter's body to the webhook "city"."""

    def __init__(self, webhooks: Webhooks) -> None:
        self.webhooks = webhooks

    def deliver(self, letter: Letter) -> Outcome:
        """Post the body as it is."""
        return self.webhooks.send("city", letter.body.encode(), message_id=letter.id)


def open_webhooks(receiver: Receiver, hands: Hands) -> Webhooks:
    """Return the webhooks of a locality that has one, to `receiver`."""
    return Webhooks([webhook(f"{receiver.url}?key=canary")], clock=hands, limits=QUICK)


def test_a_receiver_that_failed_gets_the_same_message_again(
    small_office: Office, receiver: Receiver, caplog: pytest.LogCaptureFixture
) -> None:
    """500, then 200: two requests with one id and one body, each signed with its own time."""
    caplog.set_level(logging.DEBUG)
    receiver.answer(Answer(500), Answer(200))
    hands = small_office.hands
    (letter_id,) = small_office.put("resolved", channel="webhook:city")
    relay = small_office.relay(Hook(open_webhooks(receiver, hands)))
    assert relay.run_once() == Tally(retried=1)
    first_at = hands.now()
    hands.move(minutes=1)
    assert relay.run_once() == Tally(delivered=1)
    first, second = receiver.requests
    assert first.body == second.body == b'{"n":"resolved"}'
    assert verify(first.headers, first.body, [SECRET], now=first_at) == letter_id
    assert verify(second.headers, second.body, [SECRET], now=hands.now()) == letter_id
    assert first.headers["webhook-timestamp"] != second.headers["webhook-timestamp"]
    assert "canary" not in caplog.text


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (Answer(302, {"location": "http://127.0.0.1:1/stolen"}), "notify.webhook_redirect"),
        (Answer(hangs_up=True), "http.maybe_sent"),
        (Answer(200, pieces=(b".",) * 50, pause=0.1), "http.maybe_sent"),
        (Answer(200, pieces=(b"x" * 100_000,) * 20), "http.answer_too_large"),
    ],
    ids=["redirect", "hangs up", "slow", "endless"],
)
def test_a_difficult_receiver_is_tried_again(
    small_office: Office, receiver: Receiver, answer: Answer, code: str
) -> None:
    """A redirect is not followed, and neither silence, a trickle nor a flood does harm."""
    receiver.answer(answer)
    small_office.put("resolved", channel="webhook:city")
    relay = small_office.relay(Hook(open_webhooks(receiver, small_office.hands)))
    assert relay.run_once() == Tally(retried=1)
    assert small_office.row()["last_error"] == code
    small_office.hands.move(minutes=1)
    assert relay.run_once() == Tally(delivered=1)
    assert len(receiver.requests) == 2


def test_a_webhook_that_is_not_set_up_any_more_is_given_up(receiver: Receiver) -> None:
    """A letter to a name that left the settings dies, visibly; one that is there arrives."""
    webhooks = open_webhooks(receiver, Hands())
    assert webhooks.send("town", b"{}", message_id=ID) == Dead("notify.webhook_unknown")
    assert webhooks.send("city", b"{}", message_id=ID) == Delivered()
    webhooks.close()
    assert webhooks.send("city", b"{}", message_id=ID) == Delivered()
    webhooks.close()
    webhooks.close()


def test_no_webhook_is_called_in_a_transaction(small_office: Office, receiver: Receiver) -> None:
    """Inside a transaction it is refused before anything leaves."""
    webhooks = open_webhooks(receiver, small_office.hands)
    with small_office.begin(), pytest.raises(NetworkInTransaction):
        webhooks.send("city", b"{}", message_id=ID)
    webhooks.close()
    assert receiver.requests == []


def test_what_a_receiver_says_is_kept_nowhere(
    small_office: Office, receiver: Receiver, caplog: pytest.LogCaptureFixture
) -> None:
    """An answer may echo anything; neither log nor table keeps a word of it."""
    caplog.set_level(logging.DEBUG)
    echo = json.dumps({"you sent": "canary"}).encode()
    receiver.answer(Answer(400, {"x-echo": "canary"}, pieces=(echo,)))
    small_office.put("resolved", channel="webhook:city")
    small_office.relay(Hook(open_webhooks(receiver, small_office.hands))).run_once()
    assert small_office.row()["last_error"] == "notify.webhook_refused"
    assert "canary" not in f"{small_office.row()} {caplog.text}"

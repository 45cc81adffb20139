"""Signing and verifying as Standard Webhooks v1 says."""

import base64
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from govinteract.errors import CryptoError, SettingsError
from govinteract.notify import read_secret, verify
from govinteract.notify.channels import signed_headers

SECRET = read_secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
OTHER = bytes(range(32))
NOW = datetime(2026, 11, 21, 8, tzinfo=UTC)
BODY = b'{"id":"1","data":{"state":"resolved"}}'
ID = "019ac2b0-7c00-7000-8000-000000000001"


def test_the_published_example_is_signed_as_published() -> None:
    """The example of the specification's reference libraries comes out and verifies."""
    now = datetime.fromtimestamp(1614265330, UTC)
    body = b'{"test": 2432232314}'
    headers = signed_headers(
        body, message_id="msg_p5jXN8AQM9LWM0D4loKWxJek", secrets=[SECRET], now=now
    )
    assert headers == {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }
    assert verify(headers, body, [SECRET], now=now) == "msg_p5jXN8AQM9LWM0D4loKWxJek"


def _signed(secrets: tuple[bytes, ...] = (SECRET,), now: datetime = NOW) -> dict[str, str]:
    return signed_headers(BODY, message_id=ID, secrets=secrets, now=now)


def _drop(name: str) -> Callable[[dict[str, str]], object]:
    return lambda headers: headers.pop(name)


def _set(name: str, value: str) -> Callable[[dict[str, str]], object]:
    return lambda headers: headers.update({name: value})


TAMPERED = {
    "no id": _drop("webhook-id"),
    "no time": _drop("webhook-timestamp"),
    "no signature": _drop("webhook-signature"),
    "another id": _set("webhook-id", ID[:-1] + "2"),
    "an id with a full stop": _set("webhook-id", f"{ID}.1"),
    "another time": _set("webhook-timestamp", str(int(NOW.timestamp()) + 1)),
    "a time with a sign": _set("webhook-timestamp", f"+{int(NOW.timestamp())}"),
    "a time in other digits": _set("webhook-timestamp", "١٧٦٣٧١٢٠٠٠"),
    "an empty signature": _set("webhook-signature", ""),
    "another version": _set(
        "webhook-signature", _signed()["webhook-signature"].replace("v1", "v2")
    ),
    "a signature without version": _set("webhook-signature", _signed()["webhook-signature"][3:]),
    "a signature that is no ASCII": _set("webhook-signature", "v1,đ"),
    "half a signature": _set("webhook-signature", _signed()["webhook-signature"][:20]),
}


@pytest.mark.parametrize("name", TAMPERED)
def test_what_was_tampered_with_is_refused(name: str) -> None:
    """Every change to a header is refused; without it the same message is taken."""
    headers = _signed()
    assert verify(headers, BODY, [SECRET], now=NOW) == ID
    TAMPERED[name](headers)
    with pytest.raises(CryptoError) as caught:
        verify(headers, BODY, [SECRET], now=NOW)
    assert caught.value.code == "notify.signature_invalid"


@given(st.integers(0, len(BODY) * 8 - 1))
def test_any_bit_of_the_body_counts(bit: int) -> None:
    """A body with one other bit is refused."""
    other = bytearray(BODY)
    other[bit // 8] ^= 1 << bit % 8
    with pytest.raises(CryptoError):
        verify(_signed(), bytes(other), [SECRET], now=NOW)


def test_another_secret_signs_nothing_for_us() -> None:
    """A message under a secret that is not ours is refused, and with no secret every message is."""
    assert verify(_signed((OTHER,)), BODY, [OTHER], now=NOW) == ID
    for secrets in ([SECRET], []):
        with pytest.raises(CryptoError):
            verify(_signed((OTHER,)), BODY, secrets, now=NOW)


def test_id_time_and_body_can_not_be_shifted_into_one_another() -> None:
    """A full stop in the body moves nothing from the body into the time or the id."""
    body = b"1614265330.x"
    headers = signed_headers(body, message_id="m", secrets=[SECRET], now=NOW)
    seconds = headers["webhook-timestamp"]
    shifted = headers | {"webhook-id": f"m.{seconds}", "webhook-timestamp": "1614265330"}
    with pytest.raises(CryptoError):
        verify(shifted, b"x", [SECRET], now=datetime.fromtimestamp(1614265330, UTC))
    assert verify(headers, body, [SECRET], now=NOW) == "m"


@pytest.mark.parametrize("seconds", [-301, 301])
def test_a_message_out_of_its_time_is_a_replay(seconds: int) -> None:
    """Five minutes to each side are taken, a second more is not."""
    with pytest.raises(CryptoError) as caught:
        verify(_signed(), BODY, [SECRET], now=NOW + timedelta(seconds=seconds))
    assert caught.value.code == "notify.signature_stale"
    inside = NOW + timedelta(seconds=seconds - seconds // abs(seconds))
    assert verify(_signed(), BODY, [SECRET], now=inside) == ID


def test_a_forged_message_is_not_told_that_it_is_late() -> None:
    """Who can't sign learns nothing about the clock."""
    headers = _signed() | {"webhook-timestamp": "1"}
    with pytest.raises(CryptoError) as caught:
        verify(headers, BODY, [SECRET], now=NOW)
    assert caught.value.code == "notify.signature_invalid"


def test_secrets_can_be_changed_without_losing_a_message() -> None:
    """While the sender signs with both, a receiver with either takes it, and one that has both."""
    headers = _signed((SECRET, OTHER))
    assert headers["webhook-signature"].count("v1,") == 2
    for secrets in ([SECRET], [OTHER], [OTHER, SECRET]):
        assert verify(headers, BODY, secrets, now=NOW) == ID


def test_the_names_of_headers_have_no_case() -> None:
    """Servers write header names as they like."""
    headers = {name.title(): value for name, value in _signed().items()}
    assert verify(headers, BODY, [SECRET], now=NOW) == ID


@pytest.mark.parametrize("size", [23, 65, 0])
def test_a_secret_of_the_wrong_size_is_refused(size: int) -> None:
    """A secret has 24 to 64 bytes; the error does not repeat it."""
    text = f"whsec_{base64.b64encode(bytes([7]) * size).decode()}"
    with pytest.raises(SettingsError) as caught:
        read_secret(text)
    assert caught.value.code == "notify.webhook_secret"
    assert text[6:] not in str(caught.value) or not text[6:]
    for good in (24, 64):
        assert len(read_secret(f"whsec_{base64.b64encode(bytes(good)).decode()}")) == good


@pytest.mark.parametrize("text", ["whsec_no base64 at all!", "đ", "whsec_whsec_AAAA"])
def test_a_secret_that_is_no_base64_is_refused(text: str) -> None:
    """What is no secret is refused when the settings are read."""
    with pytest.raises(SettingsError):
        read_secret(text)

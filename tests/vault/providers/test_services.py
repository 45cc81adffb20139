"""Tests of what each service says that is not in the contract."""

import json
from pathlib import Path

import pytest

from govinteract.errors import CryptoError, GovInteractError, SettingsError
from govinteract.kernel import SystemEntropy
from govinteract.testing import Answer, Receiver
from govinteract.vault.providers import AwsKms, OpenBao, Pkcs11, ProviderAccess, open_provider
from tests.vault.providers.servers import BAO_TOKEN, PIN, SOFTHSM, Bao

KEY, ENTROPY = bytes(32), SystemEntropy()
ARN = "arn:aws:kms:ap-southeast-1:123456789012:key/8baa1f88-9f24-4c5e-9403-c637a370d158"


def code(provider: OpenBao | AwsKms | Pkcs11, blob: bytes | None = None) -> str:
    """Return the code with which a wrap, or an unwrap of `blob`, is refused."""
    with pytest.raises(GovInteractError) as error:
        provider.wrap(KEY, b"x") if blob is None else provider.unwrap(blob, b"x")
    return error.value.code


def bao_at(url: str, key: str = "ward", token: str = BAO_TOKEN) -> OpenBao:
    """Return a provider at OpenBao."""
    return OpenBao(url, key, lambda: token)


def test_new_version_of_a_transit_key_is_a_new_name(bao: Bao) -> None:
    """After a rotation in OpenBao new wraps bear its version, and old ones still open."""
    bao.make_key("turning")
    provider = bao_at(bao.url, "turning")
    assert provider.kid.endswith("/transit/turning:v1")
    old = provider.wrap(KEY, b"x")
    bao.call("POST", "transit/keys/turning/rotate")
    assert bao_at(bao.url, "turning").kid.endswith(":v2")
    new = provider.wrap(KEY, b"x")
    assert provider.kid.endswith(":v2")
    assert provider.unwrap(old, b"x") == provider.unwrap(new, b"x") == KEY
    bao.call("POST", "transit/keys/turning/config", min_decryption_version=2)
    assert code(provider, old) == "vault.open_failed"
    assert provider.unwrap(new, b"x") == KEY


def test_key_that_is_gone_or_closed_to_us_is_refused_not_absent(bao: Bao) -> None:
    """A deleted key, a bad token, a wrong mount: OpenBao says no, and that is told so."""
    bao.make_key("short-lived")
    provider = bao_at(bao.url, "short-lived")
    blob = provider.wrap(KEY, b"x")
    assert code(bao_at(bao.url, "short-lived", "wrong-token"), blob) == "vault.provider_refused"
    assert code(bao_at(f"{bao.url}/elsewhere", "short-lived"), blob) == "vault.provider_refused"
    assert provider.unwrap(blob, b"x") == KEY
    bao.delete_key("short-lived")
    assert code(provider, blob) == "vault.provider_refused"
    assert code(provider) == "vault.provider_refused"


def test_mistyped_key_is_not_made(bao: Bao) -> None:
    """Wrapping under a key that is not there makes none, though the token might."""
    assert code(bao_at(bao.url, "mistyped")) == "vault.provider_refused"
    keys = bao.call("GET", "transit/keys?list=true")["data"]["keys"]
    assert "mistyped" not in keys
    assert "ward" in keys


def test_token_of_an_agent_is_read_for_each_request(bao: Bao, tmp_path: Path) -> None:
    """A token file that an agent renews is read again; without it the service is out of reach."""
    file = tmp_path / "token"
    access = ProviderAccess(entropy=ENTROPY, key_file=tmp_path / "x", openbao_token_file=file)
    provider = open_provider(f"openbao:{bao.url}#ward", access)
    for text, outcome in (
        (None, "vault.provider_unreachable"), ("wrong\n", "vault.provider_refused"),
        ("bad\x7fb\u0001", "vault.provider_refused"), (f"{BAO_TOKEN}\n", ""),
    ):  # fmt: skip
        if text is not None:
            file.write_text(text)
        if outcome:
            assert code(provider) == outcome  # type: ignore[arg-type]  # it is OpenBao
        else:
            assert provider.unwrap(provider.wrap(KEY, b"x"), b"x") == KEY


@pytest.mark.parametrize(
    ("status", "body", "outcome"),
    [
        (503, b'{"errors":["Vault is sealed"]}', "vault.provider_unreachable"),
        (500, b"", "vault.provider_unreachable"),
        (200, b"<html>a captive portal</html>", "vault.provider_unreachable"),
        (200, b"[]", "vault.provider_unreachable"),
        (200, b'{"data":{}}', "vault.provider_unreachable"),
        (200, b'{"data":{"plaintext":7}}', "vault.provider_unreachable"),
        (302, b"", "vault.provider_refused"),
        (403, b'{"errors":["permission denied"]}', "vault.provider_refused"),
        (404, b'{"errors":["no handler for route"]}', "vault.provider_refused"),
        (400, b'{"errors":["encryption key not found"]}', "vault.provider_refused"),
        (400, b'{"errors":["cipher: message authentication failed"]}', "vault.open_failed"),
    ],
)
def test_what_openbao_answers_is_told_for_what_it_is(
    status: int, body: bytes, outcome: str
) -> None:
    """Each answer is an outage, a no, or bytes that do not open; a right one gives the key."""
    with Receiver() as server:
        provider = bao_at(server.url.removesuffix("/hook"))
        server.answer(Answer(status, pieces=(body,)), Answer(200, pieces=(_plain(),)))
        assert code(provider, b"B\x01vault:v1:AAAA") == outcome
        assert provider.unwrap(b"B\x01vault:v1:AAAA", b"x") == KEY
        assert server.requests[0].headers["x-vault-token"] == BAO_TOKEN
        assert server.requests[0].path == "/v1/transit/decrypt/ward"


def _plain() -> bytes:
    return b'{"data":{"plaintext":"' + b"A" * 43 + b'="}}'


def test_hanging_openbao_is_given_up(bao: Bao) -> None:
    """A server that takes connections and says nothing is told as unreachable in seconds."""
    provider = bao_at(bao.url)
    blob = provider.wrap(KEY, b"x")
    with bao.frozen():
        assert code(provider, blob) == "vault.provider_unreachable"
    assert provider.unwrap(blob, b"x") == KEY


def test_authority_that_can_not_be_read_is_told(bao: Bao, tmp_path: Path) -> None:
    """A certificate file that is none is refused with its path."""
    for content in (None, "no certificate"):
        path = tmp_path / "ca.pem"
        if content:
            path.write_text(content)
        provider = OpenBao(bao.url, "ward", lambda: BAO_TOKEN, authority=path)
        with pytest.raises(SettingsError) as error:
            provider.wrap(KEY, b"x")
        assert error.value.code == "http.authority_unreadable"
    assert bao_at(bao.url).wrap(KEY, b"x")


AWS = {
    "DisabledException": "vault.provider_refused",
    "KMSInvalidStateException": "vault.provider_refused",
    "NotFoundException": "vault.provider_refused",
    "ExpiredTokenException": "vault.provider_refused",
    "InvalidCiphertextException": "vault.open_failed",
    "IncorrectKeyException": "vault.open_failed",
    "ThrottlingException": "vault.provider_unreachable",
    "KeyUnavailableException": "vault.provider_unreachable",
    "DependencyTimeoutException": "vault.provider_unreachable",
}


@pytest.mark.parametrize("answer", AWS)
def test_what_aws_answers_is_told_for_what_it_is(
    monkeypatch: pytest.MonkeyPatch, answer: str
) -> None:
    """A disabled key is a no, a throttled one an outage, foreign bytes do not open."""
    assert _asked(monkeypatch, {"__type": answer, "message": "as AWS says it"}) == AWS[answer]


def test_denied_by_policy_is_no_matter_of_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    """AWS says "access denied" for a missing right and for bytes of no key it knows."""
    denied = "User: arn:aws:iam::123456789012:user/x is not authorized to perform: kms:Decrypt"
    said = {"__type": "AccessDeniedException", "message": denied}
    assert _asked(monkeypatch, said) == "vault.provider_refused"
    said["message"] = "The ciphertext refers to a customer master key that does not exist"
    assert _asked(monkeypatch, said) == "vault.open_failed"


def _asked(monkeypatch: pytest.MonkeyPatch, said: dict[str, str]) -> str:
    answer = Answer(
        400, {"content-type": "application/x-amz-json-1.1"}, (json.dumps(said).encode(),)
    )
    with Receiver() as server:
        server.answer(*[answer] * 4)
        monkeypatch.setenv("AWS_ENDPOINT_URL_KMS", server.url.removesuffix("/hook"))
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAFICTION")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "aws-secret-of-a-test")
        outcome = code(AwsKms(ARN), b"A\x01bytes")
        sent = json.loads(server.requests[0].body)
        assert sent["EncryptionContext"] == {"gi": "eA=="}
        assert sent["KeyId"] == ARN
    return outcome


def test_missing_credentials_are_a_no(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Without credentials nothing is asked, and that is told."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    assert code(AwsKms(ARN)) == "vault.provider_refused"


def module(token: str, label: str = "ward", pin: str = PIN, path: Path = SOFTHSM) -> Pkcs11:
    """Return a provider on a module."""
    return Pkcs11(path, token, label, pin, ENTROPY)


def test_what_the_module_does_not_have_is_refused(token: str) -> None:
    """A wrong token or label is a no; the right one works."""
    assert code(module("absent")) == "vault.provider_refused"
    assert code(module(token, "absent")) == "vault.provider_refused"
    provider = module(token)
    assert provider.unwrap(provider.wrap(KEY, b"x"), b"x") == KEY


def test_module_that_is_no_module_is_out_of_reach(token: str, tmp_path: Path) -> None:
    """A library that can't be loaded is told, and its path is not tried elsewhere."""
    absent = module(token, path=tmp_path / "absent.so")
    assert code(absent) == "vault.provider_unreachable"


def test_wrong_pin_is_tried_once(token: str) -> None:
    """A token locks itself after a few wrong PINs: the second try does not reach it."""
    wrong = module(token, pin="000000")
    for _try in range(20):
        assert code(wrong) == "vault.provider_refused"
    provider = module(token)
    assert provider.unwrap(provider.wrap(KEY, b"x"), b"x") == KEY


def test_root_key_does_not_leave_the_module(token: str) -> None:
    """The root key of the tests is one that a module does not give out, as in life."""
    import pkcs11

    opened = pkcs11.lib(str(SOFTHSM)).get_token(token_label=token)
    with opened.open(user_pin=PIN) as session:
        key = session.get_key(label="ward")
        with pytest.raises(pkcs11.exceptions.AttributeSensitive):
            key[pkcs11.Attribute.VALUE]
    with pytest.raises(CryptoError):
        module(token).unwrap(b"P\x01", b"")

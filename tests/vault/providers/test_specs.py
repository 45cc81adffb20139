"""Tests of how settings name key providers."""

import sys
from pathlib import Path

import pytest
from attrs import evolve

from govinteract import Settings
from govinteract.errors import SettingsError
from govinteract.kernel import SystemEntropy
from govinteract.vault import LocalKeyFile
from govinteract.vault.providers import (
    AwsKms,
    OpenBao,
    PassphraseFile,
    Pkcs11,
    ProviderAccess,
    make_missing,
    open_provider,
)
from govinteract.vault.shares import split

ENTROPY = SystemEntropy()
ARN = "arn:aws:kms:ap-southeast-1:123456789012:key/8baa1f88-9f24-4c5e-9403-c637a370d158"
SECRETS = ("passphrase of a test", "token-of-a-test", "424242")


@pytest.fixture
def access(tmp_path: Path) -> ProviderAccess:
    """Return everything that any provider needs."""
    passphrase, token, pin = SECRETS
    return ProviderAccess(
        entropy=ENTROPY, key_file=tmp_path / "root.key", single_machine=True,
        passphrase=passphrase, openbao_token=token, pkcs11_library=Path("/usr/lib/module.so"),
        pkcs11_pin=pin,
    )  # fmt: skip


def refused(spec: str, access: ProviderAccess) -> str:
    """Return the code with which the settings are refused."""
    with pytest.raises(SettingsError) as error:
        open_provider(spec, access)
    assert not [secret for secret in SECRETS if secret in str(error.value)]
    return error.value.code


def test_each_kind_is_named_by_its_word(access: ProviderAccess, tmp_path: Path) -> None:
    """A word and what follows it say which provider it is, and which key of it."""
    assert make_missing("file", access) == access.key_file
    assert make_missing("file", access) is None
    other = tmp_path / "other.key"
    assert make_missing(f"passphrase:{other}", access) == other
    assert isinstance(open_provider("file", access), LocalKeyFile)
    assert isinstance(open_provider(f"file:{access.key_file}", access), LocalKeyFile)
    assert isinstance(open_provider(f"passphrase:{other}", access), PassphraseFile)
    aws = open_provider(f"aws-kms:{ARN}", access)
    assert isinstance(aws, AwsKms)
    assert aws.kid == f"aws-kms:{ARN}"
    module = open_provider("pkcs11:ward/2026/root-1", access)
    assert isinstance(module, Pkcs11)
    assert module.kid == "pkcs11:ward/2026/root-1"
    bao = open_provider("openbao:https://bao.example.vn:8200/khu-vuc/transit#ward", access)
    assert isinstance(bao, OpenBao)
    assert repr(bao) == "<OpenBao openbao:bao.example.vn:8200/khu-vuc/transit/ward>"
    for spec in (f"aws-kms:{ARN}", "pkcs11:a/b", "openbao:https://bao.example.vn#ward"):
        assert make_missing(spec, access) is None


@pytest.mark.parametrize(
    "spec",
    [
        "", "vault", "File", "openbao", "openbao:", "openbao:https://bao.example.vn",
        "openbao:https://bao.example.vn#", "openbao:https://bao.example.vn#a/b",
        "openbao:https://u:p@bao.example.vn#ward", "openbao:ftp://bao.example.vn#ward",
        "openbao:https://bao.example.vn/../sys#ward", "openbao:https://bao.example.vn?x=1#ward",
        "openbao:https://bao.example.vn:99999#ward", "openbao:https://#ward",
        "aws-kms", "aws-kms:alias/ward", "aws-kms:arn:aws:s3:::bucket", "pkcs11", "pkcs11:ward",
        "pkcs11:/root", "pkcs11:ward/",
    ],
)  # fmt: skip
def test_misspelt_provider_is_refused(access: ProviderAccess, spec: str) -> None:
    """A name that is no provider, or no whole one, is told with how to write it."""
    assert refused(spec, access) == "vault.provider_unknown"


def test_token_goes_in_the_clear_to_this_machine_only(access: ProviderAccess) -> None:
    """Plain HTTP is refused for another host, and taken for an agent on this one."""
    assert refused("openbao:http://bao.example.vn#ward", access) == "vault.provider_unknown"
    assert refused("openbao:http://127.0.0.2#ward", access) == "vault.provider_unknown"
    for host in ("127.0.0.1:8200", "localhost", "[::1]:8200"):
        assert open_provider(f"openbao:http://{host}#ward", access).name == "openbao"
    assert open_provider("openbao:https://bao.example.vn#ward", access).name == "openbao"


@pytest.mark.parametrize(
    ("spec", "without"),
    [
        ("passphrase", {"passphrase": ""}),
        ("openbao:https://bao.example.vn#ward", {"openbao_token": ""}),
        ("pkcs11:ward/root", {"pkcs11_library": None}),
        ("pkcs11:ward/root", {"pkcs11_pin": ""}),
    ],
)
def test_missing_secret_is_told_by_its_variable(
    access: ProviderAccess, spec: str, without: dict[str, object]
) -> None:
    """What is missing is said; with it the provider opens."""
    if spec == "passphrase":
        make_missing(spec, access)
    incomplete = evolve(access, **without)  # type: ignore[arg-type]  # as it is named
    assert refused(spec, incomplete) == "vault.provider_incomplete"
    assert open_provider(spec, access).name == spec.partition(":")[0]


@pytest.mark.parametrize(
    ("module", "spec", "extra"),
    [("boto3", f"aws-kms:{ARN}", "aws"), ("pkcs11", "pkcs11:ward/root", "pkcs11")],
)
def test_missing_extra_is_told_with_what_to_install(
    access: ProviderAccess, monkeypatch: pytest.MonkeyPatch, module: str, spec: str, extra: str
) -> None:
    """Without its library a provider says which extra has it."""
    assert open_provider(spec, access).name
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(SettingsError) as error:
        open_provider(spec, access)
    assert error.value.code == "vault.extra_missing"
    assert error.value.hint == f"pip install 'govinteract[{extra}]'"


def test_missing_library_of_shares_is_told_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the library of shares nothing is split, and the extra is named."""
    assert split(bytes(32), threshold=2, shares=2)
    monkeypatch.setitem(sys.modules, "shamir_mnemonic", None)
    with pytest.raises(SettingsError, match=r"govinteract\[recovery\]"):
        split(bytes(32), threshold=2, shares=2)


def test_settings_take_secrets_from_the_environment_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A secret in the file is refused without being shown; in the environment it is hidden."""
    config = tmp_path / "ward.toml"
    for name in ("key_passphrase", "openbao_token", "pkcs11_pin"):
        config.write_text(f'{name} = "secret-of-a-test"\n')
        with pytest.raises(SettingsError) as error:
            Settings.load(config)
        assert error.value.code == "settings.secret_in_file"
        assert f"GOVINTERACT_{name.upper()}" in error.value.hint
        assert "secret-of-a-test" not in str(error.value)
    config.write_text('key_provider = "openbao:https://bao.example.vn#ward"\n')
    monkeypatch.setenv("GOVINTERACT_OPENBAO_TOKEN", "secret-of-a-test")
    settings = Settings.load(config)
    assert settings.secret("openbao_token") == "secret-of-a-test"
    assert settings.secret("pkcs11_pin") == ""
    assert "secret-of-a-test" not in repr(settings)


def test_paths_of_providers_are_relative_to_the_file(tmp_path: Path) -> None:
    """A key file that the settings name lies beside them, wherever the process runs."""
    config = tmp_path / "ward.toml"
    config.write_text('key_provider = "passphrase:new.key"\nsecond_key_provider = "file:old.key"\n')
    settings = Settings.load(config)
    assert settings.key_provider == f"passphrase:{tmp_path}/new.key"
    assert settings.second_key_provider == f"file:{tmp_path}/old.key"
    config.write_text('key_provider = "file"\n')
    assert Settings.load(config).key_provider == "file"

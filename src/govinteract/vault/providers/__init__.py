"""The key providers that come with the library, by their names in the settings.

file, file:PATH              a key file of mode 0600 (development, one machine)
passphrase, passphrase:PATH  a file that a passphrase opens
openbao:https://HOST#KEY     OpenBao's transit engine
aws-kms:ARN                  AWS Key Management Service (extra `aws`)
pkcs11:TOKEN/LABEL           a hardware security module (extra `pkcs11`)
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from attrs import field, frozen

from govinteract.errors import SettingsError
from govinteract.vault.key_file import LocalKeyFile
from govinteract.vault.providers.aws_kms import AwsKms
from govinteract.vault.providers.openbao import OpenBao
from govinteract.vault.providers.passphrase import PassphraseFile
from govinteract.vault.providers.pkcs11 import Pkcs11
from govinteract.vault.refusal import unreachable

if TYPE_CHECKING:
    from collections.abc import Callable

    from govinteract.kernel.entropy import Entropy
    from govinteract.vault.provider import KeyProvider

__all__ = [
    "AwsKms",
    "OpenBao",
    "PassphraseFile",
    "Pkcs11",
    "ProviderAccess",
    "make_missing",
    "open_provider",
]


@frozen(kw_only=True)
class ProviderAccess:
    """What the providers need beside their names: where files are, and the secrets.

    `key_file` is where `file` and `passphrase` are without a path of their own.
    """

    entropy: Entropy
    key_file: Path
    single_machine: bool = False
    passphrase: str = field(default="", repr=False)
    openbao_token: str = field(default="", repr=False)
    openbao_token_file: Path | None = None
    openbao_ca_file: Path | None = None
    pkcs11_library: Path | None = None
    pkcs11_pin: str = field(default="", repr=False)


def open_provider(spec: str, access: ProviderAccess) -> KeyProvider:
    """Return the provider that `spec` names.

    Raises `SettingsError`: `vault.provider_unknown`, `vault.provider_incomplete` when a
    setting or a secret is missing, `vault.extra_missing`, and what the provider raises.
    """
    name, _, place = spec.partition(":")
    if name not in _KINDS:
        raise SettingsError(
            "vault.provider_unknown", hint="file, passphrase, openbao:, aws-kms: or pkcs11:"
        )
    return _KINDS[name](place, access)


def make_missing(spec: str, access: ProviderAccess) -> Path | None:
    """Make the root key that `spec` names if it is a file that is not there yet.

    Returns the new file's path. A key in a service or a module is made there, by whoever
    runs it. Raises as `open_provider`.
    """
    name, _, place = spec.partition(":")
    path = _path(place, access)
    if name not in {"file", "passphrase"} or path.exists():
        return None
    if name == "file":
        LocalKeyFile.create(path, access.entropy, single_machine=True)
    else:
        PassphraseFile.create(path, _passphrase(access), access.entropy)
    return path


def _path(place: str, access: ProviderAccess) -> Path:
    return Path(place) if place else access.key_file


def _file(place: str, access: ProviderAccess) -> KeyProvider:
    return LocalKeyFile.open(
        _path(place, access), access.entropy, single_machine=access.single_machine
    )


def _passphrase_file(place: str, access: ProviderAccess) -> KeyProvider:
    return PassphraseFile.open(_path(place, access), _passphrase(access), access.entropy)


def _aws_kms(place: str, _access: ProviderAccess) -> KeyProvider:
    return AwsKms(place)


def _openbao(place: str, access: ProviderAccess) -> KeyProvider:
    if not (access.openbao_token or access.openbao_token_file):
        raise _incomplete("set GOVINTERACT_OPENBAO_TOKEN, or openbao_token_file")
    return OpenBao.at(place, lambda: _token(access), authority=access.openbao_ca_file)


def _pkcs11(place: str, access: ProviderAccess) -> KeyProvider:
    token, slash, label = place.rpartition("/")
    if not (token and slash and label):
        raise SettingsError("vault.provider_unknown", hint="pkcs11:TOKEN/LABEL")
    if access.pkcs11_library is None or not access.pkcs11_pin:
        raise _incomplete("set pkcs11_library to the module's file, and GOVINTERACT_PKCS11_PIN")
    return Pkcs11(access.pkcs11_library, token, label, access.pkcs11_pin, access.entropy)


def _token(access: ProviderAccess) -> str:
    if access.openbao_token_file is None:
        return access.openbao_token
    try:
        return access.openbao_token_file.read_text("ascii").strip()
    except (OSError, UnicodeDecodeError):
        raise unreachable(OpenBao.name, "openbao_token_file can't be read") from None


def _passphrase(access: ProviderAccess) -> str:
    if not access.passphrase:
        raise _incomplete("set GOVINTERACT_KEY_PASSPHRASE")
    return access.passphrase


def _incomplete(hint: str) -> SettingsError:
    return SettingsError("vault.provider_incomplete", hint=hint)


_KINDS: dict[str, Callable[[str, ProviderAccess], KeyProvider]] = {
    "aws-kms": _aws_kms,
    "file": _file,
    "openbao": _openbao,
    "passphrase": _passphrase_file,
    "pkcs11": _pkcs11,
}

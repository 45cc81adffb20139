"""OpenBao's transit engine (extra-free: it is spoken over HTTP): the root key stays there.

OpenBao 2 API, `/v1/<mount>/encrypt/<key>` and `/decrypt/<key>` with `associated_data`
(openbao.org/api-docs/secret/transit). What is stored has the form

    0x42 'B' | version 0x01 | OpenBao's ciphertext in ASCII ("vault:v3:...")

and the version in it is part of the root key's name, so that `keys rotate --root` moves
everything to the newest. The token needs `update` on those two paths and `read` on
`<mount>/keys/<key>`; not `create`, so that a key with a mistyped name is never made.
"""

from __future__ import annotations

import json
import re
from base64 import b64decode, b64encode
from typing import TYPE_CHECKING, Any, NoReturn, Self, TypeVar
from urllib.parse import quote, urlsplit

from govinteract.errors import CryptoError, ProviderError, SettingsError
from govinteract.http import Limits, open_client, request, run, trust
from govinteract.vault.refusal import open_failed, provider_refused, unreachable

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from ssl import SSLContext

    from govinteract.http import Flow

__all__ = ["OpenBao"]

T = TypeVar("T")

_MAGIC = b"B\x01"
_LIMITS = Limits(connect=3.0, wait=5.0, total=10.0, body=100_000)
_CIPHERTEXT = re.compile(r"vault:v([1-9][0-9]{0,8}):[A-Za-z0-9+/=]+", re.ASCII)
_NAME = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9_.-]{0,63}", re.ASCII)
_MOUNT = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9_.-]*(/[A-Za-z0-9_-][A-Za-z0-9_.-]*)*", re.ASCII)
_TOKEN = re.compile(r"[!-~]+")
_OK, _BAD_REQUEST, _SERVER = 200, 400, 500
_NO_KEY = "encryption key not found"
_LOOPBACK = {"127.0.0.1", "::1", "localhost"}
_FORM = "openbao:https://HOST[:PORT][/MOUNT]#KEY"


class OpenBao:
    """A key provider whose root key is the transit key `key` of the server at `url`.

    `token` is asked for before each request, so that an agent can renew it. The path of
    `url` is the engine's mount (`transit` without one), with its namespaces before it.
    Plain HTTP is refused unless the server is this machine. Raises
    `SettingsError("vault.provider_unknown")`.
    """

    name = "openbao"

    def __init__(
        self, url: str, key: str, token: Callable[[], str], *, authority: Path | None = None
    ) -> None:
        parts = _split(url)
        mount = parts.path.strip("/") or "transit"
        encrypted = parts.scheme == "https" or parts.hostname in _LOOPBACK
        if not (encrypted and _NAME.fullmatch(key) and _MOUNT.fullmatch(mount)):
            raise _malformed()
        self._home = f"{parts.scheme}://{parts.netloc}/v1/{mount}"
        self._key, self._token, self._authority = key, token, authority
        self._root = f"{self.name}:{parts.netloc}/{mount}/{key}"
        self._version = 0
        self._tls: SSLContext | None = None

    @classmethod
    def at(cls, place: str, token: Callable[[], str], *, authority: Path | None = None) -> Self:
        """Make it from `URL#KEY`, as settings write it."""
        url, mark, key = place.partition("#")
        if not mark:
            raise _malformed()
        return cls(url, key, token, authority=authority)

    @property
    def kid(self) -> str:
        """The key's name and newest version; asks the server unless it was told already."""
        if not self._version:
            self._version = self._run(self._newest())
        return f"{self._root}:v{self._version}"

    def wrap(self, key: bytes, aad: bytes) -> bytes:
        """Have `key` encrypted under the newest version of the transit key."""
        ciphertext = self._run(self._encrypt(key, aad))
        form = _CIPHERTEXT.fullmatch(ciphertext)
        if form is None:
            raise unreachable(self.name, "its answer is no transit ciphertext")
        self._version = int(form[1])
        return _MAGIC + ciphertext.encode()

    def unwrap(self, blob: bytes, aad: bytes) -> bytes:
        """Have the key in `blob` decrypted; raises as every `KeyProvider` does."""
        text = blob[len(_MAGIC) :].decode("ascii", "replace")
        if not blob.startswith(_MAGIC) or not _CIPHERTEXT.fullmatch(text):
            raise open_failed()
        return self._run(self._decrypt(text, aad))

    def _newest(self) -> Flow[int]:
        data = yield from self._ask("GET", "keys")
        return int(data["latest_version"])

    def _encrypt(self, key: bytes, aad: bytes) -> Flow[str]:
        yield from self._newest()  # a policy with `create` would make a key that is not there
        body = {"plaintext": _b64(key), "associated_data": _b64(aad)}
        data = yield from self._ask("POST", "encrypt", body)
        return str(data["ciphertext"])

    def _decrypt(self, ciphertext: str, aad: bytes) -> Flow[bytes]:
        body = {"ciphertext": ciphertext, "associated_data": _b64(aad)}
        data = yield from self._ask("POST", "decrypt", body)
        return b64decode(data["plaintext"])

    def _ask(self, method: str, verb: str, body: dict[str, str] | None = None) -> Flow[Any]:
        token = self._token()
        if not _TOKEN.fullmatch(token):
            raise provider_refused(self.name, "the token has characters no header has")
        answer = yield request(
            method, f"{self._home}/{verb}/{quote(self._key)}",
            headers={"X-Vault-Token": token, "X-Vault-Request": "true"},
            content=json.dumps(body).encode() if body else b"",
        )  # fmt: skip
        said = _read(answer.content)
        if answer.status_code == _OK:
            return said["data"]
        raise self._refusal(answer.status_code, str(said.get("errors", "")))

    def _refusal(self, status: int, errors: str) -> Exception:
        if status == _BAD_REQUEST and _NO_KEY not in errors:
            return open_failed()
        if status >= _SERVER:
            return unreachable(self.name, f"it answered {status}")  # sealed, standby, starting
        why = _NO_KEY if _NO_KEY in errors else f"it answered {status}: token, policy, mount or key"
        return provider_refused(self.name, why)

    def _run(self, flow: Flow[T]) -> T:
        """Carry out `flow` over a connection of its own: the next one is in minutes."""
        self._tls = self._tls or trust(self._authority)
        try:
            with open_client(_LIMITS, tls=self._tls) as client:
                return run(flow, client, limits=_LIMITS)
        except ProviderError as error:
            if error.code.startswith("http."):
                raise unreachable(self.name, error.hint) from None
            raise
        except (KeyError, TypeError, ValueError):
            raise unreachable(self.name, "its answer is none of OpenBao's") from None

    def __repr__(self) -> str:
        return f"<OpenBao {self._root}>"

    def __reduce_ex__(self, _protocol: object) -> NoReturn:
        raise CryptoError("vault.secret_kept", hint="open the provider where it is used")


def _split(url: str) -> Any:
    try:
        parts = urlsplit(url)
        usable = parts.scheme in {"https", "http"} and parts.hostname and parts.port != 0
    except ValueError:
        raise _malformed() from None
    if not usable or "@" in parts.netloc or parts.query or not url.isascii():
        raise _malformed()
    return parts


def _malformed() -> SettingsError:
    return SettingsError("vault.provider_unknown", hint=f"{_FORM}; plain http on this machine only")


def _read(body: bytes) -> dict[str, Any]:
    said = json.loads(body or b"{}")
    if not isinstance(said, dict):
        raise TypeError(body)
    return said


def _b64(data: bytes) -> str:
    return b64encode(data).decode()

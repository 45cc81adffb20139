"""A hardware security module through PKCS#11 (extra `pkcs11`): the root key never leaves it.

PKCS#11 2.40, CKM_AES_GCM with a nonce of ours, under a secret key that is found by its
label on a token that is found by its label. What is stored has the form

    0x50 'P' | version 0x01 | nonce 12 | ciphertext | tag 16

with the header (2 bytes) and the caller's context as associated data. A module may hang, or
promise nothing about threads: every call runs in one thread of its own and is waited for
with a timeout. To rotate, make a key with another label.
"""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NoReturn

from govinteract.errors import CryptoError
from govinteract.http import refuse_in_transaction
from govinteract.vault.providers.patience import Impatient
from govinteract.vault.refusal import extra_missing, open_failed, provider_refused, unreachable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from govinteract.kernel.entropy import Entropy

__all__ = ["Pkcs11"]

_MAGIC = b"P\x01"
_NONCE = 12
_BODY = len(_MAGIC) + _NONCE
_REFUSED = {
    "FunctionNotSupported", "KeyFunctionNotPermitted", "KeyTypeInconsistent", "MechanismInvalid",
    "MultipleObjectsReturned", "MultipleTokensReturned", "NoSuchKey", "NoSuchToken", "PinExpired",
    "PinIncorrect", "PinInvalid", "PinLenRange", "PinLocked", "TokenNotRecognised",
    "UserPinNotInitialized",
}  # fmt: skip
_WRONG_PIN = {"PinExpired", "PinIncorrect", "PinInvalid", "PinLenRange", "PinLocked"}
_WRONG_BYTES = {
    "ArgumentsBad", "DataInvalid", "DataLenRange", "EncryptedDataInvalid", "EncryptedDataLenRange",
    "GeneralError", "SignatureInvalid",
}  # fmt: skip


class Pkcs11:
    """A key provider whose root key is the AES-256 key `label` on the token `token`.

    `library` is the module's shared object; `seconds` bounds each call. Raises
    `SettingsError("vault.extra_missing")` without python-pkcs11.
    """

    name = "pkcs11"

    def __init__(
        self, library: Path, token: str, label: str, pin: str, entropy: Entropy,
        *, seconds: float = 10.0,
    ) -> None:  # fmt: skip
        _pkcs11()
        self._library, self._token, self._label = library, token, label
        self._pin, self._entropy, self._seconds = pin, entropy, seconds
        self._wrong_pin = False
        self.kid = f"{self.name}:{token}/{label}"

    def wrap(self, key: bytes, aad: bytes) -> bytes:
        """Have `key` encrypted by the module under the root key, bound to `aad`."""
        nonce = self._entropy.bytes(_NONCE)
        return _MAGIC + nonce + self._use("encrypt", key, nonce, aad)

    def unwrap(self, blob: bytes, aad: bytes) -> bytes:
        """Have the key in `blob` decrypted; raises as every `KeyProvider` does."""
        if len(blob) <= _BODY or not blob.startswith(_MAGIC):
            raise open_failed()
        return self._use("decrypt", blob[_BODY:], blob[len(_MAGIC) : _BODY], aad)

    def _use(self, verb: str, data: bytes, nonce: bytes, aad: bytes) -> bytes:
        refuse_in_transaction()
        if self._wrong_pin:  # a token locks itself after a few wrong tries: never try again
            raise provider_refused(self.name, "the PIN was wrong; correct it and start anew")
        worker = Impatient.of(f"pkcs11 {self._library} {os.getpid()}")
        with self._answers(verb):
            return worker.run(lambda: self._call(verb, data, nonce, aad), self._seconds)

    def _call(self, verb: str, data: bytes, nonce: bytes, aad: bytes) -> bytes:
        module = _pkcs11()
        token = _open_library(module, self._library).get_token(token_label=self._token)
        with token.open(user_pin=self._pin) as session:
            key = session.get_key(
                object_class=module.ObjectClass.SECRET_KEY, key_type=module.KeyType.AES,
                label=self._label,
            )  # fmt: skip
            use: Callable[..., bytes] = getattr(key, verb)
            parameters = module.GCMParams(nonce, _MAGIC + aad, 128)
            return bytes(use(data, mechanism=module.Mechanism.AES_GCM, mechanism_param=parameters))

    @contextmanager
    def _answers(self, verb: str) -> Iterator[None]:
        """Turn the module's errors, and its silence, into the vault's."""
        try:
            yield
        except TimeoutError:
            raise unreachable(self.name, f"no answer in {self._seconds} seconds") from None
        except _pkcs11().exceptions.PKCS11Error as error:
            what = type(error).__name__
            self._wrong_pin = what in _WRONG_PIN
            if verb == "decrypt" and what in _WRONG_BYTES:
                raise open_failed() from None
            if what in _REFUSED:
                raise provider_refused(self.name, what) from None
            raise unreachable(self.name, what) from None

    def __repr__(self) -> str:
        return f"<Pkcs11 {self._token}/{self._label}>"

    def __reduce_ex__(self, _protocol: object) -> NoReturn:
        raise CryptoError("vault.secret_kept", hint="open the provider where it is used")


def _pkcs11() -> Any:
    try:
        import pkcs11  # noqa: PLC0415 - an extra
        import pkcs11.exceptions  # noqa: PLC0415 - as above
    except ModuleNotFoundError as error:
        raise extra_missing("pkcs11") from error
    return pkcs11


_opened: dict[str, int] = {}  # library: the process that initialised it


def _open_library(module: Any, path: Path) -> Any:
    """Return the module's library, initialised in this process (PKCS#11 2.40 section 6.6.1)."""
    library = module.lib(str(path))
    if _opened.setdefault(str(path), os.getpid()) != os.getpid():
        library.reinitialize()
        _opened[str(path)] = os.getpid()
    return library

"""A root key in a file that a passphrase opens: for one machine whose disk may be stolen.

    format = "gi/passphrase-root/v1"
    kid = "32 hex digits"
    memory_kib = 65536
    iterations = 3
    lanes = 4
    salt = "22 characters of base64url"
    sealed = "80 characters of base64url"

`sealed` is nonce 12, ciphertext 32 and tag 16 of the root key under AES-256-GCM with the key
Argon2id(passphrase) (RFC 9106; 32 bytes out) and the canonical form of format, kid, memory,
iterations, lanes and salt as associated data. The parameters are those of RFC 9106 section 4
for machines with less memory (its second recommended option) and stand in the file, so that
later files can have stronger ones. What the root key wraps has the form of the key file's.
"""

from __future__ import annotations

import binascii
import tomllib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import TYPE_CHECKING, Any, NoReturn, Self
from unicodedata import normalize

from attrs import field, frozen, validators
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from govinteract.errors import CryptoError, SettingsError
from govinteract.vault.context import canonical
from govinteract.vault.key_file import LocalKeyFile
from govinteract.vault.key_material import KEY_BYTES, KeyMaterial
from govinteract.vault.private_file import malformed, read_private, write_private

if TYPE_CHECKING:
    from pathlib import Path

    from govinteract.kernel.entropy import Entropy

__all__ = ["PASSPHRASE_LEAST", "PassphraseFile"]

PASSPHRASE_LEAST = 16
"""Characters of a passphrase: four random words; the file may be tried for ever by its thief."""

_FORMAT = "gi/passphrase-root/v1"
_SALT, _NONCE = 16, 12
_COMMENT = """\
# The root key of a govinteract locality, under a passphrase. Without the passphrase it opens
# nothing; without this file neither does the passphrase. Keep copies of both, in two places.
"""


def _between(least: int, most: int) -> Any:
    return validators.and_(validators.instance_of(int), validators.ge(least), validators.le(most))


@frozen(kw_only=True)
class _Cost:
    """What one guess costs. The upper bounds keep a changed file from taking the machine."""

    memory_kib: int = field(default=64 * 1024, validator=_between(8 * 1024, 4 * 1024 * 1024))
    iterations: int = field(default=3, validator=_between(1, 64))
    lanes: int = field(default=4, validator=_between(1, 64))

    def stretch(self, passphrase: str, salt: bytes) -> bytes:
        kdf = Argon2id(
            salt=salt, length=KEY_BYTES, iterations=self.iterations, lanes=self.lanes,
            memory_cost=self.memory_kib,
        )  # fmt: skip
        return kdf.derive(normalize("NFC", passphrase).encode())

    def context(self, kid: str, salt: bytes) -> bytes:
        numbers = (str(self.memory_kib), str(self.iterations), str(self.lanes))
        return canonical(_FORMAT, kid, *numbers, salt)


class PassphraseFile:
    """A key provider whose root key lies in a file under a passphrase.

    The passphrase is asked for once, when a process opens the file (about 0.2 s); from then
    on the root key is in memory.
    """

    __slots__ = ("_root", "kid", "name")

    def __init__(self, root: KeyMaterial, entropy: Entropy) -> None:
        self._root = LocalKeyFile(root, entropy, name="passphrase")
        self.name, self.kid = self._root.name, self._root.kid

    @classmethod
    def create(cls, path: Path, passphrase: str, entropy: Entropy) -> Self:
        """Make a new root key in a new file at `path`, under `passphrase`, and open it.

        Raises `SettingsError("vault.passphrase_short")`, and as `LocalKeyFile.create`.
        """
        if len(passphrase) < PASSPHRASE_LEAST:
            raise SettingsError(
                "vault.passphrase_short", hint="take six random words", least=PASSPHRASE_LEAST
            )
        root, cost = KeyMaterial.generate(entropy), _Cost()
        salt, nonce = entropy.bytes(_SALT), entropy.bytes(_NONCE)
        aead = AESGCM(cost.stretch(passphrase, salt))
        context = cost.context(root.kid.hex(), salt)
        sealed = nonce + aead.encrypt(nonce, root.secret(), context)
        write_private(path, _text(root.kid.hex(), cost, salt, sealed))
        return cls.open(path, passphrase, entropy)

    @classmethod
    def open(cls, path: Path, passphrase: str, entropy: Entropy) -> Self:
        """Open the root key in the file at `path`.

        Raises `SettingsError`: `vault.passphrase_wrong` (or the file was changed), and as
        `LocalKeyFile.open`.
        """
        kid, cost, salt, sealed = _parse(read_private(path), path)
        aead = AESGCM(cost.stretch(passphrase, salt))
        try:
            secret = aead.decrypt(sealed[:_NONCE], sealed[_NONCE:], cost.context(kid, salt))
        except InvalidTag:
            hint = "check GOVINTERACT_KEY_PASSPHRASE; a changed file looks alike"
            raise SettingsError("vault.passphrase_wrong", hint=hint, path=path) from None
        root = KeyMaterial(secret)
        if root.kid.hex() != kid:
            raise malformed(path)
        return cls(root, entropy)

    def wrap(self, key: bytes, aad: bytes) -> bytes:
        """Return `key` wrapped under the root key and bound to `aad`."""
        return self._root.wrap(key, aad)

    def unwrap(self, blob: bytes, aad: bytes) -> bytes:
        """Return the key in `blob`; `CryptoError("vault.open_failed")` whatever is wrong."""
        return self._root.unwrap(blob, aad)

    def __repr__(self) -> str:
        return f"<PassphraseFile {self.kid}>"

    def __reduce_ex__(self, _protocol: object) -> NoReturn:
        raise CryptoError("vault.secret_kept", hint="keys are wrapped, never pickled")


def _text(kid: str, cost: _Cost, salt: bytes, sealed: bytes) -> str:
    return (
        f'{_COMMENT}format = "{_FORMAT}"\nkid = "{kid}"\nmemory_kib = {cost.memory_kib}\n'
        f"iterations = {cost.iterations}\nlanes = {cost.lanes}\n"
        f'salt = "{_encode(salt)}"\nsealed = "{_encode(sealed)}"\n'
    )


def _parse(text: str, path: Path) -> tuple[str, _Cost, bytes, bytes]:
    try:
        entries = tomllib.loads(text)
        cost = _Cost(**{name: entries[name] for name in ("memory_kib", "iterations", "lanes")})
        salt, sealed = _decode(entries["salt"]), _decode(entries["sealed"])
        kid = entries["kid"]
        lengths = len(salt) == _SALT and len(sealed) == _NONCE + KEY_BYTES + 16
        well_formed = entries["format"] == _FORMAT and isinstance(kid, str) and lengths
    except (tomllib.TOMLDecodeError, KeyError, TypeError, AttributeError, ValueError) as error:
        raise malformed(path) from error  # nothing in the file is a secret
    if not well_formed:
        raise malformed(path)
    return kid, cost, salt, sealed


def _encode(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def _decode(text: str) -> bytes:
    try:
        return urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except binascii.Error as error:
        raise ValueError(text) from error

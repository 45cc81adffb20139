"""A root key in a file, for development and for a ward that is one machine.

    format = "gi/root/v1"
    kid = "32 hex digits"
    key = "43 characters of base64url"

Whoever reads the file and the database reads everything. The file is made with mode 0600
and is refused while group or others may read it. What it wraps has the form

    0x52 'R' | version 0x01 | root kid 16 | nonce 12 | ciphertext | tag 16

with the header (18 bytes) and the caller's context as associated data.
"""

from __future__ import annotations

import binascii
import tomllib
import warnings
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import TYPE_CHECKING, NoReturn, Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from govinteract.errors import CryptoError
from govinteract.vault.key_material import KeyMaterial
from govinteract.vault.private_file import malformed, read_private, write_private
from govinteract.vault.refusal import open_failed

if TYPE_CHECKING:
    from pathlib import Path

    from govinteract.kernel.entropy import Entropy

__all__ = ["LocalKeyFile", "SingleMachineKeyWarning"]

_FORMAT = "gi/root/v1"
_HEADER = 18
_BODY = _HEADER + 12
_COMMENT = """\
# The root key of a govinteract locality. Whoever has this file and the database has
# everything; whoever loses it loses everything. Keep a copy apart from the backups.
"""


class SingleMachineKeyWarning(UserWarning):
    """The root key lies in a file beside what it protects: for one machine, or development."""


class LocalKeyFile:
    """A key provider whose root key is a file of mode 0600.

    `create` and `open` make one; both warn (`SingleMachineKeyWarning`) unless the locality
    says with `single_machine=True` that this is what it wants.
    """

    __slots__ = ("_aead", "_entropy", "_header", "kid", "name")

    def __init__(self, root: KeyMaterial, entropy: Entropy, *, name: str = "file") -> None:
        self._aead = AESGCM(root.secret())
        self._entropy = entropy
        self._header = b"R\x01" + root.kid
        self.name = name
        self.kid = f"{name}:{root.kid.hex()}"

    @classmethod
    def create(cls, path: Path, entropy: Entropy, *, single_machine: bool = False) -> Self:
        """Make a new root key in a new file at `path` and open it.

        The key is on disk, file and directory synced, when this returns. Raises
        `SettingsError("vault.key_file_exists")` when something stands there already.
        """
        write_private(path, _text(KeyMaterial.generate(entropy)))
        return cls.open(path, entropy, single_machine=single_machine)

    @classmethod
    def open(cls, path: Path, entropy: Entropy, *, single_machine: bool = False) -> Self:
        """Open the root key in the file at `path`.

        Raises `SettingsError`: `vault.key_file_missing`, `vault.key_file_exposed` when
        group or others may read or write it, `vault.key_file_malformed`.
        """
        root = _parse(read_private(path), path)
        if not single_machine:
            warnings.warn(
                f"the root key lies in a file on this machine ({path}): good for development "
                "or a single machine; use a key service or hardware module otherwise",
                SingleMachineKeyWarning,
                stacklevel=2,
            )
        return cls(root, entropy)

    def wrap(self, key: bytes, aad: bytes) -> bytes:
        """Return `key` wrapped under the root key and bound to `aad`."""
        nonce = self._entropy.bytes(12)
        return self._header + nonce + self._aead.encrypt(nonce, key, self._header + aad)

    def unwrap(self, blob: bytes, aad: bytes) -> bytes:
        """Return the key in `blob`; `CryptoError("vault.open_failed")` whatever is wrong."""
        if len(blob) < _BODY or not blob.startswith(self._header):
            raise open_failed()
        try:
            return self._aead.decrypt(blob[_HEADER:_BODY], blob[_BODY:], self._header + aad)
        except InvalidTag:
            raise open_failed() from None

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.kid}>"

    def __reduce_ex__(self, _protocol: object) -> NoReturn:
        raise CryptoError("vault.secret_kept", hint="keys are wrapped, never pickled")


def _text(root: KeyMaterial) -> str:
    key = urlsafe_b64encode(root.secret()).rstrip(b"=").decode()
    return f'{_COMMENT}format = "{_FORMAT}"\nkid = "{root.kid.hex()}"\nkey = "{key}"\n'


def _parse(text: str, path: Path) -> KeyMaterial:
    try:
        entries = tomllib.loads(text)
        root = KeyMaterial(urlsafe_b64decode(f"{entries['key']}="))
        well_formed = entries["format"] == _FORMAT and entries["kid"] == root.kid.hex()
    except (tomllib.TOMLDecodeError, KeyError, binascii.Error, CryptoError, ValueError):
        raise malformed(path) from None  # a parser's message could quote the key
    if not well_formed:
        raise malformed(path)
    return root

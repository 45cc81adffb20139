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
import os
import stat
import tomllib
import warnings
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import TYPE_CHECKING, NoReturn, Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from govinteract.errors import CryptoError, SettingsError
from govinteract.vault.key_material import KeyMaterial
from govinteract.vault.refusal import open_failed

if TYPE_CHECKING:
    from pathlib import Path

    from govinteract.kernel.entropy import Entropy

__all__ = ["LocalKeyFile", "SingleMachineKeyWarning"]

_FORMAT = "gi/root/v1"
_HEADER = 18
_BODY = _HEADER + 12
_FILE_LIMIT = 4096
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

    def __init__(self, root: KeyMaterial, entropy: Entropy) -> None:
        self._aead = AESGCM(root.secret())
        self._entropy = entropy
        self._header = b"R\x01" + root.kid
        self.name = "file"
        self.kid = f"file:{root.kid.hex()}"

    @classmethod
    def create(cls, path: Path, entropy: Entropy, *, single_machine: bool = False) -> Self:
        """Make a new root key in a new file at `path` and open it.

        The key is on disk, file and directory synced, when this returns. Raises
        `SettingsError("vault.key_file_exists")` when something stands there already.
        """
        root = KeyMaterial.generate(entropy)
        try:
            _write_new(path, _text(root))
        except FileExistsError as error:
            raise SettingsError(
                "vault.key_file_exists", hint="open it, or choose another path", path=path
            ) from error
        except OSError as error:
            raise _unreadable(path, "check the directory and its permissions") from error
        return cls.open(path, entropy, single_machine=single_machine)

    @classmethod
    def open(cls, path: Path, entropy: Entropy, *, single_machine: bool = False) -> Self:
        """Open the root key in the file at `path`.

        Raises `SettingsError`: `vault.key_file_missing`, `vault.key_file_exposed` when
        group or others may read or write it, `vault.key_file_malformed`.
        """
        root = _parse(_read_private(path), path)
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
        return f"<LocalKeyFile {self.kid}>"

    def __reduce_ex__(self, _protocol: object) -> NoReturn:
        raise CryptoError("vault.secret_kept", hint="keys are wrapped, never pickled")


def _text(root: KeyMaterial) -> str:
    key = urlsafe_b64encode(root.secret()).rstrip(b"=").decode()
    return f'{_COMMENT}format = "{_FORMAT}"\nkid = "{root.kid.hex()}"\nkey = "{key}"\n'


def _write_new(path: Path, text: str) -> None:
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        with open(file, "w", encoding="utf-8") as sink:  # noqa: PTH123 - a descriptor, not a path
            os.fchmod(file, 0o600)  # whatever the umask took away
            sink.write(text)
            sink.flush()
            os.fsync(file)
    except OSError:
        path.unlink()  # half a key would stand in the way of a whole one
        raise
    directory = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)


def _read_private(path: Path) -> str:
    try:
        file = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)  # a pipe would wait
        try:
            status = os.fstat(file)  # of what is read, not of what stood there
            if not stat.S_ISREG(status.st_mode) or status.st_mode & 0o077:
                hint = f"it must be a file of mode 600: chmod 600 {path}"
                raise SettingsError("vault.key_file_exposed", hint=hint, path=path)
            return os.read(file, _FILE_LIMIT).decode()
        finally:
            os.close(file)
    except FileNotFoundError as error:
        raise SettingsError(
            "vault.key_file_missing", hint="run: govinteract db upgrade", path=path
        ) from error
    except OSError as error:
        raise _unreadable(path, "check who owns it") from error
    except UnicodeDecodeError as error:
        raise _malformed(path) from error


def _parse(text: str, path: Path) -> KeyMaterial:
    try:
        entries = tomllib.loads(text)
        root = KeyMaterial(urlsafe_b64decode(f"{entries['key']}="))
        well_formed = entries["format"] == _FORMAT and entries["kid"] == root.kid.hex()
    except (tomllib.TOMLDecodeError, KeyError, binascii.Error, CryptoError, ValueError):
        raise _malformed(path) from None  # a parser's message could quote the key
    if not well_formed:
        raise _malformed(path)
    return root


def _malformed(path: Path) -> SettingsError:
    hint = "restore the copy; if nothing was sealed yet, delete it and run: govinteract db upgrade"
    return SettingsError("vault.key_file_malformed", hint=hint, path=path)


def _unreadable(path: Path, hint: str) -> SettingsError:
    return SettingsError("vault.key_file_unreadable", hint=hint, path=path)

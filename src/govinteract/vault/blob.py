"""Sealed files: streams of any size, in constant memory, readable from the middle.

A file has a key of its own, which is sealed as a field of its record under the person's
data key (value type `file:` and the content type); so a file is opened through the same
door, rotated without touching its bytes, and gone when its key is. The bytes are a C2SP
chunked-encryption stream, Cobblestone-256 (c2sp.org/chunked-encryption): 24 bytes of salt,
32 of key commitment, chunks of 16 KiB with a tag of 16 bytes each, the last one shorter.
Its context is the canonical form of the place with the domain "gi/file/v1" and the content
type as type.

`cryptography` writes and reads whole streams; reading from the middle is here.
"""

from __future__ import annotations

import hmac
import io
from typing import TYPE_CHECKING, ClassVar, NoReturn, Protocol, Self

from cryptography.cobblestone import Cobblestone256Decryptor, Cobblestone256Encryptor
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA512, HashAlgorithm
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from govinteract.errors import CryptoError
from govinteract.vault.context import FILE_DOMAIN, Context
from govinteract.vault.refusal import open_failed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from govinteract.vault.key_material import KeyMaterial

__all__ = ["CHUNK", "FILE_TYPE", "FileKey", "FileReader", "Sink", "Source"]

FILE_TYPE = "file:"
CHUNK = 16 * 1024
_TAG = 16
_SEALED_CHUNK = CHUNK + _TAG
_SALT = 24
_HEAD = _SALT + 32
_INFO = b"c2sp.org/chunked-encryption@v1+AEAD_AES_256_GCM\x00"
_PIECE = 64 * 1024  # read and written at once


class Source(Protocol):
    """What bytes are read from: a file, a request's body, `io.BytesIO`."""

    def read(self, size: int, /) -> bytes:
        """Return at most `size` bytes, none at the end."""
        ...


class Sink(Protocol):
    """What bytes are written to: a file, `io.BytesIO`."""

    def write(self, data: bytes, /) -> object:
        """Write all of `data`."""
        ...


class FileKey:
    """The key of one file, for its one place. It does not print or pickle."""

    __slots__ = ("_context", "_material", "content_type")

    def __init__(self, material: KeyMaterial, place: Context) -> None:
        self._material = material
        self._context = place.canonical(FILE_DOMAIN)
        self.content_type = place.type

    @classmethod
    def at(cls, material: KeyMaterial, field: Context) -> Self:
        """Make the key out of the field that held it: the type loses its `file:`."""
        place = Context(
            tenant=field.tenant, data_class=field.data_class, subject=field.subject,
            record=field.record, field=field.field, type=field.type.removeprefix(FILE_TYPE),
            rev=field.rev,
        )  # fmt: skip
        return cls(material, place)

    def seal(self, source: Source, sink: Sink) -> int:
        """Seal all of `source` into `sink`, once; return the size of the plaintext."""
        cipher = Cobblestone256Encryptor(self._material.secret(), self._context)
        size = 0
        while piece := source.read(_PIECE):
            size += len(piece)
            sink.write(cipher.update(piece))
        sink.write(cipher.finalize())
        return size

    def pieces(self, source: Source) -> Iterator[bytes]:
        """Yield the plaintext piece by piece, each authentic when it is yielded.

        Whether the stream is whole is known at its end: `CryptoError("vault.open_failed")`
        may come after good pieces. Use `reader` to know it before the first byte.
        """
        cipher = Cobblestone256Decryptor(self._material.secret(), self._context)
        try:
            while piece := source.read(_PIECE):
                yield cipher.update(piece)
            yield cipher.finalize()
        except (InvalidTag, ValueError):
            raise open_failed() from None

    def open_bytes(self, stream: bytes) -> bytes:
        """Return the whole plaintext of a stream that fits in memory.

        Raises `CryptoError("vault.open_failed")`, and nothing of a stream that is not whole.
        """
        cipher = Cobblestone256Decryptor(self._material.secret(), self._context)
        try:
            return cipher.update(stream) + cipher.finalize()
        except (InvalidTag, ValueError):
            raise open_failed() from None

    def reader(self, source: io.BufferedIOBase) -> FileReader:
        """Read from anywhere in the stream `source`, which can seek."""
        return FileReader(self._material, self._context, source)

    def __repr__(self) -> str:
        return f"<FileKey {self.content_type}>"

    def __reduce_ex__(self, _protocol: object) -> NoReturn:
        raise CryptoError("vault.secret_kept", hint="keys are wrapped, never pickled")


class FileReader:
    """Random access to a sealed file: `size` is authentic, `read` decrypts what it touches."""

    _HASH: ClassVar[type[HashAlgorithm]] = SHA512  # Cobblestone; the scheme's own is SHA-256

    def __init__(self, material: KeyMaterial, context: bytes, source: io.BufferedIOBase) -> None:
        self._source = source
        salt, commitment = self._at(0, _SALT), self._at(_SALT, _HEAD - _SALT)
        expand = HKDFExpand(algorithm=self._HASH(), length=76, info=_INFO + salt + context)
        derived = expand.derive(material.secret())
        if not hmac.compare_digest(derived[44:], commitment):
            raise open_failed()
        self._aead = AESGCM(derived[:32])
        self._nonce = int.from_bytes(derived[32:44], "big")
        self.size = self._measure()

    def read(self, start: int, length: int) -> bytes:
        """Return up to `length` bytes from `start`; fewer at the end, none beyond it.

        Raises `CryptoError("vault.open_failed")` when the stream was changed there.
        """
        end = min(start + length, self.size)
        if start < 0 or start >= end:
            return b""
        first, last = start // CHUNK, (end - 1) // CHUNK
        plain = b"".join(self._chunk(number) for number in range(first, last + 1))
        return plain[start - first * CHUNK : end - first * CHUNK]

    def _measure(self) -> int:
        """Authenticate the last chunk: it alone may be short, so it tells the size."""
        body = self._source.seek(0, io.SEEK_END) - _HEAD
        count = body // _SEALED_CHUNK
        return count * CHUNK + len(self._chunk(count))

    def _chunk(self, number: int) -> bytes:
        sealed = self._at(_HEAD + number * _SEALED_CHUNK, _SEALED_CHUNK)
        try:
            return self._aead.decrypt((self._nonce ^ number).to_bytes(12, "big"), sealed, None)
        except InvalidTag:
            raise open_failed() from None

    def _at(self, offset: int, size: int) -> bytes:
        self._source.seek(offset)
        return self._source.read(size)

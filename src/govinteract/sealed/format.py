"""Sealed submissions, version 1: the bytes that only their readers open. Frozen.

Whoever submits draws a *content key* of 32 bytes. The content is sealed under it once, and
the content key is sealed to the public keys of each reader; the server sees neither.

Content: the text as `u32be length | bytes | zeros` up to a multiple of 4,096 bytes, so that
a length tells little, as a C2SP chunked-encryption stream, Cobblestone-256 (56 bytes of
salt and key commitment, chunks of 16 KiB with 16-byte tags, the last one shorter). Its
context is frame("gi/sealed-content/v1", tenant, submission id).

Wrap: the content key by HPKE (RFC 9180, base mode, HKDF-SHA-256, AES-256-GCM):

    0x53 'S' | version 0x01 | suite | reader key id 16 | enc | ciphertext 32 | tag 16

    suite 0x01  MLKEM768-X25519  X-Wing, KEM 0x647a (draft-connolly-cfrg-xwing-kem), enc 1,120
    suite 0x02  X25519           KEM 0x0020, enc 32; for clients that can't do the other

with info = frame("gi/sealed/v1", tenant, submission id, reader key id, suite name) and no
associated data. `frame` is `kernel.framing.frame`. The commitment in the stream sees to it
that no two readers open one content to two texts.
"""

from __future__ import annotations

import struct
from enum import Enum
from typing import TYPE_CHECKING

from attrs import field, frozen
from cryptography.cobblestone import Cobblestone256Decryptor, Cobblestone256Encryptor
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM
from cryptography.hazmat.primitives.hpke import Suite as Hpke

from govinteract.errors import CryptoError, InputError
from govinteract.kernel.framing import frame
from govinteract.vault import Personal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from govinteract.kernel import Entropy
    from govinteract.sealed.reader_key import ReaderKey, ReaderSecret

__all__ = [
    "CONTENT_LIMIT",
    "Envelope",
    "Place",
    "Suite",
    "open_failed",
    "open_sealed",
    "read_header",
    "rewrap",
    "seal",
]

CONTENT_LIMIT = 64 * 1024
"""Bytes of text in a submission."""

_WRAP_DOMAIN, _CONTENT_DOMAIN = "gi/sealed/v1", "gi/sealed-content/v1"
_PAD, _CHUNK, _HEAD, _TAG = 4096, 16 * 1024, 56, 16
_HEADER, _SEALED_KEY, _KEY = 19, 48, 32
_MAGIC = b"S\x01"


class Suite(Enum):
    """How a content key is sealed to a reader."""

    HYBRID = "MLKEM768-X25519"
    CLASSIC = "X25519"

    @property
    def byte(self) -> int:
        """The suite's number in a wrap."""
        return _BYTES[self]

    @property
    def wrap_length(self) -> int:
        """Bytes of a whole wrap."""
        return _HEADER + _ENC[self] + _SEALED_KEY

    @property
    def hpke(self) -> Hpke:
        """The HPKE suite of `cryptography`."""
        return Hpke(_KEMS[self], KDF.HKDF_SHA256, AEAD.AES_256_GCM)


_BYTES = {Suite.HYBRID: 1, Suite.CLASSIC: 2}
_ENC = {Suite.HYBRID: 1120, Suite.CLASSIC: 32}
_KEMS = {Suite.HYBRID: KEM.MLKEM768_X25519, Suite.CLASSIC: KEM.X25519}


@frozen
class Place:
    """Where a submission belongs: the locality's id, and the submission's own."""

    tenant: str
    id: str

    @property
    def context(self) -> bytes:
        """What the content is bound to."""
        return frame(_CONTENT_DOMAIN, self.tenant, self.id)

    def info(self, kid: bytes, suite: Suite) -> bytes:
        """Return what a wrap for the reader key `kid` is bound to."""
        return frame(_WRAP_DOMAIN, self.tenant, self.id, kid, suite.value)


@frozen(kw_only=True)
class Envelope:
    """A sealed submission: its content and one wrap of its key for each reader."""

    place: Place
    content: bytes = field(repr=False)
    wraps: tuple[bytes, ...] = field(repr=False)

    def check(self) -> None:
        """See that this has the form of sealed bytes; nothing is opened.

        Raises `InputError("sealed.malformed")` for what no version 1 client makes, such as
        a text that was not sealed.
        """
        if len(self.content) not in _LENGTHS or not self.wraps:
            raise _malformed()
        kids = [read_header(wrap)[0] for wrap in self.wraps]
        if len(set(kids)) != len(kids):
            raise _malformed()


def _stream_length(padded: int) -> int:
    return _HEAD + padded + _TAG * (padded // _CHUNK + 1)


_MOST = -(-(CONTENT_LIMIT + 4) // _PAD)
_LENGTHS = frozenset(_stream_length(n * _PAD) for n in range(1, _MOST + 1))


def open_failed() -> CryptoError:
    """Make the one error of everything that does not open; raise it `from None`."""
    return CryptoError(
        "sealed.open_failed", hint="changed, moved, or sealed to another reader, or a wrong key"
    )


def _malformed() -> InputError:
    return InputError("sealed.malformed", hint="seal it as govinteract/sealed/format.py says")


def read_header(wrap: bytes) -> tuple[bytes, Suite]:
    """Return the reader key id and the suite that a wrap names.

    Raises `InputError("sealed.malformed")` when it is no wrap of version 1.
    """
    suite = next((one for one in Suite if wrap[2:3] == bytes([one.byte])), None)
    if suite is None or not wrap.startswith(_MAGIC) or len(wrap) != suite.wrap_length:
        raise _malformed()
    return wrap[3:_HEADER], suite


def seal(
    text: str, readers: Sequence[ReaderKey], place: Place, *, entropy: Entropy,
    suite: Suite = Suite.HYBRID,
) -> Envelope:  # fmt: skip
    """Seal `text` to every one of `readers`.

    Raises `InputError("sealed.too_long")` above 64 KiB and `("sealed.no_reader")`.
    """
    plain = text.encode()
    if len(plain) > CONTENT_LIMIT:
        raise InputError("sealed.too_long", hint="write less", limit=CONTENT_LIMIT // 1024)
    if not readers:
        raise InputError("sealed.no_reader", hint="register a reader key first")
    key = entropy.bytes(_KEY)
    cipher = Cobblestone256Encryptor(key, place.context)
    content = cipher.update(_pad(plain)) + cipher.finalize()
    wraps = tuple(_wrap(key, reader, place, suite) for reader in readers)
    return Envelope(place=place, content=content, wraps=wraps)


def open_sealed(envelope: Envelope, secret: ReaderSecret) -> Personal[str]:
    """Open a submission with a reader's secret.

    Raises `CryptoError("sealed.open_failed")` whatever the reason.
    """
    return Personal(_open(envelope, secret)[1])


def rewrap(
    envelope: Envelope, secret: ReaderSecret, reader: ReaderKey, *, suite: Suite = Suite.HYBRID
) -> bytes:
    """Return a wrap of the submission's key for a further `reader`.

    The submission is opened first: what does not open is not passed on. Raises
    `CryptoError("sealed.open_failed")`.
    """
    key, _ = _open(envelope, secret)
    return _wrap(key, reader, envelope.place, suite)


def _open(envelope: Envelope, secret: ReaderSecret) -> tuple[bytes, str]:
    """Return the content key and the text."""
    place = envelope.place
    try:
        envelope.check()
        headed = ((wrap, *read_header(wrap)) for wrap in envelope.wraps)
        wrap, kid, suite = next(one for one in headed if one[1] == secret.key.kid)
        sealed, info = wrap[_HEADER:], place.info(kid, suite)
        key = suite.hpke.decrypt(sealed, secret.private(suite), info)
        cipher = Cobblestone256Decryptor(key, place.context)
        return key, _unpad(cipher.update(envelope.content) + cipher.finalize()).decode()
    except (InputError, InvalidTag, StopIteration, ValueError):
        raise open_failed() from None


def _wrap(key: bytes, reader: ReaderKey, place: Place, suite: Suite) -> bytes:
    header = _MAGIC + bytes([suite.byte]) + reader.kid
    return header + suite.hpke.encrypt(key, reader.public(suite), place.info(reader.kid, suite))


def _pad(plain: bytes) -> bytes:
    framed = struct.pack(">I", len(plain)) + plain
    return framed + bytes(-len(framed) % _PAD)


def _unpad(padded: bytes) -> bytes:
    """Return the text of `padded`; there is one padding of each text."""
    (length,) = struct.unpack_from(">I", padded)
    plain = padded[4 : 4 + length]
    if _pad(plain) != padded:
        raise ValueError(length)
    return plain

"""Where a sealed value belongs, in bytes that can be read in one way only.

The canonical form is a `kernel.framing.frame` of fixed positional parts: u8 count, then
u32be length and bytes of each. Text is NFC and UTF-8, numbers are decimal text, an absent
part is empty. It is the associated data of every envelope and wrap, so that bytes moved to
another tenant, person, record, field or revision do not open there.
"""

from __future__ import annotations

import struct
from functools import lru_cache
from unicodedata import normalize

from attrs import field, frozen

from govinteract.errors import InputError

__all__ = [
    "CONTEXT_LIMIT",
    "FIELD_DOMAIN",
    "FILE_DOMAIN",
    "Context",
    "Field",
    "canonical",
    "context_too_long",
    "encode_part",
    "encode_text",
    "field_of",
]

CONTEXT_LIMIT = 1024
"""Bytes of a canonical context: names and ids, never content."""

FIELD_DOMAIN = "gi/field/v1"
FILE_DOMAIN = "gi/file/v1"
_length = struct.Struct(">I").pack
_REV_LIMIT = 2**63 - 1


def canonical(*parts: str | bytes) -> bytes:
    r"""Encode `parts` in the canonical form.

    Raises `InputError("vault.context_invalid")` for text that is no Unicode text, and
    `("vault.context_too_long")` above 1 KiB.

    >>> canonical("gi/x/v1", b"\x01") == canonical("gi/x/v1", "\x01")
    True
    """
    encoded = bytes([len(parts)]) + b"".join(map(encode_part, parts))
    if len(encoded) > CONTEXT_LIMIT:
        raise context_too_long()
    return encoded


def context_too_long() -> InputError:
    """Make the error of a context above `CONTEXT_LIMIT`."""
    return InputError(
        "vault.context_too_long",
        hint="a context holds names and ids, never content",
        limit=CONTEXT_LIMIT,
    )


def encode_text(text: str) -> bytes:
    """Return `text` as NFC UTF-8, the one spelling that counts."""
    if text.isascii():
        return text.encode()
    try:
        return normalize("NFC", text).encode()
    except UnicodeEncodeError as error:
        raise InputError("vault.context_invalid", hint="lone surrogates are no text") from error


def encode_part(part: str | bytes) -> bytes:
    """Return one part of a frame: its length, and the bytes or the text in NFC UTF-8."""
    if isinstance(part, str):
        part = part.encode() if part.isascii() else encode_text(part)
    return _length(len(part)) + part


def _revision(rev: int) -> str:
    if not 0 < rev <= _REV_LIMIT:
        raise InputError("vault.context_invalid", hint="a revision counts from 1")
    return str(rev)


@frozen
class Field:
    """A field of a record and how its bytes become a value; encoded once, used for many.

    `type` names a value type (`text`, `json`, `bytes`, `file:image/jpeg`), `rev` counts the
    revisions of the value from 1.
    """

    name: str
    type: str = "text"
    rev: int = 1
    suffix: bytes = field(init=False, repr=False, eq=False)

    def __attrs_post_init__(self) -> None:
        parts = (self.name, self.type, _revision(self.rev))
        object.__setattr__(self, "suffix", b"".join(map(encode_part, parts)))


@lru_cache(maxsize=4096)
def field_of(name: str, type: str, rev: int) -> Field:  # noqa: A002 - as the context calls it
    """Return the `Field` of these parts, encoded once for all records that have it."""
    return Field(name, type, rev)


@frozen(kw_only=True)
class Context:
    """The place of one sealed value: whose, what, where, and which revision of it."""

    tenant: str
    data_class: str
    subject: str
    record: str
    field: str
    type: str
    rev: int = 1

    def canonical(self, domain: str = FIELD_DOMAIN) -> bytes:
        r"""Return the canonical associated data of this place.

        >>> place = Context(tenant="hoa-binh", data_class="contact", subject="s", record="r",
        ...                 field="phone", type="text")
        >>> place.canonical()[:16]
        b'\x08\x00\x00\x00\x0bgi/field/v1'
        """
        return canonical(
            domain, self.tenant, self.data_class, self.subject, self.record, self.field,
            self.type, _revision(self.rev),
        )  # fmt: skip

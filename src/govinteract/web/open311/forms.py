"""Reading what a client posted: urlencoded or multipart, within limits, in strict UTF-8.

Starlette's own parsers replace broken bytes and spill files to disk. A report is neither
guessed nor left in a temporary folder: it is read in memory or refused.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from attrs import frozen
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.requests import ClientDisconnect

from govinteract.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import Request

__all__ = ["Form", "pairs", "read_form"]

_MEGABYTE = 1024 * 1024
_TEXT_LIMIT, _PHOTO_LIMIT = 2 * _MEGABYTE, 24 * _MEGABYTE
_FIELDS = 500
_URLENCODED, _MULTIPART = "application/x-www-form-urlencoded", "multipart/form-data"


@frozen(repr=False)
class Form:
    """What was posted: fields in order, and the contents of files. Hidden in `repr`."""

    fields: tuple[tuple[str, str], ...]
    files: tuple[bytes, ...] = ()


def pairs(encoded: bytes) -> list[tuple[str, str]]:
    """Return the names and values in a query string or an urlencoded body, in order.

    Raises `InputError`: `open311.encoding` for what is no UTF-8, `open311.form_invalid` for
    more fields than any form has.
    """
    try:
        text = encoded.decode()
    except UnicodeDecodeError:
        raise _broken_text() from None
    if text.count("&") >= _FIELDS:
        raise _invalid("too many fields")
    try:
        return parse_qsl(text, keep_blank_values=True, errors="strict")
    except UnicodeDecodeError:  # a cause would hold what was posted
        raise _broken_text() from None


async def read_form(request: Request) -> Form:
    """Read the body of `request`: 2 MB of fields, or 24 MB with files.

    Raises `InputError`: `open311.body_type`, `open311.body_too_large`, `open311.encoding`
    or `open311.form_invalid`.
    """
    header = request.headers.get("content-type") or _URLENCODED
    kind, options = parse_options_header(header)
    match kind.decode("latin-1"):
        case "application/x-www-form-urlencoded":
            return Form(tuple(pairs(await _body(request, _TEXT_LIMIT))))
        case "multipart/form-data":
            return _multipart(await _body(request, _PHOTO_LIMIT), options)
        case _:
            raise InputError("open311.body_type", hint=f"send {_URLENCODED} or {_MULTIPART}")


async def _body(request: Request, limit: int) -> bytes:
    declared = request.headers.get("content-length", "")
    if declared.isdecimal() and int(declared[:20]) > limit:
        raise _too_large(limit)
    body = bytearray()
    try:
        async for chunk in request.stream():
            body += chunk
            if len(body) > limit:
                raise _too_large(limit)
    except ClientDisconnect:
        raise _invalid("the connection ended before the body did") from None
    return bytes(body)


def _multipart(body: bytes, options: Mapping[bytes, bytes]) -> Form:
    parts = _Parts()
    boundary = options.get(b"boundary", b"")
    try:
        parser = MultipartParser(boundary, parts.callbacks())
        parser.write(body)
        parser.finalize()
    except FormParserError:
        raise _invalid("the multipart body can't be read") from None
    if not parts.ended:
        raise _invalid("the multipart body ends early")
    return Form(tuple(parts.fields), tuple(parts.files))


class _Parts:
    """Collects the parts of a multipart body as the parser meets them (RFC 7578)."""

    def __init__(self) -> None:
        self.fields: list[tuple[str, str]] = []
        self.files: list[bytes] = []
        self.ended = False
        self._begin()

    def callbacks(self) -> dict[str, object]:
        return {
            "on_part_begin": self._begin,
            "on_header_field": self._header_name,
            "on_header_value": self._header_value,
            "on_header_end": self._header_end,
            "on_part_data": self._part_data,
            "on_part_end": self._end,
            "on_end": self._all,
        }

    def _begin(self) -> None:
        self._name, self._value, self._disposition = bytearray(), bytearray(), b""
        self._data = bytearray()

    def _header_name(self, data: bytes, start: int, end: int) -> None:
        self._name += data[start:end]

    def _header_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _header_end(self) -> None:
        if self._name.lower() == b"content-disposition":
            self._disposition = bytes(self._value)
        self._name, self._value = bytearray(), bytearray()

    def _part_data(self, data: bytes, start: int, end: int) -> None:
        self._data += data[start:end]

    def _end(self) -> None:
        _kind, options = parse_options_header(self._disposition)
        if b"name" not in options or len(self.fields) + len(self.files) >= _FIELDS:
            raise _invalid("a part has no name, or there are too many")
        if b"filename" not in options:
            self.fields.append((_text(options[b"name"]), _text(self._data)))
        elif self._data:
            self.files.append(bytes(self._data))

    def _all(self) -> None:
        self.ended = True


def _text(raw: bytes | bytearray) -> str:
    try:
        return raw.decode()
    except UnicodeDecodeError:
        raise _broken_text() from None


def _broken_text() -> InputError:
    return InputError("open311.encoding", hint="encode all text in UTF-8")


def _invalid(hint: str) -> InputError:
    return InputError("open311.form_invalid", hint=hint)


def _too_large(limit: int) -> InputError:
    return InputError("open311.body_too_large", hint="send less", limit=limit // _MEGABYTE)

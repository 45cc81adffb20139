"""Forms as they come in: bytes that are UTF-8 or refused, sizes that are bounded, photos.

Starlette's parsers replace or reinterpret bytes that are no UTF-8; what a citizen sent
would be stored as other words. So fields are decoded here, strictly.
"""

from __future__ import annotations

from contextlib import aclosing
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from attrs import field, frozen
from starlette.datastructures import Headers, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import ClientDisconnect

from govinteract.errors import InputError
from govinteract.feedback import Photo
from govinteract.feedback.photos import PHOTOS_AT_MOST, PreparedPhoto, prepare_photo

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from starlette.requests import Request

__all__ = ["BODY_LIMIT", "Form", "prepared", "read_form"]

BODY_LIMIT = 64 * 1024 * 1024
"""Bytes of a whole request: six photos of 10 MB and the words beside them."""
_FIELD_LIMIT = 512 * 1024
_PHOTO_LIMIT = 10 * 1024 * 1024
_MOST_FIELDS = 200
_MOST_FILES = 12


class _Whole(MultiPartParser):
    """Knows whether the closing boundary came, and keeps photos off the disk."""

    spool_max_size = BODY_LIMIT  # a photo in clear is nothing for a temporary folder
    ended = False

    def on_end(self) -> None:
        """Note that the form is whole (RFC 2046, section 5.1.1)."""
        self.ended = True


@frozen
class Form:
    """What was filled in: values by field name, photos by field name. Hidden in `repr`."""

    values: Mapping[str, tuple[str, ...]] = field(factory=dict, repr=False)
    photos: Mapping[str, tuple[Photo, ...]] = field(factory=dict, repr=False)

    def one(self, name: str, default: str = "") -> str:
        """Return the first value of `name`, or `default`."""
        return self.values.get(name, (default,))[0]

    def many(self, name: str) -> tuple[str, ...]:
        """Return all values of `name`."""
        return self.values.get(name, ())

    def files(self, name: str) -> tuple[Photo, ...]:
        """Return the photos that were chosen in the field `name`."""
        return self.photos.get(name, ())


async def read_form(request: Request) -> Form:
    """Read the request's form.

    Raises `InputError`: `web.form_unreadable` for bytes that are no UTF-8 or no form, and
    `web.form_too_large` for a field of more than 512 kB.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    try:
        if kind == "multipart/form-data":
            return await _multipart(request)
        return _collect(_decoded(await request.body()))
    except (ValueError, ClientDisconnect) as error:
        raise _unreadable() from error
    except MultiPartException as error:
        if "maximum" in error.message:
            raise _too_large() from error
        raise _unreadable() from error


def prepared(photos: Sequence[Photo]) -> tuple[PreparedPhoto, ...]:
    """Check and re-encode photos, before the transaction that keeps them begins.

    Decoding takes a while, and a transaction may hold up others. One photo more than a
    report may have is prepared, so that whoever keeps them can refuse it. Raises
    `InputError` with a `feedback.photo_...` code.
    """
    return tuple(prepare_photo(photo.content) for photo in photos[: PHOTOS_AT_MOST + 1])


def _unreadable() -> InputError:
    return InputError("web.form_unreadable", hint="send UTF-8, urlencoded or multipart")


def _too_large() -> InputError:
    return InputError("web.form_too_large", hint=f"{_FIELD_LIMIT} bytes per field at most")


def _decoded(body: bytes) -> list[tuple[str, str]]:
    if len(body) > _FIELD_LIMIT * 3:  # a byte may come as three
        raise _too_large()
    text = body.decode("ascii")
    return parse_qsl(
        text, keep_blank_values=True, encoding="utf-8", errors="strict", max_num_fields=_MOST_FIELDS
    )


async def _multipart(request: Request) -> Form:
    # Latin-1 gives every byte its own character, so that the bytes can be had back.
    kind = f"{request.headers['content-type']}; charset=latin-1"
    async with aclosing(request.stream()) as stream:
        parser = _Whole(
            Headers({"content-type": kind}), stream, max_files=_MOST_FILES,
            max_fields=_MOST_FIELDS, max_part_size=_FIELD_LIMIT,
        )  # fmt: skip
        parsed = await parser.parse()
    if not parser.ended:  # what a lost connection or a wrong length cut off would be missing
        await parsed.close()
        raise _unreadable()
    try:
        photos: dict[str, tuple[Photo, ...]] = {}
        fields: list[tuple[str, str]] = []
        for name, value in parsed.multi_items():
            if isinstance(value, UploadFile):
                content = await value.read(_PHOTO_LIMIT + 1)
                photos[name] = (*photos.get(name, ()), *([Photo(content)] if content else ()))
            else:
                fields.append((_utf8(name), _utf8(value)))
    finally:
        await parsed.close()
    return Form(_collect(fields).values, photos)


def _utf8(text: str) -> str:
    return text.encode("latin-1").decode("utf-8")


def _collect(fields: Iterable[tuple[str, str]]) -> Form:
    values: dict[str, tuple[str, ...]] = {}
    for name, value in fields:
        values[name] = (*values.get(name, ()), value)
    return Form(values)

"""Photos as the office keeps them: made anew from what was handed in, carrying nothing else.

The file is told by its first bytes, never by a name, and handed to `photo_decoder`, a process
that holds no secret and lives for one photo. Whatever happens in there ends as one of our
errors here; Pillow (the extra `[images]`) is never imported by this process.
"""

from __future__ import annotations

import hashlib
import os
import re
import sys
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from subprocess import DEVNULL, PIPE, Popen
from threading import BoundedSemaphore, Timer
from typing import IO, cast

from attrs import field, frozen

from govinteract.errors import InputError, SettingsError

__all__ = ["PHOTOS_AT_MOST", "PHOTO_LIMIT", "PIXEL_LIMIT", "PreparedPhoto", "prepare_photo"]

PHOTOS_AT_MOST = 6
PHOTO_LIMIT = 10 * 1024 * 1024
"""Bytes of a photo as it is handed in."""
PIXEL_LIMIT = 8192 * 6144
"""Pixels of a photo as it is handed in: the largest picture of a 50-megapixel phone."""

_LIMITS = (PIXEL_LIMIT, 1280 * 1024 * 1024, 10)
"""Pixels, bytes of memory and seconds of processor time of a decoder. Of the photos of
`PIXEL_LIMIT` that were measured, a WebP with transparency took most: below 1200 MiB, 2 s."""
_PATIENCE = 60.0
"""Seconds until a decoder that doesn't even use its processor time is ended."""
_ANSWER_LIMIT = 16 * 1024 * 1024

_DECODER = Path(__file__).with_name("photo_decoder.py")
_ANSWER = re.compile(rb"ready\n([1-9]\d{0,4}) ([1-9]\d{0,4}) (\d{1,8}) (\d{1,8})\n")
_HEIC_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx"}


@frozen(kw_only=True)
class PreparedPhoto:
    """A photo that can be kept: upright, sRGB, without any metadata.

    `content` is a progressive JPEG of `width` by `height` pixels, neither above 2048;
    `thumbnail` a JPEG with no side above 320. `source_digest` is the SHA-256 (hex) of the bytes
    that were handed in, by which the same request is known again. `repr` shows the size alone.
    """

    content: bytes = field(repr=False)
    thumbnail: bytes = field(repr=False)
    width: int
    height: int
    source_digest: str = field(repr=False)


def prepare_photo(content: bytes) -> PreparedPhoto:
    """Make the photo to keep from a JPEG, PNG, WebP or HEIC file of at most `PHOTO_LIMIT` bytes.

    It is turned upright by its EXIF block, and then no EXIF, position, XMP, colour profile,
    comment, embedded thumbnail or trailing byte is left. Of an animation the first picture is
    taken; what is transparent becomes white. Stores nothing; takes 0.2 s for 12 megapixels.

    Raises `InputError`: `feedback.photo_too_large`, `feedback.photo_format` (none of the four),
    `feedback.photo_heic` (not on this server), `feedback.photo_pixels` (above `PIXEL_LIMIT`,
    known before anything is decoded) or `feedback.photo_broken`; and `SettingsError` where
    Pillow is missing or no decoder can be started.

    >>> from base64 import b64decode
    >>> dot = b64decode(
    ...     "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNkYAAAAAYAAjCB"
    ...     "0C8AAAAASUVORK5CYII="
    ... )
    >>> prepare_photo(dot)
    PreparedPhoto(width=1, height=1)
    """
    if len(content) > PHOTO_LIMIT:
        raise InputError(
            "feedback.photo_too_large", hint="make it smaller", limit=PHOTO_LIMIT // 1024**2
        )
    kind = _kind(content)
    if kind is None:
        raise InputError("feedback.photo_format", hint="convert it to JPEG")
    width, height, photo, thumbnail = _decoded(kind, content)
    return PreparedPhoto(
        content=photo, thumbnail=thumbnail, width=width, height=height,
        source_digest=hashlib.sha256(content).hexdigest(),
    )  # fmt: skip


def _kind(content: bytes) -> str | None:
    """Tell the format by its signature (ISO/IEC 23008-12, section 10, for HEIC's brands)."""
    if content.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    if content.startswith(b"RIFF") and content[8:12] == b"WEBP":
        return "WEBP"
    if content[4:8] == b"ftyp":
        box = content[: min(int.from_bytes(content[:4]), 512)]
        brands = {box[at : at + 4] for at in (8, *range(16, len(box), 4))}
        return "HEIF" if brands & _HEIC_BRANDS else None
    return None


def _decoded(
    kind: str, content: bytes, limits: tuple[int, int, int] = _LIMITS
) -> tuple[int, int, bytes, bytes]:
    """Return width, height, photo and thumbnail, or raise what the decoder's answer means."""
    with _decoders.place:
        answer, status = _ask(_libraries(kind), [kind, *map(str, limits)], content)
    if not answer.startswith(b"ready\n"):
        hint = f"{_DECODER.name} ended with status {status} before it began"
        raise SettingsError("feedback.images_unavailable", hint=hint)
    if answer == b"ready\npixels\n":
        megapixels = PIXEL_LIMIT // 1_000_000
        raise InputError("feedback.photo_pixels", hint="scale it down", limit=megapixels)
    if (head := _ANSWER.match(answer)) is not None:
        width, height, *lengths = map(int, head.groups())
        photo, thumbnail = answer[head.end() :][: lengths[0]], answer[head.end() + lengths[0] :]
        if [len(photo), len(thumbnail)] == lengths:
            return width, height, photo, thumbnail
    hint = f"the decoder ended with status {status}"
    raise InputError("feedback.photo_broken", hint=hint)


def _libraries(kind: str) -> str:
    """Return where the decoder finds its libraries; looks for them and imports none."""
    pillow, heif = _folder("PIL"), _folder("pi_heif")
    if pillow is None:
        hint = "pip install 'govinteract[images]'"
        raise SettingsError("feedback.images_missing", hint=hint)
    if kind == "HEIF" and heif is None:
        raise InputError("feedback.photo_heic", hint="pip install pi-heif")
    return os.pathsep.join(dict.fromkeys([pillow, heif or pillow]))


def _folder(package: str) -> str | None:
    spec = find_spec(package)
    return None if spec is None or spec.origin is None else str(Path(spec.origin).parents[1])


def _ask(libraries: str, arguments: list[str], content: bytes) -> tuple[bytes, int]:
    """Hand `content` to a decoder of its own and return its answer and exit status.

    Of the environment, which may hold passwords, the decoder gets nothing; of its answer no
    more than `_ANSWER_LIMIT` bytes are read.
    """
    command = [_interpreter(), "-S", "-s", "-P", "-B", str(_DECODER), *arguments]
    environment = {
        "PYTHONPATH": libraries,
        "LD_LIBRARY_PATH": os.environ.get("LD_LIBRARY_PATH", ""),
    }
    try:
        child = Popen(  # noqa: S603 - our own file, run by our own interpreter
            command, stdin=PIPE, stdout=PIPE, stderr=DEVNULL, env=environment, cwd="/",
            start_new_session=True,  # Ctrl-C at the server's terminal is not for the photo
        )  # fmt: skip
    except OSError as error:
        hint = f"{command[0]}: {error.strerror}"
        raise SettingsError("feedback.images_unavailable", hint=hint) from error
    watch = Timer(_PATIENCE, child.kill)
    with child:
        watch.start()
        try:
            with suppress(BrokenPipeError), cast("IO[bytes]", child.stdin) as to_child:
                to_child.write(content)
            with cast("IO[bytes]", child.stdout) as from_child:
                answer = from_child.read(_ANSWER_LIMIT)
            return answer, child.wait()
        finally:
            watch.cancel()
            child.kill()


def _interpreter() -> str:
    """Return the interpreter; inside uWSGI or mod_wsgi, `sys.executable` is the server."""
    if Path(sys.executable or "").name.startswith(("python", "pypy")):
        return sys.executable
    return str(Path(sys.prefix, "bin", f"python{sys.version_info.major}.{sys.version_info.minor}"))


class _Decoders:
    """As many decoders at once as there are processors: photos wait, memory lasts."""

    def __init__(self) -> None:
        self.renew()
        os.register_at_fork(after_in_child=self.renew)

    def renew(self) -> None:
        """Free all places: whoever held one did not come along through the fork."""
        self.place = BoundedSemaphore(min(4, os.cpu_count() or 1))


_decoders = _Decoders()

"""Decodes one photo in a process of its own: the program that `photos` starts and never imports.

A file from outside meets decoders written in C here, where nothing is to be had: no key, no
setting, no open file or connection, and limits on memory and processor time that hold before
the first byte is parsed. The file comes on standard input. Once the limits hold, the line
`ready` goes to standard output; then the line `pixels` for an image that is too large, or a
line with width, height and the lengths of the two JPEG files that follow it. A process that
ends without such an answer could not decode the file.

    python photo_decoder.py {JPEG|PNG|WEBP|HEIF} PIXELS BYTES SECONDS
"""

from __future__ import annotations

import resource
import sys
from contextlib import suppress
from importlib import import_module
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import ExifTags, Image, ImageCms
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile
from PIL.WebPImagePlugin import WebPImageFile

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["main"]

_SIDE, _THUMBNAIL_SIDE, _QUALITY = 2048, 320, 82
_SIDE_ENOUGH = 1920
"""A half, a third and so on of the original is kept as it is when it still has this side: most
phones' 4032 pixels become 2016, which costs a fifth of resampling them to 2048."""

_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""What undoes each value of EXIF's Orientation (CIPA DC-008, section 4.6.5); 1 is upright."""


def main(kind: str, pixels: int, memory: int, seconds: int) -> None:
    """Decode the photo on standard input and answer on standard output, within the limits.

    An image of more than `pixels` is refused by its header, one that takes more than `memory`
    bytes when it does; one that takes more than `seconds` of processor time ends the process.
    """
    opener, content = _opener(kind), sys.stdin.buffer.read()
    Image.preinit()  # what Pillow would import later, when no file can be opened any more:
    import_module("PIL.TiffImagePlugin")  # `save` the one, whatever reads EXIF the other
    Image.MAX_IMAGE_PIXELS = pixels // 2  # Pillow refuses what has twice as many
    _confine(memory, seconds)
    _say(b"ready\n")
    try:
        with opener(BytesIO(content)) as image:
            photo = _photo(image) if image.width * image.height <= pixels else None
    except (MemoryError, Image.DecompressionBombError):
        photo = None
    if photo is None:
        _say(b"pixels\n")
        return
    files = [_jpeg(photo), _jpeg(_shrunk(photo, _THUMBNAIL_SIDE, 2 * _THUMBNAIL_SIDE))]
    head = (*photo.size, *map(len, files))
    _say(b"%d %d %d %d\n" % head + b"".join(files))


def _say(answer: bytes) -> None:
    sys.stdout.buffer.write(answer)
    sys.stdout.buffer.flush()


def _opener(kind: str) -> Callable[[BytesIO], Image.Image]:
    """Return what reads this one format, so that no bytes can reach another decoder.

    Whatever else such a file holds (a phone's depth map, a thumbnail, a second picture of an
    MPO) is not looked at.
    """
    if kind != "HEIF":
        return {"JPEG": JpegImageFile, "PNG": PngImageFile, "WEBP": WebPImageFile}[kind]
    heif = import_module("pi_heif")  # decodes only, so it carries no encoder of another licence
    heif.options.THUMBNAILS = heif.options.DEPTH_IMAGES = heif.options.AUX_IMAGES = False
    opener: Callable[[BytesIO], Image.Image] = heif.HeifImageFile
    return opener


def _confine(memory: int, seconds: int) -> None:
    """Give up for good: opening files and connections, writing a core, growing without end.

    Where memory runs short all the same, this process goes before the one that waits for it.
    """
    with suppress(OSError):  # Linux alone has it
        Path("/proc/self/oom_score_adj").write_text("1000")
    limits = {
        resource.RLIMIT_CORE: 0,  # a crash leaves no photo on disk
        resource.RLIMIT_AS: memory,
        resource.RLIMIT_CPU: seconds,
        resource.RLIMIT_NOFILE: 0,
    }
    for what, limit in limits.items():
        hard = resource.getrlimit(what)[1]
        most = limit if hard == resource.RLIM_INFINITY else min(limit, hard)
        resource.setrlimit(what, (most, most))


def _photo(image: Image.Image) -> Image.Image:
    """Return the first frame upright, in sRGB, on white, at most `_SIDE` wide and high."""
    image.draft(None, _fitting(image, _SIDE_ENOUGH))  # a JPEG is decoded smaller
    image.load()
    small = _on_white(_shrunk(_averageable(image), _SIDE, _SIDE_ENOUGH))
    photo = _in_srgb(small, image.info.get("icc_profile"))
    turn = _UPRIGHT.get(_orientation(image))
    photo = photo if turn is None else photo.transpose(turn)
    photo.info.clear()
    return photo


def _fitting(image: Image.Image, side: int) -> tuple[int, int]:
    """Return the size at which the longer side is `side`, or the image's own if that is less."""
    scale = min(1, side / max(image.size))
    return max(1, round(image.width * scale)), max(1, round(image.height * scale))


def _averageable(image: Image.Image) -> Image.Image:
    """Return the image with 8 bits in each channel and its transparency, if any, as a channel."""
    if image.mode.startswith("I"):  # 16 bits of grey
        return image.convert("I").point(lambda grey: grey * (1 / 257)).convert("L")
    if image.has_transparency_data:
        return image.convert("RGBA")
    return image if image.mode in {"RGB", "L", "CMYK"} else image.convert("RGB")


def _shrunk(image: Image.Image, side: int, enough: int) -> Image.Image:
    """Return the image with no side longer than `side`, averaged first as far as `enough`."""
    factor = max(image.size) // enough
    image = image.reduce(factor) if factor > 1 else image
    size = _fitting(image, side)
    return image if size == image.size else image.resize(size, Image.Resampling.LANCZOS)


def _on_white(image: Image.Image) -> Image.Image:
    if image.mode != "RGBA":
        return image
    sheet = Image.new("RGB", image.size, "white")
    sheet.paste(image, mask=image)
    return sheet


def _in_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """Return the image in sRGB; a profile that is damaged or of another kind says nothing."""
    if profile:
        srgb = ImageCms.createProfile("sRGB")
        try:
            converted = ImageCms.profileToProfile(image, BytesIO(profile), srgb, outputMode="RGB")
        except ImageCms.PyCMSError:
            converted = None
        if converted is not None:
            return converted
    return image if image.mode == "RGB" else image.convert("RGB")


def _orientation(image: Image.Image) -> int:
    """Return how the camera was held; 1 where the EXIF block can't be read."""
    try:
        return int(image.getexif().get(ExifTags.Base.Orientation, 1))
    except Exception:  # noqa: BLE001 - readers of EXIF raise anything; it is dropped in any case
        return 1


def _jpeg(image: Image.Image) -> bytes:
    sink = BytesIO()
    image.save(sink, "JPEG", quality=_QUALITY, progressive=True)
    return sink.getvalue()


if __name__ == "__main__":
    main(sys.argv[1], *map(int, sys.argv[2:]))

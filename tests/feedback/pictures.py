"""Photos as phones, and people who mean harm, hand them in; all made here."""

import struct
import zipfile
import zlib
from collections.abc import Iterator
from io import BytesIO
from typing import Any

import pillow_heif
from PIL import Image, ImageCms

pillow_heif.register_heif_opener()  # so that Pillow can write what phones do

CANARY = b"CANARY 16.4637 107.5909"
RED, GREEN, BLUE, WHITE = (255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 255)


def flag(width: int = 96, height: int = 64) -> Image.Image:
    """Return a picture whose left half is red and right half blue, with a green top-left corner."""
    image = Image.new("RGB", (width, height), RED)
    image.paste(BLUE, (width // 2, 0, width, height))
    image.paste(GREEN, (0, 0, width // 4, height // 4))
    return image


def grain(width: int = 400, height: int = 300) -> Image.Image:
    """Return a picture that no format can make small: grain, as in a photo taken at night."""
    return Image.merge("RGB", [Image.effect_noise((width, height), 60)] * 3)


def encoded(image: Image.Image, kind: str = "JPEG", **options: Any) -> bytes:
    """Return `image` as a file of `kind`, at a quality at which colours can be compared."""
    if kind in {"JPEG", "HEIF", "WEBP"}:
        options = {"quality": 95, **options}
    sink = BytesIO()
    image.save(sink, kind, **options)
    return sink.getvalue()


def decoded(content: bytes) -> Image.Image:
    """Return the picture in a file."""
    image = Image.open(BytesIO(content))
    image.load()
    return image


def near(image: Image.Image, at: tuple[int, int], colour: tuple[int, ...]) -> bool:
    """Tell whether the pixel is of this colour, as far as JPEG keeps it."""
    found = image.getpixel(at)
    assert isinstance(found, tuple)
    return all(abs(one - other) < 24 for one, other in zip(found, colour, strict=True))


def exif(orientation: int = 1) -> bytes:
    """Return an EXIF block with the orientation, a position and the canary."""
    block = Image.Exif()
    block[0x0112] = orientation
    block[0x010E] = CANARY.decode()
    block.get_ifd(0x8825).update({1: "N", 2: (16.0, 27.0, 49.3), 3: "E", 4: (107.0, 35.0, 27.2)})
    return block.tobytes()


def srgb_profile() -> bytes:
    """Return the ICC profile of sRGB."""
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def swapped_profile() -> bytes:
    """Return the ICC profile of a device whose red is sRGB's blue and the other way round."""
    return (
        srgb_profile().replace(b"rXYZ", b"????").replace(b"bXYZ", b"rXYZ").replace(b"????", b"bXYZ")
    )


def with_segment(jpeg: bytes, marker: int, body: bytes) -> bytes:
    """Return the JPEG with one more segment after its start."""
    return jpeg[:2] + bytes([0xFF, marker]) + struct.pack(">H", len(body) + 2) + body + jpeg[2:]


def with_archive(content: bytes) -> bytes:
    """Return the file followed by a ZIP archive: a photo to one reader, an archive to another."""
    sink = BytesIO(content)
    with zipfile.ZipFile(sink, "a") as archive:
        archive.writestr("run.sh", CANARY)
    return sink.getvalue()


def segments(jpeg: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield marker and bytes of each segment of a JPEG, a scan with the data that follows it."""
    at = 2
    while at < len(jpeg):
        start, marker = at, jpeg[at + 1]
        at += 2 if marker == 0xD9 else 2 + int.from_bytes(jpeg[at + 2 : at + 4])
        while marker == 0xDA and not (
            jpeg[at] == 0xFF and jpeg[at + 1] not in {0, *range(0xD0, 0xD8)}
        ):
            at += 1
        yield marker, jpeg[start:at]
        if marker == 0xD9:
            assert at == len(jpeg), "something follows the end of the image"


def png(width: int, height: int, depth: int, colour: int, rows: bytes, *more: bytes) -> bytes:
    """Return a PNG of these raw rows, with chunks (type and body) that Pillow would not write."""
    head = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    chunks = [b"IHDR" + head, *more, b"IDAT" + zlib.compress(rows, 9), b"IEND"]
    framed = (
        struct.pack(">I", len(chunk) - 4) + chunk + struct.pack(">I", zlib.crc32(chunk))
        for chunk in chunks
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(framed)


def blank_png(width: int, height: int) -> bytes:
    """Return a PNG of black pixels, one bit each: a thousandth of its pixels in bytes or less."""
    return png(width, height, 1, 0, (b"\0" + bytes((width + 7) // 8)) * height)


def scan_bomb(side: int, scans: int) -> bytes:
    """Return a small progressive JPEG that says its last refinement `scans` times."""
    whole = encoded(Image.new("L", (side, side)), progressive=True)
    parts = [part for _, part in segments(whole)]
    *_, table, scan, end = parts
    return b"\xff\xd8" + b"".join(parts[:-1]) + (table + scan) * (scans - 1) + end

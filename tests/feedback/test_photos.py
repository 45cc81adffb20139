"""A photo is kept as it looked and as nothing else."""

import hashlib
import subprocess
import sys
import zipfile
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO

import pytest
from PIL import Image

from govinteract.feedback.photos import PIXEL_LIMIT, PreparedPhoto, prepare_photo
from tests.feedback.pictures import (
    BLUE,
    CANARY,
    GREEN,
    RED,
    WHITE,
    blank_png,
    decoded,
    encoded,
    exif,
    flag,
    grain,
    near,
    png,
    segments,
    srgb_profile,
    swapped_profile,
    with_archive,
    with_segment,
)

KINDS = ["JPEG", "PNG", "WEBP", "HEIF"]
BARE = {0xE0, 0xDB, 0xC2, 0xC4, 0xDA, 0xD9}
"""JFIF's header, tables, a progressive frame, its scans and the end: a JPEG's picture alone."""


def is_bare(jpeg: bytes) -> bool:
    """Tell whether a file is a progressive JPEG with a picture and nothing else."""
    found = list(segments(jpeg))
    headers = [body for marker, body in found if marker == 0xE0]
    return {marker for marker, _ in found} == BARE and [len(body) for body in headers] == [18]


def looks_like_the_flag(photo: PreparedPhoto) -> bool:
    """Tell whether a photo of `flag()` shows it, at the size that it says."""
    image = decoded(photo.content)
    assert image.mode == "RGB"
    assert image.size == (photo.width, photo.height) == (96, 64)
    corners = {(4, 4): GREEN, (4, 60): RED, (92, 4): BLUE, (92, 60): BLUE}
    return all(near(image, at, colour) for at, colour in corners.items())


@pytest.mark.parametrize("kind", KINDS)
def test_the_four_formats_of_phones_become_jpeg(kind: str) -> None:
    """Each format comes out as a bare JPEG of the same picture."""
    photo = prepare_photo(encoded(flag(), kind))
    assert looks_like_the_flag(photo)
    assert is_bare(photo.content)
    assert is_bare(photo.thumbnail)


def test_a_photo_is_known_again_by_the_bytes_that_were_handed_in() -> None:
    """The same file has the same digest and result; another file of the same picture has not."""
    first, again, other = map(
        prepare_photo, [encoded(flag()), encoded(flag()), encoded(flag(), quality=90)]
    )
    assert first == again
    assert first.source_digest == hashlib.sha256(encoded(flag())).hexdigest()
    assert first.source_digest != other.source_digest


def test_a_photo_hides_in_repr() -> None:
    """What a log may show of a photo is its size."""
    assert repr(prepare_photo(encoded(flag()))) == "PreparedPhoto(width=96, height=64)"


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_photo_is_turned_upright(kind: str, orientation: int) -> None:
    """Whichever way EXIF says the camera was held, the photo comes out as it was seen.

    A HEIC says so twice, in its own boxes and in EXIF, and is turned once.
    """
    undo = {
        2: Image.Transpose.FLIP_LEFT_RIGHT, 3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM, 5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90, 7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }  # fmt: skip
    stored = flag().transpose(undo[orientation]) if orientation in undo else flag()
    assert looks_like_the_flag(prepare_photo(encoded(stored, kind, exif=exif(orientation))))


@pytest.mark.parametrize("body", [b"II*\0" + b"\xff" * 60, b"no TIFF at all"])
def test_a_damaged_exif_block_costs_nobody_the_photo(body: bytes) -> None:
    """EXIF that can't be read is dropped like EXIF that can."""
    damaged = with_segment(encoded(flag(), dpi=(72, 72)), 0xE1, b"Exif\0\0" + body)
    assert looks_like_the_flag(prepare_photo(damaged))


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_but_the_picture_is_left(kind: str) -> None:
    """Position, description, XMP, profile and comment of the original are gone."""
    options = {"exif": exif(), "xmp": CANARY, "icc_profile": srgb_profile(), "comment": CANARY}
    source = encoded(flag(), kind, **options)
    assert CANARY in source
    photo = prepare_photo(source)
    assert looks_like_the_flag(photo)
    for kept in (photo.content, photo.thumbnail):
        assert CANARY not in kept
        assert is_bare(kept)
        assert not decoded(kept).getexif()


def test_segments_and_chunks_of_any_kind_are_left_behind() -> None:
    """IPTC, unknown application data and text chunks don't come along either."""
    jpeg = encoded(flag())
    for marker in (0xE1, 0xE2, 0xED, 0xEE, 0xEF, 0xFE):
        jpeg = with_segment(jpeg, marker, CANARY)
    rows = (b"\0" + bytes(RED) * 4) * 4
    text = png(4, 4, 8, 2, rows, b"tEXtComment\0" + CANARY, b"prVt" + CANARY)
    for source in (jpeg, text):
        assert CANARY in source
        assert is_bare(prepare_photo(source).content)


def test_an_archive_behind_a_photo_is_cut_off() -> None:
    """A file that is a photo and a ZIP archive at once is stored as the photo alone."""
    source = with_archive(encoded(flag()))
    assert zipfile.is_zipfile(BytesIO(source))
    photo = prepare_photo(source)
    assert looks_like_the_flag(photo)
    assert not zipfile.is_zipfile(BytesIO(photo.content))
    assert photo.content == prepare_photo(encoded(flag())).content


def test_of_several_pictures_the_first_is_taken() -> None:
    """An animation gives its first frame; a phone's second picture in a JPEG is left behind."""
    other = Image.new("RGB", (96, 64), WHITE)
    for kind in ("PNG", "WEBP", "MPO"):
        source = encoded(flag(), kind, save_all=True, append_images=[other])
        assert looks_like_the_flag(prepare_photo(source)), kind


def test_colours_are_those_that_the_profile_means() -> None:
    """A photo in another colour space is converted to sRGB; in sRGB it stays as it is."""
    swapped = decoded(prepare_photo(encoded(flag(), icc_profile=swapped_profile())).content)
    assert near(swapped, (4, 60), BLUE)
    assert near(swapped, (92, 60), RED)
    assert looks_like_the_flag(prepare_photo(encoded(flag(), icc_profile=srgb_profile())))


@pytest.mark.parametrize("profile", [b"not a profile", srgb_profile()[:200]])
def test_a_damaged_profile_is_no_profile(profile: bytes) -> None:
    """A profile that can't be read leaves the colours as they are."""
    assert looks_like_the_flag(prepare_photo(encoded(flag(), icc_profile=profile)))


def test_a_profile_of_another_kind_is_no_profile() -> None:
    """A profile for three colours says nothing of a photo in four or one."""
    four = encoded(flag().convert("CMYK"), icc_profile=srgb_profile())
    grey = encoded(flag().convert("L"), icc_profile=srgb_profile())
    assert looks_like_the_flag(prepare_photo(four))
    assert prepare_photo(grey).width == 96


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA"])
def test_every_kind_of_png_becomes_rgb(mode: str) -> None:
    """Black and white, grey, palette and colour, with and without alpha, come out as RGB."""
    image = decoded(prepare_photo(encoded(flag().convert(mode), "PNG")).content)
    expected = flag().convert(mode).convert("RGB")
    assert image.mode == "RGB"
    for at in ((4, 4), (4, 60), (92, 60)):
        colour = expected.getpixel(at)
        assert isinstance(colour, tuple)
        assert near(image, at, colour)


def test_four_inks_become_rgb() -> None:
    """A JPEG made for printing, CMYK, keeps its colours."""
    assert looks_like_the_flag(prepare_photo(encoded(flag().convert("CMYK"))))


@pytest.mark.parametrize(
    ("colour", "pixel", "expected"),
    [(0, b"\x80\x00", (128, 128, 128)), (2, b"\xff\xff\x80\x00\x00\x00", (255, 128, 0))],
    ids=["grey", "colour"],
)
def test_sixteen_bits_become_eight(colour: int, pixel: bytes, expected: tuple[int, ...]) -> None:
    """A PNG of 16 bits a channel keeps its brightness."""
    image = decoded(prepare_photo(png(8, 8, 16, colour, (b"\0" + pixel * 8) * 8)).content)
    assert near(image, (4, 4), expected)


def test_what_is_transparent_becomes_white() -> None:
    """An alpha channel, a palette's alpha and a transparent colour are laid on white."""
    clear = flag().convert("RGBA")
    clear.paste((0, 0, 0, 0), (48, 0, 96, 64))
    keyed = (b"\0" + bytes(RED) * 48 + bytes(BLUE) * 48) * 64
    key = b"tRNS" + b"".join(bytes((0, part)) for part in BLUE)
    palette = encoded(clear.quantize(16), "PNG")
    sources = [
        encoded(clear, "PNG"), encoded(clear, "WEBP"), encoded(clear, "HEIF"), palette,
        png(96, 64, 8, 2, keyed, key),
    ]  # fmt: skip
    for source in sources:
        image = decoded(prepare_photo(source).content)
        assert near(image, (4, 60), RED)
        assert near(image, (92, 60), WHITE)


@pytest.mark.parametrize(
    ("size", "expected", "thumbnail"),
    [
        ((4032, 3024), (2016, 1512), (320, 240)),  # half of it is enough
        ((2400, 3200), (1536, 2048), (240, 320)),
        ((2048, 10), (2048, 10), (320, 2)),
        ((2049, 10), (2048, 10), (320, 2)),
        ((40_000, 2), (2000, 1), (320, 1)),
        ((7, 5), (7, 5), (7, 5)),  # never enlarged
        ((1, 1), (1, 1), (1, 1)),
    ],
)
@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_the_size_is_what_a_screen_shows(
    kind: str, size: tuple[int, int], expected: tuple[int, int], thumbnail: tuple[int, int]
) -> None:
    """Photo and thumbnail keep their proportions within 2048 and 320 pixels."""
    photo = prepare_photo(encoded(Image.new("RGB", size, RED), kind))
    assert (photo.width, photo.height) == decoded(photo.content).size == expected
    assert decoded(photo.thumbnail).size == thumbnail
    assert near(decoded(photo.content), (0, 0), RED)


def test_the_worst_photo_to_compress_is_taken() -> None:
    """Grain that fills the largest size is encoded whole."""
    photo = prepare_photo(encoded(grain(2048, 2048)))
    assert decoded(photo.content).size == (2048, 2048)
    assert is_bare(photo.content)


def test_a_photo_of_as_many_pixels_as_allowed_is_taken() -> None:
    """The limit itself is within the limit."""
    photo = prepare_photo(blank_png(8192, PIXEL_LIMIT // 8192))
    assert (photo.width, photo.height) == (2048, 1536)


def test_photos_are_prepared_in_many_threads_at_once() -> None:
    """Threads take turns at the decoders and each gets its own photo."""
    sources = [encoded(Image.new("RGB", (side, 9), RED)) for side in range(20, 36)]
    with ThreadPoolExecutor(8) as pool:
        photos = list(pool.map(prepare_photo, sources))
    assert [photo.width for photo in photos] == list(range(20, 36))


def run(program: str) -> str:
    """Run a program in a new process and return what it prints."""
    command = [sys.executable, "-W", "error", "-c", program]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_the_process_that_asks_never_loads_a_decoder() -> None:
    """Importing and using the module loads no Pillow: the parent stays light and out of reach."""
    program = f"""
import sys
from govinteract.feedback.photos import prepare_photo
print(prepare_photo({encoded(flag())!r}), {{"PIL", "pi_heif"}} & set(sys.modules))
"""
    assert run(program) == "PreparedPhoto(width=96, height=64) set()"


def test_a_fork_while_photos_are_decoded_leaves_the_new_process_able_to() -> None:
    """Places that other threads held at the moment of a fork are free in the new process."""
    program = f"""
import os
from govinteract.feedback import photos
while photos._decoders.place.acquire(blocking=False):
    pass
if (child := os.fork()) == 0:
    os._exit(photos.prepare_photo({encoded(flag())!r}).width)
print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""
    assert run(program) == "96"

"""What can't be kept as a photo is refused, each with its own words, and harms nobody."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from govinteract.errors import GovInteractError, InputError, SettingsError
from govinteract.feedback import photos
from govinteract.feedback.photos import PHOTO_LIMIT, PIXEL_LIMIT, PreparedPhoto, prepare_photo
from tests.feedback.pictures import (
    blank_png,
    encoded,
    flag,
    grain,
    png,
    scan_bomb,
    with_archive,
)

KINDS = ["JPEG", "PNG", "WEBP", "HEIF"]
MEMORY, SECONDS = photos._LIMITS[1:]


def refusal(content: bytes) -> str:
    """Return the code with which a file is refused."""
    with pytest.raises(GovInteractError) as caught:
        prepare_photo(content)
    return caught.value.code


def padded(size: int) -> bytes:
    """Return a photo with so much behind it that it has `size` bytes."""
    return encoded(flag()).ljust(size, b"\0")


def test_ten_megabytes_are_the_most() -> None:
    """A photo of exactly the limit is taken, one byte more is refused and told the limit."""
    assert prepare_photo(padded(PHOTO_LIMIT)).width == 96
    with pytest.raises(InputError) as caught:
        prepare_photo(padded(PHOTO_LIMIT + 1))
    assert caught.value.code == "feedback.photo_too_large"
    assert caught.value.params == {"limit": 10}


@pytest.mark.parametrize("kind", ["GIF", "BMP", "TIFF", "PPM", "ICO", "JPEG2000", "AVIF", "PDF"])
def test_other_formats_are_refused(kind: str) -> None:
    """The same picture is taken as PNG and refused in a format that is none of the four."""
    assert prepare_photo(encoded(flag(), "PNG")).width == 96
    assert refusal(encoded(flag(), kind)) == "feedback.photo_format"


@pytest.mark.parametrize(
    "content",
    [
        b"", b"\xff\xd8", b"\x89PNG", b"RIFF\0\0\0\0WAVE", b"\0\0\0\x18ftypisom\0\0\0\0mp42",
        b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
        b"<!DOCTYPE html><p>\xff\xd8\xff</p>", b"PK\x03\x04", b"%PDF-1.7",
        b"GIF89a" + encoded(flag()),
    ],
)  # fmt: skip
def test_what_does_not_begin_like_a_photo_is_refused(content: bytes) -> None:
    """Nothing, text, SVG, HTML, archives and a photo behind other bytes are no photo."""
    assert refusal(content) == "feedback.photo_format"


def test_a_photo_by_its_signature_alone_is_broken() -> None:
    """What begins like a photo and is none is refused, with an archive behind it or without."""
    for signature in (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"RIFF\0\0\0\0WEBPVP8 "):
        assert refusal(signature) == "feedback.photo_broken"
        assert refusal(with_archive(signature)) == "feedback.photo_broken"
    script = b"\xff\xd8\xff<script>alert(1)</script>"
    assert refusal(script) == "feedback.photo_broken"


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_that_was_cut_off_is_broken(kind: str) -> None:
    """Cut at any tenth the file is refused; whole it is taken."""
    whole = encoded(grain(), kind)
    assert prepare_photo(whole).width == 400
    cut = [refusal(whole[: len(whole) * tenth // 10]) for tenth in range(1, 10)]
    assert cut == ["feedback.photo_broken"] * 9


def test_a_progressive_file_that_was_cut_off_is_broken() -> None:
    """Also where the first scans would already show a blurred picture."""
    whole = encoded(grain(), progressive=True)
    assert prepare_photo(whole).width == 400
    cut = [refusal(whole[: len(whole) * tenth // 10]) for tenth in range(1, 10)]
    assert cut == ["feedback.photo_broken"] * 9


def test_a_decompression_bomb_is_refused_by_its_header() -> None:
    """A tiny PNG of 900 million pixels is refused before one of them is decoded."""
    bomb = blank_png(30_000, 30_000)
    assert len(bomb) < 150_000
    with pytest.raises(InputError) as caught:
        prepare_photo(bomb)
    assert caught.value.code == "feedback.photo_pixels"
    assert caught.value.params == {"limit": 50}
    assert refusal(bomb[:200]) == "feedback.photo_pixels"  # no pixel was there to decode


def test_one_row_more_than_the_limit_is_refused() -> None:
    """The photo with one row less is taken, see the test of the limit itself."""
    assert refusal(blank_png(8192, PIXEL_LIMIT // 8192 + 1)) == "feedback.photo_pixels"
    assert prepare_photo(blank_png(8192, PIXEL_LIMIT // 8192)).width == 2048


def patched(kind: str, side: int) -> bytes:
    """Return a photo whose header claims a size far above the limit."""
    if kind == "PNG":
        return png(side, side, 8, 2, b"")
    content = bytearray(encoded(flag(), kind, **({"xmp": b"x"} if kind == "WEBP" else {})))
    if kind == "JPEG":
        at = content.index(b"\xff\xc0") + 5
        content[at : at + 4] = side.to_bytes(2) * 2
    elif kind == "WEBP":
        at = content.index(b"VP8X") + 12
        content[at : at + 6] = (side - 1).to_bytes(3, "little") * 2
    else:
        at = content.index(b"ispe") + 8
        content[at : at + 8] = side.to_bytes(4) * 2
    return bytes(content)


@pytest.mark.parametrize("side", [13_000, 65_500])
@pytest.mark.parametrize("kind", KINDS)
def test_absurd_sizes_are_refused_in_every_format(kind: str, side: int) -> None:
    """A header is believed and refused before memory is taken for it; the true one is taken."""
    assert prepare_photo(encoded(flag(), kind)).width == 96
    assert refusal(patched(kind, side)) == "feedback.photo_pixels"


def test_a_photo_that_takes_too_much_memory_is_refused() -> None:
    """A decoder that may not have the memory says so; with the usual limit the photo is taken."""
    content = blank_png(8192, PIXEL_LIMIT // 8192)
    with pytest.raises(InputError) as caught:
        photos._decoded("PNG", content, (PIXEL_LIMIT, 150 * 1024 * 1024, SECONDS))
    assert caught.value.code == "feedback.photo_pixels"
    assert photos._decoded("PNG", content)[:2] == (2048, 1536)


def test_a_photo_that_takes_too_long_is_refused() -> None:
    """A JPEG of 200 kB that asks for minutes of work is ended in seconds; a plain one is taken.

    Thousands of scans are within the standard (ITU-T T.81) and no header betrays them: "Two
    Issues with the JPEG Standard", LJT-01-003.
    """
    limits = (PIXEL_LIMIT, MEMORY, 2)
    with pytest.raises(InputError) as caught:
        photos._decoded("JPEG", scan_bomb(4000, 3000), limits)
    assert caught.value.code == "feedback.photo_broken"
    assert photos._decoded("JPEG", scan_bomb(4000, 1), limits)[:2] == (2000, 2000)


@settings(deadline=None)
@given(content=st.binary(max_size=200))
def test_random_bytes_are_no_photo(content: bytes) -> None:
    """Whatever bytes come, the answer is one of our errors."""
    assert refusal(content) in {"feedback.photo_format", "feedback.photo_broken"}


@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_damaged_photos_are_taken_or_refused(data: st.DataObject) -> None:
    """A photo with a few bytes changed gives a photo or one of our errors and nothing else."""
    content = bytearray(encoded(flag(), data.draw(st.sampled_from(KINDS))))
    for _ in range(data.draw(st.integers(1, 6))):
        content[data.draw(st.integers(12, len(content) - 1))] = data.draw(st.integers(0, 255))
    try:
        photo = prepare_photo(bytes(content))
    except InputError as error:
        assert error.code in {  # noqa: PT017 - a photo is as good an answer
            "feedback.photo_broken", "feedback.photo_pixels", "feedback.photo_format",
        }  # fmt: skip
    else:
        assert isinstance(photo, PreparedPhoto)


def test_without_pillow_the_operator_is_told_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The extra that is missing is named; with it the same photo is taken."""
    content = encoded(flag())
    assert prepare_photo(content).width == 96
    with monkeypatch.context() as without:
        without.setitem(sys.modules, "PIL", None)
        with pytest.raises(SettingsError) as caught:
            prepare_photo(content)
    assert caught.value.code == "feedback.images_missing"
    assert caught.value.hint == "pip install 'govinteract[images]'"


def test_without_its_library_heic_alone_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that can't read HEIC says so and takes the other formats."""
    heic, jpeg = encoded(flag(), "HEIF"), encoded(flag())
    assert prepare_photo(heic).width == 96
    monkeypatch.setitem(sys.modules, "pi_heif", None)
    assert refusal(heic) == "feedback.photo_heic"
    assert prepare_photo(jpeg).width == 96


def test_a_decoder_that_can_not_be_started_is_no_fault_of_the_photo(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Without an interpreter, or with one that fails at once, the settings are to blame."""
    content = encoded(flag())
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python3"))
    assert refusal(content) == "feedback.images_unavailable"
    (tmp_path / "python3").write_text("#!/bin/sh\nexit 1\n")
    (tmp_path / "python3").chmod(0o700)
    assert refusal(content) == "feedback.images_unavailable"
    monkeypatch.undo()
    assert prepare_photo(content).width == 96


def test_inside_another_program_the_interpreter_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where `sys.executable` is a web server that embeds Python, photos are taken all the same."""
    for name in ("/usr/bin/uwsgi", ""):
        monkeypatch.setattr(sys, "executable", name)
        assert prepare_photo(encoded(flag())).width == 96


def spoken(tmp_path: Path, program: str, monkeypatch: pytest.MonkeyPatch) -> bytes:
    """Return what a program says in the decoder's place."""
    script = tmp_path / "decoder.py"
    script.write_text(program)
    monkeypatch.setattr(photos, "_DECODER", script)
    return photos._ask("", [], b"")[0]


def test_the_decoder_gets_no_secret(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Passwords in the environment and open files of the server are not the decoder's."""
    monkeypatch.setenv("GOVINTERACT_SMTP_URL", "smtp://u:secret@127.0.0.1")
    program = "import os; print(dict(os.environ), os.getcwd(), sorted(os.listdir('/proc/self/fd')))"
    with (tmp_path / "key").open("wb") as key:
        os.set_inheritable(key.fileno(), True)  # noqa: FBT003 - the function takes no keyword
        said = spoken(tmp_path, program, monkeypatch).decode()
    assert "secret" not in said
    assert said.endswith("/ ['0', '1', '2', '3']\n")  # 3 is the folder that is being listed


def test_a_decoder_that_was_taken_over_can_not_fill_the_server(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """An answer without end is cut off, one that does not add up is no photo."""
    endless = "import sys\nwhile True: sys.stdout.buffer.write(bytes(1 << 20))"
    assert len(spoken(tmp_path, endless, monkeypatch)) == photos._ANSWER_LIMIT
    for said in ("9 9 1 1\\nx", "9 9 1 1\\nxyz", "0 9 1 1\\nxy", "9 9 1 1"):
        (tmp_path / "decoder.py").write_text(f"print('ready\\n{said}', end='')")
        assert refusal(encoded(flag())) == "feedback.photo_broken"
    (tmp_path / "decoder.py").write_text("print('ready\\n9 9 1 1\\nxy', end='')")
    assert prepare_photo(encoded(flag())).content == b"x"


def test_a_decoder_that_hangs_is_ended(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """One that never reads the photo and never ends is killed."""
    monkeypatch.setattr(photos, "_PATIENCE", 0.5)
    monkeypatch.setattr(photos, "_DECODER", tmp_path / "decoder.py")
    (tmp_path / "decoder.py").write_text("import time\nprint('ready', flush=True)\ntime.sleep(99)")
    with pytest.raises(InputError) as caught:
        prepare_photo(padded(PHOTO_LIMIT))
    assert caught.value.code == "feedback.photo_broken"
    assert caught.value.hint == "the decoder ended with status -9"


def test_the_decoder_gives_up_what_it_does_not_need() -> None:
    """Within the limits it opens no file and no socket, dumps no core and dies before others."""
    program = """
import resource, socket
from govinteract.feedback import photo_decoder
def can(what):
    try: what().close()
    except OSError: return False
    return True
opens = [lambda: open(photo_decoder.__file__), socket.socket]
score = open("/proc/self/oom_score_adj")
print(*map(can, opens))
photo_decoder._confine(1 << 33, 60)
print(*map(can, opens), *resource.getrlimit(resource.RLIMIT_CORE), score.read())
"""
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, capture_output=True, timeout=60, check=True)
    assert done.stdout.split() == b"True True False False 0 0 1000".split()

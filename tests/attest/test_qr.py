"""A statement fits on paper."""

import subprocess
import sys
from xml.etree import ElementTree as ET

import pytest
import segno

from govinteract.attest import TEXT_LIMIT, qr_svg, statement_url
from govinteract.attest.qr import VERSION_LIMIT
from govinteract.errors import InputError

PAGE = "https://phuong-hoa-binh.example.vn/verify"


def test_the_longest_statement_fits_into_version_25() -> None:
    """A text at the limit is drawn behind an address of 136 characters, and no longer one."""
    address = PAGE + "x" * (136 - len(PAGE))
    content = statement_url("a" * TEXT_LIMIT, address)
    code = segno.make_qr(content, error="m", boost_error=False)
    assert int(code.version) == VERSION_LIMIT
    svg = ET.fromstring(qr_svg(content))  # noqa: S314 - our own drawing
    assert svg.tag.endswith("svg")
    assert svg.get("width") == str((117 + 8) * 4)
    with pytest.raises(InputError) as caught:
        qr_svg(content + "a")
    assert caught.value.code == "attest.qr_too_large"


def test_what_no_code_at_all_holds_is_refused_alike() -> None:
    """Beyond version 40 the answer is the same."""
    with pytest.raises(InputError) as caught:
        qr_svg("a" * 5_000)
    assert caught.value.code == "attest.qr_too_large"


def test_without_the_extra_the_error_says_what_to_install() -> None:
    """Who did not install the extra is told its name."""
    program = (
        "import sys; sys.modules['segno'] = None; from govinteract.attest import qr_svg\n"
        "from govinteract.errors import SettingsError\n"
        "try: qr_svg('a')\n"
        "except SettingsError as error: assert 'govinteract[qr]' in error.hint; print('told')"
    )
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, check=True, timeout=60, capture_output=True, text=True)
    assert done.stdout == "told\n"

"""A statement as a QR code (ISO/IEC 18004), drawn by segno: needs the extra `[qr]`.

A phone's camera opens the address of the verifier page; what follows its `#` stays in the
browser and reaches no server.
"""

from __future__ import annotations

import io
from typing import Final

from govinteract.errors import InputError, SettingsError

__all__ = ["VERSION_LIMIT", "qr_svg", "statement_url"]

VERSION_LIMIT: Final = 25
"""The largest version drawn: 117 by 117 squares, which phones read from 45 mm of paper."""

_QUIET = 4  # squares of white around it, as the standard asks


def statement_url(text: str, page: str) -> str:
    """Return the address under which `page` (`https://ward.example.vn/verify`) shows `text`."""
    return f"{page}#{text}"


def qr_svg(content: str) -> str:
    """Return `content` as a QR code: an SVG of its own, black on white, error correction M.

    Raises `InputError("attest.qr_too_large")` beyond version 25, and
    `SettingsError("attest.extra_missing")` without the extra.
    """
    try:
        import segno  # noqa: PLC0415 - an extra
    except ModuleNotFoundError as error:
        raise SettingsError("attest.extra_missing", hint="pip install 'govinteract[qr]'") from error
    try:
        code = segno.make_qr(content, error="m", boost_error=False)
    except segno.DataOverflowError as error:
        raise _too_large() from error
    if int(code.version) > VERSION_LIMIT:
        raise _too_large()
    out = io.BytesIO()
    code.save(out, kind="svg", border=_QUIET, xmldecl=False, nl=False, light="#fff", scale=4)
    return out.getvalue().decode()


def _too_large() -> InputError:
    return InputError("attest.qr_too_large", hint="a shorter address or fewer claims")

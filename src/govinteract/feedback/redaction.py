"""A first proposal for what the public may read of a report; an officer decides.

It takes out what machines can tell: phone numbers, e-mail addresses, web addresses and
long runs of digits (identity cards, accounts). Names and addresses it can't tell, so it is
never published by itself.
"""

from __future__ import annotations

import re
import unicodedata

__all__ = ["MARK", "propose"]

MARK = "[…]"
"""What stands in the place of something taken out."""

_JOINT = r"[ \t .\-–—()/]{0,3}"
_AT = r"(?:@|\s@\s|\s?[(\[]at[)\]]\s?)"
_DOT = r"(?:\.|\s\.\s|\s?[(\[]dot[)\]]\s?)"
_EMAIL = re.compile(rf"[\w.+-]+{_AT}[\w-]+(?:{_DOT}[\w-]+)+", re.IGNORECASE)
_LINK = re.compile(r"\b(?:https?://|www\.)\S+", re.IGNORECASE)
_DIGITS = re.compile(rf"(?<![\w])\+?\(?\d(?:{_JOINT}\d){{7,}}(?!\w)")
_HANDLE = re.compile(r"(?<!\w)@\w[\w.]+")
_DATE = re.compile(
    r"\d{1,2}[/.-]\d{1,2}[/.-]\d{4}"
    r"|\d{1,2}[:h]\d{2}\s*[-–]\s*\d{1,2}[:h]\d{2}"
)


def propose(text: str) -> str:
    """Return `text` without what can be told to be personal, each replaced by `MARK`.

    >>> propose("Gọi tôi số 0912 345 678 hoặc lan@example.vn, đèn số 12 tắt từ 20/11/2026")
    'Gọi tôi số […] hoặc […], đèn số 12 tắt từ 20/11/2026'
    """
    text = _plain_digits(text)
    for pattern in (_EMAIL, _LINK, _HANDLE):
        text = pattern.sub(MARK, text)
    return _DIGITS.sub(lambda found: found[0] if _DATE.fullmatch(found[0]) else MARK, text)


def _plain_digits(text: str) -> str:
    """Write the digits of every script as 0-9, so that none slips through."""
    return "".join(
        str(unicodedata.decimal(letter)) if not letter.isascii() and letter.isdecimal() else letter
        for letter in text
    )

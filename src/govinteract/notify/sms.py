"""Text messages: what fits into how many, and Vietnamese without accents.

ETSI TS 123 038 (3GPP 23.038), section 6.2.1: the GSM 7 bit default alphabet has 160 signs
a message and 153 in each part of a longer one, signs of its extension table count twice.
Any other sign makes the whole text UCS-2: 70 and 67 units of 16 bits.
"""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Final, Literal

from attrs import frozen

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["Measure", "measure", "plain"]

_BASIC: Final = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED: Final = frozenset("^{}\\[~]|€\f")
_BAR = str.maketrans("đĐ", "dD")
_PUNCTUATION = str.maketrans("–—‘’“”\N{NO-BREAK SPACE}", "--''\"\" ", "\N{ZERO WIDTH SPACE}")
_BEYOND_UNIT = 0xFFFF


@frozen
class Measure:
    """How a text travels: its alphabet and the number of messages it takes."""

    alphabet: Literal["GSM-7", "UCS-2"]
    parts: int


def measure(text: str) -> Measure:
    """Tell how many messages `text` takes.

    >>> measure("Hen tra loi: 25/11/2026")
    Measure(alphabet='GSM-7', parts=1)
    >>> measure("Hẹn trả lời: 25/11/2026")
    Measure(alphabet='UCS-2', parts=1)
    """
    if _is_gsm(text):
        return Measure("GSM-7", _parts((1 + (sign in _EXTENDED) for sign in text), 160, 153))
    return Measure("UCS-2", _parts((1 + (ord(sign) > _BEYOND_UNIT) for sign in text), 70, 67))


def plain(text: str) -> str:
    """Return `text` without accents if it then fits the GSM alphabet, else as it is.

    Vietnamese without accents is read by everybody and costs less than half.

    >>> plain("Phường Đống Đa đã nhận phản ánh")
    'Phuong Dong Da da nhan phan anh'
    """
    if _is_gsm(text):
        return text
    bare = unicodedata.normalize("NFD", text.translate(_BAR).translate(_PUNCTUATION))
    bare = "".join(sign for sign in bare if not unicodedata.combining(sign))
    return bare if _is_gsm(bare) else text


def _is_gsm(text: str) -> bool:
    return _BASIC.union(_EXTENDED).issuperset(text)


def _parts(units: Iterable[int], alone: int, joined: int) -> int:
    """Count the parts; a sign of two units is never cut in two."""
    sizes = list(units)
    if sum(sizes) <= alone:
        return 1
    parts, used = 1, 0
    for size in sizes:
        if used + size > joined:
            parts, used = parts + 1, 0
        used += size
    return parts

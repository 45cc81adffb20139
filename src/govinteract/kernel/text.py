"""Text that people write: made whole, made comparable, made short.

Unicode normalisation is that of UAX #15, case folding that of the Unicode standard 3.13.
"""

from __future__ import annotations

import re
import unicodedata

from govinteract.errors import InputError

__all__ = ["clean", "excerpt", "fold"]

_MARKS = re.compile("[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]+")
_LINE_END = re.compile("\r\n|[\r\u2028\u2029]")
# C0 and C1 controls, surrogates without a partner, what XML 1.0 can't carry, and the
# overrides and isolates that make a line read otherwise than it is stored (UAX #9).
_REFUSED_ALWAYS = "\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff\u202a-\u202e\u2066-\u2069"
_REFUSED_IN_TEXT = re.compile(f"[{_REFUSED_ALWAYS}]")
_REFUSED_IN_LINE = re.compile(f"[{_REFUSED_ALWAYS}\t\n\u2028\u2029]")
_UNSEEN = frozenset({"Zs", "Zl", "Zp", "Cc", "Cf", "Mn", "Me"})
_MOST_COMPOSED = 4
"""No character of NFC comes from more than four of its own (UAX #15, section 6)."""


def fold(text: str) -> str:
    """Return the search key of `text`: without case, diacritics and the bar of đ.

    The key that is stored and the key that is asked are both made here, so that they meet
    on every database. Folding a key again changes nothing. Only diacritics go; the vowel
    signs of scripts that write vowels as marks stay. Limit the length of what strangers
    send first, with `clean`.

    >>> fold("Đường Nguyễn Huệ")
    'duong nguyen hue'
    """
    if text.isascii():
        return text.lower()
    bare = _MARKS.sub("", unicodedata.normalize("NFD", text.casefold()))
    plain = bare.replace("đ", "d")
    if plain.isascii():  # nearly every Vietnamese text: the rest would change nothing
        return plain.lower()
    return unicodedata.normalize("NFC", bare.casefold()).replace("đ", "d")


def clean(text: str, *, field: str, limit: int, multiline: bool = False) -> str:
    """Return what somebody wrote as it may be stored: NFC, trimmed, line ends as LF.

    `limit` is in characters of the result. One line holds no tab and no line end; a
    `multiline` text may. Raises InputError, which names `field`:

    - `kernel.text_empty`: there is nothing to see in it;
    - `kernel.text_too_long`: it has more than `limit` characters;
    - `kernel.text_control`: control characters, bytes that were no UTF-8 (surrogates), or
      direction overrides, which make a text look other than it is.

    >>> clean("  Đèn tắt ba đêm nay ", field="text", limit=2000)
    'Đèn tắt ba đêm nay'
    """
    text = text.strip()
    # Long runs of marks take quadratic time to normalise, so length is asked first.
    if len(text) > limit * _MOST_COMPOSED:
        raise _too_long(field, limit)
    if multiline:
        text = _LINE_END.sub("\n", text)
    if (_REFUSED_IN_TEXT if multiline else _REFUSED_IN_LINE).search(text):
        raise InputError("kernel.text_control", hint=f"{field}: see kernel.text.clean", field=field)
    text = unicodedata.normalize("NFC", text)
    if len(text) > limit:
        raise _too_long(field, limit)
    if not _is_visible(text):
        raise InputError("kernel.text_empty", hint=f"ask for {field} again", field=field)
    return text


def excerpt(text: str, limit: int) -> str:
    """Return the beginning of `text` on one line, at most `limit` characters with "…".

    It ends after a whole word when there is one to end after.

    >>> excerpt("Đèn trước số 12 Lê Lợi tắt ba đêm nay", 20)
    'Đèn trước số 12 Lê…'
    """
    line = " ".join(text.split())
    if len(line) <= limit:
        return line
    room = line[:limit]
    end = room.rfind(" ")
    if end <= 0:
        end = limit - 1
        while end > 0 and unicodedata.combining(line[end]):
            end -= 1
    return room[:end] + "…"


def _is_visible(text: str) -> bool:
    """Whether anything but spaces, format characters and marks is there."""
    return any(unicodedata.category(character) not in _UNSEEN for character in text)


def _too_long(field: str, limit: int) -> InputError:
    hint = f"{field} holds at most {limit} characters"
    return InputError("kernel.text_too_long", hint=hint, field=field, limit=limit)

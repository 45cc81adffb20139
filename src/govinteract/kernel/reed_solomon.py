"""Reed-Solomon over GF(32) with three check symbols: corrects one wrong symbol, sees two.

The field is GF(2)[x] / (x^5 + x^2 + 1) with the primitive element a = x (the number 2).
The generator is (x - a)(x - a^2)(x - a^3), so a word of at most 31 symbols differs from
every other in at least four places (I. S. Reed and G. Solomon, "Polynomial Codes over
Certain Finite Fields", J. SIAM 8, 1960). The code is systematic: the data stand first as
they are, the remainder of data(x) * x^3 by the generator follows. Shorter words are the
same code with leading zeros left out.

A word is `bytes` of values 0-31. All arithmetic is done once, when the tables below are
built; a word is then checked by one table look-up for each symbol.
"""

from __future__ import annotations

__all__ = ["CHECKS", "LONGEST", "check_symbols", "correct"]

CHECKS = 3
"""Number of check symbols at the end of each word."""

LONGEST = 31
"""Symbols in the longest word, the three check symbols included."""

_POLYNOMIAL = 0b100101


def _powers() -> tuple[int, ...]:
    """Return a^0 ... a^30."""
    power, powers = 1, []
    for _ in range(31):
        powers.append(power)
        power <<= 1
        if power & 0b100000:
            power ^= _POLYNOMIAL
    return tuple(powers)


_EXP = _powers()
_LOG = {value: exponent for exponent, value in enumerate(_EXP)}


def _times(left: int, right: int) -> int:
    return _EXP[(_LOG[left] + _LOG[right]) % 31] if left and right else 0


def _generator() -> tuple[int, int, int]:
    """Return the coefficients of x^2, x and 1 (that of x^3 is 1)."""
    a, b, c = _EXP[1], _EXP[2], _EXP[3]
    return a ^ b ^ c, _times(a, b) ^ _times(a, c) ^ _times(b, c), _times(_times(a, b), c)


def _scaled(packed: int, factor: int) -> int:
    """Multiply each of the three packed symbols by `factor`."""
    high, middle, low = packed >> 10, packed >> 5 & 31, packed & 31
    return _times(high, factor) << 10 | _times(middle, factor) << 5 | _times(low, factor)


def _rows() -> tuple[tuple[int, ...], ...]:
    """For each degree d, what v * x^d leaves when divided by the generator, for each v.

    The three symbols that are left are packed into 15 bits, the coefficient of x^2 first.
    """
    high, middle, low = _generator()
    reduced = high << 10 | middle << 5 | low
    unit, rows = 1, []
    for _ in range(LONGEST):
        rows.append(tuple(_scaled(unit, value) for value in range(32)))
        unit = (unit & 0x3FF) << 5 ^ _scaled(reduced, unit >> 10)
    return tuple(rows)


_ROWS = _rows()
_DATA_ROWS = _ROWS[CHECKS:]
_FIXES = {row[value]: (degree, value) for degree, row in enumerate(_ROWS) for value in range(1, 32)}


def _remainder(data: bytes) -> int:
    packed = 0
    for value, row in zip(reversed(data), _DATA_ROWS, strict=False):
        packed ^= row[value]
    return packed


def check_symbols(data: bytes) -> bytes:
    """Return the three check symbols of at most 28 `data` symbols.

    >>> list(check_symbols(bytes([0, 0, 1])))
    [14, 29, 10]
    """
    packed = _remainder(data)
    return bytes((packed >> 10, packed >> 5 & 31, packed & 31))


def correct(word: bytes) -> bytes | None:
    """Return the word that was meant by `word` (data and three check symbols).

    That is `word` itself when it is whole, and the one whole word that differs in a single
    place when there is one. None when two symbols are wrong, which is always seen, or when
    more are and no whole word is near.
    """
    packed = _remainder(word[:-CHECKS]) ^ (word[-3] << 10 | word[-2] << 5 | word[-1])
    if not packed:
        return word
    degree, value = _FIXES.get(packed, (LONGEST, 0))
    place = len(word) - 1 - degree
    if place < 0:
        return None
    return word[:place] + bytes((word[place] ^ value,)) + word[place + 1 :]

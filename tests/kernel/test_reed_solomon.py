from itertools import combinations, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from govinteract.kernel import reed_solomon

WORDS = st.binary(min_size=28, max_size=28).map(lambda raw: bytes(b & 31 for b in raw))


def _plus(left: bytes, right: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(left, right, strict=True))


def _times(left: int, right: int) -> int:
    """Multiply in GF(32) as by hand: shift and add, then take x^5 + x^2 + 1 away."""
    product = 0
    for bit in range(5):
        product ^= (left << bit) if right >> bit & 1 else 0
    for bit in range(8, 4, -1):
        product ^= (0b100101 << bit - 5) if product >> bit & 1 else 0
    return product


def _at(word: bytes, x: int) -> int:
    """Return the value of the word as a polynomial at `x`."""
    value = 0
    for symbol in word:
        value = _times(value, x) ^ symbol
    return value


@given(WORDS)
def test_a_whole_word_is_zero_at_the_three_roots(data: bytes) -> None:
    """Data and check symbols, as a polynomial, vanish at a, a^2 and a^3 (a is 2)."""
    word = data + reed_solomon.check_symbols(data)
    assert [_at(word, root) for root in (2, 4, 8)] == [0, 0, 0]


@given(WORDS, WORDS)
def test_the_code_is_linear(one: bytes, other: bytes) -> None:
    """The check symbols of a sum are the sum of the check symbols."""
    checks = _plus(reed_solomon.check_symbols(one), reed_solomon.check_symbols(other))
    assert reed_solomon.check_symbols(_plus(one, other)) == checks


@given(st.binary(max_size=20).map(lambda raw: bytes(b & 31 for b in raw)), st.integers(0, 8))
def test_a_shorter_word_is_the_same_with_leading_zeros(data: bytes, zeros: int) -> None:
    """Zeros in front of the data leave the check symbols as they are."""
    assert reed_solomon.check_symbols(bytes(zeros) + data) == reed_solomon.check_symbols(data)


@pytest.mark.parametrize("length", [15, 19])
def test_every_error_of_one_symbol_is_put_right(length: int) -> None:
    """Each wrong value in each place of the zero word is corrected; so of every word."""
    whole = bytes(length)
    for place, value in product(range(length), range(1, 32)):
        word = bytearray(whole)
        word[place] = value
        assert reed_solomon.correct(bytes(word)) == whole


@pytest.mark.parametrize("length", [15, 19])
def test_every_error_of_two_symbols_is_seen(length: int) -> None:
    """Each pair of wrong values in each pair of places is refused; so in every word.

    The code is linear, so what holds of the errors on the zero word holds on all words.
    """
    values = list(product(range(1, 32), repeat=2))
    for one, other in combinations(range(length), 2):
        word = bytearray(length)
        for word[one], word[other] in values:
            assert reed_solomon.correct(bytes(word)) is None

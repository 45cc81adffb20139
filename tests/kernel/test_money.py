import pytest
from hypothesis import given
from hypothesis import strategies as st

from govinteract.errors import InputError
from govinteract.kernel import Money

AMOUNTS = st.integers(-(2**61), 2**61)


@pytest.mark.parametrize(
    ("money", "vi", "en"),
    [
        (Money(15_000, "VND"), "15.000\u00a0₫", "₫15,000"),
        (Money(0, "VND"), "0\u00a0₫", "₫0"),
        (Money(-1_234_567, "VND"), "-1.234.567\u00a0₫", "-₫1,234,567"),
        (Money(123_456, "USD"), "1.234,56\u00a0$", "$1,234.56"),
        (Money(-5, "EUR"), "-0,05\u00a0€", "-€0.05"),
        (Money(1_500, "KWD"), "1,500\u00a0KWD", "KWD\u00a01.500"),
    ],
)
def test_money_is_shown_as_people_write_it(money: Money, vi: str, en: str) -> None:
    """The currency's decimals, and each language's separators and place of the sign."""
    assert (money.shown(), money.shown("vi"), money.shown("en")) == (vi, vi, en)


@given(AMOUNTS, AMOUNTS)
def test_money_adds_subtracts_and_compares_as_whole_numbers(one: int, other: int) -> None:
    """Within a currency, money does what its minor units do."""
    a, b = Money(one, "VND"), Money(other, "VND")
    assert (a + b).minor == one + other
    assert a + b - b == a
    assert -a + a == Money(0, "VND")
    assert (a < b, a <= b, a > b, a >= b) == (one < other, one <= other, one > other, one >= other)
    assert bool(a) == bool(one)


def test_money_is_multiplied_by_whole_numbers() -> None:
    """Three copies cost three times as much, on either side of the sign."""
    fee = Money(8_000, "VND")
    assert fee * 3 == 3 * fee == Money(24_000, "VND")
    assert sum([fee, fee], Money(0, "VND")) == fee * 2


@pytest.mark.parametrize("minor", [15_000.0, 1.5, True, "15000", None, 2**63], ids=repr)
def test_amounts_that_are_no_whole_number_are_refused(minor: object) -> None:
    """Floats, booleans, texts and what no database holds are refused; the int is taken."""
    assert Money(15_000, "VND").minor == 15_000
    with pytest.raises(InputError) as refusal:
        Money(minor, "VND")  # type: ignore[arg-type]  # what is tested
    assert refusal.value.code == "kernel.money_invalid"


@pytest.mark.parametrize("currency", ["", "vnd", "VN", "VNDX", "V1D", "VND\n", None], ids=repr)
def test_currencies_are_three_capitals(currency: object) -> None:
    """Anything but three capital letters is refused; VND is taken."""
    assert Money(1, "VND").currency == "VND"
    with pytest.raises(InputError) as refusal:
        Money(1, currency)  # type: ignore[arg-type]  # what is tested
    assert refusal.value.code == "kernel.money_currency"


def test_two_currencies_never_meet() -> None:
    """Adding, subtracting and comparing across currencies is refused; within one it works."""
    dong, dollar = Money(1, "VND"), Money(1, "USD")
    assert dong + dong == Money(2, "VND")
    assert dong != dollar
    for meet in (dong.__add__, dong.__sub__, dong.__lt__, dong.__le__):
        with pytest.raises(InputError) as refusal:
            meet(dollar)
        assert refusal.value.code == "kernel.money_currency"


@pytest.mark.parametrize("other", [1, 1.0, "1", None], ids=repr)
def test_money_meets_only_money(other: object) -> None:
    """A bare number is no money: it is refused on both sides of a plus or minus."""
    dong = Money(1, "VND")
    with pytest.raises(InputError):
        dong + other  # type: ignore[operator]  # what is tested
    with pytest.raises(InputError):
        dong < other  # type: ignore[operator]  # noqa: B015  what is tested
    with pytest.raises(InputError):
        dong * 1.5  # type: ignore[operator]  # what is tested

"""Money in whole minor units: no floats, no rounding, one currency at a time.

The number of decimals of each currency is that of ISO 4217 (2, but for the lists below).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, Self

from attrs import field, frozen

from govinteract.errors import InputError

if TYPE_CHECKING:
    from attrs import Attribute

__all__ = ["Money"]

_CURRENCIES: Final = {
    0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF",
    3: "BHD IQD JOD KWD LYD OMR TND",
    4: "CLF UYW",
}
_DECIMALS: Final = {code: n for n, codes in _CURRENCIES.items() for code in codes.split()}
_SIGNS: Final = {"VND": "₫", "EUR": "€", "USD": "$"}
_CURRENCY = re.compile(r"[A-Z]{3}")
_LARGEST = 2**63 - 1
"""What a BIGINT holds."""


@frozen(order=False)
class Money:
    """An amount in minor units of one currency: đồng for VND, cents for USD.

    It adds, subtracts and compares within its currency and is multiplied by whole numbers;
    everything else is refused: InputError `kernel.money_invalid` for an amount that is no
    int, `kernel.money_currency` where two currencies meet.

    >>> fee = Money(15_000, "VND")
    >>> (fee * 2).shown("en")
    '₫30,000'
    """

    minor: int = field()
    """The amount in minor units; negative for what is owed back."""
    currency: str = field()
    """The currency's three letters of ISO 4217."""

    @minor.validator
    def _is_whole(self, _attribute: Attribute[int], value: object) -> None:
        if type(value) is not int or abs(value) > _LARGEST:
            raise InputError("kernel.money_invalid", hint="minor is an int of at most 63 bits")

    @currency.validator
    def _is_currency(self, _attribute: Attribute[str], value: object) -> None:
        if not isinstance(value, str) or not _CURRENCY.fullmatch(value):
            raise InputError("kernel.money_currency", hint="currency is three letters of ISO 4217")

    @property
    def decimals(self) -> int:
        """How many decimals the currency has: 0 for VND."""
        return _DECIMALS.get(self.currency, 2)

    def shown(self, lang: str = "vi") -> str:
        """Write the amount for people: "15.000 ₫" in vi (no-break space), "₫15,000" in en."""
        whole, part = divmod(abs(self.minor), 10**self.decimals)
        number = f"{whole:,}" + (f".{part:0{self.decimals}}" if self.decimals else "")
        sign = "-" if self.minor < 0 else ""
        if lang == "vi":
            number = number.translate({ord(","): ".", ord("."): ","})
            return f"{sign}{number}\N{NO-BREAK SPACE}{_SIGNS.get(self.currency, self.currency)}"
        mark = _SIGNS.get(self.currency, f"{self.currency}\N{NO-BREAK SPACE}")
        return f"{sign}{mark}{number}"

    def __add__(self, other: Money) -> Self:
        """Add an amount of the same currency."""
        return type(self)(self.minor + self._same(other), self.currency)

    def __sub__(self, other: Money) -> Self:
        """Subtract an amount of the same currency."""
        return type(self)(self.minor - self._same(other), self.currency)

    def __neg__(self) -> Self:
        """Turn the amount round."""
        return type(self)(-self.minor, self.currency)

    def __mul__(self, times: int) -> Self:
        """Multiply by a whole number."""
        if type(times) is not int:
            raise InputError("kernel.money_invalid", hint="money is multiplied by int only")
        return type(self)(self.minor * times, self.currency)

    __rmul__ = __mul__

    def __lt__(self, other: Money) -> bool:
        """Whether it is less than an amount of the same currency."""
        return self.minor < self._same(other)

    def __le__(self, other: Money) -> bool:
        """Whether it is at most an amount of the same currency."""
        return self.minor <= self._same(other)

    def __bool__(self) -> bool:
        """Whether it is any amount but zero."""
        return self.minor != 0

    def _same(self, other: Money) -> int:
        if not isinstance(other, Money):
            raise InputError("kernel.money_invalid", hint="money meets money only; wrap the number")
        if other.currency != self.currency:
            hint = f"{self.currency} and {other.currency} don't meet without a rate"
            raise InputError("kernel.money_currency", hint=hint)
        return other.minor

"""Phone numbers in one written form: E.164 (ITU-T E.164, 2010).

Built on the `phonenumbers` package, which is loaded when the first number is read.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Self

from attrs import field, frozen

from govinteract.errors import InputError

if TYPE_CHECKING:
    from attrs import Attribute

__all__ = ["Phone"]

_E164 = re.compile(r"\+[1-9][0-9]{6,14}")
# The package would find a number inside a sentence; here it must be the whole field.
_WRITTEN = re.compile(r"[0-9+().\-/\s\u2010-\u2013]{3,40}")
_LONGEST = 200
_KEPT_FIRST, _KEPT_LAST = 2, 3


def _invalid() -> InputError:
    return InputError("kernel.phone_invalid", hint="pass a whole number, with +country if foreign")


@frozen(repr=False)
class Phone:
    """A valid phone number. It is personal: `repr` and `str` hide it, `e164` says it.

    >>> Phone.parse("0912 345 678").masked
    '09•• ••• 678'
    """

    e164: str = field()
    """`+`, the country and the number, without spaces."""

    @e164.validator
    def _is_e164(self, _attribute: Attribute[str], value: object) -> None:
        if not isinstance(value, str) or not _E164.fullmatch(value):
            raise _invalid()

    @classmethod
    def parse(cls, raw: str, region: str = "VN") -> Self:
        """Read a number as people write it; without a country it is one of `region`.

        `region` is a code of ISO 3166-1 alpha-2. Raises InputError `kernel.phone_invalid`
        when nobody can have that number; the error does not repeat it.
        """
        import phonenumbers  # noqa: PLC0415 - costs a program that reads no number nothing

        written = unicodedata.normalize("NFKC", str(raw)[:_LONGEST]).strip()
        if not _WRITTEN.fullmatch(written):
            raise _invalid()
        try:
            number = phonenumbers.parse(written, region)
        except phonenumbers.NumberParseException as error:
            raise _invalid() from error
        if not phonenumbers.is_valid_number(number):
            raise _invalid()
        return cls(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))

    @property
    def national(self) -> str:
        """The number as its own country writes it: `0912 345 678`."""
        import phonenumbers  # noqa: PLC0415 - as above

        number = phonenumbers.parse(self.e164, None)
        return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.NATIONAL)

    @property
    def masked(self) -> str:
        """Enough for the owner to know it: the first two and the last three digits."""
        written = self.national
        last = sum(map(str.isdigit, written)) - _KEPT_LAST
        seen, masked = 0, ""
        for character in written:
            seen += character.isdigit()
            hidden = character.isdigit() and _KEPT_FIRST < seen <= last
            masked += "•" if hidden else character
        return masked

    def __repr__(self) -> str:
        """Hide the number."""
        return "Phone(hidden)"

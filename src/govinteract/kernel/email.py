"""E-mail addresses in one written form, checked by their syntax alone.

The part before the @ is a dot-atom of RFC 5322 section 3.2.3 in ASCII, of at most 64
characters (RFC 5321 section 4.5.3.1.1). The domain is a host name of RFC 1123 section
2.1 with at least two labels, kept in lower case and in its ASCII form (RFC 3490), so
that one domain has one text. Quoted parts, comments and address literals are refused.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Self

from attrs import field, frozen

from govinteract.errors import InputError

if TYPE_CHECKING:
    from attrs import Attribute

__all__ = ["Email"]

_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LOCAL = re.compile(rf"{_ATOM}(?:\.{_ATOM})*")
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_DOMAIN = re.compile(rf"(?:{_LABEL}\.)+(?=[a-z0-9-]*[a-z]){_LABEL}")
_LONGEST_LOCAL, _LONGEST = 64, 254


def _invalid() -> InputError:
    return InputError("kernel.email_invalid", hint="pass one address like name@example.vn")


def _ascii(domain: str) -> str:
    """Return the ASCII form of a domain, which may be written in any script."""
    if domain.isascii():
        return domain.lower()
    try:
        return domain.encode("idna").decode("ascii").lower()
    except UnicodeError:
        raise _invalid() from None  # the cause would carry the address into a traceback


@frozen(repr=False)
class Email:
    """An address that mail can be sent to. It is personal: `repr` and `str` hide it.

    >>> Email.parse("Lan.Tran@Example.VN").address
    'Lan.Tran@example.vn'
    """

    address: str = field()
    """The address; the part before the @ as it was written."""

    @address.validator
    def _is_address(self, _attribute: Attribute[str], value: object) -> None:
        local, _, domain = value.rpartition("@") if isinstance(value, str) else ("", "", "")
        fits = len(local) <= _LONGEST_LOCAL and len(local) + len(domain) < _LONGEST
        if not (fits and _LOCAL.fullmatch(local) and _DOMAIN.fullmatch(domain)):
            raise _invalid()

    @classmethod
    def parse(cls, raw: str) -> Self:
        """Read one address. Raises InputError `kernel.email_invalid`, without repeating it."""
        local, _, domain = str(raw).strip().rpartition("@")
        if len(local) + len(domain) > _LONGEST:
            raise _invalid()
        return cls(f"{local}@{_ascii(domain)}")

    @property
    def masked(self) -> str:
        """Enough for the owner to know it: the first character and the domain."""
        local, _, domain = self.address.rpartition("@")
        return f"{local[0]}•••@{domain}"

    def __repr__(self) -> str:
        """Hide the address."""
        return "Email(hidden)"

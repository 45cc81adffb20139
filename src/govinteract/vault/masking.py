"""What may stay visible of a value so that its owner knows it again, and nobody else does."""

from __future__ import annotations

__all__ = ["email_mask", "name_mask", "phone_mask"]

_DOT = "•"
_HEAD, _TAIL = 2, 3
_FEW = 7  # digits: fewer than these and the visible five would be nearly all


def phone_mask(phone: str) -> str:
    """Keep the first two and last three digits and all that is no digit.

    >>> phone_mask("0912 345 678")
    '09•• ••• 678'
    """
    places = [place for place, char in enumerate(phone) if char.isdigit()]
    shown = {*places[:_HEAD], *places[-_TAIL:]} if len(places) >= _FEW else set()
    return "".join(
        char if place in shown or not char.isalnum() else _DOT for place, char in enumerate(phone)
    )


def email_mask(address: str) -> str:
    """Keep the first character and the host.

    >>> email_mask("an.nguyen@example.vn")
    'a•••@example.vn'
    """
    name, at, host = address.rpartition("@")
    return f"{name[:1]}{_DOT * 3}{at}{host}" if name else _DOT * 3


def name_mask(name: str) -> str:
    """Keep the initials.

    >>> name_mask("Nguyễn Văn An")
    'N. V. A.'
    """
    return " ".join(f"{word[0]}." for word in name.split())

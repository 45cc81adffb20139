"""Canonical JSON of RFC 8785, quickly: the bytes that are hashed, signed and compared.

Most bodies hold nothing that Python's own encoder writes otherwise than the standard asks
(section 3.2.2): text, whole numbers, booleans, and floats of ordinary size. Those take its
fast path; everything else goes to the `rfc8785` package. A property test holds the two
together.
"""

from __future__ import annotations

import json

import rfc8785

from govinteract.errors import InputError

__all__ = ["canonical_json"]

_ENCODE = json.JSONEncoder(
    ensure_ascii=False, check_circular=False, allow_nan=False, sort_keys=True, separators=(",", ":")
).encode
_LARGEST_INT = 2**53 - 1
_SMALL, _LARGE = 1e-4, 1e16
"""Between these Python and ECMAScript write a float that is not whole with the same digits."""


def canonical_json(value: object) -> str:
    """Return `value` as canonical JSON (RFC 8785).

    Raises `InputError("kernel.json_invalid")` for what JSON can't say: not-a-number, whole
    numbers beyond 2^53 - 1, lone surrogates, other types.

    >>> canonical_json({"b": 1.5, "a": [True, None, "đ"]})
    '{"a":[true,null,"đ"],"b":1.5}'
    """
    try:
        text = _ENCODE(value) if _is_plain(value) else _slowly(value)
        text.encode()  # a lone surrogate has no bytes
    except (rfc8785.CanonicalizationError, UnicodeError, RecursionError):
        # No cause: its message could quote the value.
        raise InputError("kernel.json_invalid", hint="plain JSON values only") from None
    return text


def _slowly(value: object) -> str:
    return rfc8785.dumps(value).decode()  # type: ignore[arg-type]  # it says what it can't take


def _is_plain(value: object) -> bool:
    """Tell whether Python's encoder writes `value` as the standard asks."""
    kind = type(value)
    if kind is str or value is None or kind is bool:
        return True
    if kind is int:
        return -_LARGEST_INT <= value <= _LARGEST_INT  # type: ignore[operator]  # an int
    if kind is float:
        return _SMALL <= abs(value) < _LARGE and value % 1 != 0  # type: ignore[operator,arg-type]  # a float
    if kind is dict:
        return all(
            type(key) is str and key.isascii() and _is_plain(item)
            for key, item in value.items()  # type: ignore[attr-defined]  # a dict
        )
    if kind is list or kind is tuple:
        return all(map(_is_plain, value))  # type: ignore[call-overload]  # a list
    return False

"""How a value becomes the bytes that are sealed, and back: one entry per value type.

The name of the type is part of the envelope's associated data, so bytes that were sealed
as one type never come back as another. A room adds its own:

    register_type(ValueType("feedback.contact", Contact, contact_to_bytes, contact_from_bytes))
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import rfc8785
from attrs import frozen

from govinteract.errors import CryptoError, InputError, SettingsError

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["ValueType", "is_personal_kind", "register_type", "value_type"]

T = TypeVar("T")


@frozen
class ValueType(Generic[T]):
    """A type of sealed values.

    The two functions are each other's inverse, for ever: what changes the bytes takes a new
    name (`feedback.contact.2`).
    """

    name: str
    kind: type[T]
    to_bytes: Callable[[T], bytes]
    from_bytes: Callable[[bytes], T]

    def write(self, value: object) -> bytes:
        """Return the bytes of `value`; `InputError("vault.value_type")` for another type."""
        if not isinstance(value, self.kind):
            raise self._refused(f"expected {self.kind.__name__}")
        try:
            return self.to_bytes(value)
        except (UnicodeError, rfc8785.CanonicalizationError):
            # No cause: its message could quote the value.
            raise self._refused("it holds what this type can't write") from None

    def read(self, data: bytes) -> T:
        """Return the value in `data`, which was authentic.

        Raises `CryptoError("vault.value_unreadable")` when this version can't read it.
        """
        try:
            return self.from_bytes(data)
        except (ValueError, KeyError, TypeError):
            # No cause: its message could quote the value.
            raise CryptoError(
                "vault.value_unreadable", hint="was it sealed by a newer version?", type=self.name
            ) from None

    def _refused(self, hint: str) -> InputError:
        return InputError("vault.value_type", hint=hint, type=self.name)


def _text(data: bytes) -> str:
    return data.decode()


def _json(data: bytes) -> dict[str, Any]:
    value: dict[str, Any] = json.loads(data)
    return value


_TYPES: dict[str, ValueType[Any]] = {
    "text": ValueType("text", str, str.encode, _text),
    "bytes": ValueType("bytes", bytes, bytes, bytes),
    "json": ValueType("json", dict, rfc8785.dumps, _json),  # RFC 8785: one spelling
}

_PLAIN = frozenset(known.kind for known in _TYPES.values())


def register_type(value_type: ValueType[Any]) -> None:
    """Make a room's own values sealable, once, where its module is imported.

    Raises `SettingsError("vault.type_taken")` when the name means something else already.
    """
    if _TYPES.setdefault(value_type.name, value_type) != value_type:
        raise SettingsError("vault.type_taken", hint="choose another name", type=value_type.name)


def is_personal_kind(kind: type) -> bool:
    """Tell whether `kind` is a room's own registered type of personal values (a contact).

    The plain types (text, bytes, a mapping) tell nothing.
    """
    return kind not in _PLAIN and any(known.kind is kind for known in _TYPES.values())


def value_type(name: str) -> ValueType[Any]:
    """Return the type called `name`; `InputError("vault.type_unknown")` if there is none."""
    try:
        return _TYPES[name]
    except KeyError:
        raise InputError(
            "vault.type_unknown", hint="is the room that registers it imported?", type=name
        ) from None

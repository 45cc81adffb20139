import json
from typing import Any

import pytest

from govinteract.errors import CryptoError, GovInteractError, InputError, SettingsError
from govinteract.vault import Sealed, ValueType, register_type
from govinteract.vault.value_types import value_type

SEALED = Sealed(
    envelope=b"G\x01" + bytes(16) + bytes(28) + b"x", data_class="contact", subject="s-1",
    record="r-1", field="phone", type="text", rev=3,
)  # fmt: skip


def test_sealed_value_survives_a_facts_body() -> None:
    """A sealed value written into a fact's JSON reads back equal."""
    body = json.dumps(SEALED.to_json())
    assert Sealed.from_json(json.loads(body)) == SEALED


@pytest.mark.parametrize("part", ["sealed", "class", "subject", "record", "field", "type", "rev"])
def test_entry_without_a_part_is_refused(part: str) -> None:
    """An entry that lacks a part, has one of another type, or no text form, is refused."""
    entry = SEALED.to_json()
    del entry[part]
    other_type = {**SEALED.to_json(), part: "3" if part == "rev" else 3}
    for broken in (entry, other_type, {**SEALED.to_json(), "sealed": "gi2.AA"}):
        with pytest.raises(CryptoError) as refused:
            Sealed.from_json(broken)
        assert refused.value.code == "vault.open_failed"


def test_repr_shows_how_long_the_envelope_is() -> None:
    """The repr of a sealed value does not spill its envelope."""
    assert "<47 bytes>" in repr(SEALED)
    assert SEALED.text not in repr(SEALED)


def test_key_of_what_is_no_envelope_is_refused() -> None:
    """The key's id is read from an envelope of this version only."""
    assert SEALED.kid == bytes(16)
    with pytest.raises(CryptoError):
        _ = Sealed(envelope=b"x", data_class="", subject="", record="", field="").kid


VALUES: list[tuple[str, Any, bytes]] = [
    ("text", "Đèn tắt", "Đèn tắt".encode()),
    ("text", "", b""),
    ("bytes", b"\x00\xff", b"\x00\xff"),
    ("json", {"b": 1, "a": "Huệ"}, '{"a":"Huệ","b":1}'.encode()),
]


@pytest.mark.parametrize(("name", "value", "data"), VALUES)
def test_values_have_one_spelling_and_come_back(name: str, value: object, data: bytes) -> None:
    """Each built-in type writes its canonical bytes and reads them back."""
    assert value_type(name).write(value) == data
    assert value_type(name).read(data) == value


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("text", b"x"), ("text", None), ("bytes", "x"), ("json", "x"), ("json", [1]),
        ("text", "\ud83c"), ("json", {"a": float("nan")}), ("json", {"a": object()}),
    ],
)  # fmt: skip
def test_value_of_another_type_is_refused(name: str, value: object) -> None:
    """A value that is not of the type it is sealed as is refused, without being quoted."""
    with pytest.raises(InputError) as refused:
        value_type(name).write(value)
    assert refused.value.code == "vault.value_type"
    assert refused.value.__cause__ is None


@pytest.mark.parametrize(("name", "data"), [("text", b"\xff"), ("json", b"{"), ("json", b"")])
def test_bytes_that_are_no_value_are_refused(name: str, data: bytes) -> None:
    """Authentic bytes that this version can't read are an error, and nothing of them is told."""
    with pytest.raises(CryptoError) as refused:
        value_type(name).read(data)
    assert refused.value.code == "vault.value_unreadable"
    assert refused.value.__cause__ is None


def _backwards(data: bytes) -> str:
    return data.decode()[::-1]


def _reversed_bytes(text: str) -> bytes:
    return text[::-1].encode()


def test_room_registers_its_own_type_once() -> None:
    """A room's type is taken, taken again when it is the same, and refused when it differs."""
    mine = ValueType("test.reversed", str, _reversed_bytes, _backwards)
    register_type(mine)
    register_type(ValueType("test.reversed", str, _reversed_bytes, _backwards))
    assert value_type("test.reversed").write("ab") == b"ba"
    with pytest.raises(SettingsError) as refused:
        register_type(ValueType("test.reversed", str, str.encode, _backwards))
    assert refused.value.code == "vault.type_taken"


def test_unknown_type_is_refused() -> None:
    """A type that nobody registered is told by its name."""
    with pytest.raises(GovInteractError) as refused:
        value_type("test.nobody")
    assert refused.value.code == "vault.type_unknown"

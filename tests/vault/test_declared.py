"""What a model declares as personal once is masked and sealed by that alone."""

from dataclasses import dataclass
from typing import Annotated

import pytest
from attrs import frozen
from pydantic import BaseModel, ConfigDict

from govinteract.errors import InputError
from govinteract.vault import (
    Declared,
    Personal,
    declared_fields,
    masked,
    name_mask,
    phone_mask,
    seal_declared,
)
from tests.vault.house import House

Phone = Annotated[Personal[str], Declared("contact", mask=phone_mask)]
Name = Annotated[Personal[str] | None, Declared("contact", mask=name_mask)]
Words = Annotated[Personal[str], Declared("content")]


@frozen
class AttrsApplicant:
    phone: Phone
    words: Words
    unit: str
    name: Name = None


@dataclass(frozen=True)
class DataApplicant:
    phone: Phone
    words: Words
    unit: str
    name: Name = None


class PydanticApplicant(BaseModel):
    model_config = ConfigDict(hide_input_in_errors=True)

    phone: Phone
    words: Words
    unit: str
    name: Name = None


KINDS = (AttrsApplicant, DataApplicant, PydanticApplicant)


@pytest.mark.parametrize("kind", KINDS)
def test_masking_follows_from_the_declaration(kind: type[AttrsApplicant]) -> None:
    """What has a mask shows what it leaves; the rest shows a mark; what is nobody's is left out."""
    value = kind(phone=Personal("0912 345 678"), words=Personal("Đèn tắt"), unit="ha-tang")
    assert list(declared_fields(kind)) == ["phone", "words", "name"]
    assert masked(value) == {"phone": "09•• ••• 678", "words": "•••"}
    named = kind(
        phone=Personal("0912 345 678"), words=Personal("x"), unit="u", name=Personal("Lê An")
    )
    assert masked(named)["name"] == "L. A."


@pytest.mark.parametrize("kind", KINDS)
def test_sealing_follows_from_the_declaration(house: House, kind: type[AttrsApplicant]) -> None:
    """Each field under the key of its class, and gone with the person's keys."""
    value = kind(phone=Personal("0912 345 678"), words=Personal("Đèn tắt"), unit="ha-tang")
    with house.tx() as tx:
        sealed = seal_declared(house.vault(tx), value, subject="s-1", record="r-1")
    assert {name: one.data_class for name, one in sealed.items()} == {
        "phone": "contact", "words": "content",
    }  # fmt: skip
    assert house.open(list(sealed.values())) == ["0912 345 678", "Đèn tắt"]


def test_a_personal_field_without_a_class_is_refused() -> None:
    """It could never be erased; with a class it is taken."""

    @frozen
    class Careless:
        phone: Personal[str]

    with pytest.raises(InputError) as refused:
        declared_fields(Careless)
    assert refused.value.code == "vault.not_declared"
    assert "phone" in declared_fields(AttrsApplicant)

import copy
import json
import logging
import pickle  # noqa: TID251 - to see it refused
import traceback
from typing import Any

import pytest
from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError
from pydantic_core import PydanticSerializationError

from govinteract.errors import CryptoError
from govinteract.vault import Personal, email_mask, name_mask, phone_mask

PHONE = "0912 345 678"


class Form(BaseModel):
    """A form with a personal field."""

    model_config = ConfigDict(hide_input_in_errors=True)

    service: str
    phone: Personal[str]
    age: Personal[int] | None = None


class LooseForm(BaseModel):
    """A form whose author forgot to hide inputs."""

    phone: Personal[int]


def test_personal_value_is_seen_only_when_revealed() -> None:
    """Every way to make text of a personal value hides it; `reveal` returns it."""
    value = Personal(PHONE)
    shown = [str(value), repr(value), f"{value}", f"{value!r:>40}", f"{value:>20}", "%s" % value]  # noqa: UP031 - logs format so
    shown += [str([value]), str({"phone": value}), ascii(value), format(value, "x")]
    assert not [text for text in shown if "0912" in text or "678" in text]
    assert value.reveal() == PHONE


def test_personal_value_hides_in_logs_and_tracebacks(caplog: pytest.LogCaptureFixture) -> None:
    """Neither a log record nor a traceback with its locals shows the value."""
    value = Personal(PHONE)
    logging.getLogger("test").warning("called %s about %r", value, {"phone": value})
    try:
        raise ValueError(value)  # noqa: TRY301 - the traceback is what is looked at
    except ValueError as error:
        report = traceback.TracebackException.from_exception(error, capture_locals=True)
    text = caplog.text + "".join(line for line in report.format() if "value = " in line)
    assert "•••" in text
    assert PHONE not in text


def test_equality_tells_nothing() -> None:
    """Two wrappers of one value are not equal; a wrapper equals itself."""
    value = Personal(PHONE)
    assert value != Personal(PHONE)
    assert value != Personal(PHONE)
    assert value == value  # noqa: PLR0124 - that is the question


def test_wrapper_is_true_whatever_it_holds() -> None:
    """Absence is None: a wrapper of an empty value is as true as any other."""
    assert bool(Personal("")) is bool(Personal(PHONE)) is True


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_personal_value_is_not_pickled(protocol: int) -> None:
    """Pickling refuses the wrapper, alone and inside other values, and takes the bare value."""
    assert pickle.dumps([PHONE], protocol)
    for holder in (Personal(PHONE), [Personal(PHONE)], {"phone": Personal(PHONE)}):
        with pytest.raises(CryptoError) as refused:
            pickle.dumps(holder, protocol)
        assert refused.value.code == "vault.personal_closed"


def test_copy_is_the_same_wrapper() -> None:
    """Copies, also deep ones, are the same object."""
    value = Personal([PHONE])
    assert copy.copy(value) is value
    assert copy.deepcopy({"phone": value})["phone"] is value


def test_json_refuses_a_personal_value() -> None:
    """`json` does not write a wrapper."""
    with pytest.raises(TypeError) as refused:
        json.dumps({"phone": Personal(PHONE)})
    assert PHONE not in str(refused.value)
    assert json.dumps({"phone": Personal(PHONE).reveal()})


def test_personal_value_has_no_other_attributes() -> None:
    """The wrapper has no dictionary that `vars` would show, and takes no attributes."""
    value: Any = Personal(PHONE)
    assert not hasattr(value, "__dict__")
    with pytest.raises(AttributeError):
        value.note = PHONE


def test_pydantic_model_validates_behind_the_wrapper() -> None:
    """A pydantic field of a personal type holds the validated value, wrapped."""
    form = Form.model_validate({"service": "street-light", "phone": PHONE, "age": "41"})
    assert form.phone.reveal() == PHONE
    assert form.age is not None
    assert form.age.reveal() == 41
    assert PHONE not in repr(form) + str(form)
    assert Form(service="x", phone=Personal(PHONE)).phone.reveal() == PHONE
    assert TypeAdapter(Personal[int]).validate_json("12").reveal() == 12
    assert TypeAdapter(Personal).validate_python("x").reveal() == "x"


@pytest.mark.parametrize("value", [{"name": PHONE}, PHONE, [PHONE]])
def test_pydantic_errors_do_not_echo_the_value(value: object) -> None:
    """No form of a validation error holds the value, even where inputs are not hidden."""
    with pytest.raises(ValidationError) as refused:
        LooseForm.model_validate({"phone": value})
    error = refused.value
    told = [str(error), repr(error), error.json(), str(error.errors()), repr(error.__cause__)]
    told += ["".join(traceback.format_exception(error))]
    assert not [text for text in told if "0912" in text]
    assert error.errors()[0]["type"] == "personal_invalid"
    assert LooseForm.model_validate({"phone": "41"}).phone.reveal() == 41


def test_pydantic_dump_keeps_the_wrapper_and_json_refuses_it() -> None:
    """A dump to Python keeps the value wrapped; a dump to JSON is refused without it."""
    form = Form(service="x", phone=Personal(PHONE))
    assert form.model_dump()["phone"] is form.phone
    with pytest.raises(PydanticSerializationError, match="personal_closed") as refused:
        form.model_dump_json()
    assert PHONE not in str(refused.value)
    assert form.model_dump_json(exclude={"phone"})


def test_pydantic_json_schema_is_the_inner_types() -> None:
    """An API's schema shows what is expected behind the wrapper."""
    assert Form.model_json_schema()["properties"]["phone"]["type"] == "string"


@pytest.mark.parametrize(
    ("phone", "masked"),
    [
        ("0912 345 678", "09•• ••• 678"), ("+84 912 345 678", "+84 ••• ••• 678"),
        ("0912345678", "09•••••678"), ("113", "•••"), ("không có", "••••• ••"), ("", ""),
    ],
)  # fmt: skip
def test_phone_mask_keeps_two_and_three_digits(phone: str, masked: str) -> None:
    """A masked phone number keeps its shape, two digits ahead and three behind."""
    assert Personal(phone).masked(phone_mask) == masked


def test_other_masks() -> None:
    """An e-mail keeps a letter and its host, a name its initials; what is neither keeps nothing."""
    assert email_mask("an.nguyen@example.vn") == "a•••@example.vn"
    assert email_mask("no address") == "•••"
    assert name_mask("Đặng  Thị Huệ") == "Đ. T. H."
    assert name_mask("") == ""

"""Plaintext personal data has a type: it shows nothing until somebody says `reveal()`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, NoReturn, Self, TypeVar, final, get_args

from govinteract.errors import CryptoError

if TYPE_CHECKING:
    from collections.abc import Callable

    from pydantic import GetCoreSchemaHandler
    from pydantic_core import CoreSchema
    from pydantic_core.core_schema import SerializationInfo

__all__ = ["HIDDEN", "Personal"]

T = TypeVar("T")
HIDDEN = "•••"


@final
class Personal(Generic[T]):
    """A personal value that hides in `repr`, logs, f-strings, pickles, JSON and errors.

    Two wrappers are equal only when they are the same object, so that a comparison tells
    nothing; copies are the same object. It is always true: an absent value is None, not an
    empty wrapper. It can stand as the type of a pydantic field (`phone: Personal[str]`):
    the value is validated as `T`, wrapped before anything can echo it, kept wrapped by
    `model_dump()`, and refused by `model_dump_json()`. Set `hide_input_in_errors=True` on
    the model as well: errors of *other* fields may echo the whole input.

    >>> phone = Personal("0912 345 678")
    >>> f"{phone} {phone!r}"
    '••• Personal(•••)'
    >>> phone.reveal()
    '0912 345 678'
    """

    __slots__ = ("__value",)

    def __init__(self, value: T) -> None:
        self.__value = value

    def reveal(self) -> T:
        """Return the value. Grep for this name to find every place that shows one."""
        return self.__value

    def masked(self, mask: Callable[[T], str]) -> str:
        """Return what `mask` (see `vault.masking`) leaves visible of the value."""
        return mask(self.__value)

    def __repr__(self) -> str:
        return f"Personal({HIDDEN})"

    def __str__(self) -> str:
        return HIDDEN

    def __format__(self, _spec: str) -> str:
        return HIDDEN

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, _memo: object) -> Self:
        return self

    def __reduce_ex__(self, _protocol: object) -> NoReturn:
        raise _closed()

    @classmethod
    def __get_pydantic_core_schema__(
        cls, source: object, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        """Validate as `T` behind the wrapper; pydantic calls this, nothing else should."""
        from pydantic_core import core_schema as build  # noqa: PLC0415 - only if pydantic asks

        args = get_args(source)
        inner = handler.generate_schema(args[0]) if args else build.any_schema()
        # Wrapped first: an error's `input_value` is then the wrapper, never the value.
        wrap = build.no_info_plain_validator_function(_wrap, json_schema_input_schema=inner)
        check = build.no_info_wrap_validator_function(_check, inner)
        refuse = build.plain_serializer_function_ser_schema(_keep_closed, info_arg=True)
        return build.chain_schema([wrap, check], serialization=refuse)


def _wrap(value: object) -> Personal[Any]:
    return value if isinstance(value, Personal) else Personal(value)


def _check(value: Personal[Any], validate: Callable[[Any], Any]) -> Personal[Any]:
    from pydantic_core import (  # noqa: PLC0415 - only pydantic calls this
        PydanticCustomError,
        ValidationError,
    )

    try:
        return Personal(validate(value.reveal()))
    except ValidationError as error:
        kinds = sorted({detail["type"] for detail in error.errors(include_input=False)})
    raise PydanticCustomError(
        "personal_invalid", "Personal value is not valid: {kinds}", {"kinds": ", ".join(kinds)}
    )


def _keep_closed(value: Personal[Any], info: SerializationInfo) -> Personal[Any]:
    if info.mode == "json":
        raise _closed()
    return value


def _closed() -> CryptoError:
    return CryptoError("vault.personal_closed", hint="seal it, or reveal() it knowingly")

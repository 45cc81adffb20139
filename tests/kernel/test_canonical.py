"""Canonical JSON is that of RFC 8785, whichever way it took."""

import math

import pytest
import rfc8785
from hypothesis import example, given
from hypothesis import strategies as st

from govinteract.errors import InputError
from govinteract.kernel.canonical import canonical_json

TEXT = st.text(st.characters(exclude_categories=["Cs"]))
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXT
)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner) | st.dictionaries(TEXT, inner), max_leaves=20
)


@given(VALUES)
@example({"a": 1e-7, "b": 1e21, "c": 1.0, "d": -0.0, "e": 0.00001, "f": 123456.789})
@example({"\ue000": 1, "\U00010000": 2, "é": 3, "e": "\u2028\x7f\x1f"})
def test_both_ways_write_the_same(value: object) -> None:
    """Whatever JSON can say is written as the reference package writes it."""
    assert canonical_json(value).encode() == rfc8785.dumps(value)  # type: ignore[arg-type]  # JSON values


@pytest.mark.parametrize(
    ("wrong", "twin"),
    [
        (math.nan, 1.5),
        (math.inf, 1.5),
        (2**53, 2**53 - 1),
        ("\ud800", "\ue000"),
        ({1: 2}, {"1": 2}),
        (b"a", "a"),
    ],
)
def test_what_json_cannot_say_is_refused(wrong: object, twin: object) -> None:
    """Not-a-number, big whole numbers, lone surrogates and other types are refused."""
    with pytest.raises(InputError) as caught:
        canonical_json({"a": [wrong]})
    assert caught.value.code == "kernel.json_invalid"
    assert canonical_json({"a": [twin]})

"""Reading parameters."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from govinteract.errors import InputError
from govinteract.web.open311.parameters import Parameters, instant, natural, number, query

HANOI = timezone(timedelta(hours=7))
FIRST, DAYS = datetime(1900, 1, 2, tzinfo=HANOI), 365 * 7000
MOMENTS = st.timedeltas(timedelta(0), timedelta(days=DAYS)).map(lambda span: FIRST + span)


def test_values_that_are_empty_are_not_there() -> None:
    """Spaces alone are nothing; what is there keeps its order."""
    asked = Parameters.of([("a", " "), ("b", ""), ("c", " CANARY "), ("c", "2"), ("c", "2")])
    assert asked.one("a") is None
    assert asked.one("c") == "CANARY"
    assert asked.several("c") == ("CANARY", "2")
    assert asked.values == {"c": (" CANARY ", "2", "2")}
    assert "CANARY" not in repr(asked)


def test_a_list_comes_with_commas_or_repeated() -> None:
    """Both ways, mixed, each value once."""
    asked = Parameters.of([("id", "a, b,,"), ("id", "b,c")])
    assert asked.several("id") == ("a", "b", "c")
    assert asked.several("none") == ()


@given(MOMENTS)
def test_a_moment_is_read_in_any_way_of_writing_it(at: datetime) -> None:
    """With Z, with an offset, with an offset whose plus was lost, and without a zone."""
    here = at.isoformat()
    ways = [here, here.replace("+", " "), here.removesuffix("+07:00")]
    ways += [at.astimezone(UTC).isoformat().replace("+00:00", "Z")]
    assert {instant(way, HANOI) for way in ways} == {at}


@pytest.mark.parametrize("text", ["16.4637", "-16.4637", "+16", "16.", ".5", "1e1"])
def test_a_number_is_read(text: str) -> None:
    """Decimal degrees."""
    assert number(text) == float(text)


@pytest.mark.parametrize(
    "text", ["", "16,5", "1_6", "٣", "0x10", "16.4.6", "nan", "-inf", "1e9999"]
)
def test_what_is_no_number_is_refused(text: str) -> None:
    """Python's own reading of numbers takes more than people mean."""
    with pytest.raises(InputError) as refused:
        number(text)
    assert refused.value.code == "open311.number_invalid"


def test_a_count_is_from_one() -> None:
    """Six digits are more pages than there are."""
    assert natural("1") == 1
    assert natural("999999") == 999_999
    for wrong in ("0", "01", "1000000", "²", ""):
        with pytest.raises(InputError):
            natural(wrong)


def test_a_query_is_read_in_order() -> None:
    """Percent escapes and raw UTF-8 both; more parameters than any call has are refused."""
    raw = "q=%C4%90&r=Đ&q=2".encode()
    assert query(raw) == [("q", "Đ"), ("r", "Đ"), ("q", "2")]
    assert len(query(b"&".join([b"a=1"] * 200))) == 200
    for wrong in (b"&".join([b"a=1"] * 201), b"a=%ff", b"a=\xff"):
        with pytest.raises(InputError) as refused:
            query(wrong)
        assert refused.value.code == "open311.query_unreadable"

from math import inf, nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from govinteract.errors import InputError
from govinteract.kernel import Point, Unit

HUE = Point(16.4637, 107.5909)
POINTS = st.builds(Point, st.floats(-90, 90), st.floats(-180, 180))


def test_a_point_keeps_its_degrees() -> None:
    """Latitude comes first, whole degrees become floats, and there is no negative zero."""
    assert (HUE.lat, HUE.lon) == (16.4637, 107.5909)
    assert repr(Point(-0.0, 90)) == "Point(lat=0.0, lon=90.0)"
    assert Point(90, -180) == Point(90.0, -180.0)


@pytest.mark.parametrize(
    ("lat", "lon"),
    [
        (90.000001, 0),
        (-91, 0),
        (0, 180.5),
        (107.5909, 16.4637),
        (nan, 0),
        (0, inf),
        ("16.4637", "107.5909"),
        (True, 0),
        (None, None),
    ],
)
def test_positions_off_the_globe_are_refused(lat: object, lon: object) -> None:
    """Absurd, swapped, infinite and untyped positions are refused; the edges are taken."""
    assert Point(90, 180).lat == 90
    with pytest.raises(InputError) as refusal:
        Point(lat, lon)  # type: ignore[arg-type]  # what is tested
    assert refusal.value.code == "kernel.point_invalid"


def test_rounding_blurs_a_point() -> None:
    """Three decimals stay where three are asked."""
    assert HUE.rounded(3) == Point(16.464, 107.591)
    assert Point(-0.0001, 0).rounded(2) == Point(0, 0)


@pytest.mark.parametrize(
    ("one", "other", "metres"),
    [
        (HUE, HUE, 0),
        (Point(21.0285, 105.8542), Point(10.8231, 106.6297), 1_137_800),
        (Point(0, 179.999), Point(0, -179.999), 222.4),
        (Point(90, 0), Point(-90, 0), 20_015_115),
    ],
)
def test_distances_are_those_of_the_sphere(one: Point, other: Point, metres: float) -> None:
    """Hà Nội to Thành phố Hồ Chí Minh, across the date line, and pole to pole."""
    assert one.metres_to(other) == pytest.approx(metres, rel=1e-3)


@given(POINTS, POINTS)
def test_the_way_back_is_as_long(one: Point, other: Point) -> None:
    """Distance is the same both ways and never more than half round the earth."""
    assert one.metres_to(other) == pytest.approx(other.metres_to(one))
    assert 0 <= one.metres_to(other) <= 20_015_116


def test_a_unit_is_its_code_under_one_version_of_the_boundaries() -> None:
    """The same code under other boundaries is another unit."""
    old = Unit(code="26734", name="Phường Ví Dụ", level="commune", boundary="2024-01-01")
    new = Unit(code="26734", name="Phường Ví Dụ", level="commune", boundary="2025-07-01")
    assert old != new
    assert old.parent is None


@pytest.mark.parametrize("field", ["code", "name", "level", "boundary"])
def test_a_unit_without_its_marks_is_refused(field: str) -> None:
    """An empty code, name, level or boundary version is refused; all given are taken."""
    whole = {"code": "46", "name": "Thành phố Ví Dụ", "level": "province", "boundary": "2025-07-01"}
    assert Unit(**whole, parent=None).code == "46"
    with pytest.raises(InputError) as refusal:
        Unit(**{**whole, field: " "}, parent=None)
    assert refusal.value.code == "kernel.unit_invalid"

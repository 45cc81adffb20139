"""Clicks on a picture and places on the earth."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from govinteract import Settings
from govinteract.errors import InputError
from govinteract.kernel import Point
from govinteract.web.places import WIDTH, Place

PLACE = Place(
    bounds=(16.4537, 107.5805, 16.4737, 107.6013), has_picture=True, tiles="", attribution=""
)


@given(st.integers(1, WIDTH), st.integers(1, PLACE.height))
def test_a_click_is_where_it_was(x: int, y: int) -> None:
    """A place that was clicked is shown at the clicked pixel."""
    point = PLACE.at(x, y)
    assert point is not None
    assert PLACE.spot(point) == (x, y)
    assert PLACE.check(point) == point


def test_a_picture_is_as_high_as_its_bounds_say() -> None:
    """A ward as wide as it is high has a square picture."""
    assert abs(PLACE.height - WIDTH) <= 2


@pytest.mark.parametrize(
    ("point", "near"),
    [(Point(16.46, 107.59), True), (Point(16.48, 107.59), True), (Point(16.6, 107.59), False)],
)
def test_a_place_far_outside_is_refused(point: Point, *, near: bool) -> None:
    """The next street over the border is taken, the next town is not."""
    if near:
        assert PLACE.check(point) == point
        return
    with pytest.raises(InputError) as refused:
        PLACE.check(point)
    assert refused.value.code == "web.place_outside"


def test_without_bounds_there_is_no_map(tmp_path: Path) -> None:
    """Neither tiles nor a picture without its edges; with them each is a map."""
    bounds = PLACE.bounds
    picture = tmp_path / "map.png"
    for settings, has_map in (
        (Settings.load(), False),
        (Settings.load(map_image=picture), False),
        (Settings.load(map_image=picture, map_bounds=bounds), True),
        (Settings.load(map_tiles="https://t.example.vn/{z}/{x}/{y}.png", map_bounds=bounds), True),
    ):
        assert Place.of(settings).has_map is has_map


def test_tiles_are_the_only_pictures_from_elsewhere() -> None:
    """The policy names the tile server of the settings, with a wildcard for its mirrors."""
    tiles = "https://{s}.tiles.example.vn/{z}/{x}/{y}.png"
    place = Place.of(Settings.load(map_tiles=tiles, map_bounds=PLACE.bounds))
    assert place.sources == ("data:", "https://*.tiles.example.vn")
    assert PLACE.sources == ("data:",)

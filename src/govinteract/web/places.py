"""Saying where: on the tiles or the picture that the locality configured, or in words.

The picture is taken as even in latitude and longitude, which at the size of a ward it is
to within a metre. Without JavaScript the picture itself takes the click.
"""

from __future__ import annotations

from math import cos, radians
from typing import TYPE_CHECKING, Self
from urllib.parse import urlsplit

from attrs import frozen

from govinteract.errors import InputError
from govinteract.kernel import Point

if TYPE_CHECKING:
    from govinteract.settings import Settings

__all__ = ["WIDTH", "Place"]

WIDTH = 336
"""CSS pixels of the picture that takes clicks: it fits the smallest phones."""
_MARGIN = 0.5
"""Of the map's own width and height: how far outside it a place may still lie."""


@frozen(kw_only=True)
class Place:
    """The map of a locality: `bounds` are south, west, north, east; no bounds, no map."""

    bounds: tuple[float, float, float, float] | None
    has_picture: bool
    tiles: str
    attribution: str

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """Return the map that `settings` describe."""
        return cls(
            bounds=settings.map_bounds,
            has_picture=bool(settings.map_bounds and settings.map_image),
            tiles=settings.map_tiles if settings.map_bounds else "",
            attribution=settings.map_attribution,
        )

    @property
    def has_map(self) -> bool:
        """Whether a browser with JavaScript can show a map."""
        return self.has_picture or bool(self.tiles)

    @property
    def sources(self) -> tuple[str, ...]:
        """Where pictures of the map come from, for the content policy."""
        if not self.has_map:
            return ()
        host = urlsplit(self.tiles)
        tiles = (f"{host.scheme}://{host.netloc.replace('{s}.', '*.')}",) if host.netloc else ()
        return ("data:", *tiles)

    @property
    def height(self) -> int:
        """Height of the picture in CSS pixels at `WIDTH`."""
        south, west, north, east = self._edges()
        across = (east - west) * cos(radians((south + north) / 2))
        return round(WIDTH * (north - south) / across)

    @property
    def json(self) -> str:
        """The bounds as the map's script reads them."""
        return ",".join(map(str, self._edges()))

    def at(self, x: int, y: int) -> Point | None:
        """Return the place under a click at `x`, `y`; None for a click with the keyboard.

        Browsers send 0, 0 when the picture is activated without a pointer.
        """
        if not (x or y):
            return None
        south, west, north, east = self._edges()
        across = min(max(x / WIDTH, 0.0), 1.0)
        down = min(max(y / self.height, 0.0), 1.0)
        lat = north - (north - south) * down
        return Point(lat, west + (east - west) * across).rounded(6)

    def spot(self, point: Point) -> tuple[int, int]:
        """Return where on the picture `point` lies, in CSS pixels."""
        south, west, north, east = self._edges()
        across = (point.lon - west) / (east - west)
        down = (north - point.lat) / (north - south)
        return round(across * WIDTH), round(down * self.height)

    def check(self, point: Point) -> Point:
        """Return `point` if it is near enough, else raise `InputError("web.place_outside")`."""
        if self.bounds is None:
            return point
        south, west, north, east = self.bounds
        tall, wide = (north - south) * _MARGIN, (east - west) * _MARGIN
        near_lat = south - tall <= point.lat <= north + tall
        near_lon = west - wide <= point.lon <= east + wide
        if not (near_lat and near_lon):
            raise InputError("web.place_outside", hint="outside map_bounds by more than half")
        return point

    def _edges(self) -> tuple[float, float, float, float]:
        if self.bounds is None:
            raise InputError("web.map_none", hint="set map_bounds")
        return self.bounds

"""Where it is: a point on the earth and the administrative unit that answers for it.

Points are WGS 84 (EPSG:4326) degrees. An address is plain text and has no type here.
"""

from __future__ import annotations

import re
from math import asin, cos, isfinite, radians, sin, sqrt
from typing import TYPE_CHECKING, Self

from attrs import field, frozen

from govinteract.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable

    from attrs import Attribute

__all__ = ["Point", "Unit"]

_EARTH_RADIUS = 6_371_008.8
"""Mean radius R1 of the GRS 80 ellipsoid in metres (H. Moritz, 2000)."""

_CODE = re.compile(r"[A-Za-z0-9._-]{1,64}")


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value)


def _degrees(value: float) -> float:
    if not _is_number(value):
        raise InputError("kernel.point_invalid", hint="lat and lon are finite numbers of degrees")
    return float(value) + 0.0  # no negative zero, which would be the same place written otherwise


def _within(limit: int) -> Callable[[object, Attribute[float], float], None]:
    def check(_point: object, attribute: Attribute[float], value: float) -> None:
        if abs(value) > limit:
            hint = f"{attribute.name} lies between -{limit} and {limit}; were lat and lon swapped?"
            raise InputError("kernel.point_invalid", hint=hint)

    return check


@frozen
class Point:
    """A place on the earth: WGS 84 latitude and longitude in degrees.

    Raises InputError `kernel.point_invalid` for what is not finite or off the globe.

    >>> Point(16.4637, 107.5909).rounded(2)
    Point(lat=16.46, lon=107.59)
    """

    lat: float = field(converter=_degrees, validator=_within(90))
    lon: float = field(converter=_degrees, validator=_within(180))

    def rounded(self, decimals: int) -> Self:
        """Return the point with fewer decimals: 3 is about 110 m of latitude, 2 about 1.1 km."""
        return type(self)(round(self.lat, decimals), round(self.lon, decimals))

    def metres_to(self, other: Point) -> float:
        """Return the great-circle distance in metres (haversine; within 0.6 % of the ellipsoid)."""
        lat, other_lat = radians(self.lat), radians(other.lat)
        across = sin((other_lat - lat) / 2) ** 2
        along = sin(radians(other.lon - self.lon) / 2) ** 2
        part = across + cos(lat) * cos(other_lat) * along
        return 2 * _EARTH_RADIUS * asin(min(1.0, sqrt(part)))


@frozen(kw_only=True)
class Unit:
    """An administrative unit as it was under one version of the boundaries.

    Units are merged, split and renamed, and codes are used again. So a unit is named by
    its code and its `boundary` version together, and a case keeps both.

    Raises InputError `kernel.unit_invalid`.
    """

    code: str = field()
    """The official code."""
    name: str = field()
    """The official name, with its kind ("Phường Thuận Hóa")."""
    level: str = field()
    """The level, one of those that the country pack lists ("province", "commune")."""
    parent: str | None = None
    """Code of the unit above it under the same boundary version; None at the top."""
    boundary: str = field()
    """Version of the boundaries: the day from which they hold ("2025-07-01")."""

    @code.validator
    @level.validator
    @boundary.validator
    def _is_code(self, attribute: Attribute[str], value: object) -> None:
        if not isinstance(value, str) or not _CODE.fullmatch(value):
            hint = f"{attribute.name} is 1 to 64 of A-Z a-z 0-9 . _ -"
            raise InputError("kernel.unit_invalid", hint=hint)

    @name.validator
    def _is_name(self, _attribute: Attribute[str], value: object) -> None:
        if not isinstance(value, str) or not value.strip():
            raise InputError("kernel.unit_invalid", hint="a unit has a name")

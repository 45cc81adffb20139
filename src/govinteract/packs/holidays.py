"""Public holidays and make-up days of any country, from the `holidays` package.

The package is loaded when the first year is asked for. Its release is part of a calendar's
version, because new decrees arrive in it with its releases.
"""

from __future__ import annotations

from importlib.metadata import version
from types import MappingProxyType
from typing import TYPE_CHECKING

from attrs import field, frozen

from govinteract.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from govinteract.kernel import Hours

__all__ = ["PublicHolidays", "release"]


def release() -> str:
    """Return the release of the `holidays` package, without loading it."""
    return version("holidays")


@frozen(kw_only=True)
class PublicHolidays:
    """The public holidays of a country, and the weekend days that it works in exchange.

    `names` and `make_up` are what a `WorkingCalendar` takes. Both raise SettingsError
    `packs.country_unknown` when the package knows no such country or part of it.

    >>> from govinteract.kernel import Hours
    >>> days = PublicHolidays(country="VN", language="vi", make_up_hours=Hours.of("08:00-12:00"))
    >>> [name for day, name in days.names(2026).items() if day.month == 9]
    ['Quốc khánh', 'Quốc khánh']
    """

    country: str
    """Code of ISO 3166-1 alpha-2."""
    part: str | None = None
    """Code of a part of the country (ISO 3166-2) that has holidays of its own."""
    language: str
    """Language of the names; the country's own when the package has no such names."""
    make_up_hours: Hours
    """Hours of a weekend day that is worked for a day off."""
    _names: dict[int, Mapping[date, str]] = field(factory=dict, init=False, repr=False, eq=False)
    _made_up: dict[int, Mapping[date, Hours]] = field(
        factory=dict, init=False, repr=False, eq=False
    )

    def names(self, year: int) -> Mapping[date, str]:
        """Return the public holidays of the year by their names, in order."""
        if year not in self._names:
            self._load(year)
        return self._names[year]

    def make_up(self, year: int) -> Mapping[date, Hours]:
        """Return the weekend days of the year that are worked for days off, with their hours."""
        if year not in self._made_up:
            self._load(year)
        return self._made_up[year]

    def _load(self, year: int) -> None:
        import holidays  # noqa: PLC0415 - takes tens of milliseconds, and most programs never ask

        try:
            known = holidays.country_holidays(
                self.country,
                subdiv=self.part,
                years=year,
                expand=False,
                language=self.language,
            )
        except NotImplementedError as error:
            place = "-".join(filter(None, [self.country, self.part]))
            hint = "name a country of ISO 3166-1 that the holidays package knows"
            raise SettingsError("packs.country_unknown", hint=hint, country=place) from error
        # The package names the worked days of other years too.
        worked = sorted(day for day in known.weekend_workdays if day.year == year)
        self._made_up[year] = MappingProxyType(dict.fromkeys(worked, self.make_up_hours))
        self._names[year] = MappingProxyType(dict(sorted(known.items())))

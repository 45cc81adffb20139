import subprocess
import sys
from datetime import date

import pytest

from govinteract.errors import SettingsError
from govinteract.kernel import Hours
from govinteract.packs.holidays import PublicHolidays

MORNING = Hours.of("08:00-12:00")


def _of(country: str, part: str | None = None, language: str = "vi") -> PublicHolidays:
    return PublicHolidays(country=country, part=part, language=language, make_up_hours=MORNING)


def test_viet_nam_keeps_tet_and_its_swapped_days() -> None:
    """Tết 2026, the Monday taken off before the National Day, and the Saturday worked for it."""
    names, make_up = _of("VN").names(2026), _of("VN").make_up(2026)
    assert names[date(2026, 2, 17)] == "Tết Nguyên Đán"
    assert {date(2026, 2, day) for day in range(16, 21)} <= names.keys()
    assert date(2026, 8, 31) in names
    assert make_up == {date(2026, 8, 22): MORNING}
    assert names == dict(sorted(names.items()))


def test_a_day_worked_for_a_day_of_the_next_year_is_found() -> None:
    """27 December 2014 was worked for 2 January 2015, and belongs to 2014."""
    assert date(2014, 12, 27) in _of("VN").make_up(2014)
    assert all(day.year == 2015 for day in _of("VN").make_up(2015))
    assert all(day.year == 2014 for day in _of("VN").names(2014))


@pytest.mark.parametrize(
    ("country", "part", "language", "name"),
    [
        ("VN", None, "en", "New Year's Day"),
        ("DE", "BY", "de", "Neujahr"),
        ("US", None, "vi", "New Year's Day"),
    ],
)
def test_any_country_has_its_holidays(
    country: str, part: str | None, language: str, name: str
) -> None:
    """Another country's days come in the language that was asked, or in its own."""
    assert _of(country, part, language).names(2026)[date(2026, 1, 1)] == name


def test_a_part_of_a_country_has_days_of_its_own() -> None:
    """Epiphany is a holiday in Bavaria and not in Berlin."""
    epiphany = date(2026, 1, 6)
    assert epiphany in _of("DE", "BY", "de").names(2026)
    assert epiphany not in _of("DE", "BE", "de").names(2026)


@pytest.mark.parametrize(("country", "part"), [("ZZ", None), ("VN", "XX")])
def test_a_country_that_nobody_knows_is_refused(country: str, part: str | None) -> None:
    """An unknown country or part of one is a fault of the settings, for both questions."""
    assert _of("VN").names(2026)
    for ask in (_of(country, part).names, _of(country, part).make_up):
        with pytest.raises(SettingsError) as refusal:
            ask(2026)
        assert refusal.value.code == "packs.country_unknown"


def test_the_package_of_holidays_is_loaded_when_a_year_is_asked_for() -> None:
    """Reading a pack and making its calendar does not load `holidays`."""
    program = (
        "import sys; from govinteract import packs; packs.load('vn').calendar().version;"
        "sys.exit('holidays' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0

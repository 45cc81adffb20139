from datetime import date, time
from pathlib import Path

import pytest

from govinteract.errors import SettingsError
from govinteract.kernel import Hours
from govinteract.packs.calendar_file import OwnCalendar, read_calendar

MAKE_UP = Hours.of("07:30-11:30", "13:30-17:00")
WHOLE = """
cut_off = 15:00:00

[hours]
mon = ["08:00-12:00"]
sat = ["08:00-11:00"]
source = "Quyết định ví dụ"

[[off]]
date = 2026-01-02
name = "Nghỉ bù Tết Dương lịch"
source = "Công văn ví dụ"

[[work]]
date = 2026-01-10
source = "Công văn ví dụ"

[[work]]
date = 2026-01-17
hours = ["08:00-09:30"]
source = "Công văn ví dụ"
"""


def _read(tmp_path: Path, text: str) -> OwnCalendar:
    path = tmp_path / "calendar.toml"
    path.write_text(text, encoding="utf-8")
    return read_calendar(path, MAKE_UP)


def test_a_locality_says_its_hours_its_cut_off_and_its_days(tmp_path: Path) -> None:
    """Everything that the file says is read; a worked day without hours has the pack's."""
    own = _read(tmp_path, WHOLE)
    assert own.cut_off == time(15)
    assert own.week is not None
    assert [day.minutes for day in own.week] == [240, 0, 0, 0, 0, 180, 0]
    assert own.off == {date(2026, 1, 2): "Nghỉ bù Tết Dương lịch"}
    assert own.extra == {date(2026, 1, 10): MAKE_UP, date(2026, 1, 17): Hours.of("08:00-09:30")}


def test_an_empty_file_leaves_everything_to_the_pack(tmp_path: Path) -> None:
    """What is left out is not settled by the locality."""
    assert _read(tmp_path, "") == OwnCalendar()


@pytest.mark.parametrize(
    ("right", "wrong", "said"),
    [
        pytest.param("cut_off", "cutoff", "unknown: cutoff", id="a misspelt key"),
        pytest.param("15:00:00", '"15:00"', "cut_off is '15:00'", id="an hour as a text"),
        pytest.param("mon =", "monday =", "hours: monday", id="a misspelt day"),
        pytest.param('["08:00-12:00"]', '["8h-12h"]', "hours: mon: write a span", id="hours"),
        pytest.param('["08:00-12:00"]', "[8]", "hours: mon is not a list of texts", id="numbers"),
        pytest.param('["08:00-12:00"]', '"08:00-12:00"', "hours: mon is '08", id="no list"),
        pytest.param(
            'mon = ["08:00-12:00"]\nsat = ["08:00-11:00"]',
            "mon = []",
            "hours: no day has hours",
            id="a week without work",
        ),
        pytest.param('["08:00-09:30"]', "[]", "write the day under", id="work without hours"),
        pytest.param("[[off]]", "[off]", "off is {", id="a table for a list"),
        pytest.param("date = 2026-01-02", "", "[[off]] no. 1: date is missing", id="no date"),
        pytest.param("2026-01-02", '"2026-01-02"', "date is '2026-01-02'", id="a date as a text"),
        pytest.param("2026-01-02", "2026-01-02 08:00:00", "has a time", id="a date with a time"),
        pytest.param("2026-01-02", "2026-02-30", "Invalid date", id="a day that is not"),
        pytest.param('"Nghỉ bù Tết Dương lịch"', '" "', "name is empty", id="an empty name"),
        pytest.param(
            'date = 2026-01-10\nsource = "Công văn ví dụ"',
            "date = 2026-01-10",
            "[[work]] no. 1: source is missing",
            id="no source",
        ),
        pytest.param("2026-01-17", "2026-01-10", "2026-01-10 is named twice", id="a day twice"),
        pytest.param("2026-01-10", "2026-01-02", "both off and worked", id="off and worked"),
        pytest.param("[hours]", "[hours", "Expected ']'", id="no TOML"),
    ],
)
def test_what_is_wrong_in_the_file_is_named(
    tmp_path: Path, right: str, wrong: str, said: str
) -> None:
    """One fault refuses the file, and the hint names the place; without it the file is read."""
    assert _read(tmp_path, WHOLE).off
    assert right in WHOLE
    with pytest.raises(SettingsError) as refusal:
        _read(tmp_path, WHOLE.replace(right, wrong, 1))
    assert refusal.value.code == "packs.calendar_invalid"
    assert said in refusal.value.hint
    assert "calendar.toml" in refusal.value.message("vi")


def test_a_file_that_is_not_there_or_is_no_utf_8_is_refused(tmp_path: Path) -> None:
    """A missing file, a folder and other bytes are refused as a fault of the settings."""
    latin = tmp_path / "latin.toml"
    latin.write_bytes(b'name = "\xe9"')
    for path in (tmp_path / "none.toml", tmp_path, latin):
        with pytest.raises(SettingsError) as refusal:
            read_calendar(path, MAKE_UP)
        assert refusal.value.code == "packs.calendar_invalid"

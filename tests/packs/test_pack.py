import re
from datetime import date, datetime, time
from importlib.resources import files
from pathlib import Path

import pytest

from govinteract import packs
from govinteract.errors import SettingsError
from govinteract.kernel import Hours, Phone, WorkingDays
from govinteract.packs.calendar_file import OwnCalendar

OWN = """
cut_off = 15:00:00

[[off]]
date = 2026-01-02
name = "Nghỉ bù Tết Dương lịch"
source = "Công văn ví dụ"

[[work]]
date = 2026-01-10
source = "Công văn ví dụ"
"""


def _own(tmp_path: Path, text: str = OWN) -> Path:
    path = tmp_path / "calendar.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_viet_nam_is_data_with_sources() -> None:
    """The pack of Viet Nam says its zone, money and levels, and where it knows them from."""
    pack = packs.load("vn")
    assert (pack.zone, pack.language, pack.currency) == ("Asia/Ho_Chi_Minh", "vi", "VND")
    assert Phone.parse("0912 345 678", pack.country).e164 == "+84912345678"
    assert [level.code for level in pack.levels] == ["province", "commune"]
    assert pack.levels[1].names["vi"] == "Xã, phường, đặc khu"
    assert pack.cut_off_example == time(15)
    assert pack.sources.keys() == {"levels", "holidays", "hours", "cut_off"}
    assert set(pack.unverified) <= pack.sources.keys()


def test_the_usual_calendar_keeps_holidays_and_has_no_cut_off() -> None:
    """Without a file of its own, a locality has the country's days and no unread cut-off hour."""
    calendar = packs.load("vn").calendar()
    assert calendar.cut_off is None
    assert calendar.hours_on(date(2026, 11, 23)) == Hours.of("07:30-11:30", "13:30-17:00")
    assert calendar.day_off(date(2026, 2, 17)) == "Tết Nguyên Đán"
    assert calendar.hours_on(date(2026, 8, 22)).minutes == 450
    received = datetime(2026, 2, 13, 9, tzinfo=calendar.zone)
    due = calendar.deadline(received, WorkingDays(1)).astimezone(calendar.zone)
    assert due == datetime(2026, 2, 23, 17, tzinfo=calendar.zone)


def test_a_locality_adds_and_swaps_days(tmp_path: Path) -> None:
    """The file's Friday is off and its Saturday worked, and its cut-off hour holds."""
    calendar = packs.load("vn").calendar(_own(tmp_path))
    assert calendar.day_off(date(2026, 1, 2)) == "Nghỉ bù Tết Dương lịch"
    assert calendar.hours_on(date(2026, 1, 10)).minutes == 450
    assert calendar.cut_off == time(15)
    received = datetime(2026, 1, 9, 15, 1, tzinfo=calendar.zone)
    assert calendar.counts_from(received).astimezone(calendar.zone) == datetime(
        2026, 1, 10, 7, 30, tzinfo=calendar.zone
    )


def test_the_version_names_everything_that_a_promise_depends_on(tmp_path: Path) -> None:
    """The same rules have the same version, and any other rule has another."""
    pack = packs.load("vn")
    versions = [pack.calendar().version, pack.calendar(_own(tmp_path)).version]
    for right, wrong in (
        ("15:00:00", "16:00:00"),
        ("2026-01-02", "2026-01-05"),
        ("Nghỉ bù", "Nghỉ"),
        ("2026-01-10", "2026-01-17"),
        ("[[off]]", '[hours]\nmon = ["08:00-12:00"]\nsource = "x"\n[[off]]'),
        ("date = 2026-01-10", 'hours = ["08:00-12:00"]\ndate = 2026-01-10'),
    ):
        versions.append(pack.calendar(_own(tmp_path, OWN.replace(right, wrong, 1))).version)
    assert len(set(versions)) == len(versions)
    assert all(re.fullmatch(r"vn-2026\.1\+[0-9a-f]{12}", version) for version in versions)
    assert pack.calendar(_own(tmp_path)).version == versions[1]
    assert pack._digest(OwnCalendar(), "0.109") != pack._digest(OwnCalendar(), "0.110")
    assert pack.calendar(_own(tmp_path, f"# a comment\n{OWN}")).version == versions[1]


@pytest.mark.parametrize("name", ["", "zz", "VN", "../vn", "vn/../vn", "/etc", "vn\0"])
def test_a_pack_that_does_not_ship_is_refused(name: str) -> None:
    """Unknown names and paths are no packs; vn is."""
    assert packs.load("vn").name == "vn"
    with pytest.raises(SettingsError) as refusal:
        packs.load(name)
    assert refusal.value.code == "packs.pack_unknown"


@pytest.mark.parametrize(
    ("right", "wrong", "said"),
    [
        ("verified = false", 'verified = "no"', "levels: verified is 'no'"),
        ("currency", "money", "currency is missing"),
        ('zone = "', 'zones = []\nzone = "', "unknown: zones"),
        ('vi = "Tỉnh', '[levels.names.district]\nvi = "Huyện"\n[x]\nvi = "Tỉnh', "names: district"),
        ('order = ["province", ', "order = [", "unknown: levels: names: province"),
    ],
)
def test_a_pack_with_a_fault_is_refused(tmp_path: Path, right: str, wrong: str, said: str) -> None:
    """A pack that misses, misspells or adds something says where; the shipped one is read."""
    shipped = (files(packs) / "vn" / "pack.toml").read_text(encoding="utf-8")
    path = tmp_path / "pack.toml"
    path.write_text(shipped, encoding="utf-8")
    assert packs.Pack.read(path) == packs.load("vn")
    assert right in shipped
    path.write_text(shipped.replace(right, wrong, 1), encoding="utf-8")
    with pytest.raises(SettingsError) as refusal:
        packs.Pack.read(path)
    assert refusal.value.code == "packs.pack_invalid"
    assert said in refusal.value.hint

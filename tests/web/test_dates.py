"""Dates as people read them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from govinteract.web.dates import Dates
from govinteract.web.texts import Texts

AT = datetime(2026, 11, 23, 10, 5, tzinfo=UTC)


def dates(lang: str) -> Dates:
    """Return what says dates in `lang` in Ha Noi."""
    return Dates(texts=Texts(), lang=lang, zone=ZoneInfo("Asia/Ho_Chi_Minh"))


def test_a_date_has_its_vietnamese_form() -> None:
    """Weekday, day, month and year, the hour before them."""
    vi = dates("vi")
    assert vi.day(AT) == "thứ Hai, ngày 23/11/2026"
    assert vi.moment(AT) == "17:05 thứ Hai, ngày 23/11/2026"
    assert vi.short(AT) == "23/11/2026 17:05"
    assert vi.moment(AT + timedelta(days=6)) == "17:05 Chủ nhật, ngày 29/11/2026"


def test_a_date_has_its_english_form() -> None:
    """The month in words, so that nobody takes it for the day."""
    en = dates("en")
    assert en.moment(AT) == "Monday, 23 November 2026, 17:05"
    assert en.short(AT) == "23 November 2026, 17:05"


def test_a_date_for_machines_names_its_offset() -> None:
    """What stands in `datetime` attributes is an instant."""
    assert dates("vi").machine(AT) == "2026-11-23T17:05:00+07:00"


@pytest.mark.parametrize(
    ("hours", "words"),
    [(0, "hôm nay"), (6, "hôm nay"), (7, "hôm qua"), (24, "hôm qua"), (48, "2 ngày trước")],
)
def test_an_age_is_counted_in_days_of_the_calendar(hours: int, words: str) -> None:
    """Midnight of the locality is what divides today from yesterday."""
    now = datetime(2026, 11, 23, 23, 59, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh")) - timedelta(hours=17)
    assert dates("vi").age(now - timedelta(hours=hours), now) == words

"""The picture of the statistics is a good SVG that says each thing in words too."""

import re
from datetime import UTC, datetime
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from govinteract.cli.chart import draw
from govinteract.feedback import Figures, Statistics

SVG = "{http://www.w3.org/2000/svg}"
COUNTS = st.integers(0, 5_000)


def figures(**counts: int) -> Figures:
    """Return figures that add up."""
    parts = {"in_time": 0, "late": 0, "unpromised": 0, "open": 0, "withdrawn": 0} | counts
    answered = parts["in_time"] + parts["late"] + parts["unpromised"]
    hours = (4.5, 30.25) if answered else (None, None)
    return Figures(
        received=sum(parts.values()), answered=answered, in_time=parts["in_time"],
        late=parts["late"], open=parts["open"], overdue=0, withdrawn=parts["withdrawn"],
        median_working_hours=hours[0], p90_working_hours=hours[1], rating=None, ratings=0,
    )  # fmt: skip


def statistics(**groups: dict[str, Figures]) -> Statistics:
    """Return statistics with these groups."""
    return Statistics(
        as_of=datetime(2026, 11, 21, tzinfo=UTC), calendar="vn",
        total=figures(in_time=8, late=2, open=1), by_service=groups.get("service", {}),
        by_unit=groups.get("unit", {}), by_month=groups.get("month", {}),
    )  # fmt: skip


def picture(found: Statistics, lang: str = "en", **names: str) -> ET.Element:
    """Draw and parse."""
    return ET.fromstring(draw(found, title="Hòa Bình", names=names, lang=lang))  # noqa: S314 - our own


def words(svg: ET.Element) -> str:
    """Return all that is written in the picture."""
    return "\n".join(text.text or "" for text in svg.iter(f"{SVG}text"))


@pytest.mark.parametrize(("lang", "word"), [("vi", "Trả lời đúng hạn"), ("en", "Answered in time")])
def test_it_speaks_the_language_that_is_asked(lang: str, word: str) -> None:
    """Legend, headings and figures; no message is missing."""
    said = words(picture(statistics(month={"2026-11": figures(in_time=3)}), lang))
    assert word in said
    assert "cli." not in said


def test_names_that_people_write_cannot_break_it() -> None:
    """Whatever a service or unit is called is text and nothing else."""
    name = '<script>alert("x")</script> & co'
    svg = picture(statistics(service={"a": figures(open=1)}, unit={name: figures(open=1)}), a=name)
    assert words(svg).count("<script>alert") == 2
    assert not list(svg.iter("script"))


def test_every_colour_has_its_word_and_every_bar_its_numbers() -> None:
    """Nothing is said by colour alone."""
    svg = picture(statistics(service={"a": figures(in_time=5, late=2, unpromised=1)}))
    colours = {rect.get("fill") for rect in svg.iter(f"{SVG}rect")}
    assert len(colours) == 6  # five and the paper
    titles = [title.text for title in svg.iter(f"{SVG}title")]
    assert titles == ["a: Answered in time: 5, Answered late: 2, Answered, no promise: 1"] * 3
    assert svg.get("role") == "img"
    assert svg.get("aria-label")


def test_the_largest_are_drawn_and_the_rest_is_counted() -> None:
    """A province's three hundred services make no picture."""
    many = {f"s{number}": figures(open=300 - number) for number in range(300)}
    said = words(picture(statistics(service=many)))
    assert "s11" in said
    assert "s12" not in said
    assert "and 288 more" in said


def test_the_latest_two_years_are_drawn() -> None:
    """The months go on to the right."""
    months = {f"20{20 + n // 12}-{n % 12 + 1:02}": figures(open=1) for n in range(40)}
    said = words(picture(statistics(month=months)))
    assert "05/21" in said
    assert "04/21" not in said


@given(
    st.dictionaries(
        st.text(min_size=1, max_size=40).filter(str.isprintable),
        st.builds(
            figures, in_time=COUNTS, late=COUNTS, unpromised=COUNTS, open=COUNTS, withdrawn=COUNTS
        ),
        max_size=20,
    )
)
def test_nothing_is_drawn_outside_the_picture(groups: dict[str, Figures]) -> None:
    """Whatever the numbers are, bars lie within and have no negative length."""
    months = {f"2026-{n + 1:02}": one for n, one in enumerate([*groups.values()][:12])}
    svg = picture(statistics(service=groups, unit=groups, month=months))
    width, height = float(svg.get("width", 0)), float(svg.get("height", 0))
    for group in svg.iter(f"{SVG}g"):
        moved = re.findall(r"[\d.]+", group.get("transform", ""))
        left, top = float(moved[0]), float(moved[1])
        for rect in group.iter(f"{SVG}rect"):
            x, y, wide, tall = (float(rect.get(key, 0)) for key in ("x", "y", "width", "height"))
            assert wide >= 0
            assert tall >= 0
            assert left + x + wide <= width
            assert top + y + tall <= height

"""Statistics as one picture (SVG 1.1), to be put into a report or on a wall.

Colours are told apart by people who see red and green alike, and never say anything alone:
each has its word and its number.
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from attrs import frozen

from govinteract.locale import translate

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from govinteract.feedback import Figures, Statistics

__all__ = ["draw"]

_WIDTH, _MARGIN = 960, 40
_INNER = _WIDTH - 2 * _MARGIN
_MOST_MONTHS, _MOST_BARS = 24, 12
_BAR, _STEP = 16, 30
_NAMES, _HOURS = 210, 250  # the columns beside the bars
_INK, _QUIET, _LINE, _PAPER = "#1c2b33", "#5c6b73", "#dfe5e8", "#ffffff"
_PARTS = (
    ("in_time", "#0b7a75"),
    ("late", "#d1495b"),
    ("unpromised", "#5b84b1"),
    ("open", "#edae49"),
    ("withdrawn", "#b9c2c7"),
)
_FONT = "system-ui, -apple-system, 'Segoe UI', 'Noto Sans', 'DejaVu Sans', sans-serif"


@frozen
class _Words:
    """The words of the picture in one language."""

    lang: str

    def __call__(self, word: str, **params: object) -> str:
        return translate(f"cli.chart_{word}", self.lang, **params)

    def number(self, value: float) -> str:
        """Write a number as the language does."""
        text = f"{value:,}" if isinstance(value, int) else f"{value:,.1f}"
        return text.translate({44: ".", 46: ","}) if self.lang == "vi" else text

    def hours(self, value: float | None) -> str:
        return "-" if value is None else self("hours", n=self.number(float(value)))


def draw(statistics: Statistics, *, title: str, names: Mapping[str, str], lang: str = "vi") -> str:
    """Return the picture of `statistics` as the text of an SVG file.

    `names` are what people call the services, by code; `title` names the locality.
    """
    words = _Words(lang)
    services = [(names.get(code, code), one) for code, one in statistics.by_service.items()]
    body: list[str] = [*_head(statistics, title, words)]
    bottom = 232
    for part in (
        _months(statistics.by_month, words),
        _bars(words("by_service"), services, words),
        _bars(words("by_unit"), [*statistics.by_unit.items()], words),
    ):
        body.append(f'<g transform="translate({_MARGIN} {bottom})">{part.svg}</g>')
        bottom += part.height + 34
    body.append(_text(_MARGIN, bottom + 4, words("foot"), size=12, fill=_QUIET))
    return _page(bottom + 28, words("alt", name=title), body)


@frozen
class _Part:
    height: int
    svg: str


def _page(height: int, label: str, body: Sequence[str]) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" '
        f'width="{_WIDTH}" height="{height}" role="img" aria-label="{escape(label)}" '
        f'font-family="{escape(_FONT)}" font-size="14" fill="{_INK}">\n'
        f'<rect width="{_WIDTH}" height="{height}" fill="{_PAPER}"/>\n'
        + "\n".join(body)
        + "\n</svg>\n"
    )


def _text(
    x: float, y: float, text: str, *, size: int = 14, fill: str = _INK, anchor: str = "start",
    weight: int = 400,
) -> str:  # fmt: skip
    return (
        f'<text x="{x:g}" y="{y:g}" font-size="{size}" fill="{fill}" text-anchor="{anchor}" '
        f'font-weight="{weight}">{escape(text)}</text>'
    )


def _rect(x: float, y: float, width: float, height: float, fill: str, title: str = "") -> str:
    inner = f"<title>{escape(title)}</title>" if title else ""
    return (
        f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" '
        f'fill="{fill}">{inner}</rect>'
    )


def _head(statistics: Statistics, title: str, words: _Words) -> Iterator[str]:
    """Yield the title, the figures that count most, and what the colours mean."""
    total = statistics.total
    yield _text(_MARGIN, 46, title, size=24, weight=700)
    day = statistics.as_of.strftime("%d/%m/%Y" if words.lang == "vi" else "%d %B %Y")
    yield _text(_MARGIN, 68, words("as_of", day=day), size=13, fill=_QUIET)
    yield from _tiles(total, words)
    x = float(_MARGIN)
    for part, colour in _PARTS:
        yield _rect(x, 178, 12, 12, colour)
        yield _text(x + 18, 189, words(part), size=13)
        x += 34 + 7.2 * len(words(part))


def _tiles(total: Figures, words: _Words) -> Iterator[str]:
    """Yield the figures that count most, each with its word and what it is of."""
    rating = None if total.rating is None else float(total.rating)
    tiles = (
        (words.number(total.received), words("received"), ""),
        (
            words.number(total.answered),
            words("answered"),
            _share(total.answered, total.received, words),
        ),
        (
            _share(total.in_time, total.in_time + total.late, words),
            words("in_time_share"),
            words("in_time_of"),
        ),
        (words.number(total.open), words("open"), words("overdue", n=words.number(total.overdue))),
        (words.hours(total.median_working_hours), words("median"), words("working")),
        (words.hours(total.p90_working_hours), words("p90"), words("working")),
        (
            "-" if rating is None else words.number(rating),
            words("rating"),
            words("ratings", n=words.number(total.ratings)),
        ),
    )
    for index, (value, label, of) in enumerate(tiles):
        x = _MARGIN + index * _INNER / len(tiles)
        yield _text(x, 108, value, size=22, weight=700)
        yield _text(x, 128, label, size=13)
        yield _text(x, 145, of, size=12, fill=_QUIET)


def _share(part: int, whole: int, words: _Words) -> str:
    return "-" if not whole else f"{words.number(round(100 * part / whole, 1))} %"


def _counts(figures: Figures) -> dict[str, int]:
    """Return how many cases are of each colour; together they are all that were received."""
    return {
        "in_time": figures.in_time,
        "late": figures.late,
        "unpromised": figures.answered - figures.in_time - figures.late,
        "open": figures.open,
        "withdrawn": figures.withdrawn,
    }


def _hint(label: str, figures: Figures, words: _Words) -> str:
    counts = _counts(figures)
    said = (f"{words(part)}: {words.number(counts[part])}" for part, _ in _PARTS if counts[part])
    return f"{label}: {', '.join(said)}"


def _months(months: Mapping[str, Figures], words: _Words) -> _Part:
    """Draw a column for each of the latest months."""
    latest = list(months.items())[-_MOST_MONTHS:]
    most = _ceiling(max((figures.received for _, figures in latest), default=1))
    height, top = 150, 30
    svg = [_text(0, 0, words("by_month"), size=16, weight=600)]
    for share in (0.0, 0.5, 1.0):
        y = top + height * (1 - share)
        svg.append(_line(56, _INNER, y, _LINE, 1))
        label = words.number(int(most * share))
        svg.append(_text(48, y + 4, label, size=12, fill=_QUIET, anchor="end"))
    step = min((_INNER - 70) / max(len(latest), 1), 96)
    for index, (month, figures) in enumerate(latest):
        x, y = 70 + index * step, float(top + height)
        for part, colour in _PARTS:
            tall = height * _counts(figures)[part] / most
            y -= tall
            if tall:
                svg.append(_rect(x, y, step * 0.66, tall, colour, _hint(month, figures, words)))
        label = f"{month[5:]}/{month[2:4]}"
        svg.append(
            _text(x + step * 0.33, top + height + 18, label, size=12, fill=_QUIET, anchor="middle")
        )
    return _Part(top + height + 30, "\n".join(svg))


def _ceiling(value: int) -> int:
    """Return the next number above that is easy to read on an axis, and even."""
    size: int = 10 ** (len(str(max(value, 1))) - 1)
    steps = (1, 2, 4, 5, 6, 8, 10)
    top = next(size * step for step in steps if size * step >= value)
    return max(top, 2)


def _bars(heading: str, groups: Sequence[tuple[str, Figures]], words: _Words) -> _Part:
    """Draw a bar for each of the largest groups, and beside it how long answers took."""
    shown = groups[:_MOST_BARS]
    most = max((figures.received for _, figures in shown), default=0) or 1
    slowest = max((figures.p90_working_hours or 0 for _, figures in shown), default=0) or 1
    left, hours_at = _NAMES, _INNER - _HOURS
    svg = [
        _text(0, 0, heading, size=16, weight=600),
        _text(hours_at, 0, words("hours_heading"), size=12, fill=_QUIET),
    ]
    for index, (name, figures) in enumerate(shown):
        y = 18 + index * _STEP
        svg.append(_text(0, y + 13, _short(name), size=13))
        x = float(left)
        for part, colour in _PARTS:
            wide = (hours_at - left - 90) * _counts(figures)[part] / most
            if wide:
                svg.append(_rect(x, y, wide, _BAR, colour, _hint(name, figures, words)))
            x += wide
        svg.append(_text(x + 8, y + 13, words.number(figures.received), size=13))
        svg.append(_range(hours_at, y, figures, slowest, words))
    height = 18 + len(shown) * _STEP
    if len(groups) > len(shown):
        svg.append(
            _text(0, height + 8, words("more", n=len(groups) - len(shown)), size=12, fill=_QUIET)
        )
        height += 16
    return _Part(height, "\n".join(svg))


def _range(x: float, y: float, figures: Figures, slowest: float, words: _Words) -> str:
    """Draw the working hours of a group: a dot at the median, a line to the 90th percentile."""
    median, p90 = figures.median_working_hours, figures.p90_working_hours
    if median is None or p90 is None:
        return _text(x, y + 13, "-", size=13, fill=_QUIET)
    room, middle = 120, y + _BAR / 2
    at, end = x + 6 + room * median / slowest, x + 6 + room * p90 / slowest
    both = f"{words.hours(median)} · {words.hours(p90)}"
    dot = f'<circle cx="{at:.1f}" cy="{middle}" r="5" fill="{_INK}"/>'
    return "".join(
        (
            _line(x + 6, x + 6 + room, middle, _LINE, 1),
            _line(at, end, middle, _QUIET, 3),
            dot,
            _text(x + room + 22, y + 13, both, size=12),
        )
    )


def _line(x: float, end: float, y: float, colour: str, thick: int) -> str:
    return (
        f'<line x1="{x:.1f}" x2="{end:.1f}" y1="{y:g}" y2="{y:g}" stroke="{colour}" '
        f'stroke-width="{thick}" stroke-linecap="round"/>'
    )


def _short(name: str, most: int = 28) -> str:
    return name if len(name) <= most else f"{name[: most - 1].rstrip()}…"

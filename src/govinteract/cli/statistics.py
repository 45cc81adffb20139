"""`stats`: what came in, what was answered, and how long it took."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from govinteract.cli.chart import draw
from govinteract.cli.language import language, say
from govinteract.cli.terminal import as_json, note, open_to_write
from govinteract.feedback import Figures, Statistics
from govinteract.kernel import System
from govinteract.locality import Locality

__all__ = ["add_to"]

_WIDTH = 120
_ROWS = 25
_COLUMNS = (
    "received", "answered", "in_time", "late", "open", "overdue", "withdrawn",
    "median_working_hours", "p90_working_hours", "rating",
)  # fmt: skip


def add_to(app: typer.Typer) -> None:
    """Add this command."""
    app.command("stats", epilog="Example: govinteract stats --json --plot stats.svg")(_stats)


def _stats(
    ctx: typer.Context,
    *,
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    plot: Annotated[Path | None, typer.Option(help="Draw them into this SVG file.")] = None,
) -> None:
    """Count what came in and what became of it, by service, unit and month, from the facts.

    Cases without a promise are neither in time nor late. Hours are working hours of the
    locality's calendar until the answer, without the time it waited for the citizen.
    """
    with ctx.obj.ward() as ward:
        with ward.acting_as(System("stats")) as tx:
            found = tx.feedback.statistics()
        names = _names(ward)
        title = ward.settings.name.get(language(), ward.id)
    if plot is not None:
        with open_to_write(plot) as file:
            file.write(draw(found, title=title, names=names, lang=language()))
        note(say("cli.drawn", path=plot))
    if json:
        as_json(found.to_json())
    else:
        _print(found, names)


def _names(ward: Locality) -> dict[str, str]:
    """Return what people call the services; one that left the catalogue keeps its code."""
    return {code: one.title(language()) for code, one in ward.catalogue.services.items()}


def _print(found: Statistics, names: Mapping[str, str]) -> None:
    console = Console(highlight=False)
    if not console.is_terminal:
        console.width = _WIDTH
    groups: tuple[tuple[str, Mapping[str, Figures], Mapping[str, str]], ...] = (
        ("cli.stats_total", {say("cli.stats_all"): found.total}, {}),
        ("cli.stats_service", found.by_service, names),
        ("cli.stats_unit", found.by_unit, {}),
        ("cli.stats_month", found.by_month, {}),
    )
    for title, group, named in groups:
        console.print(_table(say(title), group, named))
    console.print(say("cli.stats_calendar", calendar=found.calendar))


def _table(title: str, group: Mapping[str, Figures], names: Mapping[str, str]) -> Table:
    table = Table(box=None, padding=(0, 1), pad_edge=False)
    table.add_column(title, overflow="fold", min_width=18)
    for column in _COLUMNS:
        table.add_column(say(f"cli.stats_{column}"), justify="right")
    rows = list(group.items())
    for key, figures in rows[:_ROWS]:
        cells = [_cell(getattr(figures, column)) for column in _COLUMNS]
        table.add_row(names.get(key, key), *cells)
    if len(rows) > _ROWS:
        table.add_row(say("cli.stats_more", count=len(rows) - _ROWS))
    table.add_row()
    return table


def _cell(value: float | None) -> str:
    if value is None:
        return "-"
    return str(value) if isinstance(value, int) else f"{value:.1f}"

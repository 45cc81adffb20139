"""`import-reports`: another system's records, with their history."""

import csv
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer

from govinteract.cli.language import language, say
from govinteract.cli.terminal import note, open_file, progress, read_text
from govinteract.errors import InputError
from govinteract.feedback.past import (
    DelimitedFile,
    ImportMapping,
    Refusal,
    RowReader,
    Totals,
    bring_reports,
)
from govinteract.kernel import System
from govinteract.locality import Locality

__all__ = ["add_to"]

_HEADER = ("line", "column", "reason")
_EXAMPLE = "Example: govinteract import-reports old.csv --mapping mappings/old.toml"


def add_to(app: typer.Typer) -> None:
    """Add this command."""
    app.command("import-reports", epilog=_EXAMPLE)(import_reports)


def import_reports(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(help="A delimited file whose first row names columns.")],
    *,
    mapping: Annotated[Path, typer.Option(help="TOML: what its columns and words mean here.")],
    rejected: Annotated[
        Path | None, typer.Option(help="Where rows that can't be read go (FILE.rejected.csv).")
    ] = None,
) -> None:
    """Bring in the reports of another system, with what became of them there.

    A report is known by its id there: bringing a file in again creates nothing. No promise
    is made and nobody is told. Rows that can't be read are listed with line, column and
    reason, and the rest still comes in; the exit status is 1 then. The last line printed is
    "created N, already there M, rejected K".
    """
    with ctx.obj.ward() as ward:
        mapped = ImportMapping.from_toml(read_text(mapping), ward.catalogue, ward.workflow)
        to = rejected or file.with_suffix(".rejected.csv")
        with open_file(file) as source, _Rejections.into(to) as rejections:
            totals = _bring(ward, mapped, source, file.stat().st_size, rejections)
        if totals.rejected:
            note(say("cli.rejected", path=to))
        print(totals.line)
    if totals.rejected:
        raise typer.Exit(1)

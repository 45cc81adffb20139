"""`import-reports`: another system's records, with their history."""

import csv
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Annotated, BinaryIO, Self, TextIO

import typer

from govinteract.cli.language import language, say
from govinteract.cli.terminal import note, open_file, open_to_write, progress, read_text
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
    app.command("import-reports", epilog=_EXAMPLE)(_import_reports)


def _import_reports(
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
    to = rejected or file.with_suffix(".rejected.csv")
    with ctx.obj.ward() as ward, open_file(file) as source, _Rejections(to) as rejections:
        mapped = ImportMapping.from_toml(read_text(mapping), ward.catalogue, ward.workflow)
        totals = _bring(ward, mapped, source, rejections)
    if totals.rejected:
        note(say("cli.rejected", path=to))
    print(totals.line)
    if totals.rejected:
        raise typer.Exit(1)


def _bring(
    ward: Locality, mapped: ImportMapping, source: BinaryIO, rejections: "_Rejections"
) -> Totals:
    size = source.seek(0, 2)
    source.seek(0)
    actor = System(f"import.{mapped.source}")
    with (
        DelimitedFile(
            source, needed=mapped.needed, encoding=mapped.encoding, delimiter=mapped.delimiter
        ) as rows,
        progress("cli.importing", size) as advance,
    ):
        reader = RowReader(mapped, rows.header, region=ward.pack.country, now=ward.clock.now())
        totals = bring_reports(
            rows, reader, source=mapped.source, begin=lambda: ward.acting_as(actor),
            reject=rejections.add, progress=lambda _totals: advance(rows.bytes_read),
        )  # fmt: skip
    for message_id, count in (("cli.shown_twice", reader.twice), ("cli.never_shown", reader.never)):
        if count:
            note(say(message_id, count=count))
    return totals


class _Rejections:
    """The file of rows that could not be read: made with the first of them.

    One that an earlier run left goes at the start, so that it never tells of this run.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._files = ExitStack()
        self._file: TextIO | None = None

    def __enter__(self) -> Self:
        if _is_ours(self._path):
            self._path.unlink()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:  # fmt: skip
        self._files.close()

    def add(self, refusal: Refusal) -> None:
        """Write one row; nothing that the refused row says is in it."""
        if self._file is None:
            self._file = self._files.enter_context(open_to_write(self._path))
            csv.writer(self._file).writerow(_HEADER)
        row = (refusal.line, refusal.column, refusal.reason(language()))
        csv.writer(self._file).writerow(row)


def _is_ours(path: Path) -> bool:
    if not path.is_file():
        return False
    with open_file(path) as source:
        return source.readline(100).decode("utf-8", "replace").strip() == ",".join(_HEADER)

"""The commands, put together."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from govinteract.cli import (
    accounts,
    database,
    imports,
    journal,
    keys,
    sealed,
    serving,
    statistics,
    subjects,
)
from govinteract.cli.language import say
from govinteract.cli.terminal import Config, explain, note, status_of
from govinteract.errors import GovInteractError

__all__ = ["app", "run"]

app = typer.Typer(
    name="govinteract", no_args_is_help=True, rich_markup_mode=None, add_completion=False,
    pretty_exceptions_enable=False, context_settings={"help_option_names": ["-h", "--help"]},
)  # fmt: skip


def _print_version(wanted: bool) -> None:  # noqa: FBT001 - typer calls it so
    if wanted:
        from govinteract import __version__  # noqa: PLC0415 - read from the metadata when asked

        print(__version__)
        raise typer.Exit


@app.callback()
def _locality(
    ctx: typer.Context,
    *,
    config: Annotated[
        Path | None,
        typer.Option(help="The locality's TOML file (GOVINTERACT_CONFIG, else ward.toml)."),
    ] = None,
    version: Annotated[
        bool,
        typer.Option("--version", callback=_print_version, is_eager=True, help="Print it and end."),
    ] = False,
) -> None:
    """Run a locality's app: reports and answers, personal data sealed, every step provable.

    Exit status: 0 good, 1 something wrong was found, 2 the command was not usable as given.
    """
    _ = version  # done by its callback
    ctx.obj = Config(config)


for _commands in (
    serving, database, accounts, imports, statistics, journal, keys, subjects, sealed,
):  # fmt: skip
    _commands.add_to(app)


def run(arguments: Sequence[str]) -> int:
    """Run a command and return its exit status; an error is said, not thrown."""
    try:
        app(args=list(arguments), prog_name="govinteract")
    except GovInteractError as error:
        explain(error)
        return status_of(error)
    except SystemExit as done:
        return done.code if isinstance(done.code, int) else int(done.code is not None)
    except KeyboardInterrupt:
        note(say("cli.stopped"))
        return 130
    return 0

"""`db upgrade`, `db scrub` and `projections rebuild`: the tables, and what they hold."""

from itertools import islice
from typing import Annotated

import typer

from govinteract.cli.language import say
from govinteract.cli.terminal import Config, as_json, note, progress
from govinteract.facts import rebuild_tiles
from govinteract.feedback import Difference, compare_projections, rebuild_projections
from govinteract.kernel import System
from govinteract.locality import Locality

__all__ = ["add_to"]

_SHOWN = 50

_db = typer.Typer(no_args_is_help=True, help="The tables of the database.")
_projections = typer.Typer(no_args_is_help=True, help="Tables that can be made from the facts.")


def add_to(app: typer.Typer) -> None:
    """Add these commands."""
    app.add_typer(_db, name="db")
    app.add_typer(_projections, name="projections")


@_db.command(
    "upgrade", epilog="Example: GOVINTERACT_DATABASE_URL=sqlite:///ward.db govinteract db upgrade"
)
def _upgrade(
    ctx: typer.Context,
    *,
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Make or migrate the tables, and make the keys that are missing.

    With a database URL alone it makes a development locality and says what it made. Safe to
    run again, and while an older version serves.
    """
    config: Config = ctx.obj
    with config.ward() as ward:
        done = ward.upgrade()
        if json:
            as_json({"locality": ward.id, "database": str(ward.engine.url), "done": done})
            return
        kind = "cli.upgraded" if config.is_given else "cli.upgraded_development"
        print(say(kind, locality=ward.id, database=ward.engine.url))
        for step in done:
            print(f"- {step}")


@_db.command("scrub", epilog="Example: govinteract db scrub")
def _scrub(ctx: typer.Context) -> None:
    """Get deleted bytes out of the database's files; `subject erase` does it by itself."""
    with ctx.obj.ward() as ward:
        if not ward.scrub():
            note(say("cli.not_scrubbed"))
            raise typer.Exit(1)
    print(say("cli.scrubbed"))


@_projections.command("rebuild", epilog="Example: govinteract projections rebuild --check")
def _rebuild(
    ctx: typer.Context,
    *,
    check: Annotated[bool, typer.Option("--check", help="Compare and write nothing.")] = False,
) -> None:
    """Make every table that facts add up to anew from them, or compare the cases' with them.

    One commit replaces all rows; writers wait for it. With --check every difference is
    named and the exit status is 1 if there is one.
    """
    with ctx.obj.ward() as ward:
        if check:
            _compare(ward)
            return
        with (
            progress("cli.rebuilding", None) as advance,
            ward.acting_as(System("rebuild")) as tx,
        ):
            cases = rebuild_projections(tx.transaction, tx.facts, advance)
            tx.openings.rebuild(tx.facts)
            tx.poison.rebuild()
            tx.statements.rebuild_keys()
            rebuild_tiles(tx.transaction)
        print(say("cli.rebuilt", cases=cases))


def _compare(ward: Locality) -> None:
    with progress("cli.comparing", None) as advance, ward.acting_as(System("rebuild")) as tx:
        found = compare_projections(tx.transaction, tx.facts, advance)
        shown: list[Difference] = list(islice(found, _SHOWN))
        more = sum(1 for _ in found)
    for difference in shown:
        print(difference)
    if not shown:
        print(say("cli.projections_equal"))
        return
    note(say("cli.projections_differ", count=len(shown) + more))
    raise typer.Exit(1)

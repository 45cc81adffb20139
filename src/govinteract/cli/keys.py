"""`keys status`: which keys a locality has, and what keeps them."""

from typing import Annotated

import typer
from attrs import asdict

from govinteract.cli.language import say
from govinteract.cli.terminal import as_json
from govinteract.kernel import System
from govinteract.vault.status import key_status

__all__ = ["add_to"]

_keys = typer.Typer(no_args_is_help=True, help="The locality's own keys.")


def add_to(app: typer.Typer) -> None:
    """Add these commands."""
    app.add_typer(_keys, name="keys")


@_keys.command("status", epilog="Example: govinteract keys status --json")
def _status(
    ctx: typer.Context,
    *,
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """List the keys: role, epoch, id, which root key wraps them, since and until when.

    No key is shown. Listing them proves that the root key at hand opens them all.
    """
    with ctx.obj.ward() as ward, ward.acting_as(System("keys")) as tx:
        rows = key_status(tx.transaction)
        if json:
            as_json({"locality": ward.id, "keys": [asdict(row) for row in rows]})
            return
        for row in rows:
            state = "cli.key_current" if row.retired_at is None else "cli.key_retired"
            print(say(state, **asdict(row)))

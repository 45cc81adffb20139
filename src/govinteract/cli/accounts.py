"""`officer add` and `apikey add`: who may sign in, and which programs may report."""

import sys
from typing import Annotated

import typer

from govinteract.apikeys import ApiKeys
from govinteract.cli.language import say
from govinteract.cli.terminal import as_json, note
from govinteract.kernel import System

__all__ = ["add_to"]

_officer = typer.Typer(no_args_is_help=True, help="Who may sign in at the desk.")
_apikey = typer.Typer(no_args_is_help=True, help="Which programs may report for people.")
_ROLES = ("handler", "moderator")


def add_to(app: typer.Typer) -> None:
    """Add these commands."""
    app.add_typer(_officer, name="officer")
    app.add_typer(_apikey, name="apikey")


@_officer.command("add", epilog="Example: govinteract officer add lan --name 'Lan' --unit mot-cua")
def _add_officer(
    ctx: typer.Context,
    username: Annotated[str, typer.Argument(help="What the officer types: a-z, 0-9, . _ -")],
    *,
    name: Annotated[str, typer.Option(help="What colleagues see; not shown to citizens.")] = "",
    unit: Annotated[str | None, typer.Option(help="The unit whose queue comes first.")] = None,
    role: Annotated[list[str] | None, typer.Option(help="handler, moderator (both).")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Make an account for an officer.

    The password (12 characters at least) is asked for on a terminal; otherwise it is the
    first line of standard input. It is never an argument, where others could read it.
    """
    from govinteract import web  # noqa: PLC0415 - needs the extra [web], which it names

    password = _password()
    with ctx.obj.ward() as ward:
        account = web.add_officer(
            ward, username, password, name=name, unit=unit, roles=role or _ROLES
        )
    if json:
        shown = {"id": account.id, "username": account.username, "unit": account.unit}
        as_json({**shown, "roles": sorted(account.roles)})
    else:
        print(say("cli.officer_added", username=account.username, id=account.id))


def _password() -> str:
    if sys.stdin.isatty():
        asked = typer.prompt(say("cli.password"), hide_input=True, confirmation_prompt=True)
        return str(asked)
    return sys.stdin.readline().removesuffix("\n")


@_apikey.command("add", epilog="Example: govinteract apikey add city-app")
def _add_key(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(help="The program: 1 to 40 of a-z, 0-9, dot, hyphen.")],
    *,
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Make a key for a program that reports through Open311, and print it, this once.

    A name may have several keys, so that a program can change to a new one.
    """
    with ctx.obj.ward() as ward, ward.acting_as(System("apikey-admin")) as tx:
        key = ApiKeys(tx.transaction, tx.facts, ward.keyring.fingerprint).issue(name)
    if json:
        as_json({"name": name, "key": key})
    else:
        print(key)
        note(say("cli.key_once"))

"""`keys shares` and `keys recover`: a way in on paper, and coming back by it."""

import sys
from typing import Annotated

import typer

from govinteract.cli.language import say
from govinteract.cli.terminal import note
from govinteract.errors import InputError
from govinteract.vault.recover import check_shares, new_shares, recover_keys

__all__ = ["add_to"]

_YES = {"yes", "y", "có", "co"}


def add_to(keys: typer.Typer) -> None:
    """Add these commands to `keys`."""
    keys.command("shares", epilog="Example: govinteract keys shares --threshold 3 --shares 5")(
        _shares
    )
    keys.command("recover", epilog="Example: govinteract keys recover --check")(_recover)


def _shares(
    ctx: typer.Context,
    *,
    threshold: Annotated[int, typer.Option(help="How many of them open everything.")] = 3,
    shares: Annotated[int, typer.Option(help="How many there are, for as many people.")] = 5,
) -> None:
    """Make a recovery key and print its shares, to be kept on paper by different people.

    They are shown once and stored nowhere; they are in force when you say that they are on
    paper, and earlier ones are not any more. Try them with `keys recover --check`.
    """
    with ctx.obj.ward() as ward:
        made = new_shares(ward.engine, ward.keyring, threshold=threshold, shares=shares)
        for number, words in enumerate(made.words, 1):
            print(
                say(
                    "cli.share", number=number, shares=shares, threshold=threshold,
                    locality=ward.id, kid=made.kid,
                )
            )  # fmt: skip
            print(f"{words}\n", flush=True)
        note(say("cli.shares_confirm"))
        if sys.stdin.readline().strip().lower() not in _YES:
            note(say("cli.shares_dropped"))
            raise typer.Exit(1)
        print(say("cli.shares_kept", keys=made.confirm()))


def _recover(
    ctx: typer.Context,
    *,
    check: Annotated[
        bool, typer.Option("--check", help="See that the shares are good; change nothing.")
    ] = False,
) -> None:
    """Open every key with shares, and wrap it by the key provider that the settings name.

    Reads one share a line, until an empty line or the end. The lost provider is not asked.
    """
    with ctx.obj.ward() as ward:
        note(say("cli.shares_ask"))
        shares = _lines()
        if check:
            print(say("cli.shares_good", keys=check_shares(ward.engine, ward.keyring, shares)))
            return
        print(say("cli.recovered", keys=recover_keys(ward.engine, ward.keyring, shares)))


def _lines() -> list[str]:
    shares = []
    while words := sys.stdin.readline().strip():
        shares.append(words)
    if not shares:
        raise InputError("cli.shares_none", hint="one share a line, of 33 words each")
    return shares

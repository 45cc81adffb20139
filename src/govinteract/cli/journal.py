"""`audit verify` and `relay`: the log of all facts, and the letters that leave."""

import signal
import threading
from pathlib import Path
from typing import Annotated

import typer
from attrs import asdict

from govinteract.cli import proofs
from govinteract.cli.language import say
from govinteract.cli.terminal import as_json, note, read_text
from govinteract.facts import Checkpoint, Verdict, read_note
from govinteract.kernel import System
from govinteract.locality import Locality

__all__ = ["add_to"]

_audit = typer.Typer(no_args_is_help=True, help="The tamper-evident log of all facts.")


def add_to(app: typer.Typer) -> None:
    """Add these commands."""
    proofs.add_to(_audit)
    app.add_typer(_audit, name="audit")
    app.command("relay", epilog="Example: govinteract relay --once")(_relay)


@_audit.command("verify", epilog="Example: govinteract audit verify --known checkpoint.txt")
def _verify(
    ctx: typer.Context,
    *,
    known: Annotated[
        Path | None,
        typer.Option(help="A checkpoint that was kept outside: it must be part of the log."),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Read every fact against the signed log and name the first wrong place.

    New facts are put into the log first. A checkpoint (/log/checkpoint) that somebody keeps
    outside shows that the log was not replaced as a whole. Exit status 1 when anything was
    altered, removed, added or reordered.
    """
    with ctx.obj.ward() as ward:
        verdict = ward.verify(None if known is None else _read_known(ward, known))
    if json:
        as_json({"good": verdict.good, **asdict(verdict)})
    else:
        _tell(verdict)
    if not verdict.good:
        raise typer.Exit(1)


def _read_known(ward: Locality, path: Path) -> Checkpoint:
    text = read_text(path)
    with ward.acting_as(System("audit")) as tx:
        return read_note(text, tx.log_keys.signer.public_key())


def _tell(verdict: Verdict) -> None:
    if verdict.wrong is not None:
        print(say("cli.log_wrong", wrong=verdict.wrong))
        return
    print(say("cli.log_good", facts=verdict.facts, size=verdict.size))
    if verdict.note:
        print(f"\n{verdict.note}", end="")


def _relay(
    ctx: typer.Context,
    *,
    once: Annotated[bool, typer.Option("--once", help="Deliver what is due and end.")] = False,
    json: Annotated[bool, typer.Option("--json", help="With --once: print JSON.")] = False,
) -> None:
    """Deliver the letters that wait: mail and signed webhooks, at least once each.

    Runs until it is stopped (Ctrl-C or SIGTERM); any number of relays may run. `serve` has
    one in it. With --once the exit status is 1 when a letter was given up.
    """
    with ctx.obj.ward() as ward:
        if not once:
            _run(ward)
            return
        tally = ward.relay_once()
    if json:
        as_json(asdict(tally))
    else:
        print(say("cli.relayed", **asdict(tally)))
    if tally.dead:
        raise typer.Exit(1)


def _run(ward: Locality) -> None:
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    note(say("cli.relaying"))
    ward.relay.run(stop)

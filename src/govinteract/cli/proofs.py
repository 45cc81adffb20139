"""`audit prove`, `check`, `witness`, `keys` and `tiles`: what others can check of the log."""

from pathlib import Path
from typing import Annotated, Any

import typer
from attrs import asdict

from govinteract.cli.language import say
from govinteract.cli.terminal import as_json, note, read_text
from govinteract.errors import CryptoError
from govinteract.facts import (
    Proven,
    VerifierKey,
    prove_inclusion,
    read_note,
    rebuild_tiles,
    verify_bundle,
)
from govinteract.kernel import System

__all__ = ["add_to"]

_AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def add_to(audit: typer.Typer) -> None:
    """Add these commands to `audit`."""
    audit.command("prove", epilog="Example: govinteract audit prove key/kek 1")(_prove)
    audit.command("check", epilog="Example: govinteract audit check f.tlog-proof --key LINE")(
        _check
    )
    audit.command("witness", epilog="Example: govinteract audit witness")(_witness)
    audit.command("keys", epilog="Example: govinteract audit keys")(_keys)
    audit.command("tiles", epilog="Example: govinteract audit tiles")(_tiles)


def _prove(
    ctx: typer.Context,
    stream: Annotated[str, typer.Argument(help="The fact's stream, like case:0192f0c1-...")],
    seq: Annotated[int, typer.Argument(help="Its number in the stream, from 1.")],
    *,
    json: _AsJson = False,
) -> None:
    """Print the proof that a fact is in the signed log; keep it as FILE.tlog-proof.

    The proof holds the fact as it is stored, with personal data sealed. It is checked by
    `audit check` or any other reader of C2SP tlog-proof, with the log's public key alone.
    """
    with ctx.obj.ward() as ward:
        ward.sequence()
        with ward.acting_as(System("audit")) as tx:
            proof = prove_inclusion(tx.transaction, stream, seq)
            size = read_note(proof.note, tx.log_keys.verifier).size
    if not json:
        print(proof.text, end="")
        return
    place = {"stream": stream, "seq": seq, "index": proof.index, "size": size}
    as_json({**place, "leaf": proof.leaf.hex(), "bundle": proof.text})


def _check(
    file: Annotated[Path, typer.Argument(help="What `audit prove` printed.")],
    *,
    key: Annotated[str, typer.Option(help="The log's public key, as `audit keys` prints it.")],
    witness: Annotated[
        list[str] | None, typer.Option(help="A witness's public key; may be given again.")
    ] = None,
    quorum: Annotated[int, typer.Option(help="How many witnesses must have signed.")] = 0,
    json: _AsJson = False,
) -> None:
    """Check a proof without database and network; exit status 1 when it does not hold."""
    known = [VerifierKey.parse(line) for line in witness or []]
    text, log = read_text(file), VerifierKey.parse(key)
    try:
        proven = verify_bundle(text, log, witnesses=known, quorum=quorum)
    except CryptoError as error:
        if json:
            as_json({"good": False, "code": error.code})
            raise typer.Exit(1) from error
        raise
    if json:
        as_json({"good": True, **_told(proven)})
        return
    fact = proven.fact
    print(say("cli.proof_good", place=f"{fact.stream}#{fact.seq}", log=proven.checkpoint.origin))
    print(f"{fact.at}  {fact.kind}  {fact.actor}\n{fact.body}")
    for name, at in proven.witnessed.items():
        print(say("cli.proof_witnessed", name=name, at=at.isoformat()))


def _told(proven: Proven) -> dict[str, Any]:
    seen = {name: at.isoformat() for name, at in proven.witnessed.items()}
    point = {"origin": proven.checkpoint.origin, "size": proven.checkpoint.size}
    return {"fact": asdict(proven.fact), "index": proven.index, **point, "witnessed": seen}


def _witness(ctx: typer.Context, *, json: _AsJson = False) -> None:
    """Have the newest checkpoint signed by the neighbours that witness this log.

    They are the `[[witnesses]]` of the settings. Exit status 1 when one of them did not
    sign: a witness that has seen a longer log shows that this one was set back.
    """
    with ctx.obj.ward() as ward:
        ward.sequence()
        asked = ward.ask_witnesses()
    if json:
        as_json([asdict(one) for one in asked])
    for one in asked if not json else ():
        if one.error is None:
            print(say("cli.witness_signed", name=one.witness, size=one.size))
        else:
            print(say("cli.witness_failed", name=one.witness, code=one.error))
    if not asked:
        note(say("cli.witness_none"))
    if any(one.error for one in asked):
        raise typer.Exit(1)


def _keys(ctx: typer.Context, *, json: _AsJson = False) -> None:
    """Print the public keys that others check this log and its cosignatures with."""
    with ctx.obj.ward() as ward, ward.acting_as(System("audit")) as tx:
        keys = {"log": tx.log_keys.verifier.text, "witness": tx.witness_key.verifier.text}
    if json:
        as_json(keys)
        return
    for role, line in keys.items():
        print(f"{role:<8} {line}")


def _tiles(ctx: typer.Context) -> None:
    """Make the tiles of the log's tree anew from its leaves (after `audit verify` named one)."""
    with ctx.obj.ward() as ward, ward.acting_as(System("audit")) as tx:
        print(say("cli.tiles_made", size=rebuild_tiles(tx.transaction)))

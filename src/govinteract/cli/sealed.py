"""`sealed-key` and `sealed`: the keys of those who read confidential reports, and reading them.

`sealed-key new` needs no locality: run it where the key shall live, off the server.
"""

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from govinteract.acting import Acting
from govinteract.cli.language import say
from govinteract.cli.terminal import as_json, note, read_text
from govinteract.kernel import System, SystemEntropy
from govinteract.locality import Locality
from govinteract.sealed import ReaderKey, Readers, ReaderSecret, Submissions, open_sealed, rewrap
from govinteract.sealed.reader_key import read_public, to_base64
from govinteract.vault.private_file import write_private

__all__ = ["add_to"]

_keys = typer.Typer(no_args_is_help=True, help="The keys of those who read confidential reports.")
_sealed = typer.Typer(no_args_is_help=True, help="Confidential reports, sealed to reader keys.")
_ACTOR = System("sealed-admin")
_AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
_KeyFile = Annotated[Path, typer.Option("--key", help="The reader's key file.")]
_Kid = Annotated[str, typer.Argument(help="The key's number, 32 hex digits.")]


def add_to(app: typer.Typer) -> None:
    """Add these commands."""
    app.add_typer(_keys, name="sealed-key")
    app.add_typer(_sealed, name="sealed")


@_keys.command("new", epilog="Example: govinteract sealed-key new --out thanh-tra.json")
def _new(
    out: Annotated[Path, typer.Option(help="Where to write the key file, mode 0600.")],
    *,
    json: _AsJson = False,
) -> None:
    """Make a reader's key file under a passphrase, and print its public key.

    Do it off the server, and keep two copies: who loses the file or the passphrase loses
    the reports. The passphrase is asked for on a terminal, else it is the first line of
    standard input.
    """
    entropy = SystemEntropy()
    secret = ReaderSecret.generate(entropy)
    write_private(out, secret.write(_passphrase(new=True), entropy))
    if json:
        as_json({"kid": secret.key.kid.hex(), "public": to_base64(secret.key.raw)})
        return
    print(say("cli.reader_key_made", path=out, kid=secret.key.shown))
    print(to_base64(secret.key.raw))


@_keys.command(
    "add", epilog="Example: govinteract sealed-key add thanh-tra.json --name 'Thanh tra'"
)
def _add(
    ctx: typer.Context,
    file: Annotated[
        Path, typer.Argument(help="A key file, or one with the line that `new` printed.")
    ],
    *,
    name: Annotated[str, typer.Option(help="The office that holds it; citizens see it.")],
    json: _AsJson = False,
) -> None:
    """Register a reader's public key: new reports are sealed to it from now on.

    Of a key file, the public key alone is read.
    """
    public = read_public(read_text(file))
    with ctx.obj.ward() as ward, ward.acting_as(_ACTOR) as tx:
        reader = _readers(tx).register(ReaderKey.parse(public), name=name)
    if json:
        as_json({"kid": reader.kid, "name": reader.name})
        return
    print(say("cli.reader_added", name=reader.name, kid=reader.key.shown))


@_keys.command("list", epilog="Example: govinteract sealed-key list --json")
def _list_keys(ctx: typer.Context, *, json: _AsJson = False) -> None:
    """List the readers: number, office, since and until when."""
    with ctx.obj.ward() as ward, ward.acting_as(_ACTOR) as tx:
        readers = _readers(tx).all()
    if json:
        as_json([
            {
                "kid": one.kid, "name": one.name, "registered_at": one.registered_at.isoformat(),
                "retired_at": one.retired_at and one.retired_at.isoformat(),
            }
            for one in readers
        ])  # fmt: skip
        return
    for one in readers:
        until = f" – {one.retired_at:%Y-%m-%d}" if one.retired_at else ""
        print(f"{one.kid}  {one.registered_at:%Y-%m-%d}{until}  {one.name}")


@_keys.command("retire", epilog="Example: govinteract sealed-key retire 0f3c...")
def _retire(ctx: typer.Context, kid: _Kid) -> None:
    """Seal nothing new to a key. Have its holder re-wrap the old reports first."""
    with ctx.obj.ward() as ward, ward.acting_as(_ACTOR) as tx:
        _readers(tx).retire(kid)
    note(say("cli.reader_retired", kid=kid))


@_sealed.command("list", epilog="Example: govinteract sealed list --json")
def _list(ctx: typer.Context, *, json: _AsJson = False) -> None:
    """List the confidential reports: number, when, state, and who can open them."""
    with ctx.obj.ward() as ward, ward.acting_as(_ACTOR) as tx:
        found = _box(tx, ward).all()
    rows: list[dict[str, Any]] = [
        {
            "id": one.id, "submitted_at": one.submitted_at.isoformat(), "state": one.state,
            "readers": list(one.readers),
        }
        for one in found
    ]  # fmt: skip
    if json:
        as_json(rows)
        return
    for row in rows:
        print(f"{row['id']}  {row['submitted_at']}  {row['state']}  {len(row['readers'])}")


@_sealed.command("open", epilog="Example: govinteract sealed open ID --key thanh-tra.json")
def _open(
    ctx: typer.Context,
    submission: Annotated[str, typer.Argument(help="The report's number, as `list` prints it.")],
    *,
    key: _KeyFile,
) -> None:
    """Print a confidential report. That it was fetched is on record before it is shown."""
    secret = ReaderSecret.read(read_text(key), _passphrase())
    with ctx.obj.ward() as ward:
        with ward.acting_as(_ACTOR) as tx:
            envelope = _box(tx, ward).hand_out(submission, kid=secret.key.kid.hex())
        print(open_sealed(envelope, secret).reveal())


@_sealed.command("rewrap", epilog="Example: govinteract sealed rewrap --key old.json --to KID")
def _rewrap(
    ctx: typer.Context,
    *,
    key: _KeyFile,
    to: Annotated[str, typer.Option(help="The number of the further reader's key.")],
) -> None:
    """Seal every report that this key opens to a further reader, as when officers change.

    Run again, it goes on where it stopped.
    """
    secret = ReaderSecret.read(read_text(key), _passphrase())
    kid, done = secret.key.kid.hex(), 0
    with ctx.obj.ward() as ward:
        with ward.acting_as(_ACTOR) as tx:
            reader = _readers(tx).get(to)
            open_to = [one for one in _box(tx, ward).all() if kid in one.readers]
        for one in open_to:
            if reader.kid in one.readers:
                continue
            with ward.acting_as(_ACTOR) as tx:
                envelope = _box(tx, ward).hand_out(one.id, kid=kid)
            wrap = rewrap(envelope, secret, reader.key)
            with ward.acting_as(_ACTOR) as tx:
                _box(tx, ward).add_wrap(one.id, wrap)
            done += 1
    print(say("cli.rewrapped", count=done, name=reader.name))


def _readers(tx: Acting) -> Readers:
    return Readers(tx.transaction, tx.facts)


def _box(tx: Acting, ward: Locality) -> Submissions:
    return Submissions(tx.transaction, tx.facts, ward.keyring.fingerprint)


def _passphrase(*, new: bool = False) -> str:
    if sys.stdin.isatty():
        asked = typer.prompt(say("cli.passphrase"), hide_input=True, confirmation_prompt=new)
        return str(asked)
    return sys.stdin.readline().removesuffix("\n")

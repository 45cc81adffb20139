"""`keys status` and `keys rotate`: which keys a locality has, and putting new ones in place."""

import time
from datetime import datetime
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer
from attrs import asdict

from govinteract.cli import recovery
from govinteract.cli.language import say
from govinteract.cli.terminal import as_json, progress
from govinteract.kernel import System
from govinteract.locality import Locality
from govinteract.vault.data_rotation import renew_data_keys
from govinteract.vault.epoch_rotation import EpochRotation, EpochState
from govinteract.vault.root_rotation import RootRotation, RootState
from govinteract.vault.status import key_status, recovery_status

__all__ = ["add_to"]

_keys = typer.Typer(no_args_is_help=True, help="The locality's own keys.")


def add_to(app: typer.Typer) -> None:
    """Add these commands."""
    app.add_typer(_keys, name="keys")
    recovery.add_to(_keys)


@_keys.command("status", epilog="Example: govinteract keys status --json")
def _status(
    ctx: typer.Context,
    *,
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """List the keys and say what is left of a rotation.

    Role, epoch, id, which root keys wrap it, since and until when. No key is shown. Listing
    them proves that the root keys at hand open them all.
    """
    with ctx.obj.ward() as ward:
        found = _found(ward)
        if json:
            as_json(found)
            return
        for row in found["keys"]:
            state = "cli.key_current" if row["retired_at"] is None else "cli.key_retired"
            print(say(state, **row))
        _say_state(ward, EpochRotation(ward.engine, ward.keyring).state())
        _say_roots(RootRotation(ward.engine, ward.keyring).state())
        if found["recovery"] is None:
            print(say("cli.recovery_none"))
        else:
            print(say("cli.recovery_some", **found["recovery"]))


@_keys.command("rotate", epilog="Example: govinteract keys rotate --epoch --wait")
def _rotate(
    ctx: typer.Context,
    *,
    epoch: Annotated[
        bool, typer.Option("--epoch", help="Begin a new epoch: all data keys move under it.")
    ] = False,
    root: Annotated[
        bool,
        typer.Option("--root", help="Wrap the keys as the settings and the provider say now."),
    ] = False,
    data: Annotated[
        bool, typer.Option("--data", help="Seal new values under new data keys from now on.")
    ] = False,
    wait: Annotated[
        bool, typer.Option("--wait", help="Wait until everything is done: some 20 minutes.")
    ] = False,
    despite_damage: Annotated[
        bool,
        typer.Option("--despite-damage", help="Destroy old epochs though a wrap does not open."),
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Put new keys in the place of old ones while the application runs.

    Without options it goes on with what was begun, also after it was killed. Exit status 1
    when a damaged wrap keeps an old epoch alive.
    """
    with ctx.obj.ward() as ward:
        epochs = EpochRotation(ward.engine, ward.keyring)
        if root:
            roots = RootRotation(ward.engine, ward.keyring)
            with progress("cli.wrapping_keys", None) as advance:
                roots.run(lambda done, _total: advance(done))
        if data:
            renew_data_keys(ward.engine, ward.keyring)
        if epoch:
            epochs.begin()
        state = _advance(ward, epochs, wait=wait, despite_damage=despite_damage)
        if json:
            as_json(_found(ward) | {"rotated": _plain(state)})
        else:
            if root:
                _say_roots(RootRotation(ward.engine, ward.keyring).state())
            if data:
                print(say("cli.data_keys_renewed"))
            _say_state(ward, state)
    if state is not None and state.step == "damaged":
        raise typer.Exit(1)


def _advance(
    ward: Locality, epochs: EpochRotation, *, wait: bool, despite_damage: bool
) -> EpochState | None:
    while True:
        left = epochs.state()
        with progress("cli.moving_wraps", left.left if left else None) as advance:
            state = epochs.advance(
                lambda done, _total: advance(done), despite_damage=despite_damage
            )
        if not wait or state is None or state.until is None:
            return state
        _wait(ward, state.until)


def _wait(ward: Locality, until: datetime) -> None:
    """Wait for the clock, and show how it goes."""
    begun = ward.clock.now()
    seconds = max((until - begun).total_seconds(), 0)
    with progress("cli.waiting", round(seconds)) as advance:
        while (now := ward.clock.now()) < until:
            advance(round((now - begun).total_seconds()))
            time.sleep(1)


def _found(ward: Locality) -> dict[str, Any]:
    with ward.acting_as(System("keys")) as tx:
        rows = [asdict(row) for row in key_status(tx.transaction)]
        shares = recovery_status(tx.transaction)
    return {
        "locality": ward.id,
        "keys": rows,
        "left": {
            "epoch": _plain(EpochRotation(ward.engine, ward.keyring).state()),
            "root": asdict(RootRotation(ward.engine, ward.keyring).state()),
        },
        "data_keys_from": ward.keyring.fresh_from or None,
        "recovery": None if shares is None else asdict(shares),
    }


def _plain(state: EpochState | None) -> dict[str, Any] | None:
    if state is None:
        return None
    return asdict(state) | {"until": state.until and state.until.isoformat()}


def _say_state(ward: Locality, state: EpochState | None) -> None:
    if state is None:
        print(say("cli.rotation_none"))
        return
    until = state.until or ward.clock.now()
    facts = asdict(state) | {"until": f"{until.astimezone(ZoneInfo(ward.zone)):%H:%M}"}
    print(say(f"cli.rotation_{state.step}", **facts))


def _say_roots(state: RootState) -> None:
    kind = "cli.roots_left" if state.left else "cli.roots_whole"
    print(say(kind, left=state.left, keys=state.keys, roots=", ".join(state.wanted)))

"""`init` and `serve`: a locality's own project, and its pages."""

from pathlib import Path
from typing import Annotated

import typer

from govinteract.cli.language import say
from govinteract.cli.terminal import note

__all__ = ["add_to"]


def add_to(app: typer.Typer) -> None:
    """Add these commands."""
    app.command("init", epilog="Example: govinteract init hoa-binh")(_init)
    app.command("serve", epilog="Example: govinteract serve --host 0.0.0.0 --port 8080")(_serve)


def _init(
    directory: Annotated[Path, typer.Argument(help="A directory that is new or empty.")],
) -> None:
    """Write a project for a locality: settings, catalogue, theme and a small app."""
    from govinteract.web.skeleton import write  # noqa: PLC0415 - only this command needs it

    write(directory)
    print(say("cli.initialised", directory=directory))


def _serve(
    ctx: typer.Context,
    *,
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="The port to listen on.")] = 8000,
) -> None:
    """Serve the pages for citizens, the officers' desk and Open311 until Ctrl-C."""
    from govinteract import web  # noqa: PLC0415 - needs the extra [web], which it names

    with ctx.obj.ward() as ward:
        ward.sequence()  # a database or key that is not there is said before anybody asks
        note(say("cli.serving", host=host, port=port))
        web.serve(ward, host, port)

"""The command `govinteract`: what an operator does with a locality.

Exit status: 0 good, 1 something wrong was found, 2 the command was not usable as given.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["main"]

_EXTRA = {"rich", "typer"}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command with `arguments` (those of the process by default); return its status."""
    try:
        from govinteract.cli.app import run  # noqa: PLC0415 - needs the extra [cli]
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in _EXTRA:
            raise
        from govinteract.cli.language import say  # noqa: PLC0415 - as above

        print(say("cli.extra_missing"), file=sys.stderr)
        return 2
    return run(sys.argv[1:] if arguments is None else arguments)

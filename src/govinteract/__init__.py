"""govinteract: build the app in which people and their government talk to each other.

The front door holds four names; everything else lives in the room named after it
(`govinteract.feedback`, `govinteract.kernel`, ...). They are loaded when first used, so
that importing the package costs next to nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from govinteract.errors import GovInteractError
    from govinteract.locality import Locality
    from govinteract.settings import Settings

    __version__: str

__all__ = ["GovInteractError", "Locality", "Settings", "__version__"]

_HOMES = {
    "GovInteractError": "govinteract.errors",
    "Locality": "govinteract.locality",
    "Settings": "govinteract.settings",
}


def __getattr__(name: str) -> object:
    """Load a public name from its room the first time it is asked for (PEP 562)."""
    if name == "__version__":
        from importlib.metadata import version  # noqa: PLC0415 - costs 10 ms, rarely asked

        return version("govinteract")
    if name not in _HOMES:
        message = f"module 'govinteract' has no attribute {name!r}"
        raise AttributeError(message)
    return getattr(import_module(_HOMES[name]), name)

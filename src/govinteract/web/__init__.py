"""The pages: what citizens see, the officers' desk, and the app that holds both.

    from govinteract import Locality, web

    ward = Locality.open("ward.toml")
    app = web.app(ward)            # an ASGI app, by itself or mounted in a host's

The names are loaded when first used, so that `web.skeleton` works without the extra `[web]`.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from govinteract.errors import SettingsError

if TYPE_CHECKING:
    from govinteract.web.assembly import app
    from govinteract.web.background import lifespan
    from govinteract.web.desk.accounts import add_officer
    from govinteract.web.serving import serve

__all__ = ["add_officer", "app", "lifespan", "serve"]

_HOMES = {
    "add_officer": "govinteract.web.desk.accounts",
    "app": "govinteract.web.assembly",
    "lifespan": "govinteract.web.background",
    "serve": "govinteract.web.serving",
}
_EXTRA = {"argon2", "jinja2", "python_multipart", "starlette", "uvicorn"}


def __getattr__(name: str) -> object:
    """Load a public name from its module the first time it is asked for (PEP 562).

    Raises `SettingsError("web.extra_missing")` when the extra `[web]` is not installed.
    """
    if name not in _HOMES:
        message = f"module 'govinteract.web' has no attribute {name!r}"
        raise AttributeError(message)
    try:
        return getattr(import_module(_HOMES[name]), name)
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in _EXTRA:
            raise
        hint = 'pip install "govinteract[web]"'
        raise SettingsError("web.extra_missing", hint=hint) from error

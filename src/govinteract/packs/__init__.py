"""Country packs: what is true of a country, as dated and sourced data.

Nothing about a country is code outside its pack. The kernel takes what a pack offers
through plain values and functions and knows no country.
"""

from __future__ import annotations

import re
from importlib.resources import files

from govinteract.errors import SettingsError
from govinteract.packs.pack import Level, Pack, Source

__all__ = ["Level", "Pack", "Source", "load"]

_NAME = re.compile(r"[a-z]{2}(?:-[a-z0-9]+)*")


def load(name: str) -> Pack:
    """Return the country pack of that name, as it ships with the library.

    Raises SettingsError `packs.pack_unknown`.

    >>> load("vn").currency
    'VND'
    """
    file = files(__name__) / name / "pack.toml"
    if not _NAME.fullmatch(name) or not file.is_file():
        hint = "name a pack that ships with govinteract, like vn"
        raise SettingsError("packs.pack_unknown", hint=hint, name=name)
    return Pack.read(file)

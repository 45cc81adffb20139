"""Files that browsers keep: style, scripts, pictures, and the locality's theme.

A file's address carries a digest of its content, so that it may be kept for a year and a
new one is seen at once. The locality's own files (its `static` folder) come before the
library's. Nothing is ever fetched from another host.
"""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
import re
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import field, frozen
from starlette.responses import Response

from govinteract.errors import NotFound, SettingsError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import Request

    from govinteract.settings import Settings

__all__ = ["Assets", "theme_css"]

_OURS = Path(str(files("govinteract.web").joinpath("static")))
_COLOUR = re.compile(r"#[0-9a-fA-F]{3}(?:[0-9a-fA-F]{3})?")
_COLOURS = ("primary", "primary-dark", "accent", "paper", "ink")
_PACKED = (".css", ".js", ".svg", ".txt")
_YEAR = "public, max-age=31536000, immutable"
_HOUR = "public, max-age=3600"


@frozen
class _File:
    content: bytes = field(repr=False)
    packed: bytes | None = field(repr=False)
    media_type: str
    digest: str


@lru_cache(maxsize=256)
def _read(path: Path, _stamp: int) -> _File:
    return _file(path.read_bytes(), path.name)


def _file(content: bytes, name: str) -> _File:
    packed = gzip.compress(content, mtime=0) if name.endswith(_PACKED) else None
    media_type = mimetypes.guess_type(name)[0] or "application/octet-stream"
    return _File(content, packed, media_type, hashlib.sha256(content).hexdigest()[:12])


class Assets:
    """The static files of one locality's pages."""

    def __init__(self, settings: Settings) -> None:
        self._folders = [folder for folder in (settings.static, _OURS) if folder is not None]
        self._theme = _file(theme_css(settings.theme).encode(), "theme.css")
        self._map = settings.map_image

    def path(self, name: str) -> str:
        """Return the path of a file with its digest: `/static/site.css?v=0f3c...`.

        `theme.css` and `map-picture` are made from the settings.
        """
        prefix = "/theme.css" if name == "theme.css" else f"/static/{name}"
        return f"{prefix}?v={self._find(name).digest}"

    def has(self, name: str) -> bool:
        """Whether there is such a file."""
        try:
            self._find(name)
        except NotFound:
            return False
        return True

    async def serve(self, request: Request) -> Response:
        """Answer `GET /static/{name}` and `GET /theme.css`."""
        file = self._find(request.path_params.get("name", "theme.css"))
        headers = {
            "Cache-Control": _YEAR if request.query_params.get("v") == file.digest else _HOUR,
            "ETag": f'"{file.digest}"',
            "Vary": "Accept-Encoding",
        }
        if request.headers.get("if-none-match") == headers["ETag"]:
            return Response(status_code=304, headers=headers)
        packed = file.packed if "gzip" in request.headers.get("accept-encoding", "") else None
        if packed is None:
            return Response(file.content, headers=headers, media_type=file.media_type)
        headers["Content-Encoding"] = "gzip"
        return Response(packed, headers=headers, media_type=file.media_type)

    def _find(self, name: str) -> _File:
        if name == "theme.css":
            return self._theme
        if name == "map-picture" and self._map is not None and self._map.is_file():
            return _read(self._map, self._map.stat().st_mtime_ns)
        for folder in self._folders:
            path = (folder / name).resolve()
            if path.is_relative_to(folder.resolve()) and path.is_file():
                return _read(path, path.stat().st_mtime_ns)
        raise NotFound("web.page_unknown", hint="no such static file")


def theme_css(theme: Mapping[str, str]) -> str:
    """Return the theme's colours as CSS custom properties.

    `theme` may name `primary`, `primary-dark`, `accent`, `paper` and `ink` as `#rrggbb`, and
    `logo`, a file of the static folder. Raises `SettingsError("web.theme_invalid")`.

    >>> theme_css({"primary": "#0b5c55"})
    ':root{--primary:#0b5c55}'
    """
    for name, value in theme.items():
        if name != "logo" and (name not in _COLOURS or not _COLOUR.fullmatch(value)):
            hint = f"theme.{name}: one of {', '.join(_COLOURS)} as #rrggbb, or logo"
            raise SettingsError("web.theme_invalid", hint=hint)
    chosen = ";".join(f"--{name}:{theme[name]}" for name in _COLOURS if name in theme)
    return f":root{{{chosen}}}"

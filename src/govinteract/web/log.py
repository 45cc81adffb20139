"""The log as others read it: checkpoint and tiles (C2SP tlog-tiles), and a witness for them.

    GET  /log/checkpoint              the newest signed checkpoint, cosignatures in it
    GET  /log/tile/{level}/{tile}     256 hashes, or fewer where the tile ends: 067.p/17
    POST /log/add-checkpoint          cosigns a neighbour's checkpoint (C2SP tlog-witness)
    GET  /log/{origin hash}/checkpoint  what was cosigned last of that neighbour's log

Tiles hold hashes only. The entries of the log are not served: they are facts, and who may
read them is decided elsewhere.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from starlette.exceptions import HTTPException
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from govinteract.errors import InputError, NotFound
from govinteract.facts import Answer, newest_note, read_tile, tile_index
from govinteract.facts.tiles import HASH_BYTES
from govinteract.kernel import System

if TYPE_CHECKING:
    from starlette.requests import Request

    from govinteract.locality import Locality

__all__ = ["BODY_LIMIT", "routes"]

BODY_LIMIT: Final = 65_536
"""Bytes of a submission: a note of 64 KiB would be none of ours."""

_AUDIT = System("audit")
_WITNESS = System("witness")
_FULL_TILE = {"Cache-Control": "public, max-age=31536000, immutable"}
_SHORT = {"Cache-Control": "no-cache"}
_LEVELS = 64


def routes(locality: Locality) -> list[BaseRoute]:
    """Return the routes of `locality`'s log."""
    log = _Log(locality)
    return [
        Route("/log/checkpoint", log.checkpoint),
        Route("/log/tile/{level:int}/{tile:path}", log.tile),
        Route("/log/add-checkpoint", log.add_checkpoint, methods=["POST"]),
        Route("/log/{origin_hash:str}/checkpoint", log.witnessed),
    ]


class _Log:
    def __init__(self, locality: Locality) -> None:
        self._locality = locality

    async def checkpoint(self, _request: Request) -> Response:
        """Answer with the newest note; `web.checkpoint_none` before the first."""

        def newest() -> str | None:
            with self._locality.acting_as(_AUDIT) as tx:
                return newest_note(tx.transaction)

        note = await self._locality.run(newest)
        if note is None:
            raise NotFound("web.checkpoint_none", hint="the sequencer has not run yet")
        return PlainTextResponse(note, headers=_SHORT)

    async def tile(self, request: Request) -> Response:
        """Answer with the hashes of a tile, as many as were asked for."""
        level = request.path_params["level"]
        try:
            index, width = tile_index(request.path_params["tile"])
        except InputError as error:
            raise HTTPException(404) from error

        def hashes() -> bytes:
            with self._locality.acting_as(_AUDIT) as tx:
                return read_tile(tx.transaction, level, index)

        held = await self._locality.run(hashes) if level < _LEVELS and index < 2**63 else b""
        if len(held) < width * HASH_BYTES:
            raise HTTPException(404)
        part = held[: width * HASH_BYTES]
        return Response(part, media_type="application/octet-stream", headers=_FULL_TILE)

    async def add_checkpoint(self, request: Request) -> Response:
        """Cosign a neighbour's checkpoint, or say why not."""
        body = bytearray()
        async for piece in request.stream():
            body += piece
            if len(body) > BODY_LIMIT:
                raise HTTPException(413)

        def answer() -> Answer:
            with self._locality.acting_as(_WITNESS) as tx:
                return tx.witness.add_checkpoint(body.decode(errors="replace"))

        said = await self._locality.run(answer)
        headers = {**_SHORT, "Content-Type": said.content_type}
        return Response(said.text, status_code=said.status, headers=headers)

    async def witnessed(self, request: Request) -> Response:
        """Answer with the checkpoint that was cosigned last of a log."""
        wanted = request.path_params["origin_hash"]

        def newest() -> str | None:
            with self._locality.acting_as(_WITNESS) as tx:
                return tx.witness.newest(wanted)

        note = await self._locality.run(newest)
        if note is None:
            raise HTTPException(404)
        return PlainTextResponse(note, headers=_SHORT)

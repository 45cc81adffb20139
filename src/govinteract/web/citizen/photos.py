"""Photos for the citizen whose they are: opened, recorded, shown, kept nowhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import Response

from govinteract.kernel import Anonymous
from govinteract.web.security import Policy

if TYPE_CHECKING:
    from starlette.requests import Request

    from govinteract.web.site import Site

__all__ = ["Photos", "jpeg"]


def jpeg(content: bytes) -> Response:
    """Answer with a photo that no cache keeps."""
    response = Response(content, media_type="image/jpeg")
    Policy(secret=True).apply(response.headers)
    return response


class Photos:
    """Photos of a case, and photos that wait in a draft."""

    def __init__(self, site: Site) -> None:
        self._locality = site.locality

    async def of_case(self, request: Request) -> Response:
        """Answer `GET /case/{code}/photo/{photo}`; `?size=small` gives the thumbnail."""
        small = request.query_params.get("size") == "small"
        params = request.path_params

        def read() -> bytes:
            with self._locality.acting_as(Anonymous(), purpose="self-access") as tx:
                tx.feedback.find(params["code"])
                return tx.open_photo(tx.files.read(params["photo"], thumbnail=small))

        return jpeg(await self._locality.run(read))

    async def waiting(self, request: Request) -> Response:
        """Answer `GET /report/draft/{token}/{photo}`: the thumbnail of a photo not yet sent."""
        params = request.path_params

        def read() -> bytes:
            with self._locality.acting_as(Anonymous(), purpose="self-access") as tx:
                photo = tx.files.read(params["photo"], thumbnail=True, draft=params["token"])
                return tx.open_photo(photo)

        return jpeg(await self._locality.run(read))

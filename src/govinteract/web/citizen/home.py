"""The first page, and the page that says what becomes of personal data."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from govinteract.feedback import Catalogue, Service
    from govinteract.web.site import Site

__all__ = ["Home", "grouped"]


class Home:
    """Pages without a form of state."""

    def __init__(self, site: Site) -> None:
        self._site = site

    async def show(self, request: Request) -> Response:
        """Answer `GET /`: what can be done here, in one look."""
        catalogue = self._site.locality.catalogue
        return self._site.pages.show(request, "home.html", groups=grouped(catalogue))

    async def privacy(self, request: Request) -> Response:
        """Answer `GET /privacy`: for what personal data is opened, and by whom."""
        purposes = tuple(self._site.locality.purposes)
        return self._site.pages.show(request, "privacy.html", purposes=purposes)


def grouped(catalogue: Catalogue) -> list[tuple[dict[str, str], list[Service]]]:
    """Return published services by their group, both in the order of the catalogue."""
    groups: dict[str, tuple[dict[str, str], list[Service]]] = {}
    for service in catalogue:
        key = next(iter(service.group.values()), "")
        groups.setdefault(key, (dict(service.group), []))[1].append(service)
    return list(groups.values())

"""Where the citizens' pages are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.routing import Route

from govinteract.web.citizen.acts import Acts
from govinteract.web.citizen.case import Cases
from govinteract.web.citizen.home import Home
from govinteract.web.citizen.photos import Photos
from govinteract.web.citizen.report import Reporting
from govinteract.web.citizen.sealed import SealedReports

if TYPE_CHECKING:
    from govinteract.web.site import Site

__all__ = ["routes"]


def routes(site: Site) -> list[Route]:
    """Return the routes of the citizens' pages."""
    home, cases, photos = Home(site), Cases(site), Photos(site)
    acts, reporting, sealed = Acts(site, cases), Reporting(site), SealedReports(site)
    return [
        Route("/", home.show),
        Route("/privacy", home.privacy),
        Route("/report", reporting.begin, methods=["GET"]),
        Route("/report", reporting.go_on, methods=["POST"]),
        Route("/report/sealed", sealed.show, methods=["GET"]),
        Route("/report/sealed", sealed.receive, methods=["POST"]),
        Route("/report/sealed/status", sealed.ask, methods=["GET"]),
        Route("/report/sealed/status", sealed.look_up, methods=["POST"]),
        Route("/report/draft/{token}/{photo}", photos.waiting),
        Route("/case", cases.ask, methods=["GET"]),
        Route("/case", cases.look_up, methods=["POST"]),
        Route("/case/{code}", cases.show, methods=["GET"]),
        Route("/case/{code}", acts.act, methods=["POST"]),
        Route("/case/{code}/receipt", cases.receipt),
        Route("/case/{code}/photo/{photo}", photos.of_case),
    ]

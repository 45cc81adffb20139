"""Where the desk's pages are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.routing import Route

from govinteract.web.desk.case import DeskCases
from govinteract.web.desk.door import Door
from govinteract.web.desk.login import Login
from govinteract.web.desk.queue import Queue
from govinteract.web.desk.sealed import DeskSealed

if TYPE_CHECKING:
    from govinteract.web.site import Site

__all__ = ["routes"]


def routes(site: Site) -> list[Route]:
    """Return the routes of the desk."""
    door = Door(site)
    login, queue, cases = Login(site, door), Queue(site, door), DeskCases(site, door)
    sealed = DeskSealed(site, door)
    return [
        Route("/desk", queue.show),
        Route("/desk/sealed", sealed.show, methods=["GET"]),
        Route("/desk/sealed", sealed.act, methods=["POST"]),
        Route("/desk/sealed/{id}", sealed.act_on, methods=["POST"]),
        Route("/desk/login", login.show, methods=["GET"]),
        Route("/desk/login", login.sign_in, methods=["POST"]),
        Route("/desk/logout", login.sign_out, methods=["POST"]),
        Route("/desk/case/{public_id}", cases.show, methods=["GET"]),
        Route("/desk/case/{public_id}", cases.act, methods=["POST"]),
        Route("/desk/case/{public_id}/photo/{photo}", cases.photo),
    ]

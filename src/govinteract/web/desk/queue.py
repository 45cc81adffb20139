"""The queue: what is open, nearest deadline first. No words of citizens are opened here."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from govinteract.feedback.workflow import KINDS, OPEN_KINDS
from govinteract.web.desk.door import DESK
from govinteract.web.language import language_of

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from govinteract.feedback import Page
    from govinteract.web.desk.door import Door, Visit
    from govinteract.web.site import Site

__all__ = ["Queue"]

_PER_PAGE = 25
_ALL = "all"
_VIEWS = {
    "open": OPEN_KINDS,
    "todo": ("received", "active"),
    "waiting": ("waiting",),
    "answered": ("answered", "resolved", "declined", "forwarded", "duplicate", "withdrawn"),
    _ALL: KINDS,
}


class Queue:
    """The desk's first page."""

    def __init__(self, site: Site, door: Door) -> None:
        self._site = site
        self._door = door
        self._locality = site.locality

    async def show(self, request: Request) -> Response:
        """Answer `GET /desk`; `unit`, `view` and `after` (a cursor) choose what is listed."""
        visit = await self._door.visit(request)
        if visit is None:
            return self._door.to_login(request)
        query = request.query_params
        unit = query.get("unit", visit.account.unit or _ALL)
        view = query.get("view", "open") if query.get("view", "open") in _VIEWS else "open"
        page = await self._locality.run(self._list, visit, unit, view, query.get("after", ""))
        lang = language_of(request)
        now, dates = self._locality.clock.now(), self._site.pages.dates(lang)
        following = {"unit": unit, "view": view, "after": "~".join(page.after or ())}
        return self._site.pages.show(
            request, "desk/queue.html", policy=DESK, visit=visit, unit=unit, view=view,
            views=tuple(_VIEWS), units=self._units(visit), beyond=bool(query.get("after")),
            rows=[(case, dates.due(case, now)) for case in page.cases],
            services=self._locality.catalogue.services,
            labels=lambda key: self._locality.workflow.label(key, lang),
            following=f"?{urlencode(following)}" if page.after else None,
        )  # fmt: skip

    def _list(self, visit: Visit, unit: str, view: str, after: str) -> Page:
        at, _, case_id = after.partition("~")
        with self._locality.acting_as(visit.account.officer) as tx:
            return tx.feedback.queue(
                unit=None if unit == _ALL else unit, kinds=_VIEWS[view], limit=_PER_PAGE,
                after=(at, case_id) if at and case_id else None,
            )  # fmt: skip

    def _units(self, visit: Visit) -> list[str]:
        units = {s.unit for s in self._locality.catalogue.services.values() if s.unit}
        return sorted(units | ({visit.account.unit} if visit.account.unit else set()))

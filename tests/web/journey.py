"""Steps that several tests take."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.web.browsing import Browser, Page

__all__ = ["case_path", "desk_path", "last_step", "report"]

WORDS = "Đèn trước số 12 Lê Lợi tắt ba đêm nay"


def last_step(citizen: Browser, service: str = "street-light", **answers: str) -> Page:
    """Return step three of a report, with the other two filled in."""
    what = citizen.get(f"/report?service={service}")
    where = citizen.submit(what.form("/report"), text=WORDS, go="next", **answers)
    return citizen.submit(where.form("/report"), address="Trước số 12 Lê Lợi", go="next")


def report(citizen: Browser, phone: str = "0912 345 678") -> Page:
    """Report a broken street light and return the receipt."""
    return citizen.submit(last_step(citizen).form("/report"), phone=phone, go="send")


def case_path(receipt: Page) -> str:
    """Return the path of the case whose receipt this is."""
    return receipt.url.path.removesuffix("/receipt")


def desk_path(officer: Browser) -> str:
    """Return the path of the first case in the queue."""
    return next(link for link in officer.get("/desk?unit=all").links if "/desk/case/" in link)

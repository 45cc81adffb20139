"""What every page has: headers, no foreign forms, no code in a log, no trace of a fault."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import pytest
from starlette.routing import Route

from govinteract import web
from govinteract.web.security import hide_codes
from tests.web.browsing import ADDRESS, Browser
from tests.web.journey import case_path, last_step, report

if TYPE_CHECKING:
    from collections.abc import Callable

    from govinteract import Locality

CODE = "00000-00000-00000-0000"


@pytest.mark.parametrize("path", ["/", "/report", "/case", "/privacy", "/desk/login", "/nix"])
def test_every_page_forbids_what_it_does_not_need(citizen: Browser, path: str) -> None:
    """Nothing inline, nothing from elsewhere, no frame, no guessing of types."""
    headers = citizen.get(path).response.headers
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert "camera=()" in headers["permissions-policy"]
    assert headers["referrer-policy"] in {"same-origin", "no-referrer"}


def test_a_case_is_kept_by_nobody(citizen: Browser) -> None:
    """Its address is a secret: no cache keeps the page, no referrer tells of it."""
    receipt = report(citizen)
    for page in (receipt, citizen.get(case_path(receipt)), citizen.get(f"/case/{CODE}")):
        assert page.response.headers["cache-control"] == "no-store"
        assert page.response.headers["referrer-policy"] == "no-referrer"


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"sec-fetch-site": "same-site"}, 403),
        ({"origin": "https://elsewhere.example.org"}, 403),
        ({"sec-fetch-site": "same-origin"}, 200),
        ({"origin": ADDRESS}, 200),
        ({}, 200),
    ],
)
def test_a_form_of_another_site_is_refused(
    citizen: Browser, headers: dict[str, str], status: int
) -> None:
    """A report is taken from the site's own pages and from programs, not from other pages."""
    fields = {**last_step(citizen).form("/report").fields, "go": "send"}
    assert citizen.send("POST", "/report", data=fields, headers=headers).status == status


def test_codes_stay_out_of_access_logs(caplog: pytest.LogCaptureFixture) -> None:
    """Whatever server writes one, the code is hidden, and other paths are not."""
    hide_codes()
    logger = logging.getLogger("uvicorn.access")
    with caplog.at_level(logging.INFO, logger="uvicorn.access"):
        logger.info('%s - "%s %s HTTP/1.1" %d', "127.0.0.1", "GET", f"/case/{CODE}/receipt", 200)
        logger.info('%s - "%s %s HTTP/1.1" %d', "127.0.0.1", "GET", "/report?service=x", 200)
    assert CODE not in caplog.text
    assert "/case/•••/receipt" in caplog.text
    assert "/report?service=x" in caplog.text


def test_a_fault_of_ours_shows_no_trace(ward: Locality) -> None:
    """The citizen reads a sentence, and the server's own log has the rest."""
    app = web.app(ward)

    def broken() -> None:
        raise RuntimeError("canary in a traceback")

    app.router.routes.insert(0, Route("/broken", lambda _request: broken()))
    with Browser(app) as browser:
        page = browser.send("GET", "/broken")
    assert page.status == 500
    assert "canary" not in page.text
    assert "Hệ thống gặp sự cố" in page.words


def test_a_program_gets_problem_details(person: Callable[..., Browser]) -> None:
    """Whoever asks for JSON reads the code, the status and the localised title (RFC 9457)."""
    program = person(accept="application/json")
    answer = program.get(f"/case/{CODE}").response
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json() == {
        "type": "urn:govinteract:feedback.case_unknown",
        "title": answer.json()["title"],
        "status": 404,
        "code": "feedback.case_unknown",
    }
    assert "Không tìm thấy" in answer.json()["title"]


def test_a_page_that_is_not_there_is_said_kindly(citizen: Browser) -> None:
    """With a way home and in the reader's language; a wrong method is told too."""
    missing = citizen.get("/nix")
    assert missing.status == 404
    assert "Về trang đầu" in missing.words
    assert "Not found" in citizen.get("/nix?lang=en").words
    assert citizen.send("DELETE", "/report").status == 405

"""Signing in at the desk: sessions, limits, and forms that nobody else can send."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from govinteract import web
from govinteract.errors import InputError
from govinteract.web.site import LOGIN_NAME
from tests.support import make_ward
from tests.web.browsing import Browser
from tests.web.conftest import PASSWORD
from tests.web.journey import desk_path, report

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from govinteract import Locality
    from tests.support import Hands

COOKIE = "gi_desk"


def _sign_in(browser: Browser, password: str = PASSWORD, username: str = "lan") -> int:
    form = browser.get("/desk/login").form("/desk/login")
    return browser.submit(form, username=username, password=password).status


def test_nobody_sees_the_desk_without_signing_in(person: Callable[..., Browser]) -> None:
    """Every page of the desk leads to the login."""
    stranger = person()
    for path in ("/desk", "/desk/case/8XXW36K3NF", "/desk/case/8XXW36K3NF/photo/x"):
        assert stranger.get(path).url.path == "/desk/login"


def test_a_wrong_name_and_a_wrong_password_are_told_alike(
    officer: Browser, person: Callable[..., Browser]
) -> None:
    """The page says that one of them is wrong, not which; the right pair opens the desk."""
    del officer
    stranger = person()
    login = stranger.get("/desk/login").form("/desk/login")
    wrong = stranger.submit(login, username="lan", password="không phải mật khẩu")
    unknown = stranger.submit(login, username="nobody", password=PASSWORD)
    assert (wrong.status, unknown.status) == (403, 403)
    assert wrong.words.replace("lan", "") == unknown.words.replace("nobody", "")
    assert _sign_in(stranger) == 200


def test_trying_passwords_is_slowed_down(
    officer: Browser, person: Callable[..., Browser], hands: Hands
) -> None:
    """After the limit the right password too is refused, until the window is over."""
    del officer
    stranger = person()
    for _ in range(LOGIN_NAME.most):
        assert _sign_in(stranger, "không phải mật khẩu") == 403
    assert _sign_in(stranger) == 429
    hands.move(minutes=15)
    assert _sign_in(stranger) == 200


def test_the_token_is_only_in_the_browser(officer: Browser, ward: Locality) -> None:
    """The database has a hash of it; the cookie is out of reach for scripts and other sites."""
    token = officer.cookies[COOKIE]
    with ward.engine.connect() as connection:
        stored = connection.exec_driver_sql("select token_hash from gi_session").scalar_one()
    assert token.encode() not in bytes(stored)
    assert len(stored) == 32


def test_the_cookies_are_guarded(tmp_path: Path) -> None:
    """HttpOnly and SameSite always; Secure and bound to the host where the address is https."""
    for url, name, secure in (
        ("http://127.0.0.1:8000", "gi_desk", False),
        ("https://ward.example.vn", "__Host-gi_desk", True),
    ):
        home = tmp_path / name
        home.mkdir()
        with make_ward(home, public_url=url) as ward:
            web.add_officer(ward, "lan", PASSWORD)
            with Browser(web.app(ward)) as browser:
                page = browser.get("/desk/login")
                given = page.response.headers["set-cookie"]
                secret = given.split(";")[0]
                fields = page.form("/desk/login").fields
                answer = browser.send(
                    "POST", "/desk/login", headers={"cookie": secret}, follow=False,
                    data={**fields, "username": ["lan"], "password": [PASSWORD]},
                ).response  # fmt: skip
        cookie = answer.headers["set-cookie"]
        assert cookie.startswith(f"{name}=")
        assert "HttpOnly" in cookie
        assert "SameSite=lax" in cookie
        assert ("Secure" in cookie) is secure


def test_a_session_changes_its_token_at_sign_in(officer: Browser, ward: Locality) -> None:
    """A token that was there before ends, so that nobody can plant one."""
    before = officer.cookies[COOKIE]
    login = officer.get("/desk/login")
    assert login.url.path == "/desk"  # signed in already
    with Browser(web.app(ward)) as other:
        form = other.get("/desk/login").form("/desk/login")
        other.cookies.set(COOKIE, before, domain="ward.example.vn")
        other.submit(form, username="lan", password=PASSWORD)
        assert other.cookies[COOKIE] != before
    assert officer.get("/desk").url.path == "/desk/login"


@pytest.mark.parametrize(("pause", "stays"), [(55, True), (65, False)])
def test_a_session_ends_after_an_idle_hour(
    officer: Browser, hands: Hands, pause: int, *, stays: bool
) -> None:
    """Whoever left the desk must sign in again."""
    hands.move(minutes=pause)
    assert (officer.get("/desk").url.path == "/desk") is stays


def test_a_session_ends_after_a_working_day_whatever_happens(
    officer: Browser, hands: Hands
) -> None:
    """Being busy does not keep it for ever."""
    for _ in range(11):
        assert officer.get("/desk").url.path == "/desk"
        hands.move(minutes=54)
    hands.move(minutes=10)
    assert officer.get("/desk").url.path == "/desk/login"


def test_signing_out_ends_the_session(officer: Browser) -> None:
    """The old token opens nothing any more."""
    token = officer.cookies[COOKIE]
    officer.submit(officer.get("/desk").form("/desk/logout"))
    officer.cookies.set(COOKIE, token, domain="ward.example.vn")
    assert officer.get("/desk").url.path == "/desk/login"


def test_a_form_without_its_token_is_refused(citizen: Browser, officer: Browser) -> None:
    """A verb and the way out need the session's own token."""
    report(citizen)
    path = desk_path(officer)
    form = officer.get(path).form(path, verb="note")
    assert officer.submit(form, text="x", csrf="0" * 32).status == 403
    assert officer.submit(form, text="x").status == 200
    out = officer.get("/desk").form("/desk/logout")
    assert officer.submit(out, csrf="").status == 403
    assert officer.submit(out).url.path == "/desk/login"


def test_a_login_form_of_somebody_elses_page_is_refused(
    officer: Browser, person: Callable[..., Browser]
) -> None:
    """The form's token belongs to the browser that got the page."""
    del officer
    mine, theirs = person(), person()
    form = mine.get("/desk/login").form("/desk/login")
    theirs.get("/desk/login")
    assert theirs.submit(form, username="lan", password=PASSWORD).status == 403
    assert mine.submit(form, username="lan", password=PASSWORD).status == 200


def test_a_short_password_is_refused(ward: Locality) -> None:
    """Twelve characters are the least."""
    with pytest.raises(InputError) as refused:
        web.add_officer(ward, "lan", "a" * 11)
    assert refused.value.code == "web.password_short"
    assert web.add_officer(ward, "lan", "a" * 12).username == "lan"

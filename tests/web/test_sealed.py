"""The pages of confidential reports, as programs and browsers without script meet them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import text

from govinteract import web
from govinteract.kernel import System, SystemEntropy
from govinteract.sealed import Envelope, Place, Readers, ReaderSecret, open_sealed, seal
from govinteract.sealed.reader_key import from_base64, to_base64
from tests.web.browsing import ADDRESS, Browser, Page
from tests.web.conftest import PASSWORD

if TYPE_CHECKING:
    from collections.abc import Callable

    from govinteract import Locality

ENTROPY = SystemEntropy()
SECRET, OTHER = (ReaderSecret.generate(ENTROPY) for _ in range(2))
ID = "0192f0c1-2b3a-4c4d-8e5f-60718293a4b5"
TEXT = "Ông Khưu nhận tiền ở kho Phượng Vĩ."
OWN = {"origin": ADDRESS, "sec-fetch-site": "same-origin", "accept": "application/json"}


@pytest.fixture
def ready(ward: Locality) -> Locality:
    """Return the ward with a reader."""
    with ward.acting_as(System("test")) as tx:
        Readers(tx.transaction, tx.facts).register(SECRET.key, name="Thanh tra phường")
    return ward


def body(**changed: Any) -> dict[str, Any]:
    """Return what the page's script posts, with fields changed."""
    envelope = seal(TEXT, [SECRET.key], Place("hoa-binh", ID), entropy=ENTROPY)
    fields = {
        "id": ID, "once": to_base64(bytes(32)), "content": to_base64(envelope.content),
        "wraps": [to_base64(wrap) for wrap in envelope.wraps],
    }  # fmt: skip
    return fields | changed


def post(citizen: Browser, content: object, kind: str = "application/json", **headers: str) -> Page:
    """Post JSON as the page's script does."""
    return citizen.send(
        "POST", "/report/sealed", content=json.dumps(content).encode(),
        headers={"content-type": kind, **OWN, **headers},
    )  # fmt: skip


def kept(ward: Locality) -> int:
    """Count the submissions that are kept."""
    with ward.engine.connect() as connection:
        count = connection.execute(text("select count(*) from gi_sealed_submission")).scalar_one()
    return int(count)


def test_the_page_offers_other_ways_and_has_no_form(ready: Locality, citizen: Browser) -> None:
    """Without script nothing can be sent; English says the same."""
    for lang, words in (("vi", "nên trang này không gửi gì"), ("en", "this page sends nothing")):
        page = citizen.get(f"/report/sealed?lang={lang}")
        assert (page.status, page.forms) == (200, [])
        assert words in page.words
        assert "/report" in page.links
        assert page.response.headers["cache-control"] == "no-store"
        assert SECRET.key.shown in page.words
    assert "/report/sealed" in citizen.get("/report").links


def test_without_a_reader_the_page_says_so(ward: Locality, citizen: Browser) -> None:
    """No key, no confidential reports: other ways are offered and no script is loaded."""
    page = citizen.get("/report/sealed")
    assert "Nơi đây chưa nhận báo cáo kín" in page.words
    assert "report.js" not in page.text


def test_sealed_bytes_are_kept_and_followed(ready: Locality, citizen: Browser) -> None:
    """The code comes back, the same for the same request; it tells where the report stands."""
    sent = body()
    first, again = post(citizen, sent), post(citizen, sent)
    code = first.response.json()["code"]
    assert (first.status, again.response.json()["code"]) == (200, code)
    page = citizen.get("/report/sealed/status")
    (form,) = [one for one in page.forms if one.action == "/report/sealed/status"]
    assert "Đã nhận" in citizen.submit(form, code=code).words
    wrong = citizen.submit(form, code="00000-00000-00000-1EXA")
    assert wrong.status == 404
    assert "Không tìm thấy báo cáo kín" in wrong.words
    assert kept(ready) == 1


@pytest.mark.parametrize(
    "content",
    [
        {"text": TEXT}, body(text=TEXT), body(contact="0912 345 678"), body(content=TEXT),
        body(content=to_base64(TEXT.encode())), body(wraps=[]), body(wraps=[TEXT]),
        body(wraps="x"), body(id=7), body(once=TEXT), [TEXT], TEXT, None, body(wraps=["AA"] * 21),
    ],
)  # fmt: skip
def test_plaintext_is_refused(ready: Locality, citizen: Browser, content: object) -> None:
    """A field too many, a text where bytes belong: refused, and nothing is kept."""
    refused = post(citizen, content)
    assert refused.status == 422
    assert refused.response.json()["code"] in {"sealed.plaintext_refused", "sealed.malformed"}
    assert TEXT not in refused.text
    assert kept(ready) == 0
    assert post(citizen, body()).status == 200


def test_a_form_is_refused(ready: Locality, citizen: Browser) -> None:
    """What a page without script could post is refused whatever its kind; so is a foreign page."""
    for kind in ("application/x-www-form-urlencoded", "text/plain", "multipart/form-data"):
        assert post(citizen, body(), kind).response.json()["code"] == "sealed.plaintext_refused"
    assert post(citizen, body(), **{"sec-fetch-site": "cross-site"}).status == 403
    assert post(citizen, body(once="A" * 300_000)).status == 422
    assert kept(ready) == 0


def sign_in(ward: Locality, browser: Browser, *roles: str) -> str:
    """Sign an officer in; return the token of the desk's forms."""
    web.add_officer(ward, "hoa", PASSWORD, name="Hoa", unit="ha-tang", roles=roles)
    login = browser.get("/desk/login")
    queue = browser.submit(login.form("/desk/login"), username="hoa", password=PASSWORD)
    return queue.form("/desk/logout").fields["csrf"][0]


def at_desk(officer: Browser, path: str, csrf: str, **fields: str) -> Page:
    """Post to the desk as its script does."""
    data = {"csrf": [csrf]} | {name: [value] for name, value in fields.items()}
    return officer.send("POST", f"/desk/sealed{path}", data=data, headers=OWN)


def test_the_desk_hands_out_sealed_bytes(
    ready: Locality, citizen: Browser, person: Callable[..., Browser]
) -> None:
    """The officer in charge fetches, which is recorded, and opens outside; then closes."""
    post(citizen, body())
    officer = person()
    csrf = sign_in(ready, officer, "confidential")
    page = officer.get("/desk/sealed")
    assert ID in page.text
    assert "Thanh tra phường" in page.words
    kid = SECRET.key.kid.hex()
    assert at_desk(officer, f"/{ID}", "wrong", verb="open", kid=kid).status == 403
    got = at_desk(officer, f"/{ID}", csrf, verb="open", kid=kid).response.json()
    envelope = Envelope(
        place=Place("hoa-binh", ID), content=from_base64(got["content"]),
        wraps=(from_base64(got["wrap"]),),
    )  # fmt: skip
    assert open_sealed(envelope, SECRET).reveal() == TEXT
    assert at_desk(officer, f"/{ID}", csrf, verb="close").status == 200
    assert at_desk(officer, f"/{ID}", csrf, verb="shred").status == 422
    with ready.acting_as(System("test")) as tx:
        facts = tx.facts.of(f"sealed:{ID}")
    assert [fact.kind for fact in facts] == ["sealed.received", "sealed.opened", "sealed.closed"]
    assert facts[1].actor.startswith("officer:")


def test_the_desk_changes_readers(ready: Locality, person: Callable[..., Browser]) -> None:
    """A key is registered and retired; a key that is none is refused."""
    officer = person()
    csrf = sign_in(ready, officer, "confidential")
    public = to_base64(OTHER.key.raw)
    for given, status in ((public[:-4], 422), (public, 200), (public, 409)):
        answer = at_desk(officer, "", csrf, verb="register", name="Mới", public=given)
        assert answer.status == status
    kid = OTHER.key.kid.hex()
    assert at_desk(officer, "", csrf, verb="retire", kid=kid).status == 200
    assert at_desk(officer, "", csrf, verb="retire", kid=kid).status == 404
    assert at_desk(officer, "", csrf, verb="melt").status == 422


def test_other_officers_see_nothing(ready: Locality, person: Callable[..., Browser]) -> None:
    """Without the role the page is refused and has no link; signed out one is sent to sign in."""
    officer = person()
    csrf = sign_in(ready, officer, "handler", "moderator")
    assert officer.get("/desk/sealed").status == 403
    assert "/desk/sealed" not in officer.get("/desk").links
    assert at_desk(officer, f"/{ID}", csrf, verb="open", kid="").status == 403
    assert str(person().get("/desk/sealed").url).endswith("/desk/login")

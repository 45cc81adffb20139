"""Both sides of the journey in Chromium: with and without JavaScript, on a phone and a screen."""

from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Request

from tests.browser.conftest import Person, Served
from tests.browser.journey import answer, ask, confirm, report, resolve, sign_in

pytestmark = pytest.mark.browser

FIRST_PAGE_AT_MOST = 50_000
Meet = Callable[..., Person]


def _from_elsewhere(requests: list[Request]) -> list[str]:
    """Return what was asked of another host than this machine."""
    return [
        request.url
        for request in requests
        if urlsplit(request.url).hostname not in {"127.0.0.1", None}
    ]


@pytest.mark.parametrize("script", [True, False], ids=["script", "plain"])
@pytest.mark.parametrize("device", ["phone", "desk"])
def test_the_whole_journey(
    meet: Meet, served: Served, photo: Path, device: str, *, script: bool
) -> None:
    """Report, ask, answer, resolve, confirm, rate; nothing is asked of another host."""
    citizen, officer = meet(device, script=script), meet(device, script=script)
    shot = "script" if script else "plain"
    report(citizen, photo, shot, script=script)
    sign_in(officer, shot)
    ask(officer, shot)
    answer(citizen, shot)
    resolve(officer, photo, shot)
    confirm(citizen, shot)
    assert not _from_elsewhere([*citizen.asked, *officer.asked])


def test_the_policy_is_never_broken(meet: Meet, served: Served, photo: Path) -> None:
    """No page tries what its own headers forbid, and no script fails."""
    complaints: list[str] = []
    citizen, officer = meet(), meet("desk")
    for person in (citizen, officer):
        person.page.on("pageerror", lambda error: complaints.append(str(error)))
        person.page.on(
            "console",
            lambda message: complaints.append(message.text) if message.type == "error" else None,
        )
    report(citizen, photo, "script", script=True)
    sign_in(officer, "script")
    ask(officer, "script")
    refused = [text for text in complaints if "422" not in text]  # the form that was incomplete
    assert not refused


def _violations(person: Person) -> list[str]:
    found = Axe().run(person.page).response["violations"]
    return [
        f"{person.page.url}: {one['id']}: {node['html'][:200]}"
        for one in found
        for node in one["nodes"]
    ]


def _unfolded(person: Person) -> list[str]:
    """Return the violations of the page with everything unfolded."""
    person.page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    return _violations(person)


@pytest.mark.parametrize("device", ["phone", "desk"])
@pytest.mark.parametrize(
    "path",
    [
        "/", "/?lang=en", "/report", "/report?service=rubbish", "/report?service=noise",
        "/report?service=tree-or-wire", "/case", "/privacy", "/desk/login", "/nix",
    ],
)  # fmt: skip
def test_a_page_is_accessible(meet: Meet, served: Served, path: str, device: str) -> None:
    """axe-core finds no violation."""
    person = meet(device)
    person.go(path)
    assert _violations(person) == []


@pytest.mark.parametrize("device", ["phone", "desk"])
def test_the_pages_of_a_journey_are_accessible(
    meet: Meet, served: Served, photo: Path, device: str
) -> None:
    """Each step of the report, each state of the case, the queue and the desk's page."""
    citizen, officer = meet(device), meet(device)
    page, found = citizen.page, list[str]()
    citizen.go("/report?service=rubbish")
    page.get_by_role("button", name="Tiếp tục").click()
    page.locator(".summary").wait_for()
    found += _violations(citizen)
    page.get_by_label("Mô tả sự việc").fill("Rác đầy đường")
    page.get_by_label("Khác").check()
    page.get_by_role("button", name="Tiếp tục").click()
    page.locator("#map .leaflet-image-layer").wait_for()
    found += _violations(citizen)
    page.locator("#map").click(position={"x": 150, "y": 180})
    found += _violations(citizen)
    page.get_by_role("button", name="Tiếp tục").click()
    page.locator("#photo").set_input_files(photo)
    page.locator(".kept img").wait_for()
    found += _violations(citizen)
    page.get_by_label("Số điện thoại").fill("0912 345 678")
    page.get_by_role("button", name="Gửi phản ánh").click()
    page.wait_for_url("**/receipt")
    found += _violations(citizen)
    page.get_by_role("link", name="Mở hồ sơ").click()
    page.locator(".thread").wait_for()
    found += _violations(citizen)
    sign_in(officer, "axe")
    officer.go("/desk?unit=all")
    found += _violations(officer)
    officer.page.locator(".row a").last.click()
    officer.page.locator("#todo").wait_for()
    found += _unfolded(officer)
    ask(officer, "axe")
    found += _unfolded(officer)
    answer(citizen, "axe")
    resolve(officer, photo, "axe")
    found += _unfolded(officer)
    page.reload()
    found += _unfolded(citizen)
    page.reload()
    confirm(citizen, "axe")
    found += _violations(citizen)
    assert not found, "\n".join(found)


@pytest.mark.parametrize("path", ["/", "/report", "/case"])
def test_a_first_page_is_light(meet: Meet, served: Served, path: str) -> None:
    """All that a first visit transfers, headers included, is at most 50 kB."""
    person = meet()
    person.page.goto(person.address + path, wait_until="networkidle")
    sizes = [request.sizes() for request in person.asked]
    total = sum(size["responseBodySize"] + size["responseHeadersSize"] for size in sizes)
    assert total <= FIRST_PAGE_AT_MOST


@pytest.mark.parametrize("script", [True, False], ids=["script", "plain"])
def test_a_double_click_is_one_case(meet: Meet, served: Served, *, script: bool) -> None:
    """Whatever the browser sends twice, the ward has it once."""

    def cases() -> int:
        with served.ward.engine.connect() as connection:
            return int(connection.exec_driver_sql("select count(*) from gi_case").scalar_one())

    before = cases()
    citizen = meet(script=script)
    page = citizen.page
    citizen.go("/report?service=question")
    page.get_by_label("Mô tả sự việc").fill("Một cửa có làm sáng thứ Bảy không?")
    page.get_by_role("button", name="Tiếp tục").click()
    page.get_by_role("heading", name="ở đâu").wait_for()
    page.get_by_role("button", name="Tiếp tục").click()
    page.get_by_role("button", name="Gửi phản ánh").dblclick(no_wait_after=True)
    page.wait_for_url("**/receipt")
    assert cases() == before + 1


def test_a_form_can_be_filled_in_with_keys_alone(meet: Meet, served: Served) -> None:
    """The focus goes to what is wrong, then from field to field; the map takes Enter."""
    citizen = meet("desk")
    page = citizen.page
    citizen.go("/report?service=street-light")
    page.get_by_role("button", name="Tiếp tục").press("Enter")
    page.locator(".summary").wait_for()
    page.wait_for_function("document.activeElement.classList.contains('summary')")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")  # the link in the summary leads to the field
    page.get_by_label("Mô tả sự việc").press_sequentially("Đèn tắt")
    page.get_by_role("button", name="Tiếp tục").press("Enter")
    page.locator("#map .leaflet-image-layer").wait_for()
    page.locator("#map").press("Enter")
    page.get_by_text("Đã chọn vị trí").wait_for()
    assert page.locator("input[name=lat]").input_value().startswith("16.46")


def test_the_way_back_goes_one_step_back(meet: Meet, served: Served) -> None:
    """The browser's button and the page's do the same, and what was typed is still there."""
    citizen = meet()
    page = citizen.page
    citizen.go("/report?service=street-light")
    page.get_by_label("Mô tả sự việc").fill("Đèn tắt")
    for go_back in (page.go_back, page.get_by_role("button", name="Quay lại").click):
        page.get_by_role("button", name="Tiếp tục").click()
        page.get_by_role("heading", name="Sự việc ở đâu?").wait_for()
        go_back()
        page.get_by_role("heading", name="Đèn đường hỏng").wait_for()
        assert page.get_by_label("Mô tả sự việc").input_value() == "Đèn tắt"


@pytest.mark.parametrize("script", [True, False], ids=["script", "plain"])
def test_the_language_changes_in_the_middle_of_a_report(
    meet: Meet, served: Served, *, script: bool
) -> None:
    """The whole page changes, and what was typed stays."""
    citizen = meet(script=script)
    page = citizen.page
    citizen.go("/report?service=street-light")
    page.get_by_label("Mô tả sự việc").fill("Đèn tắt")
    page.get_by_role("button", name="English").click()
    page.get_by_role("button", name="Continue").wait_for()
    assert page.get_by_label("What happened?").input_value() == "Đèn tắt"
    assert page.get_by_role("button", name="Tiếng Việt").is_visible()


@pytest.mark.parametrize("script", [True, False], ids=["script", "plain"])
def test_the_queue_is_filtered(meet: Meet, served: Served, *, script: bool) -> None:
    """Choosing is enough where there is a script; without one there is a button."""
    officer = meet("desk", script=script)
    sign_in(officer, "filter")
    officer.page.get_by_label("Xem").select_option("waiting")
    if not script:
        officer.page.get_by_role("button", name="Lọc").click()
    officer.page.wait_for_url("**/desk?*view=waiting*")
    assert officer.page.locator("#cases").is_visible()


def test_a_service_is_found_by_its_words(meet: Meet, served: Served) -> None:
    """Without diacritics too; what does not match goes away."""
    citizen = meet()
    citizen.go("/report")
    citizen.page.get_by_label("Tìm nhanh").fill("den duong")
    assert citizen.page.locator(".choice:visible").all_inner_texts()[0].startswith("Đèn đường")
    assert citizen.page.locator(".choice:visible").count() == 1
    citizen.page.get_by_label("Tìm nhanh").fill("xyz")
    assert citizen.page.get_by_text("Không có mục nào khớp").is_visible()


@pytest.mark.parametrize("device", ["phone", "desk"])
def test_the_other_pages_are_looked_at(meet: Meet, served: Served, device: str) -> None:
    """Pictures of the pages that the journey does not pass, for people to look at."""
    person = meet(device)
    for name, path in (
        ("40-home-en", "/?lang=en"), ("41-emergency", "/report?service=tree-or-wire"),
        ("42-track", "/case?lang=vi"), ("43-privacy", "/privacy"), ("44-not-found", "/nix"),
    ):  # fmt: skip
        person.go(path)
        person.shoot(f"other-{name}")
        wider = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        assert person.page.evaluate(wider) <= 0, f"{path} is wider than the screen"

"""A confidential report in Chromium: sealed on the citizen's side, opened on the officer's."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from govinteract import web
from govinteract.kernel import System, SystemEntropy
from govinteract.sealed import Readers, ReaderSecret
from tests.browser.conftest import PASSWORD, Person, Served
from tests.browser.test_pages import _from_elsewhere, _violations
from tests.canary import files_below, sightings

pytestmark = pytest.mark.browser

Meet = Callable[..., Person]
PASSPHRASE = "hoa sen nở bên sông"
CANARIES = {
    "text": "Ông Khưu ở kho Phượng Vĩ nhận tiền của nhà thầu",
    "contact": "Chị Quỳnh Yến, chợ Đặng Xá, 0987 612 354",
    "passphrase": PASSPHRASE,
}


@pytest.fixture(scope="module")
def keyholder(served: Served, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the key file of a registered reader; `hoa` may handle confidential reports."""
    roles = ["handler", "confidential"]
    web.add_officer(served.ward, "hoa", PASSWORD, name="Trần Hoa", unit="ha-tang", roles=roles)
    entropy = SystemEntropy()
    secret = ReaderSecret.generate(entropy)
    path = tmp_path_factory.mktemp("reader") / "thanh-tra.json"
    path.write_text(secret.write(PASSPHRASE, entropy))
    with served.ward.acting_as(System("test")) as tx:
        Readers(tx.transaction, tx.facts).register(secret.key, name="Thanh tra phường")
    return path


@pytest.fixture
def complaints() -> list[str]:
    """Return what browsers complained of: scripts that failed, policies that were broken."""
    return []


@pytest.fixture
def look(meet: Meet, complaints: list[str]) -> Callable[..., Person]:
    """Return `meet` whose people write down what their browser complains of."""

    def make(*args: str, **kwargs: bool) -> Person:
        person = meet(*args, **kwargs)
        person.page.on("pageerror", lambda error: complaints.append(str(error)))
        person.page.on(
            "console",
            lambda said: complaints.append(said.text) if said.type == "error" else None,
        )
        return person

    return make


def send(citizen: Person, shot: str) -> str:
    """Send the canaries in a confidential report; return its code."""
    page = citizen.page
    citizen.go("/report/sealed")
    page.get_by_label("Quý vị muốn báo điều gì?").fill(CANARIES["text"])
    page.get_by_label("Cách liên hệ với quý vị").fill(CANARIES["contact"])
    citizen.shoot(f"{shot}-form")
    assert _violations(citizen) == []
    page.get_by_role("button", name="Niêm phong và gửi").click()
    page.locator("#sealed-code:not(:empty)").wait_for()
    citizen.shoot(f"{shot}-done")
    assert _violations(citizen) == []
    return page.locator("#sealed-code").inner_text()


def sign_in(officer: Person) -> None:
    """Sign in as the officer for confidential reports, and go to their page."""
    officer.go("/desk/login")
    officer.page.get_by_label("Tên đăng nhập").fill("hoa")
    officer.page.get_by_label("Mật khẩu").fill(PASSWORD)
    officer.page.get_by_role("button", name="Đăng nhập").click()
    officer.page.get_by_role("link", name="Báo cáo kín").click()


def unlock(officer: Person, file: Path, passphrase: str = PASSPHRASE) -> None:
    """Load a key file."""
    page = officer.page
    page.get_by_label("Tệp khóa").set_input_files(file)
    page.locator("#sealed-pass").fill(passphrase)
    page.get_by_role("button", name="Mở khóa").click()


def stored(served: Served, home: Path) -> Iterator[tuple[str, bytes]]:
    """Yield everything that the server has written: rows of every table, files."""
    with served.ward.engine.connect() as connection:
        names = text("select name from sqlite_master where type = 'table'")
        for name in list(connection.execute(names).scalars()):
            for row in connection.execute(text(f"select * from {name}")):
                cells = [cell if isinstance(cell, bytes) else str(cell).encode() for cell in row]
                yield f"table {name}", b"\x00".join(cells)
    yield from files_below(home)


KEPT = """async () => JSON.stringify([
  {...localStorage}, {...sessionStorage}, document.cookie, location.href, history.state,
  await indexedDB.databases(), await caches.keys(),
  document.body.innerText, [...document.querySelectorAll("input,textarea")].map((f) => f.value),
])"""


@pytest.mark.parametrize("device", ["phone", "desk"])
def test_a_report_is_read_by_its_reader_alone(
    look: Callable[..., Person], served: Served, keyholder: Path, complaints: list[str],
    device: str, caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    """Sealed in one browser, opened in another; server, log and browser storage hold nothing."""
    caplog.set_level("DEBUG")
    citizen, officer = look(device), look(device)
    code = send(citizen, "sealed")
    posted = [request.post_data_buffer or b"" for request in citizen.asked]
    left = citizen.page.evaluate(KEPT).encode()
    sign_in(officer)
    officer.shoot("sealed-desk")
    unlock(officer, keyholder)
    officer.page.get_by_text("Đã mở khóa số").wait_for()
    card = officer.page.locator("[data-submission]").first
    card.get_by_role("button", name="Mở báo cáo").click()
    card.get_by_text(CANARIES["text"]).wait_for()
    card.get_by_text(CANARIES["contact"]).wait_for()
    officer.shoot("sealed-opened")
    assert _violations(officer) == []
    posted += [request.post_data_buffer or b"" for request in officer.asked]
    citizen.go("/report/sealed/status")
    citizen.page.get_by_label("Mã theo dõi").fill(code)
    citizen.page.get_by_role("button", name="Xem").click()
    citizen.page.locator(".state").get_by_text("Đã lấy ra đọc").wait_for()
    citizen.shoot("sealed-status")
    home = Path(str(served.ward.engine.url.database)).parent
    haystacks = [*stored(served, home), ("log", caplog.text.encode()), ("browser", left)]
    haystacks += [("posted", body) for body in posted]
    assert len(haystacks) > 20
    assert sightings(haystacks, CANARIES) == []
    assert not complaints
    assert not _from_elsewhere([*citizen.asked, *officer.asked])


def test_a_wrong_passphrase_is_told_and_nothing_is_fetched(
    look: Callable[..., Person], served: Served, keyholder: Path
) -> None:
    """The key stays closed and no report can be asked for; the right one opens it."""
    officer = look("desk")
    sign_in(officer)
    unlock(officer, keyholder, "hoa sen nở bên suối")
    officer.page.locator("#sealed-error").get_by_text("Không mở được tệp khóa").wait_for()
    assert officer.page.locator("[data-open]:not([disabled])").count() == 0
    unlock(officer, keyholder)
    officer.page.get_by_text("Đã mở khóa số").wait_for()
    assert officer.page.locator("[data-open]:not([disabled])").count() > 0


def test_officers_change(
    look: Callable[..., Person], served: Served, keyholder: Path, tmp_path: Path
) -> None:
    """A new key is made in the browser; the old one re-seals a report to it, and it opens."""
    citizen, officer = look("desk"), look("desk")
    send(citizen, "sealed-change")
    sign_in(officer)
    page = officer.page
    page.locator("summary").click()
    page.get_by_label("Tên cơ quan").fill("Thanh tra mới")
    page.locator("#sealed-new").fill("một hai ba bốn năm")
    page.locator("#sealed-again").fill("một hai ba bốn năm")
    page.get_by_role("button", name="Tạo khóa").click()
    page.locator("#sealed-made").wait_for()
    officer.shoot("sealed-made")
    with page.expect_download() as download:
        page.locator("#sealed-save").click()
    file = tmp_path / "moi.json"
    download.value.save_as(file)
    assert json.loads(file.read_text())["format"] == "gi/reader-key-file/v1"
    page.get_by_role("button", name="Đăng ký khóa").click()
    page.locator("section.card b", has_text="Thanh tra mới").wait_for()
    unlock(officer, keyholder)
    page.get_by_text("Đã mở khóa số").wait_for()
    card = page.locator("[data-submission]").first
    card.get_by_role("button", name="Niêm phong lại cho Thanh tra mới").click()
    card.get_by_text("Niêm phong cho: Thanh tra phường, Thanh tra mới").wait_for()
    unlock(officer, file, "một hai ba bốn năm")
    page.get_by_text("Đã mở khóa số").wait_for()
    page.locator("[data-submission]").first.get_by_role("button", name="Mở báo cáo").click()
    page.locator("[data-submission]").first.get_by_text(CANARIES["text"]).wait_for()
    page.get_by_role("button", name="Ngừng dùng khóa của Thanh tra mới").click()
    page.locator("section.card b", has_text="Thanh tra mới").wait_for(state="detached")


@pytest.mark.parametrize("device", ["phone", "desk"])
def test_without_script_nothing_can_be_posted(
    look: Callable[..., Person], served: Served, keyholder: Path, device: str
) -> None:
    """The page explains and offers other ways; there is no form on it and no field is shown."""
    citizen = look(device, script=False)
    citizen.go("/report/sealed")
    page = citizen.page
    page.get_by_text("nên trang này không gửi gì đi cả").wait_for()
    assert page.locator("#main form").count() == 0
    assert (
        page.locator("#main").locator("input, textarea, button").locator("visible=true").count()
        == 0
    )
    assert page.get_by_role("link", name="Gửi phản ánh thông thường").is_visible()
    citizen.shoot("sealed-plain")

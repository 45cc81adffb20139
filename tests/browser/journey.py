"""The steps of the journey, as two people take them with a browser."""

from pathlib import Path

from tests.browser.conftest import PASSWORD, Person

__all__ = ["answer", "ask", "confirm", "note", "report", "resolve", "sign_in"]

WORDS = "Rác chất đống cạnh chợ Hòa Bình từ hôm qua, bốc mùi rất khó chịu."


def report(citizen: Person, photo: Path, shot: str, *, script: bool) -> str:
    """Report rubbish with a place on the map and a photo; return the path of the case."""
    page = citizen.page
    citizen.go("/")
    citizen.shoot(f"{shot}-01-home")
    page.get_by_role("link", name="Gửi phản ánh").first.click()
    citizen.shoot(f"{shot}-02-choose")
    page.get_by_role("link", name="Rác thải").click()
    page.get_by_role("button", name="Tiếp tục").click()
    page.locator(".summary").wait_for()
    citizen.shoot(f"{shot}-03-what-missing")
    page.get_by_label("Mô tả sự việc").fill(WORDS)
    page.get_by_label("Rác sinh hoạt").check()
    page.get_by_role("button", name="Tiếp tục").click()
    _place(citizen, script=script)
    page.get_by_label("Địa chỉ").fill("Cạnh cổng sau chợ Hòa Bình")
    citizen.shoot(f"{shot}-04-where")
    page.get_by_role("button", name="Tiếp tục").click()
    page.locator("#photo").set_input_files(photo)
    if not script:
        page.get_by_role("button", name="Thêm ảnh").click()
    page.locator(".kept img").wait_for()
    page.get_by_label("Số điện thoại").fill("0912 345 678")
    citizen.shoot(f"{shot}-05-who")
    page.get_by_role("button", name="Gửi phản ánh").click()
    page.wait_for_url("**/receipt")
    citizen.shoot(f"{shot}-06-receipt")
    page.get_by_role("link", name="Mở hồ sơ").click()
    page.locator(".thread").wait_for()
    citizen.shoot(f"{shot}-07-received")
    return page.url.removeprefix(citizen.address)


def _place(citizen: Person, *, script: bool) -> None:
    """Click on the map, or on its picture."""
    page = citizen.page
    if script:
        page.locator("#map .leaflet-image-layer").wait_for()
        page.locator("#map").click(position={"x": 150, "y": 180})
    else:
        page.locator("input[type=image]").click(position={"x": 150, "y": 180})
    page.get_by_text("Đã chọn vị trí").wait_for()


def sign_in(officer: Person, shot: str) -> None:
    """Sign in at the desk."""
    officer.go("/desk")
    officer.shoot(f"{shot}-20-login")
    officer.page.get_by_label("Tên đăng nhập").fill("lan")
    officer.page.get_by_label("Mật khẩu").fill(PASSWORD)
    officer.page.get_by_role("button", name="Đăng nhập").click()
    officer.page.get_by_role("heading", name="Hồ sơ cần xử lý").wait_for()


def ask(officer: Person, shot: str) -> None:
    """Take the newest case from the queue, open the contact, ask the citizen."""
    page = officer.page
    officer.go("/desk?unit=all")
    officer.shoot(f"{shot}-21-queue")
    page.locator(".row a").last.click()
    page.get_by_role("button", name="Mở liên hệ").click()
    page.get_by_text("0912 345 678").wait_for()
    officer.shoot(f"{shot}-22-contact")
    page.locator("summary", has_text="Hỏi thêm người dân").click()
    page.get_by_label("Câu hỏi").fill("Rác ở trong chợ hay ngoài đường ạ?")
    page.locator("form:has(#ask-text) button").click()
    page.locator(".state-waiting").wait_for()
    note(officer)
    officer.shoot(f"{shot}-23-asked")


def note(officer: Person) -> None:
    """Write an internal note."""
    page = officer.page
    page.locator("summary", has_text="Ghi chú nội bộ").click()
    page.locator("#note-text").fill("Đã báo đội thu gom ca chiều.")
    page.locator("form:has(#note-text) button").click()
    page.locator(".word-note").wait_for()


def answer(citizen: Person, shot: str) -> None:
    """Answer the question."""
    page = citizen.page
    page.reload()
    citizen.shoot(f"{shot}-08-asked")
    page.locator("#say-text").fill("Ở ngoài đường, sát cổng sau.")
    page.locator("form:has(#say-text) button").click()
    page.get_by_text("Đang xử lý").wait_for()


def resolve(officer: Person, photo: Path, shot: str) -> None:
    """Report it resolved, with a photo."""
    page = officer.page
    page.reload()
    page.locator("#resolve-text").fill("Đã thu gom lúc 15:20 và rửa sạch mặt đường.")
    page.locator("#resolve-photo").set_input_files(photo)
    page.locator("form:has(#resolve-text) button").click()
    page.locator(".state-resolved").wait_for()
    officer.shoot(f"{shot}-24-resolved")


def confirm(citizen: Person, shot: str) -> None:
    """Say that it is solved, and rate it."""
    page = citizen.page
    page.reload()
    citizen.shoot(f"{shot}-09-resolved")
    page.get_by_role("button", name="Đã xong, cảm ơn").click()
    page.get_by_text("Quý vị đã xác nhận").wait_for()
    page.locator(".score").nth(4).click()
    citizen.shoot(f"{shot}-10-rate")
    page.get_by_role("button", name="Gửi đánh giá").click()
    page.get_by_text("5 trên 5 điểm").wait_for()
    citizen.shoot(f"{shot}-11-rated")

"""pictures of every page, phone and desk"""
from pathlib import Path
import re, pytest
pytestmark=pytest.mark.browser
from tests.browser.conftest import PASSWORD

@pytest.mark.parametrize("device",["phone","desk"])
def test_shots(meet, served, photo, device):
    c=meet(device); p=c.page
    errs=[]; p.on("console", lambda m: errs.append(m.text) if m.type in("error","warning") else None); p.on("pageerror", lambda e: errs.append(str(e)))
    c.go("/"); c.shoot("01-home"); c.go("/?lang=en"); c.shoot("02-home-en"); c.go("/?lang=vi")
    c.go("/report"); c.shoot("03-choose")
    c.go("/report?service=tree-or-wire"); c.shoot("04-emergency")
    c.go("/report?service=rubbish"); p.click("button.primary"); p.wait_for_selector(".summary"); c.shoot("05-what-errors")
    c.go("/report?service=rubbish"); c.shoot("06-what")
    p.fill("#text","Rác chất đống cạnh chợ Hòa Bình từ hôm qua, bốc mùi rất khó chịu, ruồi nhiều."); p.check("text=Rác sinh hoạt")
    p.click("button.primary"); p.wait_for_selector("#map .leaflet-image-layer"); p.wait_for_timeout(600)
    p.click("#map", position={"x":140,"y":150}); p.wait_for_timeout(400); c.shoot("07-where")
    p.fill("#address","Cạnh cổng sau chợ Hòa Bình"); p.click("button.primary"); p.wait_for_selector("#photos")
    p.set_input_files("#photo", photo); p.wait_for_selector(".kept img"); p.wait_for_timeout(500)
    p.fill("#phone","0912 345 678"); c.shoot("08-who")
    p.click("button.primary"); p.wait_for_url("**/receipt"); c.shoot("09-receipt")
    code=p.locator("#code").inner_text()
    p.click("text=Mở hồ sơ"); p.wait_for_timeout(400); c.shoot("10-case-received")
    o=meet(device); q=o.page
    o.go("/desk"); o.shoot("20-login"); q.fill("#username","lan"); q.fill("#password",PASSWORD); q.click("button.primary")
    o.go("/desk?unit=all"); o.shoot("21-queue")
    q.click(".row a"); q.wait_for_timeout(500); o.shoot("22-desk-case")
    q.click("text=Mở liên hệ"); 
    q.click("summary:has-text('Hỏi thêm')"); q.fill("#ask-text","Rác nằm trong khuôn viên chợ hay ngoài đường ạ?"); q.click("details[open] form:has(#ask-text) button"); q.wait_for_load_state()
    q.click("summary:has-text('Ghi chú')"); q.fill("#note-text","Đã báo đội thu gom ca chiều."); q.click("form:has(#note-text) button"); q.wait_for_load_state(); o.shoot("23-desk-asked")
    p.reload(); c.shoot("11-case-asked")
    p.fill("#say-text","Ở ngoài đường, sát cổng sau."); p.click("form:has(#say-text) button"); p.wait_for_load_state()
    q.reload(); q.fill("#resolve-text","Đã thu gom lúc 15:20 và rửa sạch mặt đường."); q.set_input_files("#resolve-photo",photo); q.click("form:has(#resolve-text) button.primary"); q.wait_for_load_state(); q.wait_for_timeout(500); o.shoot("24-desk-resolved")
    p.reload(); p.wait_for_timeout(500); c.shoot("12-case-resolved")
    p.click("text=Chưa xong"); p.wait_for_timeout(200); c.shoot("13-reopen")
    p.click("text=Đã xong"); p.wait_for_load_state(); p.click(".score >> nth=4"); c.shoot("14-rate"); p.click("text=Gửi đánh giá"); p.wait_for_load_state(); c.shoot("15-confirmed")
    c.go("/case"); p.fill("#code","ABC"); p.click("button.primary"); c.shoot("16-track-error")
    c.go("/nix"); c.shoot("17-404"); c.go("/privacy"); c.shoot("18-privacy")
    n=meet(device, script=False); n.go("/report?service=street-light"); n.page.fill("#text","Đèn tắt"); n.page.click("button.primary"); n.page.click("input[type=image]",position={"x":170,"y":160}); n.shoot("30-plain-where"); n.page.click("button.primary"); n.shoot("31-plain-who")
    print(errs); assert not [e for e in errs if "404" not in e and "422" not in e], errs

"""The first journey, step by step, on a new database with fictional data; then the ward's app.

    make demo                  the journey, then http://127.0.0.1:8000 until Ctrl-C
    DEMO_SERVE=0 make demo     the journey alone
    DEMO_PORT=8080 make demo   another port

Everybody and everything in it is invented. What would leave by e-mail or text message is
printed instead.
"""

import os
import shutil
import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from govinteract import Locality, Settings
from govinteract.delivery import make_relay
from govinteract.feedback import Case, Contact, Receipt, Report, Returned
from govinteract.kernel import Anonymous, Officer, Point, SystemEntropy
from govinteract.notify import Notice
from govinteract.outbox import Delivered, Outcome
from govinteract.web.desk.accounts import add_officer

HERE = Path(__file__).parent
HOME = Path("build/demo")
WORDS = "Đèn trước số 12 Lê Lợi tắt ba đêm nay, trẻ con đi học về rất tối."
PLACE = Point(16.4637, 107.5909)


class Clock:
    """A clock that the demo sets back, so that its cases have a past."""

    def __init__(self) -> None:
        self.behind = timedelta(days=9)

    def now(self) -> datetime:
        """Return the demo's hour."""
        return datetime.now(UTC) - self.behind


class Printed:
    """A channel that prints what another would have sent, or only takes it."""

    def __init__(self, name: str, *, short: bool, silent: bool = False) -> None:
        self.name = name
        self.short = short
        self.silent = silent

    def send(self, notice: Notice) -> Outcome:
        """Print `notice`, the address masked."""
        if self.silent:
            return Delivered()
        to = notice.to[:4] + "•" * 5 + notice.to[-3:]
        print(f"     by {self.name} to {to}:")
        for line in notice.text.strip().splitlines():
            print(f"       │ {line}")
        return Delivered()


def step(title: str) -> None:
    """Print the title of a step."""
    step.number = getattr(step, "number", 0) + 1  # type: ignore[attr-defined]  # counts itself
    print(f"\n{step.number:>2}. {title}")  # type: ignore[attr-defined]  # as above


def say(text: str) -> None:
    """Print a line below a step."""
    print(f"     {text}")


def show(ward: Locality, case: Case) -> None:
    """Print how a case stands."""
    clock = "stands still" if case.paused_since else "runs"
    promise = f"due {local(ward, case.due)}, the clock {clock}" if not case.answered_at else "kept"
    say(f"state: {ward.workflow.label(case.state, 'vi')}; promise: {promise}")


def local(ward: Locality, at: datetime | None) -> str:
    """Return `at` as the ward's clock on the wall shows it."""
    return at.astimezone(ZoneInfo(ward.zone)).strftime("%H:%M %d/%m/%Y") if at else "-"


def open_ward(clock: Clock) -> Locality:
    """Make a new ward on a new SQLite file and return it."""
    shutil.rmtree(HOME, ignore_errors=True)
    HOME.mkdir(parents=True)
    settings = Settings.load(
        HERE / "ward.toml", database_url=f"sqlite:///{(HOME / 'ward.db').resolve()}",
        key_file=(HOME / "ward.key").resolve(), single_machine=True,
    )  # fmt: skip
    ward = Locality(settings, clock=clock)
    step("A new ward on one SQLite file")
    for line in ward.upgrade():
        say(line)
    say(f"{len(list(ward.catalogue))} services; calendar {ward.calendar.version}")
    return ward


def report(ward: Locality) -> Receipt:
    """Let a citizen report."""
    step("A citizen reports a broken street light, without an account")
    say(f"“{WORDS}”")
    with ward.acting_as(Anonymous()) as tx:
        receipt = tx.feedback.submit(
            Report(service="street-light", text=WORDS, at=PLACE, address="Trước số 12 Lê Lợi"),
            contact=Contact(name="Trần Thị Mai", phone="0912 345 678", email="mai@example.vn"),
            once="the-page-made-this-key",
        )
    say(f"case code (the citizen's secret): {receipt.code}")
    say(f"public number (for everybody):    {receipt.public_id.shown}")
    say(f"promised: {receipt.promise}, by {local(ward, receipt.answer_by)}")
    with ward.acting_as(Anonymous()) as tx:
        again = tx.feedback.submit(
            Report(service="street-light", text=WORDS, at=PLACE, address="Trước số 12 Lê Lợi"),
            contact=Contact(name="Trần Thị Mai", phone="0912 345 678", email="mai@example.vn"),
            once="the-page-made-this-key",
        )
    say(f"sent twice by a nervous finger: the same receipt again ({again == receipt})")
    return receipt


def show_sealed(ward: Locality, receipt: Receipt) -> None:
    """Print what somebody sees who has stolen the database."""
    step("What was sealed: this is all that a stolen database shows")
    connection = sqlite3.connect(ward.settings.database_url.removeprefix("sqlite:///"))
    row = connection.execute(
        "select hex(text), hex(contact), hex(address) from gi_case where id = ?", [receipt.case_id]
    ).fetchone()
    wraps = connection.execute(
        "select data_class, group_concat(purpose, ', ') from gi_wrap group by data_class"
    ).fetchall()
    connection.close()
    for name, value in zip(("words", "contact", "address"), row, strict=True):
        say(f"{name:<8} {value[:64].lower()}… ({len(value) // 2} bytes)")
    for data_class, purposes in wraps:
        say(f"the key of {data_class!r} opens for: {purposes}")
    raw = Path(ward.settings.database_url.removeprefix("sqlite:///")).read_bytes()
    say(f"the citizen's words stand in the file: {WORDS.encode() in raw}")


def answer(ward: Locality, clock: Clock, receipt: Receipt) -> None:
    """Let an officer look, ask and resolve, and the citizen answer, reopen, confirm and rate."""
    officer = Officer("an", unit="ha-tang", roles={"handler"})
    step("An officer opens the report for a purpose; who reported stays sealed")
    with ward.acting_as(officer, purpose="resolve-report") as tx:
        case = tx.feedback.find(receipt.public_id)
        say(f"opened: “{tx.open(case.text).reveal()}”")
        case = tx.feedback.ask(case, "Cột đèn có ghi số không ạ?")
        show(ward, case)
    clock.behind -= timedelta(days=1)
    step("A day later the citizen answers; the day does not count against the office")
    with ward.acting_as(Anonymous()) as tx:
        case = tx.feedback.say(tx.feedback.find(str(receipt.code)), "Cột số 14, màu xanh.")
        show(ward, case)
    step("The officer resolves it")
    with ward.acting_as(officer) as tx:
        case = tx.feedback.find(receipt.public_id)
        case = tx.feedback.reply(case, "Đã thay bóng lúc 15:20 chiều nay.", resolves=True)
        show(ward, case)
    clock.behind -= timedelta(hours=20)
    step("Not fixed is not closed: the citizen reopens it, and a new promise starts")
    with ward.acting_as(Anonymous()) as tx:
        case = tx.feedback.reopen(tx.feedback.find(receipt.code), "Tối qua đèn vẫn chưa sáng.")
        show(ward, case)
    clock.behind -= timedelta(hours=6)
    with ward.acting_as(officer) as tx:
        case = tx.feedback.find(receipt.public_id)
        tx.feedback.reply(case, "Đã thay cả dây, tối nay sẽ sáng.", resolves=True)
    step("This time it shines: the citizen confirms and rates")
    with ward.acting_as(Anonymous(), purpose="self-access") as tx:
        case = tx.feedback.find(receipt.code)
        said = [(message.author, message.text) for message in tx.feedback.thread(case)]
        opened = tx.open_all([text for _, text in said if text])
        for author, text in zip([author for author, text in said if text], opened, strict=True):
            say(f"{author:<8} “{text.reveal()}”")
        case = tx.feedback.rate(tx.feedback.confirm(case), 5)
        say(f"state: {ward.workflow.label(case.state, 'vi')}; rated {case.rating} of 5")


def send(ward: Locality) -> None:
    """Deliver what waits in the outbox, by printing it."""
    step("What was sent: the code and what the citizen needs, nothing else")
    relay = make_relay(
        ward, email=Printed("e-mail", short=False), phone=Printed("text message", short=True)
    )
    tally = relay.run_once()
    say(f"{tally.delivered} delivered, {tally.retried} waiting, {tally.dead} given up")


def verify(ward: Locality) -> None:
    """Verify the log, break a copy of the database, and see it named."""
    step("Everything that happened stands in the signed log")
    verdict = ward.verify()
    say(f"{verdict.facts} facts, {verdict.size} leaves, verified: {verdict.good}")
    for line in verdict.note.strip().splitlines():
        say(f"  │ {line}")
    with ward.acting_as(Officer("an")) as tx:
        looks = [fact for part in tx.facts.walk("opening:") for fact in part]
    say(f"personal data was opened {len(looks)} times; each look is one of these facts")
    step("Somebody rewrites one word of history in the database")
    path = ward.settings.database_url.removeprefix("sqlite:///")
    with sqlite3.connect(path) as connection:
        change = "update gi_fact set actor = 'officer:binh' where kind = 'case.resolved'"
        connection.execute(change)
    say(f"verified: {ward.verify().good}: {ward.verify().wrong}")
    with sqlite3.connect(path) as connection:
        connection.execute(change.replace("binh", "an"))
    say(f"put right again: {ward.verify().good}")


def more_cases(ward: Locality, clock: Clock) -> None:
    """Fill the desk with a few more cases, so that it has something to show."""
    step("A few more reports for the desk")
    officer = Officer("an", unit="ha-tang", roles={"handler"})
    clock.behind = timedelta(days=8)
    texts = [
        ("street-light", "Đèn đường hẻm 45 chập chờn cả tuần.", Point(16.4652, 107.5931)),
        ("rubbish", "Rác chất đống cạnh chợ Hòa Bình, bốc mùi.", Point(16.4629, 107.5880)),
        ("question", "Tôi cần giấy tờ gì để đăng ký khai sinh cho cháu?", None),
        ("street-light", "Cột đèn nghiêng sau cơn bão.", Point(16.4611, 107.5922)),
        ("rubbish", "Xà bần đổ trộm ở cuối đường Hoa Sữa.", Point(16.4645, 107.5862)),
        ("question", "Một cửa có làm việc sáng thứ Bảy không?", None),
    ]
    for number, (service, text, at) in enumerate(texts):
        clock.behind -= timedelta(days=1, hours=number % 3)
        answers = {"kind": "household"} if service == "rubbish" else {}
        with ward.acting_as(Anonymous()) as tx:
            receipt = tx.feedback.submit(
                Report(service=service, text=text, at=at, answers=answers),
                contact=Contact(phone="0987 000 111") if number % 2 else None,
            )
        with ward.acting_as(officer) as tx:
            case = tx.feedback.find(receipt.public_id)
            match number:
                case 0:
                    tx.feedback.start(case)
                case 2:
                    tx.feedback.reply(case, "Giấy chứng sinh và căn cước của cha, mẹ.")
                case 3:
                    tx.feedback.give_back(
                        case, "Xin gửi thêm vị trí cột đèn.", cause=Returned.CITIZEN
                    )
                case 4:
                    tx.feedback.moderate(case, "Xà bần đổ trộm ở cuối đường Hoa Sữa.")
                case _:
                    pass
    clock.behind = timedelta()
    quiet = Printed("text message", short=True, silent=True)
    say(f"{make_relay(ward, phone=quiet).run_once().delivered} messages about them, not shown")
    with ward.acting_as(officer) as tx:
        say(f"{len(tx.feedback.queue().cases)} cases wait at the desk")


def serve(ward: Locality) -> None:
    """Serve the ward's app until Ctrl-C and print the officer's login."""
    from govinteract.web import serve as serve_pages  # noqa: PLC0415 - only when it is served

    password = SystemEntropy().bytes(9).hex()
    add_officer(ward, "an", password, name="Nguyễn Văn An", unit="ha-tang")
    port = int(os.environ.get("DEMO_PORT", "8000"))
    step("The ward's app, until Ctrl-C")
    say(f"citizens:  http://127.0.0.1:{port}/")
    say(f"the desk:  http://127.0.0.1:{port}/desk   login: an   password: {password}")
    say(f"Open311:   http://127.0.0.1:{port}/open311/v2/discovery.json")
    serve_pages(ward, port=port)


def main() -> None:
    """Take one report through its whole life, then serve."""
    print("govinteract: the first journey. Everybody and everything here is invented.")
    clock = Clock()
    with open_ward(clock) as ward:
        receipt = report(ward)
        show_sealed(ward, receipt)
        answer(ward, clock, receipt)
        send(ward)
        verify(ward)
        more_cases(ward, clock)
        if os.environ.get("DEMO_SERVE", "1") != "0":
            serve(ward)
    print("\nThe end.")


if __name__ == "__main__":
    main()

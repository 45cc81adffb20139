"""A row is read as strictly as what a citizen types; what can't be read names its column."""

from datetime import UTC, datetime

import pytest

from govinteract.feedback.past import RowReader
from govinteract.feedback.past.model import PastReport, Unreadable
from tests.feedback.past import mapping

NOW = datetime(2026, 3, 2, tzinfo=UTC)
MAPPING = """
source = "old"
zone = "America/Los_Angeles"
dates = ["%m/%d/%y %H:%M"]
empty = ["", "N/A"]

[columns]
id = "id"
service = "kind"
status = "state"
created = "created"
closed = "closed"
updated = "updated"
text = "{kind}: {words}"
address = "place"
lat = "lat"
lon = "lon"
unit = "team"
name = "who"
phone = "tel"
email = "mail"

[services]
Light = "street-light"
Rubbish = "rubbish"

[states]
Open = "received"
Busy = "active"
Done = "resolved"
"""
GOOD = {
    "id": "A-1", "kind": "Light", "state": "Done", "created": "1/2/20 8:00",
    "closed": "1/3/20 9:00", "updated": "1/4/20 9:00", "words": "Đèn tắt", "place": "12 Lê Lợi",
    "lat": "16.4637", "lon": "107.5909", "team": "Đội 1", "who": "", "tel": "", "mail": "",
}  # fmt: skip


def read(text: str = MAPPING, **changed: str) -> PastReport:
    """Read the good row with some cells changed."""
    row = GOOD | changed
    return RowReader(mapping(text), [*row], region="VN", now=NOW).read([*row.values()])


def refusal(text: str = MAPPING, **changed: str) -> tuple[str, str]:
    """Return which column refuses the changed row, and why; the good one is taken."""
    with pytest.raises(Unreadable) as refused:
        read(text, **changed)
    assert read().external_id == "A-1"
    return refused.value.column, refused.value.code


def test_a_good_row_is_a_report_with_its_history() -> None:
    """Every cell is where it belongs."""
    report = read()
    checked = report.checked
    assert (checked.service.code, checked.text) == ("street-light", "Light: Đèn tắt")
    assert checked.report.at is not None
    assert (checked.report.at.lat, checked.report.at.lon) == (16.4637, 107.5909)
    assert (checked.address, checked.contact, report.unit) == ("12 Lê Lợi", None, "Đội 1")
    assert report.at == datetime(2020, 1, 2, 16, tzinfo=UTC)
    assert report.move is not None
    assert (report.move.verb, report.move.at) == ("resolve", datetime(2020, 1, 3, 17, tzinfo=UTC))


@pytest.mark.parametrize(
    ("changed", "column", "code"),
    [
        ({"id": ""}, "id", "feedback.import_empty"),
        ({"id": "x" * 201}, "id", "kernel.text_too_long"),
        ({"id": "a\tb"}, "id", "kernel.text_control"),
        ({"kind": "Road"}, "kind", "feedback.import_word"),
        ({"kind": ""}, "kind", "feedback.import_empty"),
        ({"state": "Lost"}, "state", "feedback.import_word"),
        ({"created": ""}, "created", "feedback.import_empty"),
        ({"created": "2020-01-02"}, "created", "feedback.import_time"),
        ({"created": "1/2/69 8:00"}, "created", "feedback.import_time_range"),
        ({"created": "1/2/27 8:00"}, "created", "feedback.import_time_range"),
        ({"closed": "1/2/27 8:00"}, "closed", "feedback.import_time_range"),
        ({"closed": "soon"}, "closed", "feedback.import_time"),
        ({"closed": "1/2/20 7:59"}, "closed", "feedback.import_before_created"),
        ({"closed": "", "updated": "1/2/20 7:59"}, "updated", "feedback.import_before_created"),
        ({"closed": "", "updated": "N/A"}, "closed", "feedback.import_no_time"),
        ({"words": "x" * 10_001}, "kind, words", "kernel.text_too_long"),
        ({"words": "a\x00b"}, "kind, words", "kernel.text_control"),
        ({"place": "x" * 301}, "place", "kernel.text_too_long"),
        ({"lat": "north"}, "lat", "feedback.import_number"),
        ({"lat": "nan"}, "lat", "feedback.import_number"),
        ({"lat": "1_0"}, "lat", "feedback.import_number"),
        ({"lat": "91"}, "lat", "kernel.point_invalid"),
        ({"lon": "181"}, "lon", "kernel.point_invalid"),
        ({"lon": ""}, "lon", "feedback.import_empty"),
        ({"team": "x" * 65}, "team", "kernel.text_too_long"),
        ({"tel": "12"}, "tel", "kernel.phone_invalid"),
        ({"mail": "nobody"}, "mail", "kernel.email_invalid"),
        ({"who": "x" * 121}, "who", "kernel.text_too_long"),
    ],
    ids=str,
)
def test_what_cannot_be_read_names_its_column(
    changed: dict[str, str], column: str, code: str
) -> None:
    """Nothing is guessed and nothing is left out."""
    assert refusal(**changed) == (column, code)


def test_a_refusal_quotes_nothing_of_the_row() -> None:
    """What a row says may be personal; the file of refusals is not sealed."""
    with pytest.raises(Unreadable) as refused:
        read(tel="0912 34", words="Nguyễn Văn A")
    assert "0912" not in repr((refused.value, refused.value.params))


def test_words_are_found_whatever_their_case_and_spaces() -> None:
    """Other systems are not tidy."""
    assert read(kind=" lIGHT ", state="done").checked.service.code == "street-light"


def test_a_star_stands_for_every_other_word() -> None:
    """Where a locality wants no row refused for its kind."""
    text = MAPPING.replace("[services]", '[services]\n"*" = "question"')
    assert read(text, kind="Road").checked.service.code == "question"
    assert read(text).checked.service.code == "street-light"


def test_cells_that_say_nothing_are_nothing() -> None:
    """As the mapping lists them."""
    report = read(lat="N/A", lon="n/a", place="N/A", team="")
    assert (report.checked.report.at, report.checked.address) == (None, None)
    assert report.unit == "ha-tang"  # the service's own


def test_a_unit_may_be_mapped() -> None:
    """The other system's name for a unit becomes this locality's code."""
    text = MAPPING + '\n[units]\n"Đội 1" = "doi-1"\n'
    assert read(text).unit == "doi-1"
    assert refusal(text, team="Đội 9") == ("team", "feedback.import_word")


def test_a_report_that_is_open_there_is_open_here() -> None:
    """It has no history beyond its receipt, whatever times the row has."""
    assert read(state="Open", closed="", updated="").move is None
    move = read(state="Busy", closed="").move
    assert move is not None
    assert (move.verb, move.at) == ("start", datetime(2020, 1, 4, 17, tzinfo=UTC))


def test_numbers_may_have_a_comma() -> None:
    """As half of the world writes them."""
    at = read(lat="16,5", lon="107,5").checked.report.at
    assert at is not None
    assert (at.lat, at.lon) == (16.5, 107.5)


def test_a_contact_is_checked_as_a_citizens_is() -> None:
    """The phone number gets its one spelling."""
    contact = read(who="Lan", tel="0912 345 678", mail="lan@example.vn").checked.contact
    assert contact is not None
    assert (contact.name, contact.phone, contact.email) == ("Lan", "+84912345678", "lan@example.vn")


def test_an_end_in_the_hour_that_came_twice_lies_after_the_beginning() -> None:
    """Received at the first 01:40 and closed at 01:20 means the second 01:20."""
    report = read(created="11/1/20 1:40", closed="11/1/20 1:20")
    assert report.at == datetime(2020, 11, 1, 8, 40, tzinfo=UTC)
    assert report.move is not None
    assert report.move.at == datetime(2020, 11, 1, 9, 20, tzinfo=UTC)


def test_an_empty_template_is_no_text() -> None:
    """A sentence of which no column says anything says nothing."""
    text = MAPPING.replace('"{kind}: {words}"', '"Words: {words}"')
    assert refusal(text, words="") == ("words", "feedback.import_empty")
    assert read(text).checked.text == "Words: Đèn tắt"

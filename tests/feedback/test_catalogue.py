"""The catalogue of services is data that is checked before a citizen sees it."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from govinteract.errors import InputError, SettingsError
from govinteract.feedback.catalogue import Catalogue
from govinteract.feedback.questions import DATATYPES, Question, check_answers
from govinteract.locality import starter_catalogue

GOOD = """
[[service]]
code = "street-light"
name = { vi = "Đèn đường" }
promise = "3d"
phone = "1900 0000"
verified = 2026-11-02
fee = { minor = 15000, currency = "VND", note = { vi = "Lệ phí" } }
[[service.question]]
code = "pole"
datatype = "string"
label = { vi = "Số cột" }
"""
LIST = {"a": {"vi": "A"}, "b": {"vi": "B"}}


def _question(datatype: str, **more: object) -> Question:
    values = LIST if datatype.endswith("list") else {}
    row = {"code": "q", "datatype": datatype, "label": {"vi": "Hỏi"}, "values": values, **more}
    return Question.from_row(row, 1)


def test_a_service_says_all_that_it_promises() -> None:
    """What stands in the file is what the service has."""
    service = Catalogue.from_toml(GOOD).service("street-light")
    assert service.promise is not None
    assert (service.promise.text, service.verified) == ("3d", date(2026, 11, 2))
    assert service.fee is not None
    assert service.fee.minor == 15_000
    assert service.title("en") == "Đèn đường"
    assert [question.code for question in service.questions] == ["pole"]


def test_the_starter_catalogue_is_good() -> None:
    """The example that ships with the Vietnamese pack can be published."""
    assert len(list(Catalogue.from_toml(starter_catalogue("vn")))) == 3


@pytest.mark.parametrize(
    ("right", "wrong", "says"),
    [
        ("verified = 2026-11-02\n", "", "verified"),
        ('phone = "1900 0000"\n', "", "phone"),
        ('code = "street-light"', 'code = "Đèn"', "a code is of"),
        ('name = { vi = "Đèn đường" }', 'name = ""', "has no name"),
        ('promise = "3d"', 'promise = "soon"', "promise"),
        ('promise = "3d"', 'promises = "3d"', "unknown key"),
        ('datatype = "string"', 'datatype = "words"', "datatype"),
        ('datatype = "string"', 'datatype = "singlevaluelist"', "needs values"),
        ("[[service]]", "[[service]", ""),
    ],
)
def test_a_wrong_catalogue_is_refused_with_the_place(right: str, wrong: str, says: str) -> None:
    """A service that would let citizens down is refused, and the hint says which and why."""
    assert right in GOOD
    with pytest.raises(SettingsError) as caught:
        Catalogue.from_toml(GOOD.replace(right, wrong, 1))
    assert caught.value.code == "feedback.catalogue_invalid"
    assert says in caught.value.hint
    assert Catalogue.from_toml(GOOD).service("street-light").code == "street-light"


def test_a_code_stands_once() -> None:
    """Two services of one code are refused."""
    with pytest.raises(SettingsError) as caught:
        Catalogue.from_toml(GOOD + GOOD)
    assert "stands twice" in caught.value.hint


def test_what_is_not_published_is_not_there() -> None:
    """A service without a verified contact may wait unpublished, unseen by citizens."""
    text = GOOD.replace("verified = 2026-11-02", "published = false")
    catalogue = Catalogue.from_toml(text)
    assert list(catalogue) == []
    with pytest.raises(InputError):
        catalogue.service("street-light")


@pytest.mark.parametrize(
    ("datatype", "raw", "answer"),
    [
        ("string", " Cột 14 ", "Cột 14"),
        ("text", "a\r\nb", "a\nb"),
        ("number", "1,5", 1.5),
        ("number", "-3", -3.0),
        ("datetime", "2026-03-02T08:00:00+07:00", "2026-03-02T08:00:00+07:00"),
        ("singlevaluelist", "a", "a"),
        ("multivaluelist", ["a", "b", "a"], ["a", "b"]),
        ("multivaluelist", "", None),
    ],
)
def test_answers_of_each_datatype(datatype: str, raw: str | list[str], answer: object) -> None:
    """Each of the six datatypes takes what fits it."""
    assert _question(datatype).check(raw) == answer


@pytest.mark.parametrize(
    ("datatype", "raw"),
    [
        ("number", "nhiều"),
        ("number", "nan"),
        ("number", "1e999"),
        ("datetime", "hôm qua"),
        ("singlevaluelist", "c"),
        ("singlevaluelist", ["a", "b"]),
        ("multivaluelist", ["a", "c"]),
    ],
)
def test_answers_that_do_not_fit_are_refused(datatype: str, raw: str | list[str]) -> None:
    """What does not fit its datatype is refused, naming the question and not the answer."""
    with pytest.raises(InputError) as caught:
        _question(datatype).check(raw)
    assert caught.value.params == {"question": "q"}


@given(st.sampled_from(DATATYPES), st.text() | st.lists(st.text(), max_size=3))
def test_any_input_is_an_answer_or_an_error(datatype: str, raw: str | list[str]) -> None:
    """No input whatsoever ends in another exception."""
    try:
        answer = _question(datatype).check(raw)
    except InputError:
        return
    assert answer is None or isinstance(answer, (str, float, list))


def test_required_shown_and_unknown_questions() -> None:
    """A required answer must be there, a line that is only shown has none."""
    questions = [_question("string", required=True), _question("text", asks=False)]
    assert check_answers(questions[:1], {"q": "x"}) == {"q": "x"}
    for answers, code in (({}, "feedback.answer_missing"), ({"z": "x"}, "feedback.answer_unknown")):
        with pytest.raises(InputError) as caught:
            check_answers(questions[:1], answers)
        assert caught.value.code == code
    assert check_answers(questions[1:], {}) == {}

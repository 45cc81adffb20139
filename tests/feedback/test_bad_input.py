"""What can't be taken is refused whole, with an error that says what to do."""

import pytest

from govinteract import Locality
from govinteract.errors import InputError
from govinteract.feedback import Contact, Report
from tests.feedback.test_journey import REPORT, submit
from tests.support import ANONYMOUS, OFFICER


@pytest.mark.parametrize(
    ("report", "code"),
    [
        (Report(service="street-light", text="x" * 10_001), "kernel.text_too_long"),
        (Report(service="street-light", text="x" * 200_000), "kernel.text_too_long"),
        (Report(service="street-light", text=""), "kernel.text_empty"),
        (Report(service="street-light", text="a\x00b"), "kernel.text_control"),
        (Report(service="street-light", text="a\udc80b"), "kernel.text_control"),
        (Report(service="nothing", text="x"), "feedback.service_unknown"),
        (Report(service="rubbish", text="x"), "feedback.answer_missing"),
        (Report(service="rubbish", text="x", answers={"kind": "gold"}), "feedback.answer_invalid"),
        (
            Report(service="rubbish", text="x", answers={"kind": "other", "no": "1"}),
            "feedback.answer_unknown",
        ),
        (Report(service="street-light", text="x", address="y" * 301), "kernel.text_too_long"),
    ],
)
def test_bad_reports_are_refused_whole(small_ward: Locality, report: Report, code: str) -> None:
    """Each kind of bad input has its own clear error, in both languages, and stores nothing."""
    with pytest.raises(InputError) as caught:
        submit(small_ward, report)
    assert caught.value.code == code
    assert caught.value.message("vi") != caught.value.message("en") != code
    with small_ward.acting_as(OFFICER) as tx:
        assert tx.feedback.queue().cases == ()
        assert not [f for part in tx.facts.walk("case:") for f in part]
    good = Report(
        service="rubbish", text="x" * 10_000, answers={"kind": "other"}, address="y" * 300
    )
    assert submit(small_ward, good).case_id


@pytest.mark.parametrize(
    ("contact", "code"),
    [
        (Contact(phone="123"), "kernel.phone_invalid"),
        (Contact(email="a@b@c"), "kernel.email_invalid"),
        (Contact(name="x" * 121), "kernel.text_too_long"),
    ],
)
def test_bad_contacts_are_refused(small_ward: Locality, contact: Contact, code: str) -> None:
    """A contact that could not be used is refused before anything is stored."""
    with pytest.raises(InputError) as caught, small_ward.acting_as(ANONYMOUS) as tx:
        tx.feedback.submit(REPORT, contact=contact)
    assert caught.value.code == code
    assert submit(small_ward).case_id

import pytest
from attrs import evolve

from govinteract.consent import Guard, Purposes
from govinteract.errors import AccessDenied
from govinteract.kernel import Actor, Anonymous, Citizen, Officer, System
from govinteract.vault import Sealed

GUARD = Guard(Purposes.for_country("vn"))
TX = object()
AN = Officer("an", unit="urban-order")


def sealed(data_class: str = "contact", subject: str = "s-1") -> Sealed:
    """Return a sealed value; a guard looks at its place alone."""
    return Sealed(envelope=b"", data_class=data_class, subject=subject, record="r", field="f")


def refusal(actor: Actor, purpose: str | None, *values: Sealed, own: tuple[str, ...] = ()) -> str:
    """Return the code with which the guard refuses."""
    with pytest.raises(AccessDenied) as refused:
        GUARD.permit(actor, purpose, values, transaction=TX, own=own)
    return refused.value.code


def test_permit_names_who_for_what_and_on_which_basis() -> None:
    """A permit carries actor, purpose and basis, and covers the values in its transaction."""
    values = [sealed(), sealed("content", "s-2")]
    permit = GUARD.permit(AN, "resolve-report", values, transaction=TX)
    assert permit.actor == "officer:an"
    assert permit.purpose == "resolve-report"
    assert permit.basis.startswith("law: ")
    assert all(permit.covers(value, TX) for value in values)
    assert not permit.covers(values[0], object())
    assert not permit.covers(sealed(subject="s-3"), TX)
    assert not permit.covers(sealed("evidence"), TX)


@pytest.mark.parametrize(
    ("actor", "purpose", "value"),
    [
        (AN, "resolve-report", sealed("contact")), (AN, "moderate", sealed("content")),
        (AN, "case-notes", sealed("note")), (System("relay"), "notify-citizen", sealed("receipt")),
        (Citizen("s-1"), "self-access", sealed("content")),
    ],
)  # fmt: skip
def test_purposes_open_what_they_are_for(actor: Actor, purpose: str, value: Sealed) -> None:
    """Each purpose is permitted to its actors for its classes."""
    assert GUARD.permit(actor, purpose, [value], transaction=TX).purpose == purpose


@pytest.mark.parametrize("purpose", [None, ""])
def test_opening_without_a_purpose_is_refused(purpose: str | None) -> None:
    """Who names no purpose opens nothing."""
    assert refusal(AN, purpose, sealed()) == "consent.purpose_missing"
    assert GUARD.permit(AN, "resolve-report", [sealed()], transaction=TX).subjects


@pytest.mark.parametrize("purpose", ["resolve", "RESOLVE-REPORT", "resolve-report "])
def test_unknown_purpose_is_refused(purpose: str) -> None:
    """A purpose that is not declared, to the letter, opens nothing."""
    assert refusal(AN, purpose, sealed()) == "consent.purpose_unknown"


@pytest.mark.parametrize("actor", [Citizen("s-1"), Anonymous(), System("relay")])
def test_actor_of_another_kind_is_refused(actor: Actor) -> None:
    """A purpose of officers is refused to citizens, strangers and programs."""
    assert refusal(actor, "resolve-report", sealed()) == "consent.actor_not_allowed"
    assert refusal(AN, "notify-citizen", sealed()) == "consent.actor_not_allowed"
    assert refusal(AN, "self-access", sealed(), own=("s-1",)) == "consent.actor_not_allowed"


@pytest.mark.parametrize(
    ("purpose", "data_class"),
    [
        ("moderate", "contact"), ("moderate", "receipt"), ("resolve-report", "receipt"),
        ("resolve-report", "note"), ("case-notes", "contact"),
    ],
)  # fmt: skip
def test_class_that_the_purpose_does_not_need_is_refused(purpose: str, data_class: str) -> None:
    """A purpose opens its own classes only, and one value too many refuses them all."""
    assert refusal(AN, purpose, sealed(data_class)) == "consent.class_not_covered"
    covered = {"moderate": "content", "resolve-report": "contact", "case-notes": "note"}[purpose]
    assert GUARD.permit(AN, purpose, [sealed(covered)], transaction=TX).subjects
    assert refusal(AN, purpose, sealed(covered), sealed(data_class)) == "consent.class_not_covered"


def test_citizen_sees_his_own_data_alone() -> None:
    """A signed-in citizen opens the subject that is his, and no other's."""
    citizen = Citizen("s-1")
    assert GUARD.permit(citizen, "self-access", [sealed()], transaction=TX).subjects
    assert refusal(citizen, "self-access", sealed(subject="s-2")) == "consent.not_own"
    assert refusal(citizen, "self-access", sealed(), sealed(subject="s-2")) == "consent.not_own"


def test_holder_of_a_code_sees_what_the_code_opened() -> None:
    """Who has shown a case code opens that case's subject, and nothing without one."""
    shown = GUARD.permit(Anonymous(), "self-access", [sealed()], transaction=TX, own=("s-1",))
    assert shown.actor == "anonymous"
    assert refusal(Anonymous(), "self-access", sealed()) == "consent.not_own"
    assert refusal(Anonymous(), "self-access", sealed(), own=("s-2",)) == "consent.not_own"


def test_officer_owns_no_citizens_data_by_his_id() -> None:
    """An officer whose id happens to be a subject's opens it only where he shows it is his."""
    own = next(purpose for purpose in Purposes.for_country("vn") if purpose.code == "self-access")
    guard = Guard(Purposes({"self-access": evolve(own, who=["officer"])}, profile="test"))
    officer = Officer("s-1")
    with pytest.raises(AccessDenied) as refused:
        guard.permit(officer, "self-access", [sealed()], transaction=TX)
    assert refused.value.code == "consent.not_own"
    assert guard.permit(officer, "self-access", [sealed()], transaction=TX, own=["s-1"]).subjects


def test_officer_needs_no_ownership() -> None:
    """A purpose that is not about one's own data opens any subject's."""
    assert GUARD.permit(AN, "resolve-report", [sealed(subject="s-9")], transaction=TX).subjects


def test_purpose_that_rests_on_consent_is_refused_without_one() -> None:
    """A purpose whose basis is consent is refused while no consent is on record."""
    by_law = next(purpose for purpose in Purposes.for_country("vn") if purpose.code == "moderate")
    by_consent = evolve(by_law, basis=evolve(by_law.basis, kind="consent"))
    for purpose, allowed in ((by_law, True), (by_consent, False)):
        guard = Guard(Purposes({"moderate": purpose}, profile="test"))
        if allowed:
            assert guard.permit(AN, "moderate", [sealed("content")], transaction=TX).subjects
        else:
            with pytest.raises(AccessDenied) as refused:
                guard.permit(AN, "moderate", [sealed("content")], transaction=TX)
            assert refused.value.code == "consent.not_given"


def test_refusal_never_quotes_a_value() -> None:
    """What the guard says names purposes and classes, and no subject or record."""
    with pytest.raises(AccessDenied) as refused:
        GUARD.permit(Anonymous(), "self-access", [sealed(subject="s-secret")], transaction=TX)
    for told in (str(refused.value), refused.value.message("vi"), refused.value.hint):
        assert "s-secret" not in told

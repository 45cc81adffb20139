import tomllib
from importlib.resources import files
from typing import Any

import pytest

from govinteract.consent import Purposes
from govinteract.errors import SettingsError
from govinteract.kernel import Actor, Anonymous, Citizen, Officer, System

PACK = files("govinteract").joinpath("packs", "vn", "purposes.toml").read_text("utf-8")
VN = Purposes.for_country("vn")

ONE = """
profile = "test"
[[purpose]]
code = "resolve-report"
classes = ["contact"]
who = ["officer:handler", "system"]
scope = "any"
names.vi = "Giải quyết"
[purpose.basis]
kind = "law"
law = "Law"
article = "Article 1"
source = "gazette"
verified = true
"""


def test_pack_has_the_purposes_of_the_first_journey() -> None:
    """The Vietnamese pack names five purposes, each for the data that it needs."""
    assert {purpose.code: set(purpose.classes) for purpose in VN} == {
        "resolve-report": {"contact", "content", "evidence"},
        "notify-citizen": {"contact", "receipt"},
        "moderate": {"content", "evidence"},
        "self-access": {"contact", "content", "evidence", "receipt"},
        "case-notes": {"note"},
    }
    assert VN.profile == "vn_2026"


def test_every_purpose_of_the_pack_has_its_law_and_its_names() -> None:
    """Each purpose cites an article and a source, and has a name in both languages."""
    for purpose in VN:
        assert purpose.basis.kind == "law"
        assert "91/2025/QH15" in purpose.basis.law
        assert purpose.basis.article.startswith("Điều ")
        assert purpose.basis.source
        assert purpose.name("vi") != purpose.name("en")
        assert purpose.name("fr") in purpose.names.values()
        assert purpose.basis.article in purpose.basis.reference


def test_unread_articles_are_marked_unverified() -> None:
    """No article is called verified that was taken from a secondary source."""
    assert [p.code for p in VN if p.basis.verified and "secondary" in p.basis.source] == []
    assert [p.code for p in Purposes.from_toml(ONE) if p.basis.verified] == ["resolve-report"]


def test_plan_gives_each_class_its_purposes() -> None:
    """The plan is what the vault makes wraps by: the purposes of each class, in order."""
    assert VN.plan()["contact"] == ("resolve-report", "notify-citizen", "self-access")
    assert VN.plan()["receipt"] == ("notify-citizen", "self-access")
    assert VN.plan()["note"] == ("case-notes",)
    assert "moderate" not in VN.plan()["contact"]


def test_purpose_that_rests_on_consent_is_not_planned() -> None:
    """A purpose that needs consent has no key before the consent is given."""
    asked = ONE.replace('kind = "law"', 'kind = "consent"')
    assert Purposes.from_toml(ONE).plan() == {"contact": ("resolve-report",)}
    assert Purposes.from_toml(asked).plan() == {}


@pytest.mark.parametrize(
    ("actor", "admitted"),
    [
        (Officer("an", roles={"handler"}), True), (Officer("an", roles={"clerk"}), False),
        (Officer("an"), False), (System("relay"), True), (Citizen("c-1"), False),
        (Anonymous(), False),
    ],
)  # fmt: skip
def test_purpose_admits_kinds_of_actors_and_roles_of_officers(
    actor: Actor, *, admitted: bool
) -> None:
    """A purpose admits the kinds it names, and of officers those with a role it names."""
    purpose = Purposes.from_toml(ONE).get("resolve-report")
    assert purpose is not None
    assert purpose.admits(actor) is admitted


FAULTS = {
    "not TOML": ONE + "]",
    "no purposes": 'profile = "test"',
    "no profile": ONE.replace("profile", "profil"),
    "no code": ONE.replace("code =", "cod ="),
    "bad code": ONE.replace('"resolve-report"', '"Resolve Report"'),
    "no classes": ONE.replace('["contact"]', "[]"),
    "classes as one text": ONE.replace('["contact"]', '"contact"'),
    "class that is a number": ONE.replace('["contact"]', "[1]"),
    "nobody": ONE.replace('["officer:handler", "system"]', "[]"),
    "unknown actor": ONE.replace('"system"', '"robot"'),
    "role of a citizen": ONE.replace('"system"', '"citizen:old"'),
    "unknown scope": ONE.replace('"any"', '"all"'),
    "unknown ground": ONE.replace('"law"', '"habit"'),
    "verified is no truth": ONE.replace("true", '"yes"'),
    "no article": ONE.replace('article = "Article 1"', ""),
    "unknown key": ONE.replace("scope", "colour = 1\nscope"),
    "no basis": ONE[: ONE.index("[purpose.basis]")],
    "no names": ONE.replace('names.vi = "Giải quyết"', ""),
    "code twice": ONE + ONE.replace('profile = "test"', ""),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_purposes_with_a_fault_are_refused(fault: str) -> None:
    """A purposes file with a fault is refused as a whole; the one without it is read."""
    assert Purposes.from_toml(ONE).profile == "test"
    with pytest.raises(SettingsError) as refused:
        Purposes.from_toml(FAULTS[fault])
    assert refused.value.code == "consent.purposes_invalid"
    assert refused.value.hint


def test_country_without_a_pack_is_told() -> None:
    """A country that has no purposes file is named in the error."""
    assert Purposes.for_country("vn").get("moderate")
    for country in ("xx", "..", "vn/.."):
        with pytest.raises(SettingsError) as refused:
            Purposes.for_country(country)
        assert refused.value.code == "consent.purposes_missing"


def test_pack_file_is_data_alone() -> None:
    """The pack's file parses as TOML, and every entry has the same keys."""
    entries: list[dict[str, Any]] = tomllib.loads(PACK)["purpose"]
    assert {frozenset(entry) for entry in entries} == {
        frozenset({"code", "classes", "who", "scope", "names", "basis"})
    }

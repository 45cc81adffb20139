"""A mapping is checked whole before a row is read."""

import pytest

from govinteract.errors import SettingsError
from govinteract.feedback import Catalogue, Workflow, default_workflow
from govinteract.feedback.past import ImportMapping
from tests.feedback.past import REAL_MAPPING, mapping

GOOD = """
source = "old"
zone = "Asia/Ho_Chi_Minh"
dates = ["iso"]

[columns]
id = "id"
service = "kind"
status = "state"
created = "at"
text = "words"
"""


def hint(text: str) -> str:
    """Return what is wrong with a mapping."""
    with pytest.raises(SettingsError) as refused:
        mapping(text)
    assert refused.value.code == "feedback.mapping_invalid"
    return refused.value.hint


def test_the_shortest_mapping_takes_the_files_words_as_they_are() -> None:
    """Without tables of words, codes of services and names of states stand for themselves."""
    short = mapping(GOOD)
    assert short.services["street-light"].code == "street-light"
    assert short.states["resolved"] == "resolved"
    assert short.units == {}
    assert short.needed == {"id", "kind", "state", "at", "words"}


def test_the_mapping_of_los_angeles_has_its_services_with_it() -> None:
    """They are known to the import and not offered to citizens."""
    real = mapping()
    assert real.services["bulky items"].code == "bulky-items"
    assert not any(service.published for service in real.services.values())
    assert real.verbs[real.states["closed"]] == "resolve"


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        (GOOD.replace('source = "old"', ""), "source is missing"),
        (GOOD.replace('"old"', '"Old System"'), "source is 1 to 40"),
        (GOOD.replace("Asia/Ho_Chi_Minh", "Asia/Atlantis"), "not in the IANA database"),
        (GOOD.replace('["iso"]', '"iso"'), "dates is not a list"),
        (GOOD.replace('["iso"]', "[1]"), "dates holds texts"),
        (GOOD.replace('id = "id"', ""), "columns: id is missing"),
        (GOOD.replace("[columns]", '[columns]\ncolour = "c"'), "columns: unknown 'colour'"),
        (GOOD.replace("[columns]", '[columns]\nlat = "c"'), "lat and lon come together"),
        (GOOD.replace('id = "id"', "id = 1"), "columns: 'id' is not a text"),
        (GOOD + '[services]\nRoad = "road"', "no service 'road'"),
        (GOOD + '[states]\nDone = "done"', "states: 'Done': an import leads to"),
        (GOOD + '[states]\nDone = "confirmed"', "not 'confirmed'"),
        (GOOD + '[states]\nDone = "resolved"\n" done " = "active"', "states: 'done' stands twice"),
        (GOOD.replace("[columns]", 'colour = "red"\n[columns]'), "unknown key 'colour'"),
        (GOOD.replace("[columns]", 'delimiter = "ab"\n[columns]'), "delimiter is one character"),
        (GOOD.replace("[columns]", 'lang = "tlh"\n[columns]'), "lang is one of"),
        ("source = ", "Invalid value"),
    ],
    ids=lambda value: value if len(value) < 50 else "",
)
def test_what_is_wrong_is_named(broken: str, said: str) -> None:
    """Each fault has its words; the mapping without it is taken."""
    assert said in hint(broken)
    assert mapping(GOOD).source == "old"


def test_every_problem_is_named_at_once() -> None:
    """Whoever writes a mapping mends it in one go."""
    said = hint(GOOD.replace('id = "id"', "") + '[states]\nDone = "done"\n[services]\nA = "b"')
    assert all(word in said for word in ("id is missing", "'done'", "'b'"))


def test_its_own_services_are_checked_as_a_catalogue_is() -> None:
    """A service that would be offered needs somebody who answers the phone."""
    with pytest.raises(SettingsError) as refused:
        mapping(REAL_MAPPING.replace("\npublished = false", "\npublished = true", 1))
    assert refused.value.code == "feedback.catalogue_invalid"


def test_a_workflow_that_lets_imports_do_nothing_leads_nowhere() -> None:
    """The workflow table decides what an import may do, also one of the locality's own."""
    usual = default_workflow()
    moves = {
        key: move if move.verb != "resolve" else type(move)(move.verb, move.to, ("officer",), "")
        for key, move in usual.moves.items()
    }
    strict = Workflow(usual.states, moves)
    with pytest.raises(SettingsError) as refused:
        ImportMapping.from_toml(REAL_MAPPING, Catalogue({}), strict)
    assert "'Closed'" in refused.value.hint
    assert ImportMapping.from_toml(REAL_MAPPING, Catalogue({}), usual).source == "myla311"

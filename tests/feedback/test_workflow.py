"""The life of a case is a table, and a table that is wrong is refused when it is read."""

from importlib.resources import files

import pytest

from govinteract.errors import AccessDenied, ConflictError, SettingsError
from govinteract.feedback.workflow import KINDS, Workflow, default_workflow

TEXT = files("govinteract.feedback").joinpath("workflow.toml").read_text("utf-8")
SMALL = """
[state.new]
kind = "received"
label = { vi = "Mới", en = "New" }
[state.done]
kind = "resolved"
label = { vi = "Xong", en = "Done" }
[[move]]
verb = "submit"
from = []
to = "new"
by = ["citizen"]
why = "it begins"
[[move]]
verb = "resolve"
from = ["new"]
to = "done"
by = ["officer"]
why = "it ends"
"""


def test_every_kind_has_a_state_and_every_move_a_reason() -> None:
    """The workflow that ships uses every kind, and says why each edge exists."""
    workflow = default_workflow()
    assert {state.kind for state in workflow.states.values()} == set(KINDS)
    assert all(move.why for move in workflow.moves.values())


def test_a_step_is_decided_by_the_table_alone() -> None:
    """Known moves lead on, unknown ones and foreign actors are refused, each in its own way."""
    workflow = Workflow.from_toml(SMALL)
    assert workflow.step("", "submit", "citizen").key == "new"
    assert workflow.step("new", "resolve", "officer").key == "done"
    with pytest.raises(ConflictError):
        workflow.step("done", "resolve", "officer")
    with pytest.raises(AccessDenied):
        workflow.step("new", "resolve", "citizen")
    assert workflow.verbs("new", "officer") == ("resolve",)
    assert workflow.verbs("new", "citizen") == ()


def test_labels_are_in_both_languages() -> None:
    """A state is shown in the reader's language, in English where there is none."""
    workflow = Workflow.from_toml(SMALL)
    assert workflow.label("done", "vi") == "Xong"
    assert workflow.label("done", "fr") == "Done"


@pytest.mark.parametrize(
    ("right", "wrong", "says"),
    [
        ('kind = "resolved"', 'kind = "solved"', "unknown kind"),
        ('label = { vi = "Xong", en = "Done" }', 'label = { vi = "Xong" }', "lacks vi or en"),
        ('to = "done"', 'to = "gone"', "unknown state"),
        ('from = ["new"]', 'from = ["old"]', "unknown state"),
        ('to = "done"', 'to = "="', "can't be reached"),
        ('why = "it ends"', "", "why"),
        ('verb = "resolve"\nfrom = ["new"]', 'verb = "submit"\nfrom = []', "two moves"),
        ("[state.new]", "[state.new", ""),
    ],
)
def test_a_wrong_table_is_refused_with_the_place(right: str, wrong: str, says: str) -> None:
    """Each mistake in a table is found when it is loaded, and its hint names it."""
    assert right in SMALL
    with pytest.raises(SettingsError) as caught:
        Workflow.from_toml(SMALL.replace(right, wrong, 1))
    assert caught.value.code == "feedback.workflow_invalid"
    assert says in caught.value.hint
    assert Workflow.from_toml(SMALL).states

from collections.abc import Callable

import pytest

from govinteract.errors import InputError
from govinteract.kernel import Actor, Anonymous, Citizen, Officer, System


@pytest.mark.parametrize(
    ("actor", "kind", "key"),
    [
        (Citizen("c-81"), "citizen", "citizen:c-81"),
        (Officer("o.7", unit="u_1", roles={"clerk"}), "officer", "officer:o.7"),
        (Anonymous(), "anonymous", "anonymous"),
        (System("relay"), "system", "system:relay"),
    ],
)
def test_each_actor_has_the_key_that_facts_store(actor: Actor, kind: str, key: str) -> None:
    """The key is the kind and the opaque id."""
    assert (actor.kind, actor.key) == (kind, key)
    assert isinstance(actor, Actor)


def test_an_officer_has_a_unit_and_a_set_of_roles() -> None:
    """Roles are a set whatever they were handed in as; a unit may be left out."""
    officer = Officer("o-7", "urban-order", ["clerk", "clerk", "chief"])
    assert officer.roles == frozenset({"clerk", "chief"})
    assert (Officer("o-7").unit, Officer("o-7").roles) == (None, frozenset())
    assert hash(officer) == hash(Officer("o-7", "urban-order", {"chief", "clerk"}))


@pytest.mark.parametrize("name", ["", "a" * 65, "Nguyễn Văn A", "a b", "a:b", "a\n", None, 7])
@pytest.mark.parametrize(
    "make",
    [
        Citizen,
        Officer,
        System,
        lambda unit: Officer("o", unit or ""),
        lambda r: Officer("o", "u", {r}),
    ],
    ids=["citizen", "officer", "system", "unit", "role"],
)
def test_ids_that_could_tell_who_it_is_are_refused(
    make: Callable[[object], Actor], name: object
) -> None:
    """Names, spaces, separators and other types are no ids; a plain token is."""
    assert isinstance(make("a" * 64), Actor)
    with pytest.raises(InputError) as refusal:
        make(name)
    assert refusal.value.code == "kernel.actor_invalid"


def test_one_role_as_a_text_is_refused() -> None:
    """A text in place of a set of roles would be a set of letters, and is refused."""
    assert Officer("o", "u", {"clerk"}).roles == {"clerk"}
    with pytest.raises(InputError, match="roles is a set"):
        Officer("o", "u", "clerk")

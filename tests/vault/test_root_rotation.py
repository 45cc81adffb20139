from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from attrs import evolve
from sqlalchemy import select, update

from govinteract.errors import CryptoError, ProviderError
from govinteract.facts import Facts
from govinteract.vault import KeyProvider, KeyRing, Sealed
from govinteract.vault.epoch_rotation import EpochRotation
from govinteract.vault.key_tables import further_wrap_table
from govinteract.vault.root_rotation import RootRotation, RootState
from govinteract.vault.tables import key_table
from govinteract.vault.tenant_keys import ROLES
from tests.vault.house import TENANT, CountedEntropy, CountedProvider, House
from tests.vault.test_epoch_rotation import _CutError, cut_after

NEW = CountedProvider(CountedEntropy("new root"), name="new")


@pytest.fixture(autouse=True)
def reachable() -> Iterator[None]:
    """Leave the other provider as it was found."""
    yield
    NEW.reachable = True


def rotation(house: House, *providers: KeyProvider) -> RootRotation:
    """Return a rotation by a process whose settings name these providers."""
    first, *others = providers
    ring = KeyRing(first, TENANT, entropy=house.entropy, clock=house.clock, others=others)
    return RootRotation(house.engine, ring)


def roots(house: House) -> dict[str, list[str]]:
    """Return the names of the root keys that wrap each role's key, the first first."""
    more = further_wrap_table.c
    with house.tx() as tx:
        found = {row.role: [row.root] for row in tx.read(select(key_table))}
        for row in tx.read(select(more.role, more.root).order_by(more.root)):
            found[row.role].append(row.root)
    return found


def opens_with(house: House, sealed: Sealed, *providers: KeyProvider) -> bool:
    """Tell whether a new process with these providers opens a value."""
    ring = KeyRing(
        providers[0], TENANT, entropy=house.entropy, clock=house.clock, others=providers[1:]
    )
    try:
        ring.warm(house.engine)
    except CryptoError:
        return False
    return evolve(house, ring=ring).open([sealed]) == ["0912 345 678"]


def test_provider_is_changed_in_two_rounds(any_house: House) -> None:
    """With both named both wrap; with the new one alone the old wrappings go."""
    house, old = any_house, any_house.provider
    sealed = house.seal()
    wanted = (old.kid, NEW.kid)
    assert rotation(house, old, NEW).state() == RootState(
        wanted=wanted, keys=len(ROLES), left=len(ROLES)
    )
    seen: list[tuple[int, int]] = []
    done = rotation(house, old, NEW).run(lambda done, total: seen.append((done, total)))
    assert done == RootState(wanted=wanted, keys=len(ROLES), left=0)
    assert seen == [(number, len(ROLES)) for number in range(1, len(ROLES) + 1)]
    assert set(map(tuple, roots(house).values())) == {wanted}
    assert opens_with(house, sealed, old)
    assert opens_with(house, sealed, NEW)
    assert rotation(house, NEW, old).run().left == 0
    assert set(map(tuple, roots(house).values())) == {(NEW.kid, old.kid)}
    assert rotation(house, NEW).run() == RootState(wanted=(NEW.kid,), keys=len(ROLES), left=0)
    assert set(map(tuple, roots(house).values())) == {(NEW.kid,)}
    assert opens_with(house, sealed, NEW)
    assert not opens_with(house, sealed, old)


def test_second_run_changes_nothing(house: House) -> None:
    """What is in line stays as it is, to the byte."""
    both = rotation(house, house.provider, NEW)
    both.run()
    with house.tx() as tx:
        before = tx.read(select(key_table)).all(), tx.read(select(further_wrap_table)).all()
    both.run()
    with house.tx() as tx:
        assert before == (
            tx.read(select(key_table)).all(), tx.read(select(further_wrap_table)).all()
        )  # fmt: skip


def test_new_keys_are_wrapped_by_both_providers(house: House) -> None:
    """A new epoch's key opens with either provider from the first moment."""
    both = rotation(house, house.provider, NEW)
    both.run()
    EpochRotation(house.engine, both._ring).begin()
    with house.tx() as tx:
        rows = tx.read(select(further_wrap_table.c.epoch).where(further_wrap_table.c.role == "kek"))
        assert set(rows.scalars()) == {1, 2}
    assert both.state().left == 0
    assert opens_with(house, house.seal(), NEW)


def test_new_locality_is_wrapped_by_both_at_once(tmp_path: Path) -> None:
    """The first keys of a locality with two providers have two wrappings each."""
    house = House.build(f"sqlite:///{tmp_path / 'two.db'}", ready=False)
    ring = KeyRing(house.provider, TENANT, entropy=house.entropy, clock=house.clock, others=[NEW])
    assert ring.ensure(house.engine) == ROLES
    assert rotation(house, house.provider, NEW).state().left == 0
    house.ring.warm(house.engine)
    with house.tx() as tx:
        (made,) = Facts(tx, house.ring.log_keys()).of("key/kek")
    assert made.data["further"] == [NEW.kid]
    house.engine.dispose()


def test_each_change_is_told_in_a_fact(house: House) -> None:
    """The fact names the root keys that wrap a key now, and those that do not any more."""
    rotation(house, NEW, house.provider).run()
    rotation(house, NEW).run()
    ring = rotation(house, NEW)._ring
    ring.warm(house.engine)
    with house.tx() as tx:
        told = Facts(tx, ring.log_keys()).of("key/index")
    bodies = [(fact.kind, fact.data.get("root"), fact.data.get("dropped")) for fact in told]
    assert bodies == [
        ("key.made", house.provider.kid, None),
        ("key.rewrapped", NEW.kid, []),
        ("key.rewrapped", NEW.kid, [house.provider.kid]),
    ]


def test_old_wrappings_are_in_no_file_afterwards(house: House, tmp_path: Path) -> None:
    """The bytes of the dropped wrappings are left nowhere in the database's files."""
    with house.tx() as tx:
        old = [bytes(wrapped) for wrapped in tx.read(select(key_table.c.wrapped)).scalars()]
    rotation(house, house.provider, NEW).run()
    rotation(house, NEW).run()
    files = [path.read_bytes() for path in tmp_path.iterdir() if path.is_file()]
    assert len(files) >= 1
    assert not [wrapped for wrapped in old if any(wrapped[18:] in content for content in files)]


def test_silent_new_provider_leaves_everything_as_it_is(house: House) -> None:
    """A provider that does not answer gets nothing, and takes nothing away."""
    sealed, before = house.seal(), roots(house)
    NEW.reachable = False
    with pytest.raises(ProviderError):
        rotation(house, house.provider, NEW).run()
    assert roots(house) == before
    assert opens_with(house, sealed, house.provider)
    NEW.reachable = True
    assert rotation(house, house.provider, NEW).run().left == 0


def test_key_that_was_made_anew_under_its_old_name_is_noticed(house: House) -> None:
    """A wrapping that its provider can't open is replaced, whatever its name says."""
    rotation(house, house.provider, NEW).run()
    with house.tx() as tx:
        tx.write(update(further_wrap_table).values(wrapped=b"R\x01" + bytes(76)))
    assert rotation(house, house.provider, NEW).state().left == 0  # by the names
    rotation(house, house.provider, NEW).run()
    assert opens_with(house, house.seal(), NEW)


def test_root_that_nobody_opens_is_refused(house: House) -> None:
    """Without a provider that opens the keys nothing is replaced."""
    before = roots(house)
    with pytest.raises(CryptoError) as refused:
        rotation(house, NEW).run()
    assert refused.value.code == "vault.open_failed"
    assert roots(house) == before


def test_rotation_that_is_cut_anywhere_goes_on(house: House) -> None:
    """Cut before any of its statements and run again, it ends with the new root alone."""
    sealed = house.seal()
    here, there = house.provider, NEW
    whole, statements = False, 0
    while not whole:
        with cut_after(house, statements), suppress(_CutError):
            rotation(house, here, there).run()
            rotation(house, there).run()
            whole = True
        assert opens_with(house, sealed, here, there)
        rotation(house, here, there).run()
        rotation(house, there).run()
        assert set(map(tuple, roots(house).values())) == {(there.kid,)}
        assert opens_with(house, sealed, there)
        assert not opens_with(house, sealed, here)
        here, there = there, here
        statements += 7
    assert statements > 40

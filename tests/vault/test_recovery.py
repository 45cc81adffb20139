import pickle  # noqa: TID251 - to see it refused
from collections.abc import Callable
from contextlib import suppress
from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update

from govinteract.errors import CryptoError, GovInteractError, InputError
from govinteract.facts import Facts
from govinteract.vault import KeyRing
from govinteract.vault.epoch_rotation import EpochRotation
from govinteract.vault.key_tables import further_wrap_table, recovery_table
from govinteract.vault.recover import NewShares, check_shares, new_shares, recover_keys
from govinteract.vault.recovery import RecoveryKey, RecoveryLock
from govinteract.vault.root_rotation import RootRotation
from govinteract.vault.shares import join, split
from govinteract.vault.status import recovery_status
from govinteract.vault.tenant_keys import ROLES
from tests.vault.house import TENANT, CountedEntropy, CountedProvider, House

ENTROPY = CountedEntropy("recovery")
SECRET = ENTROPY.bytes(32)
KEY = bytes(range(32))
NEW = CountedProvider(CountedEntropy("after the loss"), name="new")


def code(action: Callable[[], object]) -> str:
    """Return the code with which `action` is refused."""
    with pytest.raises(GovInteractError) as refused:
        action()
    return refused.value.code


def on_paper(house: House, threshold: int = 3, shares: int = 5) -> NewShares:
    """Make shares and put them in force."""
    made = new_shares(house.engine, house.ring, threshold=threshold, shares=shares)
    assert made.confirm() == len(ROLES)
    return made


def replacement(house: House) -> KeyRing:
    """Return the ring of a process whose settings name another provider."""
    return KeyRing(NEW, TENANT, entropy=house.entropy, clock=house.clock)


@given(st.binary(min_size=32, max_size=32), st.integers(2, 5), st.integers(0, 3))
@settings(max_examples=20)
def test_any_few_shares_give_the_secret_back(secret: bytes, threshold: int, more: int) -> None:
    """Every choice of enough shares gives the secret, and no choice of fewer does."""
    shares = split(secret, threshold=threshold, shares=threshold + more)
    assert len({len(share.split()) for share in shares}) == 1
    for chosen in combinations(shares, threshold):
        assert join(chosen) == secret
    assert join(shares) == secret
    for chosen in combinations(shares, threshold - 1):
        assert code(lambda chosen=chosen: join(chosen)) == "vault.shares_invalid"  # type: ignore[misc]  # this turn's


@pytest.mark.parametrize(
    ("threshold", "shares"), [(1, 1), (1, 5), (0, 3), (4, 3), (3, 17), (-1, 2)]
)
def test_impossible_numbers_of_shares_are_refused(threshold: int, shares: int) -> None:
    """One share alone would be the key; more than sixteen can't be made; three of five can."""
    assert code(lambda: split(SECRET, threshold=threshold, shares=shares)) == "vault.shares_count"
    assert len(split(SECRET, threshold=3, shares=5)) == 5


def test_shares_are_read_as_people_write_them() -> None:
    """Capitals, line ends and too many blanks do no harm, nor does a share that comes twice."""
    one, two, three, *_rest = split(SECRET, threshold=3, shares=5)
    written = [f"  {one.upper()}\n", two.replace(" ", "\t\n "), three.title(), two]
    assert join(written) == SECRET


def test_wrong_shares_are_told_without_quoting_them() -> None:
    """The hint says which share is at fault, or that they don't belong together, and no word."""
    mine, others = split(SECRET, threshold=3, shares=5), split(KEY, threshold=3, shares=5)
    words = mine[1].split()
    swapped = " ".join([*words[:7], words[8], words[7], *words[9:]])
    cases = {
        "share 2": [mine[0], swapped, mine[2]],
        "share 1": ["not a share", *mine],
        "share 3": [*mine[:2], mine[2].rpartition(" ")[0]],
        "different keys": [*mine[:2], others[0]],
        "3 different": [mine[0], mine[1], mine[0]],
    }
    for says, shares in cases.items():
        with pytest.raises(InputError) as refused:
            join(shares)
        assert says in refused.value.hint
        assert refused.value.__cause__ is None
        assert not [word for word in words if word in str(refused.value).split()]
    assert join(mine[1:4]) == SECRET


@given(st.lists(st.text(max_size=300), max_size=4), st.integers(0, 3))
@settings(max_examples=60)
def test_anything_but_shares_is_refused_alike(lines: list[str], real: int) -> None:
    """Whatever is typed, alone or among shares, gives one refusal and no other error."""
    shares = split(SECRET, threshold=3, shares=4)[:real]
    with suppress(InputError):
        assert join([*lines, *shares]) == SECRET


def test_recovery_key_opens_what_its_lock_wrapped() -> None:
    """The public half wraps, the private half opens, at the same place only."""
    key = RecoveryKey(SECRET)
    blob = key.lock.wrap(KEY, b"place")
    assert blob != key.lock.wrap(KEY, b"place")
    assert RecoveryKey(SECRET).unwrap(blob, b"place") == KEY
    assert len(blob) == 18 + 1120 + 32 + 16
    assert key.lock == RecoveryLock(key.lock.public)
    other = RecoveryKey.generate(ENTROPY)
    assert other.lock.kid != key.lock.kid
    flipped = [
        blob[:place] + bytes([blob[place] ^ 1 << place % 8]) + blob[place + 1 :]
        for place in [*range(40), *range(40, len(blob), 37), *range(len(blob) - 48, len(blob))]
    ]
    cases = [(key, blob, b"elsewhere"), (other, blob, b"place"), (key, b"", b"place")]
    cases += [(key, broken, b"place") for broken in flipped]
    cases += [(key, blob[:size], b"place") for size in range(0, len(blob), 41)]
    for opener, data, aad in cases:
        assert code(lambda o=opener, d=data, a=aad: o.unwrap(d, a)) == "vault.open_failed"  # type: ignore[misc]  # this turn's


def test_recovery_key_shows_and_pickles_nothing() -> None:
    """Neither the key nor shares that were made print what they hold."""
    key = RecoveryKey(SECRET)
    assert repr(key) == f"<RecoveryKey {key.lock.kid}>"
    assert SECRET.hex() not in repr(key.lock)
    with pytest.raises(CryptoError):
        pickle.dumps(key)
    assert code(lambda: RecoveryKey(SECRET[:31])) == "vault.key_length"


def test_shares_open_every_key_when_the_provider_is_lost(any_house: House) -> None:
    """With the provider gone for ever, any three people bring the locality back."""
    house = any_house
    sealed = house.seal()
    made = on_paper(house)
    house.provider.reachable = False
    assert check_shares(house.engine, replacement(house), made.words[1:4]) == len(ROLES)
    ring = replacement(house)
    assert recover_keys(house.engine, ring, made.words[2:]) == len(ROLES)
    house.ring = ring
    ring.warm(house.engine)
    assert house.open([sealed]) == ["0912 345 678"]
    assert house.open([house.seal()]) == ["0912 345 678"]
    assert RootRotation(house.engine, ring).state().left == 0
    with house.tx() as tx:
        told = Facts(tx, ring.log_keys()).of("key/kek")
    assert [fact.kind for fact in told] == ["key.made", "key.recovered"]
    assert told[-1].data["root"] == NEW.kid
    assert told[-1].data["dropped"] == [house.provider.kid]
    assert check_shares(house.engine, ring, made.words[:3]) == len(ROLES)  # they stay good


def test_keys_that_are_made_later_open_with_the_shares_too(house: House) -> None:
    """A new epoch's key is wrapped for the shares as it is made."""
    made = on_paper(house)
    EpochRotation(house.engine, house.ring).begin()
    house.provider.reachable = False
    assert check_shares(house.engine, replacement(house), made.words[:3]) == len(ROLES) + 1
    with house.tx() as tx:
        roots = tx.read(select(further_wrap_table.c.root)).scalars()
        assert set(roots) == {made.kid}


def test_shares_are_in_force_when_they_are_confirmed(house: House) -> None:
    """Nothing is stored before the shares are on paper, and nothing of them ever."""
    made = new_shares(house.engine, house.ring, threshold=2, shares=3)
    with house.tx() as tx:
        assert recovery_status(tx) is None
    assert code(lambda: check_shares(house.engine, house.ring, made.words)) == (
        "vault.recovery_foreign"
    )
    made.confirm()
    with house.tx() as tx:
        status = recovery_status(tx)
    assert status is not None
    assert (status.threshold, status.shares, f"recovery:{status.kid}") == (2, 3, made.kid)
    assert check_shares(house.engine, house.ring, made.words[1:]) == len(ROLES)
    assert made.words[0] not in repr(made)


def test_new_shares_end_the_old_ones(house: House, tmp_path: Path) -> None:
    """After a second set was confirmed the first opens nothing, and its wrappings are gone."""
    first = on_paper(house)
    with house.tx() as tx:
        old = [bytes(one) for one in tx.read(select(further_wrap_table.c.wrapped)).scalars()]
    second = on_paper(house)
    refused = code(lambda: check_shares(house.engine, house.ring, first.words[:3]))
    assert refused == "vault.recovery_foreign"
    assert check_shares(house.engine, house.ring, second.words[:3]) == len(ROLES)
    files = [path.read_bytes() for path in tmp_path.iterdir() if path.is_file()]
    assert not [one for one in old if any(one[18:200] in content for content in files)]


def test_recovery_key_of_somebody_else_is_given_nothing(house: House) -> None:
    """A public key that was put into the database wraps no key; the tenant's own does."""
    on_paper(house)
    thief = RecoveryKey.generate(ENTROPY).lock
    row = {"kid": thief.id, "public_key": thief.public}
    with house.tx() as tx:
        tx.write(update(recovery_table).values(row))
    begin = EpochRotation(house.engine, house.ring).begin
    assert code(begin) == "vault.recovery_changed"
    assert code(RootRotation(house.engine, house.ring).run) == "vault.recovery_changed"
    on_paper(house)
    assert begin().epoch == 2


@pytest.mark.parametrize("column", ["threshold", "shares"])
def test_numbers_of_the_shares_are_sealed_too(house: House, column: str) -> None:
    """Nobody makes people believe that fewer shares are needed."""
    on_paper(house)
    RootRotation(house.engine, house.ring).run()
    with house.tx() as tx:
        tx.write(update(recovery_table).values({column: 2}))
    assert code(RootRotation(house.engine, house.ring).run) == "vault.recovery_changed"


def test_changed_wrapping_is_refused_at_recovery(house: House) -> None:
    """A wrapping for the shares that was changed or moved does not bring back a wrong key."""
    made = on_paper(house)
    more = further_wrap_table.c
    with house.tx() as tx:
        wrapped = tx.read(select(more.wrapped).where(more.role == "index")).scalar_one()
        tx.write(update(further_wrap_table).where(more.role == "kek").values(wrapped=wrapped))
    assert code(lambda: recover_keys(house.engine, replacement(house), made.words[:3])) == (
        "vault.open_failed"
    )

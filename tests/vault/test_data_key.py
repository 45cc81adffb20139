import copy
import pickle  # noqa: TID251 - to see it refused
from collections.abc import Callable

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from govinteract.errors import CryptoError, GovInteractError
from govinteract.vault import DataKey, EpochKey, KeyMaterial, WrapScope
from govinteract.vault.data_key import WRAP_BYTES, wrapped_epoch
from tests.vault.house import CountedEntropy

ENTROPY = CountedEntropy("data key")
EPOCH = EpochKey(KeyMaterial.generate(ENTROPY), tenant="hoa-binh", epoch=3)
SCOPE = WrapScope("s-1", "contact", "resolve-report")


def refused(action: Callable[[], object]) -> str:
    """Return the code with which `action` is refused."""
    with pytest.raises(GovInteractError) as error:
        action()
    return error.value.code


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=40), st.integers(0, 2**32 - 1))
def test_wrap_gives_the_key_back(purpose: str, epoch: int) -> None:
    """A wrap is 66 bytes that name their epoch, and gives the same key back."""
    under = EpochKey(KeyMaterial.generate(ENTROPY), tenant="hoa-binh", epoch=epoch)
    key, scope = DataKey.generate(ENTROPY), evolve(SCOPE, purpose=purpose)
    wrapped = under.wrap(key, scope, ENTROPY)
    assert under.unwrap(wrapped, scope, key.kid).material.secret() == key.material.secret()
    assert len(wrapped) == WRAP_BYTES == 66
    assert wrapped[:2] == b"W\x01"
    assert wrapped_epoch(wrapped) == epoch


def test_each_purpose_has_its_own_wrap() -> None:
    """Wraps of one key for two purposes share no bytes, and neither serves the other purpose."""
    key, other = DataKey.generate(ENTROPY), evolve(SCOPE, purpose="moderate")
    one, two = EPOCH.wrap(key, SCOPE, ENTROPY), EPOCH.wrap(key, other, ENTROPY)
    assert one[6:] != two[6:]
    assert EPOCH.unwrap(two, other, key.kid).kid == key.kid
    assert refused(lambda: EPOCH.unwrap(two, SCOPE, key.kid)) == "vault.open_failed"


@pytest.mark.parametrize("part", ["subject", "data_class", "purpose"])
def test_wrap_moved_to_another_scope_is_refused(part: str) -> None:
    """A wrap serves its subject, class and purpose, and no other."""
    key, moved = DataKey.generate(ENTROPY), evolve(SCOPE, **{part: "x"})
    assert EPOCH.unwrap(EPOCH.wrap(key, moved, ENTROPY), moved, key.kid).kid == key.kid
    wrapped = EPOCH.wrap(key, SCOPE, ENTROPY)
    assert refused(lambda: EPOCH.unwrap(wrapped, moved, key.kid)) == "vault.open_failed"


@pytest.mark.parametrize(("tenant", "epoch"), [("an-binh", 3), ("hoa-binh", 4)])
def test_wrap_of_another_tenant_or_epoch_is_refused(tenant: str, epoch: int) -> None:
    """The same key bytes under another tenant's or epoch's name do not unwrap."""
    root = KeyMaterial.generate(ENTROPY)
    here = EpochKey(root, tenant="hoa-binh", epoch=3)
    there = EpochKey(root, tenant=tenant, epoch=epoch)
    key = DataKey.generate(ENTROPY)
    wrapped = here.wrap(key, SCOPE, ENTROPY)
    assert here.unwrap(wrapped, SCOPE, key.kid).kid == key.kid
    assert refused(lambda: there.unwrap(wrapped, SCOPE, key.kid)) == "vault.open_failed"


def test_every_flipped_bit_and_every_cut_of_a_wrap_is_refused() -> None:
    """A wrap with any bit flipped, cut anywhere or longer does not unwrap."""
    key = DataKey.generate(ENTROPY)
    wrapped = EPOCH.wrap(key, SCOPE, ENTROPY)
    flipped = [bytearray(wrapped) for _bit in range(len(wrapped) * 8)]
    for bit, blob in enumerate(flipped):
        blob[bit // 8] ^= 1 << bit % 8
    cut = [wrapped[:n] for n in range(len(wrapped))]
    for broken in [*map(bytes, flipped), *cut, wrapped + b"\x00"]:
        with pytest.raises(CryptoError) as error:
            EPOCH.unwrap(broken, SCOPE, key.kid)
        assert error.value.code == "vault.open_failed"


def test_key_that_is_not_what_its_name_says_is_refused() -> None:
    """The name of an unwrapped key is computed again: a well-made wrap of another key fails."""
    key, other = DataKey.generate(ENTROPY), DataKey.generate(ENTROPY)
    honest = EPOCH.wrap(key, SCOPE, ENTROPY)
    key.kid = other.kid  # as a writer would who had the epoch's key and lied
    lying = EPOCH.wrap(key, SCOPE, ENTROPY)
    true_name = KeyMaterial(key.material.secret()).kid
    assert EPOCH.unwrap(honest, SCOPE, true_name).kid == true_name
    assert refused(lambda: EPOCH.unwrap(lying, SCOPE, other.kid)) == "vault.open_failed"


def test_key_has_thirty_two_bytes() -> None:
    """A key of another length is refused."""
    assert KeyMaterial(bytes(32)).kid.hex() == KeyMaterial(bytes(32)).kid.hex()
    assert refused(lambda: KeyMaterial(bytes(31))) == "vault.key_length"
    assert refused(lambda: KeyMaterial(bytes(33))) == "vault.key_length"


SECRET = bytes(range(32))
HOLDERS = [
    KeyMaterial(SECRET),
    DataKey(KeyMaterial(SECRET)),
    EpochKey(KeyMaterial(SECRET), tenant="hoa-binh", epoch=1),
]


@pytest.mark.parametrize("holder", HOLDERS, ids=lambda holder: type(holder).__name__)
def test_key_shows_nothing_of_itself(holder: object) -> None:
    """No key bytes stand in a key's repr, str or format, whole or in part."""
    shown = f"{holder!r} {holder}"
    for piece in (SECRET[:4], SECRET[14:18], SECRET[-4:]):
        assert piece.hex() not in shown
        assert repr(piece)[2:-1] not in shown


@pytest.mark.parametrize("holder", HOLDERS, ids=lambda holder: type(holder).__name__)
@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_key_is_not_pickled(holder: object, protocol: int) -> None:
    """Keys refuse to be pickled, in every protocol."""
    assert pickle.dumps(type(holder).__name__, protocol)
    assert refused(lambda: pickle.dumps(holder, protocol)) == "vault.secret_kept"


def test_copy_of_key_material_is_the_same_object() -> None:
    """Copying a structure that holds a key makes no second copy of the bytes."""
    key = KeyMaterial(SECRET)
    assert copy.copy(key) is key
    assert copy.deepcopy([key])[0] is key

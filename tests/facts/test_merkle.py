"""The tree is that of RFC 9162, and its proofs hold for what they show and nothing else."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from govinteract.facts import merkle
from govinteract.facts.merkle import Frontier

# The leaves and roots by which implementations of RFC 6962/9162 are commonly compared.
LEAVES = [
    "",
    "00",
    "10",
    "2021",
    "3031",
    "40414243",
    "5051525354555657",
    "606162636465666768696a6b6c6d6e6f",
]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


def _leaf(data: bytes) -> bytes:
    return hashlib.sha256(b"\x00" + data).digest()


def _leaves(count: int) -> list[bytes]:
    return [_leaf(str(number).encode()) for number in range(count)]


def _recursive_root(leaves: list[bytes]) -> bytes:
    """Compute MTH as section 2.1.1 of RFC 9162 writes it."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    cut = 1
    while cut * 2 < len(leaves):
        cut *= 2
    left, right = _recursive_root(leaves[:cut]), _recursive_root(leaves[cut:])
    return hashlib.sha256(b"\x01" + left + right).digest()


@pytest.mark.parametrize("size", range(1, 9))
def test_known_roots(size: int) -> None:
    """The published trees of one to eight leaves have the published roots."""
    leaves = [_leaf(bytes.fromhex(data)) for data in LEAVES[:size]]
    assert Frontier().append(leaves).root().hex() == ROOTS[size - 1]


@given(st.lists(st.integers(0, 40), max_size=6))
def test_appending_in_parts_is_appending_at_once(parts: list[int]) -> None:
    """However leaves arrive, the root is that of the recursive definition."""
    leaves, frontier, taken = _leaves(sum(parts)), Frontier(), 0
    for part in parts:
        frontier = frontier.append(leaves[taken : taken + part])
        taken += part
    assert frontier.size == len(leaves)
    assert frontier.root() == _recursive_root(leaves)
    assert Frontier.from_bytes(frontier.size, frontier.to_bytes()) == frontier


@pytest.mark.parametrize("size", [*range(1, 18), 33, 64, 100])
def test_inclusion_holds_for_its_leaf_alone(size: int) -> None:
    """Each leaf's proof verifies; another leaf, index, size, root or a changed step does not."""
    leaves = _leaves(size)
    root = merkle.root_of(leaves)
    for index, leaf in enumerate(leaves):
        proof = merkle.inclusion_proof(index, leaves)
        assert merkle.verify_inclusion(leaf, index, size, proof, root)
        assert not merkle.verify_inclusion(_leaf(b"x"), index, size, proof, root)
        assert not merkle.verify_inclusion(leaf, index, size, proof, _leaf(b"x"))
        assert not merkle.verify_inclusion(leaf, index, size, [*proof, root], root)
        assert not merkle.verify_inclusion(leaf, size, size, proof, root)
        if size > 1:
            other = (index + 1) % size
            assert not merkle.verify_inclusion(leaf, other, size, proof, root)
            assert not merkle.verify_inclusion(leaf, index, size, proof[:-1], root)


@pytest.mark.parametrize("new", [*range(1, 18), 33, 64])
def test_consistency_holds_for_prefixes_alone(new: int) -> None:
    """Every smaller tree is shown to be a prefix; a rewritten one is not."""
    leaves = _leaves(new)
    new_root = merkle.root_of(leaves)
    for old in range(1, new + 1):
        proof, old_root = merkle.consistency_proof(old, leaves), merkle.root_of(leaves[:old])
        assert merkle.verify_consistency(old, new, proof, old_root, new_root)
        rewritten = merkle.root_of([_leaf(b"x"), *leaves[1:old]])
        assert not merkle.verify_consistency(old, new, proof, rewritten, new_root)
        assert not merkle.verify_consistency(old, new, proof, old_root, _leaf(b"x"))
        assert not merkle.verify_consistency(old, new, [*proof, new_root], old_root, new_root)
    assert merkle.verify_consistency(0, new, [], merkle.EMPTY_ROOT, new_root)

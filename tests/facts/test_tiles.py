"""Proofs from tiles are those of the whole tree, whatever its size."""

import hashlib
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from govinteract.errors import CryptoError, InputError
from govinteract.facts import merkle, tile_index
from govinteract.facts.merkle import TILE_WIDTH, Frontier
from govinteract.facts.tiles import HASH_BYTES, TileTree, grow, width_at

LARGEST = 70_000
LEAVES = [hashlib.sha256(b"\x00" + str(number).encode()).digest() for number in range(LARGEST)]


def _levels(leaves: list[bytes]) -> list[list[bytes]]:
    levels, new = [], leaves
    while new:
        tiles, new = grow(b"", new)
        levels.append(tiles)
    return levels


LEVELS = _levels(LEAVES)


def _read(level: int, index: int) -> bytes:
    tiles = LEVELS[level] if level < len(LEVELS) else []
    return tiles[index] if index < len(tiles) else b""


def test_the_tiles_are_those_of_the_specification() -> None:
    """The specification's example: 70,000 leaves in 273 full tiles, and what is above them."""
    assert [len(tiles) for tiles in LEVELS] == [274, 2, 1]
    widths = [[len(tile) // HASH_BYTES for tile in tiles] for tiles in LEVELS]
    assert widths[0] == [256] * 273 + [112]
    assert widths[1:] == [[256, 17], [1]]
    assert [width_at(level, LARGEST) for level in range(4)] == [70_000, 273, 1, 0]


@pytest.mark.parametrize("size", [1, 2, 3, 255, 256, 257, 511, 512, 513, 1000])
def test_every_proof_from_tiles_is_that_of_the_tree(size: int) -> None:
    """Roots, paths and consistency proofs equal those computed over all leaves."""
    leaves, tree = LEAVES[:size], TileTree(_read)
    assert tree.root(size) == merkle.root_of(leaves)
    for at in {0, 1, size // 2, size - 1} & set(range(size)):
        assert tree.inclusion(at, size) == merkle.inclusion_proof(at, leaves)
    for old in {0, 1, size // 3, size // 2, size - 1, size}:
        assert tree.consistency(old, size) == merkle.consistency_proof(old, leaves)


@settings(max_examples=150)
@given(st.data())
def test_proofs_of_random_trees_verify(data: st.DataObject) -> None:
    """For any size, leaf and smaller size the proofs hold, and are as long as they must be."""
    size = data.draw(st.integers(1, LARGEST))
    index = data.draw(st.integers(0, size - 1))
    old = data.draw(st.integers(0, size))
    tree = TileTree(_read)
    root, path = tree.root(size), tree.inclusion(index, size)
    assert merkle.verify_inclusion(LEAVES[index], index, size, path, root)
    assert len(path) <= (size - 1).bit_length()
    proof = tree.consistency(old, size)
    assert merkle.verify_consistency(old, size, proof, tree.root(old), root)


@settings(max_examples=60)
@given(st.integers(1, 3000), st.data())
def test_random_trees_against_brute_force(size: int, data: st.DataObject) -> None:
    """For any size up to some thousands the proofs are those of the recursive definition."""
    leaves, tree = LEAVES[:size], TileTree(_read)
    index, old = data.draw(st.integers(0, size - 1)), data.draw(st.integers(0, size))
    assert tree.root(size) == merkle.root_of(leaves)
    assert tree.inclusion(index, size) == merkle.inclusion_proof(index, leaves)
    assert tree.consistency(old, size) == merkle.consistency_proof(old, leaves)


def _counting(read: Callable[[int, int], bytes]) -> tuple[TileTree, list[tuple[int, int]]]:
    seen: list[tuple[int, int]] = []

    def counted(level: int, index: int) -> bytes:
        seen.append((level, index))
        return read(level, index)

    return TileTree(counted), seen


@settings(max_examples=60)
@given(st.data())
def test_a_proof_reads_a_handful_of_tiles(data: st.DataObject) -> None:
    """However long the log is, a proof reads at most two tiles a level."""
    size = data.draw(st.integers(60_000, LARGEST))
    tree, seen = _counting(_read)
    tree.inclusion(data.draw(st.integers(0, size - 1)), size)
    assert len(seen) <= 6
    tree, seen = _counting(_read)
    tree.consistency(data.draw(st.integers(1, size)), size)
    assert len(seen) <= 6


@given(st.lists(st.integers(1, 700), max_size=8))
def test_growing_in_parts_is_growing_at_once(parts: list[int]) -> None:
    """However leaves arrive, the tiles of a level are the same."""
    tiles: list[bytes] = []
    full: list[bytes] = []
    taken = 0
    for part in parts:
        partial = b""
        if tiles and len(tiles[-1]) < TILE_WIDTH * HASH_BYTES:
            partial = tiles.pop()
        more, roots = grow(partial, LEAVES[taken : taken + part])
        tiles, full, taken = tiles + more, full + roots, taken + part
    assert (tiles, full) == grow(b"", LEAVES[:taken])


@given(st.lists(st.integers(0, 900), max_size=4))
def test_the_frontier_takes_whole_tiles(parts: list[int]) -> None:
    """Appending by tiles gives the root of appending one by one."""
    frontier, slowly, taken = Frontier(), Frontier(), 0
    for part in parts:
        new = LEAVES[taken : taken + part]
        frontier = frontier.append(new)
        for leaf in new:
            slowly = slowly.append([leaf])
        taken += part
    assert frontier == slowly


def test_a_tile_that_is_missing_or_cut_is_refused() -> None:
    """A proof is never made of what is not there."""
    for broken in (lambda _level, _index: b"", lambda level, index: _read(level, index)[:-32]):
        with pytest.raises(CryptoError) as caught:
            TileTree(broken).root(LARGEST)
        assert caught.value.code == "facts.tile_missing"


@pytest.mark.parametrize(
    ("path", "index", "width"),
    [
        ("000", 0, 256),
        ("067", 67, 256),
        ("067.p/17", 67, 17),
        ("x001/234", 1234, 256),
        ("x001/x234/067", 1_234_067, 256),
        ("x001/x234/067.p/255", 1_234_067, 255),
    ],
)
def test_paths_of_tiles(path: str, index: int, width: int) -> None:
    """A path names a tile and its width as the specification writes them."""
    assert tile_index(path) == (index, width)


@pytest.mark.parametrize(
    "path",
    [
        "", "0", "67", "0067", "x000/067", "001/067", "x001/x067", "067.p/", "067.p/0", "067.p/01",
        "067.p/256", "067.p/x", "067.p/٣", "067.p/1.p/1", "../000",
        "x001/x001/x001/x001/x001/x001/001",
    ],
)  # fmt: skip
def test_other_paths_are_refused(path: str) -> None:
    """A tile has one path."""
    with pytest.raises(InputError) as caught:
        tile_index(path)
    assert caught.value.code == "facts.tile_path_invalid"

"""How many bits a blind index may have: few enough that each digest stands for several people.

For R people and the indexes i of one field, with L_i bits each over values of K_i bits,
whoever reads the rows learns at most the sum of min(L_i, K_i), once for each value that a
person has in the index. What that leaves is a crowd of C = R / 2^sum people who look alike;

    2 <= C <= sqrt(R)

The lower end keeps anybody from being told apart by the index alone, the upper end keeps
the index worth having. (CipherSweet's planner has the same rule.)
"""

from __future__ import annotations

from math import log2, sqrt
from typing import TYPE_CHECKING

from attrs import field, frozen, validators

from govinteract.errors import SettingsError
from govinteract.vault.blind_index import KINDS, BlindIndex

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["IndexWish", "check_plan", "crowd", "plan_indexes"]

_SMALLEST_CROWD = 2


@frozen(kw_only=True)
class IndexWish:
    """An index that somebody wants: its kind, and what is known of the values.

    `domain_bits` is log2 of how many different values there are (13.3 for four digits),
    `values` how many one person has in it (a name's words), `weight` how much of the
    field's budget it gets beside the others.
    """

    kind: str = field(validator=validators.in_(KINDS))
    domain_bits: float = field(validator=validators.gt(0))
    values: int = field(default=1, validator=validators.ge(1))
    weight: int = field(default=1, validator=validators.ge(1))
    partitions: int = 1
    length: int = 4


def plan_indexes(name: str, wishes: Sequence[IndexWish], *, people: int) -> tuple[BlindIndex, ...]:
    """Share the budget of the field `name` among `wishes`, for about `people` records.

    Raises `SettingsError("vault.index_unsafe")`, whose hint says why no plan is safe.
    """
    bits = [0] * len(wishes)
    order = range(len(wishes))
    while True:
        may = [i for i in order if _may_grow(wishes, bits, i, people)]
        if not may:
            break
        bits[min(may, key=lambda i: bits[i] * wishes[i].values / wishes[i].weight)] += 1
    planned = tuple(zip(wishes, bits, strict=True))
    if not all(bits):
        raise _unsafe(name, f"{people} people are too few for {len(wishes)} indexes")
    indexes = tuple(
        BlindIndex(
            field=name, kind=wish.kind, bits=count, partitions=wish.partitions, length=wish.length
        )
        for wish, count in planned
    )
    check_plan(indexes, wishes, people=people)
    return indexes


def check_plan(indexes: Sequence[BlindIndex], wishes: Sequence[IndexWish], *, people: int) -> None:
    """Refuse `indexes` of one field that would tell people apart, or find nobody.

    `wishes` says of each what is known of its values. Raises
    `SettingsError("vault.index_unsafe")`, whose hint gives the reason and the figures.
    """
    name = indexes[0].field
    left = crowd(indexes, wishes, people=people)
    if left < _SMALLEST_CROWD:
        raise _unsafe(name, f"a crowd of {left:.1f} among {people}: at least 2 must look alike")
    pairs = zip(indexes, wishes, strict=True)
    grows = any(index.bits < wish.domain_bits for index, wish in pairs)
    if grows and left > sqrt(people):  # what knows each value apart can't know more
        raise _unsafe(
            name, f"a crowd of {left:.1f} among {people}: above {sqrt(people):.1f} it finds nothing"
        )


def crowd(indexes: Sequence[BlindIndex], wishes: Sequence[IndexWish], *, people: int) -> float:
    """Return how many of `people` look alike to whoever reads all `indexes` of a field."""
    pairs = zip(indexes, wishes, strict=True)
    return people / 2 ** sum(_leak(wish, index.bits) for index, wish in pairs)


def _may_grow(wishes: Sequence[IndexWish], bits: Sequence[int], place: int, people: int) -> bool:
    """Tell whether one more bit there is worth something and stays within the budget."""
    if bits[place] >= wishes[place].domain_bits:
        return False
    grown = [count + (i == place) for i, count in enumerate(bits)]
    told = sum(_leak(wish, count) for wish, count in zip(wishes, grown, strict=True))
    return told <= log2(max(people, 1)) - 1


def _leak(wish: IndexWish, bits: int) -> float:
    return wish.values * min(bits, wish.domain_bits)


def _unsafe(name: str, reason: str) -> SettingsError:
    return SettingsError("vault.index_unsafe", hint=f"{name}: {reason}", index=name)

"""Measuring in rounds: candidates take turns, and each is judged by its best round."""

import time
from collections.abc import Callable

__all__ = ["interleaved", "per_second"]


def per_second(work: Callable[[], object], count: int) -> float:
    """Run `work` `count` times and return how many a second."""
    start = time.perf_counter()
    for _ in range(count):
        work()
    return count / (time.perf_counter() - start)


def interleaved(
    candidates: dict[str, Callable[[], object]], *, rounds: int, count: int
) -> dict[str, list[float]]:
    """Let each candidate run `count` times a round, in turn, and return its rates by round."""
    rates: dict[str, list[float]] = {name: [] for name in candidates}
    for work in candidates.values():
        per_second(work, max(1, count // 5))  # warm
    for _ in range(rounds):
        for name, work in candidates.items():
            rates[name].append(per_second(work, count))
    return rates

"""Waiting for what may never answer: work in one thread, with an end to the wait."""

from __future__ import annotations

import threading
from queue import SimpleQueue
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Impatient"]

T = TypeVar("T")

_workers: dict[str, Impatient] = {}
_lock = threading.Lock()


class _Job(Generic[T]):
    """One piece of work, and what became of it."""

    def __init__(self, work: Callable[[], T]) -> None:
        self._work = work
        self._done = threading.Event()
        self._result: T | None = None
        self._error: BaseException | None = None

    def do(self) -> None:
        try:
            self._result = self._work()
        except BaseException as error:  # noqa: BLE001 - thrown where it is waited for
            self._error = error
        self._done.set()

    def wait(self, seconds: float) -> T:
        if not self._done.wait(seconds):
            raise TimeoutError
        if self._error is not None:
            raise self._error
        result: T = self._result  # type: ignore[assignment]  # it is done and did not fail
        return result


class Impatient:
    """One thread that does one thing after the other; whoever asks it waits so long at most.

    A call that hangs keeps the thread: those behind it time out too, which is the truth, and
    once it comes back they go on. The thread does not keep the process from ending.
    """

    def __init__(self, name: str) -> None:
        self._jobs: SimpleQueue[_Job[object]] = SimpleQueue()
        threading.Thread(target=self._serve, name=name, daemon=True).start()

    @classmethod
    def of(cls, name: str) -> Impatient:
        """Return the thread called `name`, the same for everybody who asks."""
        with _lock:
            if name not in _workers:
                _workers[name] = cls(name)
            return _workers[name]

    def run(self, work: Callable[[], T], seconds: float) -> T:
        """Return what `work` returns, or raise what it raises; `TimeoutError` after `seconds`."""
        job = _Job(work)
        self._jobs.put(job)  # type: ignore[arg-type]  # its result is this caller's alone
        return job.wait(seconds)

    def _serve(self) -> None:
        while True:
            self._jobs.get().do()

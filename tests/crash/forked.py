"""Workers in processes of their own, which can be killed at any moment."""

import json
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any, NoReturn

__all__ = ["Worker"]


class Worker:
    """A forked process that runs `work(tell)`; what it tells arrives though it dies."""

    def __init__(self, work: Callable[[Callable[[object], None]], None]) -> None:
        reading, writing = os.pipe()
        self.pid = os.fork()
        if not self.pid:
            os.close(reading)
            _run(work, writing)
        os.close(writing)
        self._reading = os.fdopen(reading, "rb")

    def first(self) -> Any:
        """Wait for the first thing that it tells."""
        return json.loads(self._reading.readline())

    def kill(self) -> None:
        """End it as a power cut would."""
        with suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)

    def told(self) -> Iterator[Any]:
        """Yield whatever else it told until it ended, whole lines only; then reap it."""
        for line in self._reading:
            if line.endswith(b"\n"):
                yield json.loads(line)
        self._reading.close()
        _, status = os.waitpid(self.pid, 0)
        code = os.waitstatus_to_exitcode(status)
        assert code in {0, -signal.SIGKILL}, f"the worker ended with {code}"


def _run(work: Callable[[Callable[[object], None]], None], writing: int) -> NoReturn:
    code = 1
    try:
        work(lambda thing: _tell(writing, thing))
        code = 0
    except BaseException:  # noqa: BLE001 - the parent sees the exit code, the log the reason
        import traceback

        traceback.print_exc()
    finally:
        os._exit(code)


def _tell(writing: int, thing: object) -> None:
    os.write(writing, json.dumps(thing).encode() + b"\n")

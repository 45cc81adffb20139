"""What goes on beside the pages: ordering the log each second, delivering, sweeping up."""

from __future__ import annotations

import asyncio
import logging
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import TYPE_CHECKING

from govinteract.errors import GovInteractError
from govinteract.identity import Attempts, Sessions
from govinteract.kernel import System

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from contextlib import AbstractAsyncContextManager

    from govinteract.locality import Locality

__all__ = ["lifespan", "sweep"]

_log = logging.getLogger("govinteract.web")
_SEQUENCE_SECONDS = 1.0
_WITNESS_SECONDS = 60.0
_SWEEP_SECONDS = 600.0
_DRAFT_AGE = timedelta(days=1)


def lifespan(locality: Locality) -> Callable[[object], AbstractAsyncContextManager[None]]:
    """Return the lifespan of an ASGI app in which `locality`'s background work goes on.

    `web.app` uses it by itself; a host that mounts the pages hands it to its own app, since
    a mounted app's lifespan is not run: `FastAPI(lifespan=web.lifespan(ward))`.
    """

    @asynccontextmanager
    async def living(_app: object) -> AsyncIterator[None]:
        works: list[tuple[float, Callable[[], object]]] = [
            (_SEQUENCE_SECONDS, locality.sequence),
            (_SEQUENCE_SECONDS, locality.relay_once),
            (_WITNESS_SECONDS, locality.ask_witnesses),
            (_SWEEP_SECONDS, lambda: sweep(locality)),
        ]
        tasks = [asyncio.create_task(_forever(locality, pause, work)) for pause, work in works]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    return living


async def _forever(locality: Locality, pause: float, work: Callable[[], object]) -> None:
    """Do `work` every `pause` seconds; what fails is told to the log and tried again."""
    while True:
        try:
            await locality.run(work)
        except GovInteractError as error:
            _log.warning("background work: %s (%s)", error.code, error.hint)
        await asyncio.sleep(pause)


def sweep(locality: Locality) -> None:
    """Delete drafts that were never sent (after a day), ended sessions and old counts."""
    fingerprint = locality.keyring.fingerprint
    with locality.acting_as(System("sweeper")) as tx:
        tx.files.sweep_drafts(_DRAFT_AGE)
        Sessions(tx.transaction, tx.facts, fingerprint).sweep()
        Attempts(tx.transaction, fingerprint).sweep()

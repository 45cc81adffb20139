"""From now on new values are sealed under new data keys.

What is sealed already stands in facts, which never change, and stays under the data key that
sealed it for as long as anybody may open it; see docs/adr/0012-*.md for why nothing better is
promised. A person's next value in a class gets a new key, in every process within minutes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import func, select

from govinteract.facts.service import Facts
from govinteract.kernel.actor import System
from govinteract.storage.schema import write_instant
from govinteract.storage.transaction import Transaction
from govinteract.vault.epoch_steps import insert_rotation
from govinteract.vault.key_tables import rotation_table

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from govinteract.vault.keyring import KeyRing

__all__ = ["renew_data_keys"]

_ROW = rotation_table.c


def renew_data_keys(engine: Engine, ring: KeyRing) -> str:
    """Let no data key made before now seal anything new; return that instant as stored.

    Commits in a transaction of its own, with the fact. Other processes know within the
    age of their keys (`keyring.MAX_AGE`).
    """
    ring.warm(engine)
    with Transaction(
        engine, locality=ring.tenant, actor=System("keys"), clock=ring.clock, entropy=ring.entropy
    ) as tx:
        query = select(func.coalesce(func.max(_ROW.number), 0))
        mine = query.where(_ROW.locality == tx.locality, _ROW.kind == "data")
        number = int(tx.read(mine).scalar_one()) + 1
        insert_rotation(tx, "data", number, step="finished")
        Facts(tx, ring.log_keys()).append("key/data", number, "key.data_renewed", {})
        since = write_instant(tx.now)
    ring.refresh(engine)
    return since

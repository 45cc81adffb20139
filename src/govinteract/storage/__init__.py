"""Where state lives: the engine, the one transaction, migrations and idempotency keys."""

from govinteract.storage.engine import open_engine
from govinteract.storage.idempotency import Once
from govinteract.storage.migrate import upgrade
from govinteract.storage.schema import Instant, metadata, read_instant, write_instant
from govinteract.storage.scrub import scrub
from govinteract.storage.transaction import Transaction, in_transaction

__all__ = [
    "Instant",
    "Once",
    "Transaction",
    "in_transaction",
    "metadata",
    "open_engine",
    "read_instant",
    "scrub",
    "upgrade",
    "write_instant",
]

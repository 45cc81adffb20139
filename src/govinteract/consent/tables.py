"""Who opened whose data, kept by person; and which persons are not persons but bait.

Both are projections: `gi_access` of the facts `data.opened`, `gi_poison` of `poison.marked`.
On SQLite the rows of a person lie side by side (`WITHOUT ROWID`).
"""

from __future__ import annotations

from sqlalchemy import Column, LargeBinary, String, Table, Text

from govinteract.storage.schema import Instant, metadata

__all__ = ["access_table", "poison_table"]

access_table = Table(
    "gi_access",
    metadata,
    Column("locality", String(64), primary_key=True),
    Column("subject", String(64), primary_key=True),
    Column("stream", String(120), primary_key=True),
    Column("at", Instant, nullable=False),
    Column("actor", String(80), nullable=False),
    Column("purpose", String(64), nullable=False),
    Column("basis", Text, nullable=False),
    Column("fields", Text, nullable=False),
    sqlite_with_rowid=False,
)

poison_table = Table(
    "gi_poison",
    metadata,
    Column("locality", String(64), primary_key=True),
    Column("mark", LargeBinary(32), primary_key=True),
    Column("created_at", Instant, nullable=False),
)

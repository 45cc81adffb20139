"""Where wrapped keys are stored. No key stands in the database in the clear.

`gi_key` holds a tenant's keys, wrapped by the key provider: one row per role and epoch.
`gi_wrap` holds people's data keys, one row per purpose. Its rows are clustered by primary
key on SQLite (`WITHOUT ROWID`): one tree to write, and the wraps of a person side by side.
`gi_blind` holds the digests by which sealed values are found (`blind_index.py`).
"""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, LargeBinary, String, Table

from govinteract.storage.schema import Instant, metadata

__all__ = ["blind_table", "key_table", "wrap_table"]

key_table = Table(
    "gi_key",
    metadata,
    Column("locality", String(64), primary_key=True),
    Column("role", String(16), primary_key=True),
    Column("epoch", Integer, primary_key=True, autoincrement=False),
    Column("kid", LargeBinary(16), nullable=False),
    Column("root", String(200), nullable=False),  # the provider's key that wrapped it
    Column("wrapped", LargeBinary, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("retired_at", Instant),
)

wrap_table = Table(
    "gi_wrap",
    metadata,
    Column("locality", String(64), primary_key=True),
    Column("subject", String(64), primary_key=True),
    Column("data_class", String(32), primary_key=True),
    Column("purpose", String(64), primary_key=True),
    Column("kid", LargeBinary(16), primary_key=True),
    Column("epoch", Integer, nullable=False),
    Column("wrapped", LargeBinary(66), nullable=False),
    Column("created_at", Instant, nullable=False),
    sqlite_with_rowid=False,
)

blind_table = Table(
    "gi_blind",
    metadata,
    Column("locality", String(64), primary_key=True),
    Column("index_name", String(80), primary_key=True),
    Column("partition", Integer, primary_key=True, autoincrement=False),
    Column("digest", Integer, primary_key=True, autoincrement=False),
    Column("record", String(64), primary_key=True),
    Column("subject", String(64), nullable=False),
    Index("ix_gi_blind_record", "locality", "record"),
    Index("ix_gi_blind_subject", "locality", "subject"),
    sqlite_with_rowid=False,
)

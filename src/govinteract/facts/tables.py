"""The table of facts, the leaves of the log, and its signed checkpoints.

`gi_leaf` is written in the fact's own transaction, without an index; the sequencer gives
the index later. Nothing in `gi_fact` is ever updated or deleted.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, String, Table, Text

from govinteract.storage.schema import Instant, metadata

__all__ = ["checkpoint_table", "fact_table", "leaf_table"]

fact_table = Table(
    "gi_fact",
    metadata,
    Column("locality", String(64), primary_key=True),
    Column("stream", String(120), primary_key=True),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("kind", String(64), nullable=False),
    Column("at", Instant, nullable=False),
    Column("actor", String(80), nullable=False),
    Column("body", Text, nullable=False),
)

leaf_table = Table(
    "gi_leaf",
    metadata,
    Column("locality", String(64), primary_key=True),
    Column("stream", String(120), primary_key=True),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("hash", LargeBinary(32), nullable=False),
    Column("mac", LargeBinary(32), nullable=False),
    Column("idx", BigInteger),
    Index("uq_gi_leaf_locality_idx", "locality", "idx", unique=True),
)

checkpoint_table = Table(
    "gi_checkpoint",
    metadata,
    Column("locality", String(64), primary_key=True),
    Column("size", BigInteger, primary_key=True, autoincrement=False),
    Column("frontier", LargeBinary, nullable=False),
    Column("note", Text, nullable=False),
    Column("at", Instant, nullable=False),
)

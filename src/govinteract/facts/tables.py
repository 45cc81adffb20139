"""The table of facts, the leaves of the log, its signed checkpoints, and its witnesses.

`gi_leaf` is written in the fact's own transaction, without an index; the sequencer gives
the index later. Nothing in `gi_fact` is ever updated or deleted. `gi_tile` holds the tree
for quick proofs and can be made anew from the leaves. `gi_cosignature` holds what each
witness signed last of this log, `gi_witnessed` what this locality signed last of others'.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, String, Table, Text

from govinteract.storage.schema import Instant, metadata

__all__ = [
    "checkpoint_table",
    "cosignature_table",
    "fact_table",
    "leaf_table",
    "tile_table",
    "witnessed_table",
]

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

tile_table = Table(
    "gi_tile",
    metadata,
    Column("locality", String(64), primary_key=True),
    Column("level", Integer, primary_key=True, autoincrement=False),
    Column("idx", BigInteger, primary_key=True, autoincrement=False),
    Column("hashes", LargeBinary, nullable=False),
)

cosignature_table = Table(
    "gi_cosignature",
    metadata,
    Column("locality", String(64), primary_key=True),
    Column("witness", String(200), primary_key=True),
    Column("size", BigInteger, nullable=False),
    Column("line", Text, nullable=False),
    Column("note", Text, nullable=False),
    Column("at", Instant, nullable=False),
)

witnessed_table = Table(
    "gi_witnessed",
    metadata,
    Column("locality", String(64), primary_key=True),
    Column("origin", String(200), primary_key=True),
    Column("size", BigInteger, nullable=False),
    Column("root", LargeBinary(32), nullable=False),
    Column("note", Text, nullable=False),
    Column("at", Instant, nullable=False),
)

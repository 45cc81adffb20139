"""Which programs may report for people. The keys themselves are in no table."""

from __future__ import annotations

from sqlalchemy import Column, LargeBinary, String, Table

from govinteract.storage.schema import Instant, metadata

__all__ = ["NAME_LIMIT", "api_key_table"]

NAME_LIMIT = 40
"""Characters of a program's name: short enough to stand in an actor and in a source."""

api_key_table = Table(
    "gi_api_key",
    metadata,
    Column("locality", String(64), primary_key=True),
    Column("key_hash", LargeBinary(32), primary_key=True),
    Column("name", String(NAME_LIMIT), nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("revoked_at", Instant),
)

"""The public keys that statements were signed with; made from the facts of `key/statements`."""

from __future__ import annotations

from sqlalchemy import Column, LargeBinary, String, Table

from govinteract.storage.schema import Instant, metadata

__all__ = ["statement_key_table"]

statement_key_table = Table(
    "gi_statement_key",
    metadata,
    Column("locality", String(64), primary_key=True),
    Column("kid", String(11), primary_key=True),
    Column("public", LargeBinary(32), nullable=False),
    Column("since", Instant, nullable=False),
    Column("until", Instant),
    Column("revoked_at", Instant),
)

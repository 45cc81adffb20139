"""Sealed submissions as the server has them: bytes that it can't open, and who can."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, LargeBinary, String, Table

from govinteract.storage.schema import Instant, metadata

__all__ = ["reader_key_table", "sealed_submission_table", "sealed_wrap_table"]

reader_key_table = Table(
    "gi_reader_key",
    metadata,
    Column("locality", String(64), primary_key=True),
    Column("kid", String(32), primary_key=True),
    Column("name", String(80), nullable=False),
    Column("public", LargeBinary, nullable=False),
    Column("registered_at", Instant, nullable=False),
    Column("retired_at", Instant),
)

sealed_submission_table = Table(
    "gi_sealed_submission",
    metadata,
    Column("locality", String(64), primary_key=True),
    Column("id", String(36), primary_key=True),
    Column("seq", Integer, nullable=False),
    Column("code_hash", LargeBinary(32), nullable=False),
    Column("content", LargeBinary),
    Column("state", String(16), nullable=False),
    Column("submitted_at", Instant, nullable=False),
    Column("updated_at", Instant, nullable=False),
)
Index(
    "ix_gi_sealed_submission_code",
    sealed_submission_table.c.locality,
    sealed_submission_table.c.code_hash,
    unique=True,
)

sealed_wrap_table = Table(
    "gi_sealed_wrap",
    metadata,
    Column("locality", String(64), primary_key=True),
    Column("submission", String(36), primary_key=True),
    Column("kid", String(32), primary_key=True),
    Column("wrap", LargeBinary, nullable=False),
    Column("added_at", Instant, nullable=False),
)

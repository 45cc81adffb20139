"""Accounts, sessions and attempts. They are no projections: no fact holds a password's hash."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, LargeBinary, String, Table, Text

from govinteract.storage.schema import Instant, metadata

__all__ = ["attempt_table", "officer_table", "session_table"]

officer_table = Table(
    "gi_officer",
    metadata,
    Column("locality", String(64), primary_key=True),
    Column("id", String(64), primary_key=True),
    Column("username", String(64), nullable=False),
    Column("name", String(120), nullable=False),
    Column("unit", String(64)),
    Column("roles", Text, nullable=False),
    Column("password_hash", String(200), nullable=False),
    Column("active", Integer, nullable=False),
    Column("at", Instant, nullable=False),
    Index("uq_gi_officer_username", "locality", "username", unique=True),
)

session_table = Table(
    "gi_session",
    metadata,
    Column("locality", String(64), primary_key=True),
    Column("token_hash", LargeBinary(32), primary_key=True),
    Column("officer", String(64), nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("seen_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Index("ix_gi_session_officer", "locality", "officer"),
    Index("ix_gi_session_expires_at", "locality", "expires_at"),
)

attempt_table = Table(
    "gi_attempt",
    metadata,
    Column("locality", String(64), primary_key=True),
    Column("kind", String(40), primary_key=True),
    Column("who", LargeBinary(32), primary_key=True),
    Column("since", Instant, primary_key=True),
    Column("count", Integer, nullable=False),
    Index("ix_gi_attempt_since", "locality", "since"),
)

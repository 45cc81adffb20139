"""The projections of cases: what the facts on a case's stream add up to, kept for speed.

They are written in the facts' own transaction by `projection.py` and can be rebuilt from
the facts, bit for bit. `gi_file` (sealed photos) and `gi_draft` are no projections.
"""

from __future__ import annotations

from sqlalchemy import Column, Float, Index, Integer, LargeBinary, String, Table, Text

from govinteract.storage.schema import Instant, metadata

__all__ = ["case_table", "draft_table", "file_table", "message_table", "photo_table"]

case_table = Table(
    "gi_case",
    metadata,
    Column("locality", String(64), primary_key=True),
    Column("id", String(36), primary_key=True),
    Column("seq", Integer, nullable=False),
    Column("public_id", String(10), nullable=False),
    Column("code_hash", LargeBinary(32), nullable=False),
    Column("code", LargeBinary, nullable=False),
    Column("subject", String(64), nullable=False),
    Column("service", String(64), nullable=False),
    Column("unit", String(64), nullable=False),
    Column("state", String(40), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("lang", String(8), nullable=False),
    Column("source", String(64), nullable=False),
    Column("external_id", String(200)),
    Column("lat", Float(53)),
    Column("lon", Float(53)),
    Column("address", LargeBinary),
    Column("text", LargeBinary, nullable=False),
    Column("contact", LargeBinary),
    Column("answers", Text, nullable=False),
    Column("shared", Integer, nullable=False),
    Column("public_text", Text),
    Column("submitted_at", Instant, nullable=False),
    Column("updated_at", Instant, nullable=False),
    Column("promise", String(16)),
    Column("promise_text", Text),
    Column("calendar", String(80)),
    Column("due_at", Instant),
    Column("queue_at", Instant, nullable=False),
    Column("paused_at", Instant),
    Column("clock_from", Instant, nullable=False),
    Column("pauses", Text, nullable=False),
    Column("answered_at", Instant),
    Column("resolved_at", Instant),
    Column("reopened", Integer, nullable=False),
    Column("rating", Integer),
    Column("duplicate_of", String(36)),
    Column("erased_at", Instant),
    Index("uq_gi_case_public_id", "locality", "public_id", unique=True),
    Index("uq_gi_case_code_hash", "locality", "code_hash", unique=True),
    Index("uq_gi_case_external_id", "locality", "source", "external_id", unique=True),
    Index("ix_gi_case_queue", "locality", "kind", "queue_at", "id"),
    Index("ix_gi_case_unit", "locality", "unit", "kind", "queue_at", "id"),
    Index("ix_gi_case_submitted_at", "locality", "shared", "submitted_at", "id"),
    Index("ix_gi_case_subject", "locality", "subject", "submitted_at"),
)

message_table = Table(
    "gi_message",
    metadata,
    Column("locality", String(64), primary_key=True),
    Column("case_id", String(36), primary_key=True),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("at", Instant, nullable=False),
    Column("author", String(16), nullable=False),
    Column("kind", String(40), nullable=False),
    Column("internal", Integer, nullable=False),
    Column("state", String(40), nullable=False),
    Column("cause", String(16)),
    Column("target", String(120)),
    Column("text", LargeBinary),
)

photo_table = Table(
    "gi_photo",
    metadata,
    Column("locality", String(64), primary_key=True),
    Column("id", String(36), primary_key=True),
    Column("case_id", String(36), nullable=False),
    Column("seq", Integer, nullable=False),
    Column("role", String(16), nullable=False),
    Column("width", Integer, nullable=False),
    Column("height", Integer, nullable=False),
    Column("digest", String(64), nullable=False),
    Index("ix_gi_photo_case", "locality", "case_id", "seq"),
)

file_table = Table(
    "gi_file",
    metadata,
    Column("locality", String(64), primary_key=True),
    Column("id", String(36), primary_key=True),
    Column("subject", String(64), nullable=False),
    Column("content", LargeBinary, nullable=False),
    Column("thumbnail", LargeBinary, nullable=False),
    Column("meta", Text, nullable=False),
    Column("draft", LargeBinary(32)),
    Column("at", Instant, nullable=False),
    Index("ix_gi_file_draft", "locality", "draft"),
)

draft_table = Table(
    "gi_draft",
    metadata,
    Column("locality", String(64), primary_key=True),
    Column("token_hash", LargeBinary(32), primary_key=True),
    Column("subject", String(64), nullable=False),
    Column("minted", Integer, nullable=False),
    Column("at", Instant, nullable=False),
    Index("ix_gi_draft_at", "locality", "at"),
)

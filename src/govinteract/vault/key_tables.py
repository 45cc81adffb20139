"""Where the further wrappings of a tenant's keys stand, and how far a rotation is.

`gi_key` (in `tables.py`) has one wrapping of each key, by the locality's first provider.
`gi_key_wrap` has the others: by a second provider, and for the recovery key. `gi_recovery`
has the recovery key's public half; `gi_rotation` what was begun and how far it came.
"""

from __future__ import annotations

from sqlalchemy import Column, Integer, LargeBinary, String, Table

from govinteract.storage.schema import Instant, metadata

__all__ = ["further_wrap_table", "recovery_table", "rotation_table"]

further_wrap_table = Table(
    "gi_key_wrap",
    metadata,
    Column("locality", String(64), primary_key=True),
    Column("role", String(16), primary_key=True),
    Column("epoch", Integer, primary_key=True, autoincrement=False),
    Column("root", String(200), primary_key=True),
    Column("wrapped", LargeBinary, nullable=False),
    Column("created_at", Instant, nullable=False),
)

recovery_table = Table(
    "gi_recovery",
    metadata,
    Column("locality", String(64), primary_key=True),
    Column("kid", LargeBinary(16), primary_key=True),
    Column("public_key", LargeBinary(1216), nullable=False),
    Column("threshold", Integer, nullable=False),
    Column("shares", Integer, nullable=False),
    Column("mac", LargeBinary(32), nullable=False),  # so that nobody puts his own in its place
    Column("created_at", Instant, nullable=False),
)

rotation_table = Table(
    "gi_rotation",
    metadata,
    Column("locality", String(64), primary_key=True),
    Column("kind", String(16), primary_key=True),  # epoch, data
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("step", String(16), nullable=False),
    Column("since", Instant, nullable=False),
    Column("place", LargeBinary),  # the last wrap that was looked at
    Column("done", Integer, nullable=False),
    Column("total", Integer, nullable=False),
)

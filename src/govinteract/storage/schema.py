"""What every table shares: one `MetaData`, one naming convention, one way to store time.

Columns hold what both databases store alike: text, integers, floats and bytes. An instant
is text of 27 characters in UTC (`2026-11-21T08:00:00.000000Z`), so that it sorts as time,
reads as time and is the same bytes in a row, in a fact and in a hash.
"""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import MetaData, String

__all__ = ["Instant", "metadata", "read_instant", "write_instant"]

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)
Instant = String(27)


def write_instant(at: datetime) -> str:
    """Write an aware `at` as the 27 characters that columns and facts hold.

    >>> write_instant(datetime(2026, 11, 21, 15, 0, tzinfo=UTC))
    '2026-11-21T15:00:00.000000Z'
    """
    return at.astimezone(UTC).isoformat(timespec="microseconds")[:26] + "Z"


def read_instant(text: str) -> datetime:
    """Read what `write_instant` wrote, as an aware datetime in UTC."""
    return datetime.fromisoformat(text)

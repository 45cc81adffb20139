"""INSERT statements, written once for a table, its columns and a dialect.

Columns hold what both drivers take as it is, so a row needs no conversion on its way in,
and the text of its statement is always the same: that is half of what an insert costs.
"""

from __future__ import annotations

from functools import lru_cache
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlalchemy import Dialect, Table

__all__ = ["insert_sql"]


@lru_cache(maxsize=256)
def insert_sql(
    table: Table, columns: tuple[str, ...], dialect: Dialect, *, absent: bool = False
) -> tuple[str, tuple[str, ...] | None]:
    """Return the statement and the order of its parameters, None where they go by name.

    With `absent` a row whose key is taken is passed over (`ON CONFLICT DO NOTHING`).
    """
    maker = import_module(f"sqlalchemy.dialects.{dialect.name}")  # loaded with the engine
    statement = maker.insert(table)
    if absent:
        statement = statement.on_conflict_do_nothing()
    compiled = statement.compile(dialect=dialect, column_keys=list(columns))
    names = compiled.positiontup if compiled.positional else None
    return str(compiled), None if names is None else tuple(names)

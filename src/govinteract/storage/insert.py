"""Statements that are written once: their text is half of what an insert costs.

Columns hold what both drivers take as it is, so a row needs no conversion on its way in.
"""

from __future__ import annotations

from functools import lru_cache
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlalchemy import ClauseElement, Compiled, Dialect, Table

__all__ = ["fixed_sql", "insert_sql"]


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
    return _written(statement.compile(dialect=dialect, column_keys=list(columns)))


@lru_cache(maxsize=64)
def fixed_sql(
    statement: ClauseElement, dialect: Dialect
) -> tuple[str, tuple[str, ...] | None, dict[str, object]]:
    """Return the text of a module's constant `statement`.

    Beside it the order of its parameters, None where they go by name, and the values that
    stand in it from the start.
    """
    compiled = statement.compile(dialect=dialect)
    known = {name: value for name, value in compiled.params.items() if value is not None}
    return *_written(compiled), known


def _written(compiled: Compiled) -> tuple[str, tuple[str, ...] | None]:
    names = getattr(compiled, "positiontup", None)
    return str(compiled), None if names is None else tuple(names)

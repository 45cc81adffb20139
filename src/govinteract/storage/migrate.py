"""Bringing a database to this version's tables: `govinteract db upgrade`, never an import.

The Alembic revisions travel in the wheel (`storage/migrations`). Each names its tables in
full, so that a revision means the same for ever whatever the code around it becomes.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from alembic.config import Config
    from sqlalchemy import Engine

__all__ = ["VERSION_TABLE", "upgrade"]

VERSION_TABLE = "gi_alembic_version"


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Create or migrate the tables of `engine`'s database to `revision`.

    Safe to run again and safe while an older process serves: a revision either expands
    (adds what old code ignores) or contracts (drops what new code left), never both.
    """
    from alembic import command  # noqa: PLC0415 - 60 ms that only an upgrade should pay

    with engine.connect() as connection:
        connection.info["gi_writes"] = True
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
        connection.commit()
        connection.info["gi_writes"] = False


def _config() -> Config:
    from alembic.config import Config  # noqa: PLC0415 - as above

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    return config

"""The revisions in the wheel make the tables that the code means."""

import pkgutil
from collections.abc import Callable
from importlib import import_module

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

import govinteract
from govinteract.storage import metadata, open_engine, upgrade
from govinteract.storage.migrate import VERSION_TABLE
from tests.wards import migrate


def test_the_revisions_make_what_the_code_means(new_database: Callable[..., str]) -> None:
    """After all revisions no table, column or index differs from the code's."""
    for module in pkgutil.walk_packages(govinteract.__path__, "govinteract."):
        if module.name.endswith("tables"):
            import_module(module.name)
    engine = open_engine(new_database(migrate), pool_size=1)
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"version_table": VERSION_TABLE, "compare_type": True}
        )
        differences = compare_metadata(context, metadata)
    engine.dispose()
    assert differences == []


def test_upgrading_again_changes_nothing(new_database: Callable[..., str]) -> None:
    """`db upgrade` may run at every start."""
    engine = open_engine(new_database(migrate), pool_size=1)
    upgrade(engine)
    upgrade(engine)
    engine.dispose()

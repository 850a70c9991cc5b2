"""The database's shape: brings it to the latest migration, and tells how it differs from the tables in the code."""

from pathlib import Path
from typing import Any

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, create_engine, event, make_url
from sqlalchemy.pool import NullPool

from app.config import ROOT
from app.tables import metadata

_MIGRATION_LOCK = 7_101_203  # any number that nothing else locks


def upgrade(database_url: str, revision: str = "head") -> None:
    """Bring the database to ``revision``, making it first if it is a SQLite file that does not exist.

    All steps are one transaction: a failing one leaves the database as it was. Two processes that upgrade at the same
    time wait for each other, and the second finds nothing to do.
    """
    command.upgrade(_config(database_url), revision)


def downgrade(database_url: str, revision: str) -> None:
    """Take the database back to ``revision`` (``base`` is before the first). Drops what later ones stored."""
    command.downgrade(_config(database_url), revision)


def current(database_url: str) -> str | None:
    """The revision that the database is at; ``None`` before the first."""
    engine = migration_engine(database_url)
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def head() -> str | None:
    """The latest revision in the code. Raises alembic's ``CommandError`` if two migrations claim to be the last."""
    return ScriptDirectory.from_config(_config("")).get_current_head()


def check(engine: Engine) -> list[str]:
    """How the database differs from the tables in the code, one line each; empty when it does not."""
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return [_spell(difference) for difference in compare_metadata(context, metadata)]


def migration_engine(database_url: str) -> Engine:
    """An engine for one migration run: no pool, and DDL inside the transaction on SQLite too.

    Foreign keys stay unchecked on SQLite meanwhile: it alters a table by copying it to a new one, and dropping the old
    one would empty every table that refers to it.
    """
    url = make_url(database_url)
    engine = create_engine(url, poolclass=NullPool, hide_parameters=True)
    if url.get_backend_name() == "sqlite":
        if url.database:
            Path(url.database).parent.mkdir(parents=True, exist_ok=True)
        event.listen(engine, "connect", _leave_transactions_to_us)
        event.listen(engine, "begin", _begin_at_once)
    else:
        event.listen(engine, "begin", _one_at_a_time)
    return engine


def _config(database_url: str) -> Config:
    config = Config(toml_file=ROOT / "pyproject.toml")
    config.attributes["database_url"] = database_url
    return config


def _leave_transactions_to_us(connection: Any, _record: Any) -> None:
    connection.isolation_level = None


def _begin_at_once(connection: Any) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _one_at_a_time(connection: Any) -> None:
    connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_MIGRATION_LOCK})")


def _spell(difference: Any) -> str:
    # A changed column comes as a list of changes; anything else as one tuple that starts with what would be done.
    steps = difference if isinstance(difference, list) else [difference]
    return "; ".join(" ".join(str(part) for part in step) for step in steps)

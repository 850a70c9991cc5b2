"""How a migration run is set up: on either database, in one transaction."""

import os
from collections.abc import Iterable
from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from alembic.operations.ops import MigrationScript
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from dotenv import load_dotenv

from app.columns import Encrypted, Json, UtcDateTime
from app.config import Settings
from app.schema import migration_engine
from app.tables import metadata


def database_url() -> str:
    """The URL that the caller gave; from the settings when alembic's own command runs this."""
    given = context.config.attributes.get("database_url")
    if given:
        return str(given)
    load_dotenv()
    return Settings.from_environ(os.environ).database_url


def render_item(kind: str, item: Any, autogenerate: AutogenContext) -> str | Literal[False]:
    """Write our own column types as what the database sees, so that a migration never needs today's code."""
    if kind == "type" and item is Json:
        autogenerate.imports.add("from sqlalchemy.dialects.postgresql import JSONB")
        return 'sa.JSON().with_variant(JSONB(), "postgresql")'
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(item, Encrypted):
        return "sa.LargeBinary()"
    return False


def number(
    _migration: MigrationContext, _revision: str | Iterable[str | None] | Iterable[str], scripts: list[MigrationScript]
) -> None:
    """Give a new migration the number after the last one, and write no file when nothing changed."""
    (script,) = scripts
    compared = getattr(context.config.cmd_opts, "autogenerate", False)
    if compared and script.upgrade_ops is not None and script.upgrade_ops.is_empty():
        scripts.clear()
        print("The tables in the code are what the migrations make: there is nothing to write.")
        return
    last = ScriptDirectory.from_config(context.config).get_current_head()
    script.rev_id = f"{int(last or 0) + 1:04d}"


def run() -> None:
    """Run the migrations that the command asked for."""
    engine = migration_engine(database_url())
    with engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=metadata,
            compare_type=True,
            render_as_batch=True,
            render_item=render_item,
            process_revision_directives=number,
            transactional_ddl=True,
        )
        with context.begin_transaction():
            context.run_migrations()
            if engine.dialect.name == "sqlite":
                broken = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
                if broken:
                    raise RuntimeError(
                        f"nothing was changed: {len(broken)} rows would refer to rows that are not there"
                    )
    engine.dispose()


run()

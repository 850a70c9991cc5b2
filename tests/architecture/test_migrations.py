"""The migrations make exactly the tables in the code, in both directions, on both databases."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text

from app import schema
from app.config import ROOT
from app.tables import metadata


def scripts() -> ScriptDirectory:
    return ScriptDirectory.from_config(Config(toml_file=ROOT / "pyproject.toml"))


def test_one_line_of_numbered_migrations() -> None:
    assert len(scripts().get_heads()) == 1
    names = sorted(path.name for path in (ROOT / "migrations" / "versions").glob("*.py"))
    walked = [script.revision for script in scripts().walk_revisions()][::-1]
    assert [name[:4] for name in names] == walked == [f"{n:04d}" for n in range(1, len(names) + 1)]
    assert all(name[4] == "_" and name[5].isalpha() for name in names)


def test_migrations_do_not_need_todays_code() -> None:
    for path in (ROOT / "migrations" / "versions").glob("*.py"):
        assert "app." not in path.read_text() and "import app" not in path.read_text(), path.name


def test_up_down_up(blank_database_url: str) -> None:
    assert schema.current(blank_database_url) is None
    schema.upgrade(blank_database_url)
    assert schema.current(blank_database_url) == schema.head()
    schema.downgrade(blank_database_url, "base")
    engine = schema.migration_engine(blank_database_url)
    assert inspect(engine).get_table_names() == ["alembic_version"]
    schema.upgrade(blank_database_url)
    assert set(inspect(engine).get_table_names()) == {*metadata.tables, "alembic_version"}
    engine.dispose()


def test_code_and_migrations_agree(blank_database_url: str) -> None:
    schema.upgrade(blank_database_url)
    engine = schema.migration_engine(blank_database_url)
    assert schema.check(engine) == []
    engine.dispose()


def test_a_difference_is_named(blank_database_url: str) -> None:
    schema.upgrade(blank_database_url)
    engine = schema.migration_engine(blank_database_url)
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE site DROP COLUMN alert_counter"))
        connection.execute(text("DROP INDEX ix_alert_due"))
    found = schema.check(engine)
    assert any("alert_counter" in line for line in found) and any("ix_alert_due" in line for line in found)
    engine.dispose()


def test_two_processes_may_upgrade_at_once(blank_database_url: str) -> None:
    script = "import sys; from app import schema; schema.upgrade(sys.argv[1])"
    command = [sys.executable, "-c", script, blank_database_url]
    with ThreadPoolExecutor(3) as pool:
        runs = list(pool.map(lambda _: subprocess.run(command, cwd=ROOT, capture_output=True, text=True), range(3)))
    assert [run.returncode for run in runs] == [0, 0, 0], [run.stderr[-500:] for run in runs]
    assert schema.current(blank_database_url) == schema.head()


@pytest.mark.parametrize("blank_database_url", ["sqlite"], indirect=True)
def test_rewriting_a_table_keeps_the_rows_that_refer_to_it(blank_database_url: str) -> None:
    """SQLite alters a table by copying it; the rows of others must survive the old one's end."""
    from alembic.migration import MigrationContext
    from alembic.operations import Operations

    engine = schema.migration_engine(blank_database_url)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE a (id TEXT PRIMARY KEY, note TEXT)"))
        connection.execute(text("CREATE TABLE b (id TEXT PRIMARY KEY, a_id TEXT REFERENCES a (id) ON DELETE CASCADE)"))
        connection.execute(text("INSERT INTO a VALUES ('one', 'x')"))
        connection.execute(text("INSERT INTO b VALUES ('two', 'one')"))
        operations = Operations(MigrationContext.configure(connection))
        with operations.batch_alter_table("a") as batch:
            batch.drop_column("note")
        assert connection.execute(text("SELECT a_id FROM b")).scalar() == "one"
    engine.dispose()

"""What every test may ask for: a database of each kind, settings, a clock, and a way out that remembers."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import make_url

from app import schema
from app.config import Settings
from app.db import Database
from app.keyring import Keyring
from app.tables import metadata
from tests.fakes import FixedClock, RecordingGateway
from tests.postgres import CannotStart, PostgresServer

KEYS = {
    "SECRET_KEYS": "the-secret-key-that-tests-sign-with-0001",
    "FIELD_KEYS": "the-field-key-that-tests-seal-with-00001",
    "INDEX_KEYS": "the-index-key-that-tests-look-up-with-01",
}

_SERVER = pytest.StashKey[PostgresServer]()


# --- the PostgreSQL server: one a test run, started by the process that outlives the others ---


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Tell each parallel worker where the server is."""
    node.workerinput["postgres"] = _server_address(node.config)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the server."""
    server = config.stash.get(_SERVER, None)
    if server is not None:
        server.remove()


def _server_address(config: pytest.Config) -> tuple[str, str]:
    """The server's URL and ``""``, or ``""`` and why there is none."""
    given = os.environ.get("TEST_DATABASE_URL", "")
    if given:
        return given.replace("postgresql://", "postgresql+psycopg://", 1), ""
    worker: dict[str, Any] = getattr(config, "workerinput", {})
    if worker:
        url, problem = worker["postgres"]
        return url, problem
    if _SERVER not in config.stash:
        try:
            config.stash[_SERVER] = PostgresServer()
        except CannotStart as error:
            return "", str(error)
    return config.stash[_SERVER].url(), ""


@pytest.fixture(scope="session")
def postgres_server(request: pytest.FixtureRequest) -> str:
    """The URL of a database on the server from which others can be made."""
    url, problem = _server_address(request.config)
    if problem:
        pytest.skip(f"PostgreSQL: {problem}")
    return url


def _named(url: str, name: str) -> str:
    return make_url(url).set(database=name).render_as_string(hide_password=False)


def run_sql(url: str, *statements: str) -> None:
    """Run statements on a PostgreSQL database, each committed by itself."""
    with psycopg.connect(url.replace("+psycopg", "", 1), autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement.encode())


# --- databases ---


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file to copy."""
    path = tmp_path_factory.mktemp("template") / "bedside.db"
    schema.upgrade(f"sqlite:///{path}")
    return path


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """A migrated, empty SQLite database."""
    return f"sqlite:///{shutil.copy(sqlite_template, tmp_path / 'bedside.db')}"


@pytest.fixture(scope="session")
def postgres_migrated(postgres_server: str) -> Iterator[str]:
    """This worker's own migrated PostgreSQL database."""
    name = f"bedside_test_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}_{os.getpid()}"
    run_sql(postgres_server, f'CREATE DATABASE "{name}"')
    url = _named(postgres_server, name)
    schema.upgrade(url)
    yield url
    run_sql(postgres_server, f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture
def postgres_url(postgres_migrated: str) -> str:
    """A migrated, empty PostgreSQL database. Deleting rows takes 2 ms, TRUNCATE 70, a copy of the database 120."""
    left_over = "datname = current_database() AND pid <> pg_backend_pid()"
    others = f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {left_over}"
    tables = "; ".join(f'DELETE FROM "{table.name}"' for table in reversed(metadata.sorted_tables))
    run_sql(postgres_migrated, others, tables)
    return postgres_migrated


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """A migrated, empty database: every test that asks for one runs on both kinds.

    ``@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)`` keeps a test to one.
    """
    url: str = request.getfixturevalue("sqlite_url" if request.param == "sqlite" else "postgres_url")
    return url


@pytest.fixture(params=["sqlite", "postgresql"])
def blank_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database without a single table, of both kinds."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'blank.db'}"
        return
    server: str = request.getfixturevalue("postgres_server")
    name = f"bedside_blank_{os.getpid()}"
    run_sql(server, f'CREATE DATABASE "{name}"')
    yield _named(server, name)
    run_sql(server, f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture
def keyring() -> Keyring:
    """The keys of ``settings``."""
    return Keyring([KEYS["FIELD_KEYS"]], [KEYS["INDEX_KEYS"]])


@pytest.fixture
def database(database_url: str, keyring: Keyring) -> Iterator[Database]:
    """A migrated, empty database, open."""
    database = Database(database_url, keyring)
    yield database
    database.close()


# --- the rest of the world ---


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    """Development's settings, with keys of their own, on the test's database."""
    environ = {**KEYS, "DATABASE_URL": database_url, "PUBLIC_URL": "https://bedside.example"}
    return Settings.from_environ(environ, instance=tmp_path)


@pytest.fixture
def clock() -> FixedClock:
    """A clock at ten in the morning, Monday 2 March 2026, New York."""
    return FixedClock()


@pytest.fixture
def gateway(database: Database) -> Iterator[RecordingGateway]:
    """A way out that remembers. A text that no test line expected fails the test."""
    gateway = RecordingGateway(database)
    yield gateway
    gateway.nothing_unexpected()


# --- nothing is skipped silently ---


def _not_run(config: pytest.Config) -> dict[str, int]:
    """Why tests did not run, and how many for each reason."""
    reporter = config.pluginmanager.getplugin("terminalreporter")
    reasons: dict[str, int] = {}
    for report in reporter.stats.get("skipped", []) if reporter else []:
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        reason = reason.removeprefix("Skipped: ")
        reasons[reason] = reasons.get(reason, 0) + 1
    return reasons


def in_ci() -> bool:
    """Whether a test that cannot run is a failure."""
    return os.environ.get("CI", "").lower() in ("1", "true", "yes")


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """In CI a test that did not run is a failure."""
    if in_ci() and _not_run(session.config) and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Name what did not run, and why, in the last lines."""
    reasons = _not_run(config)
    if reasons:
        verdict = " (CI=true: this fails the run)" if in_ci() else ""
        terminalreporter.section(f"did not run{verdict}", red=bool(verdict), yellow=not verdict)
        for reason, count in sorted(reasons.items()):
            terminalreporter.line(f"{count} test{'s' if count > 1 else ''}: {reason}")

"""An empty, migrated database of each kind, for one run. What is measured must survive a power cut, so fsync is on."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from app import schema
from tests import postgres

_DURABLE = {"fsync": "on", "full_page_writes": "on", "shared_buffers": "256MB", "max_wal_size": "4GB"}


@contextmanager
def opened(kind: str) -> Iterator[str]:
    """The URL of a new database of ``kind`` (``sqlite`` or ``postgresql``), removed afterwards."""
    with tempfile.TemporaryDirectory(prefix="bedside-bench-") as folder:
        if kind == "sqlite":
            url = f"sqlite:///{Path(folder) / 'bench.db'}"
            schema.upgrade(url)
            yield url
            return
        with _server() as url:
            schema.upgrade(url)
            yield url


@contextmanager
def _server() -> Iterator[str]:
    postgres._OPTIONS.update(_DURABLE)  # the tests' server forgets; this one must not
    server = postgres.PostgresServer()
    try:
        with psycopg.connect(server.url().replace("+psycopg", ""), autocommit=True) as connection:
            connection.execute("CREATE DATABASE bench")
        yield server.url("bench")
    finally:
        server.remove()

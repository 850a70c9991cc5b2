"""The clinic that these tests play with."""

from tests.fixtures_of_flows import (
    _short_logs,
    ana,
    clinic,
    content,
    database,
    engines,
    renderer,
    seed,
    senders,
    service,
    sqlite_place,
    sqlite_url,
    unstaffed,
)

__all__ = [
    "_short_logs",
    "ana",
    "clinic",
    "content",
    "database",
    "engines",
    "renderer",
    "seed",
    "senders",
    "service",
    "sqlite_place",
    "sqlite_url",
    "unstaffed",
]

"""Riverside Clinic with its pages, on SQLite."""

from collections.abc import Iterator

import pytest
from flask import Flask

from app.config import Settings
from app.db import Database
from tests.edges.web.pages import Pages, give_password
from tests.fakes import FixedClock, RecordingGateway
from tests.fixtures_of_flows import (
    _short_logs,
    content,
    database,
    engines,
    renderer,
    seed,
    senders,
    service,
    unstaffed,
)
from tests.wiring import application
from tests.world import Clinic

__all__ = [
    "_short_logs", "content", "database", "engines", "renderer", "seed", "senders", "service",
    "unstaffed",
]  # fmt: skip


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """Pages ask the database nothing of their own: one kind will do."""
    return sqlite_url


@pytest.fixture
def clinic(unstaffed: Clinic, request: pytest.FixtureRequest) -> Clinic:
    """Riverside Clinic with Nora on call and Omar as her backup, unless a test asks for ``nobody on call``."""
    return unstaffed if getattr(request, "param", "") == "nobody on call" else unstaffed.staffed()


@pytest.fixture
def app(
    settings: Settings, database: Database, clinic: Clinic, clock: FixedClock, gateway: RecordingGateway
) -> Iterator[Flask]:
    """The whole application on the clinic's database and clock."""
    with application(settings, clock=clock, gateway=gateway, database=database) as app:
        yield app


@pytest.fixture
def pages(app: Flask) -> Pages:
    """A browser that nobody has signed in with."""
    return Pages(app)


@pytest.fixture
def nora(pages: Pages, clinic: Clinic) -> Pages:
    """Nora's browser, signed in."""
    give_password(clinic, "nora@riverside.example")
    pages.sign_in("nora@riverside.example")
    return pages

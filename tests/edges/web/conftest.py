"""Riverside Clinic with its pages, on SQLite."""

from collections.abc import Iterator

import pytest
from flask import Flask

from app.config import Settings
from app.factory import create_app
from tests.edges.web.pages import Pages, give_password, hurry
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
    sqlite_place,
    sqlite_url,
    unstaffed,
)
from tests.world import Clinic

__all__ = [
    "_short_logs", "content", "database", "engines", "renderer", "seed", "senders", "service", "sqlite_place",
    "sqlite_url", "unstaffed",
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
def app(settings: Settings, clinic: Clinic, clock: FixedClock, gateway: RecordingGateway) -> Iterator[Flask]:
    """The whole application on the clinic's database and clock."""
    app = create_app(settings, clock=clock, gateway=gateway)
    app.testing = True
    hurry(app)
    yield app
    app.extensions["bedside"].service.db.close()


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

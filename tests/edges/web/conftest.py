"""Riverside Clinic with its pages, on SQLite."""

import pytest
from flask import Flask

from app.config import Settings
from app.factory import create_app
from tests.edges.web.pages import Pages, give_password
from tests.fakes import FixedClock, RecordingGateway
from tests.fixtures_of_flows import content, database, renderer, seed, senders, service, unstaffed
from tests.world import Clinic

__all__ = ["content", "database", "renderer", "seed", "senders", "service", "unstaffed"]


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """Pages ask the database nothing of their own: one kind will do."""
    return sqlite_url


@pytest.fixture
def clinic(unstaffed: Clinic, request: pytest.FixtureRequest) -> Clinic:
    """Riverside Clinic with Nora on call and Omar as her backup, unless a test asks for ``nobody on call``."""
    return unstaffed if getattr(request, "param", "") == "nobody on call" else unstaffed.staffed()


@pytest.fixture
def app(settings: Settings, clinic: Clinic, clock: FixedClock, gateway: RecordingGateway) -> Flask:
    """The whole application on the clinic's database and clock."""
    app = create_app(settings, clock=clock, gateway=gateway)
    app.testing = True
    return app


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

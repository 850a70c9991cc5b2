"""Riverside Clinic's pages on a port of this machine, for a real browser."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Locator, Page
from werkzeug.serving import WSGIRequestHandler, make_server

from app.config import Settings
from app.factory import create_app
from tests.conftest import KEYS
from tests.edges.web.pages import PASSWORD, give_password, hurry, link_to
from tests.fakes import FixedClock, RecordingGateway
from tests.fixtures_of_flows import (
    _short_logs,
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
from tests.world import Clinic

__all__ = [
    "Riverside", "_short_logs", "clinic", "content", "database", "database_url", "engines", "follow", "renderer",
    "riverside", "seed", "senders", "service", "settings", "sqlite_place", "sqlite_url", "unstaffed",
]  # fmt: skip


class _Quiet(WSGIRequestHandler):
    """Says nothing of each request."""

    def log(self, type: str, message: str, *args: object) -> None:
        """Say nothing."""


def follow(page: Page, pressed: Locator) -> None:
    """Press what leads to another page, and wait until all of that page is there.

    A click alone returns when the other page has begun to arrive: what is looked for then may not have come yet.
    """
    with page.expect_navigation():
        pressed.click()


@dataclass
class Riverside:
    """The clinic, and where its pages are."""

    clinic: Clinic
    url: str

    def sign_in(self, page: Page, email: str = "nora@riverside.example", lands_on: str = "/worklist") -> None:
        """Sign in as a member of staff: Nora, unless somebody else is named."""
        give_password(self.clinic, email)
        page.goto(f"{self.url}/sign-in")
        page.get_by_label("E-mail address").fill(email)
        page.get_by_label("Password").fill(PASSWORD)
        follow(page, page.get_by_role("button", name="Sign in"))
        page.wait_for_url(f"**{lands_on}")

    def open_link(self, page: Page, phone: str) -> None:
        """Open the form link that was texted to a number last."""
        page.goto(self.url + link_to(self.clinic, phone))


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """One kind of database will do for what a browser sees."""
    return sqlite_url


@pytest.fixture
def settings(database_url: str) -> Settings:
    """Settings without https, so that a browser on this machine keeps the cookies."""
    environ = {**KEYS, "DATABASE_URL": database_url, "PUBLIC_URL": "http://127.0.0.1:8000"}
    return Settings.from_environ(environ)


@pytest.fixture
def riverside(settings: Settings, clinic: Clinic, clock: FixedClock, gateway: RecordingGateway) -> Iterator[Riverside]:
    """Riverside Clinic with Nora on call and its pages served; texts that leave are nobody's surprise here."""
    app = create_app(settings, clock=clock, gateway=gateway)
    hurry(app)
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=_Quiet)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield Riverside(clinic, f"http://127.0.0.1:{server.server_port}")
    server.shutdown()
    thread.join()
    server.server_close()
    app.extensions["bedside"].service.db.close()
    gateway.ignore_the_rest()

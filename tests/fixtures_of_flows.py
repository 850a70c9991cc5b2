"""Fixtures of the tests that run flows: a clinic with content and staff, ready to be played with."""

import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import event

from app.config import ROOT, Settings
from app.content.loader import ContentBundle
from app.content.templates import load_templates
from app.db import Database
from app.keyring import Keyring
from app.logs import configure_logging
from app.messaging.rendering import Renderer
from app.workflows import definitions
from app.workflows.service import Service
from tests.conftest import KEYS
from tests.factories import ANA, create_patient
from tests.fakes import FixedClock, RecordingGateway
from tests.seed import Seed, make_seed, make_service, plant, shipped_content
from tests.world import Clinic


@pytest.fixture(scope="session", autouse=True)
def _short_logs() -> None:
    """Errors on one line each, as in production: the default shows whole frames, slowly."""
    configure_logging("ERROR", "json")


@pytest.fixture(scope="session")
def content() -> ContentBundle:
    """What is shipped."""
    return shipped_content()


@pytest.fixture(scope="session")
def renderer() -> Renderer:
    """The shipped words."""
    return Renderer(load_templates(ROOT))


@pytest.fixture(scope="session")
def senders() -> Iterator[ThreadPoolExecutor]:
    """One sending thread, so that texts leave in the order in which they were claimed."""
    with ThreadPoolExecutor(max_workers=1) as pool:
        yield pool


@pytest.fixture(scope="session")
def seed(
    sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory, content: ContentBundle, renderer: Renderer
) -> Seed:
    """The rows of a clinic with content and staff, made once by the flows themselves."""
    path = tmp_path_factory.mktemp("seed") / "bedside.db"
    path.write_bytes(sqlite_template.read_bytes())
    settings = Settings.from_environ({**KEYS, "DATABASE_URL": f"sqlite:///{path}"}, instance=path.parent)
    database = Database(settings.database_url, Keyring([KEYS["FIELD_KEYS"]], [KEYS["INDEX_KEYS"]]))
    try:
        return make_seed(make_service(settings, database, FixedClock(), renderer), content)
    finally:
        database.close()


@pytest.fixture(scope="session")
def sqlite_place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the SQLite database of each test lies, one after the other."""
    return tmp_path_factory.mktemp("flows") / "bedside.db"


@pytest.fixture
def sqlite_url(sqlite_template: Path, sqlite_place: Path) -> str:
    """A migrated, empty SQLite database, always at the same place, so that the engine can stay.

    It is another file each time: whoever still has the one of the test before open must not get in the way.
    """
    for left_over in sqlite_place.parent.glob("bedside.db*"):
        left_over.unlink()
    return f"sqlite:///{shutil.copy(sqlite_template, sqlite_place)}"


@pytest.fixture(scope="session")
def engines() -> dict[str, Database]:
    """Databases opened before, by address. A new engine compiles every statement anew, which takes most of a test."""
    return {}


@pytest.fixture
def database(database_url: str, keyring: Keyring, seed: Seed, engines: dict[str, Database]) -> Iterator[Database]:
    """A database with a clinic, content and staff. It need not survive a power cut: a commit does not wait."""
    if database_url not in engines:
        engines[database_url] = Database(database_url, keyring)
        if engines[database_url].is_sqlite:
            event.listen(engines[database_url].engine, "connect", lambda c, _: c.execute("PRAGMA synchronous=OFF"))
    database = engines[database_url]
    plant(database, seed)
    # Every test has the same published rows, and some damage them: nothing of one test may be remembered in the next.
    definitions._PROGRAMS.clear()
    definitions._QUESTIONNAIRES.clear()
    yield database
    database.close()


@pytest.fixture
def service(settings: Settings, database: Database, clock: FixedClock, renderer: Renderer) -> Service:
    """The flows over the test's database and clock."""
    return make_service(settings, database, clock, renderer)


@pytest.fixture
def unstaffed(service: Service, gateway: RecordingGateway, clock: FixedClock, senders: ThreadPoolExecutor) -> Clinic:
    """Riverside Clinic with nobody on call: Monday, ten in the morning."""
    return Clinic(service, gateway, clock, senders)


@pytest.fixture
def clinic(unstaffed: Clinic) -> Clinic:
    """Riverside Clinic with Nora on call and Omar as her backup: Monday, ten in the morning."""
    return unstaffed.staffed()


@pytest.fixture
def ana(clinic: Clinic) -> str:
    """Ana, who follows the shipped program and has been welcomed: the patient's id."""
    patient_id = create_patient(clinic.service, site_id=clinic.site_id)
    clinic.hurry()
    clinic.gateway.expect(ANA, "welcome")
    return patient_id

"""The rows of a clinic with content and staff: made once a run by the flows, then copied into every database."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import insert, select

from app.checkins.models import PublishedProgram, SiteProgram
from app.config import ROOT, Settings
from app.content.loader import ContentBundle, load
from app.db import Database
from app.messaging.rendering import Renderer
from app.questionnaires.models import PublishedQuestionnaire
from app.staff.models import Membership, Practitioner, Site
from app.wake import LocalWake
from app.workflows.publish_content import Publishable, publish_content
from app.workflows.service import Service
from tests.factories import AGENT, OMAR, TESS, create_practitioner, create_site
from tests.fakes import FixedClock

_SEEDED = (Site, PublishedQuestionnaire, PublishedProgram, SiteProgram, Practitioner, Membership)

Seed = Mapping[type[Any], Sequence[Mapping[str, Any]]]


def make_service(settings: Settings, database: Database, clock: FixedClock, renderer: Renderer) -> Service:
    """The flows over a test's database, clock and words."""
    return Service(settings, database, clock, renderer, LocalWake())


def make_seed(service: Service, content: ContentBundle) -> Seed:
    """The rows of a clinic with content and staff: made once a run by the flows, then copied into every database."""
    site_id = create_site(service)
    publish(service, content)
    create_practitioner(service, site_id=site_id)
    create_practitioner(service, site_id=site_id, name="Omar Haddad", phone=OMAR)
    create_practitioner(service, site_id=site_id, name="Tess Okoye", phone=TESS)
    with service.db.engine.connect() as connection:
        tables = {model: model.__table__ for model in _SEEDED}
        return {m: [dict(row) for row in connection.execute(select(t)).mappings()] for m, t in tables.items()}


def plant(database: Database, seed: Seed) -> None:
    """Copy the seed's rows into an empty database."""
    with database.engine.begin() as connection:
        for model, rows in seed.items():
            connection.execute(insert(model.__table__), rows)


def publish(service: Service, content: ContentBundle) -> None:
    """Publish everything that is shipped."""
    instruments = [Publishable(n, dict(i.data), i.fingerprint) for n, i in content.instruments.items()]
    programs = [Publishable(n, dict(p.data), p.fingerprint) for n, p in content.programs.items()]
    publish_content(service, instruments=instruments, programs=programs, agent=AGENT)


def shipped_content() -> ContentBundle:
    """What is shipped, read and checked: takes most of a second."""
    return load(ROOT)

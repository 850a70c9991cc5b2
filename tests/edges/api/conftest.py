"""A clinic with published content, called as a program would call it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from app.config import Settings
from app.content.loader import ContentBundle, load
from app.workflows.manage_tokens import create_token
from app.workflows.prepare_site import SiteDetails, prepare_default_site, set_up_site
from app.workflows.publish_content import Publishable, publish_content
from app.workflows.service import Service
from tests.fakes import FixedClock, RecordingGateway
from tests.wiring import application

ANA = {
    "given_name": "Ana",
    "family_name": "Pérez Soto",
    "birth_date": "1954-11-03",
    "phone": "+15550101001",
    "time_zone": "America/New_York",
    "language": "es",
}
ROSA = {
    "name": "Rosa Pérez",
    "relationship": "daughter",
    "phone": "+15550101002",
    "language": "es",
    "may_report": True,
    "may_receive": True,
    "birth_year": 1980,
}
NORA = {"name": "Nora Bell", "email": "nora@clinic.example", "phone": "+15550101010", "role": "nurse"}
OMAR = {"name": "Omar Reyes", "email": "omar@clinic.example", "phone": "+15550101011", "role": "nurse"}
NOBODY = "0" * 24


@dataclass(frozen=True, slots=True)
class Caller:
    """A program with a token."""

    app: Flask
    token: str

    def call(self, method: str, path: str, **kwargs: Any) -> TestResponse:
        """Call the API; ``path`` comes after ``/api/v1``."""
        headers = {"Authorization": f"Bearer {self.token}", **kwargs.pop("headers", {})}
        return self.app.test_client().open(f"/api/v1{path}", method=method, headers=headers, **kwargs)

    def get(self, path: str, **query: Any) -> Any:
        """The JSON of a successful GET."""
        response = self.call("GET", path, query_string=query)
        assert response.status_code == 200, response.text
        return response.get_json()

    def post(self, path: str, body: Any = None, status: int = 201, headers: Mapping[str, str] | None = None) -> Any:
        """The JSON of a POST that answers ``status``."""
        response = self.call("POST", path, json={} if body is None else body, headers=headers or {})
        assert response.status_code == status, response.text
        return response.get_json()

    def items(self, path: str, **query: Any) -> Any:
        """The rows of one page of a list."""
        return self.get(path, **query)["items"]


@dataclass(frozen=True, slots=True)
class Clinic:
    """Two sites, and a token of each kind."""

    app: Flask
    service: Service
    clock: FixedClock
    site_id: str
    other_site_id: str
    admin: Caller
    writer: Caller
    reader: Caller
    stranger: Caller
    """The token of the other site."""

    def staffed(self) -> Mapping[str, str]:
        """Put Nora on call and Omar behind her; their ids by name."""
        nora, omar = self.admin.post("/staff", NORA)["id"], self.admin.post("/staff", OMAR)["id"]
        rota = self.writer.post("/schedules", {"name": "Nurses", "time_zone": "America/New_York"})["id"]
        times = {"starts_at": "2026-03-01T00:00:00Z", "ends_at": "2026-04-01T00:00:00Z"}
        self.writer.post(f"/schedules/{rota}/shifts", {"staff": nora, "role": "on_call", **times})
        self.writer.post(f"/schedules/{rota}/shifts", {"staff": omar, "role": "backup", **times})
        return {"nora": nora, "omar": omar, "rota": rota}

    def ana(self, **changes: Any) -> str:
        """Register Ana in the program; her id."""
        body = {**ANA, "program": "advanced-cancer", **changes}
        return str(self.writer.post("/patients", body)["id"])

    def red_alert(self, patient_id: str, **answers: Any) -> Any:
        """Ana says that her pain is 9; the alert. A second passes, in which somebody may read it."""
        self.answers(patient_id, **(answers or {"pain": 9}))
        self.clock.advance(seconds=1)
        return self.writer.items("/alerts", patient=patient_id)[0]

    def answers(self, patient_id: str, **answers: Any) -> Any:
        """Record a response authored now."""
        body = {"authored_at": self.clock.now().isoformat().replace("+00:00", "Z"), "answers": answers}
        return self.writer.post(f"/patients/{patient_id}/responses", body)


@pytest.fixture
def database_url(request: pytest.FixtureRequest) -> str:
    """SQLite; tests that ask the database something of its own run on PostgreSQL too."""
    kind = getattr(request, "param", "sqlite")
    url: str = request.getfixturevalue("sqlite_url" if kind == "sqlite" else "postgres_url")
    return url


@pytest.fixture
def app(settings: Settings, clock: FixedClock) -> Iterator[Flask]:
    """The whole application on an empty database; nothing leaves it."""
    with application(settings, clock=clock, gateway=RecordingGateway()) as app:
        yield app


@cache
def content(root: Path) -> ContentBundle:
    """The content, read once for all tests."""
    return load(root)


@pytest.fixture
def clinic(app: Flask, clock: FixedClock) -> Clinic:
    """A clinic with published content, and another one."""
    service: Service = app.extensions["bedside"].service
    site_id = prepare_default_site(service)
    other_id = set_up_site(service, SiteDetails(code="other", public_name="Other clinic"))
    bundle = content(service.settings.content_root)
    publish_content(
        service,
        instruments=[Publishable(n, dict(i.data), i.fingerprint) for n, i in bundle.instruments.items()],
        programs=[Publishable(n, dict(p.data), p.fingerprint) for n, p in bundle.programs.items()],
        agent="test",
    )

    def caller(site_id: str, scope: str) -> Caller:
        token = create_token(service, site_id=site_id, name=f"{scope} program", scope=scope, agent="test")
        return Caller(app, token)

    return Clinic(
        app, service, clock, site_id, other_id, caller(site_id, "admin"), caller(site_id, "write"),
        caller(site_id, "read"), caller(other_id, "admin"),
    )  # fmt: skip


both_databases = pytest.mark.parametrize("database_url", ["sqlite", "postgresql"], indirect=True)

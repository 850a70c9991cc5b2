"""The description of the API: it is complete, it is true, and it can be read without anything from elsewhere."""

import re
from collections.abc import Mapping
from typing import Any

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from sqlalchemy import select

from app.checkins.models import CheckinPlan
from app.db import site_scope
from app.patients.models import Patient
from app.workflows.concern import Concern
from app.workflows.raise_alerts import raise_concern
from app.workflows.receive_sms import InboundSms, receive_sms
from tests.edges.api.conftest import ANA, ROSA, Clinic

PROMISED = {
    "/patients": {"get", "post"},
    "/patients/{patient_id}": {"get", "patch"},
    "/patients/{patient_id}/related-persons": {"post"},
    "/patients/{patient_id}/enrolments": {"post"},
    "/patients/{patient_id}/check-ins": {"get", "post"},
    "/patients/{patient_id}/responses": {"get", "post"},
    "/patients/{patient_id}/messages": {"get"},
    "/patients/{patient_id}/timeline": {"get"},
    "/patients/{patient_id}/levels": {"get", "post"},
    "/patients/{patient_id}/snoozes": {"get"},
    "/overrides": {"get", "post"},
    "/overrides/{override_id}/end": {"post"},
    "/alerts": {"get"},
    "/alerts/{alert_id}": {"get"},
    "/alerts/{alert_id}/acknowledge": {"post"},
    "/alerts/{alert_id}/resolve": {"post"},
    "/alerts/{alert_id}/reopen": {"post"},
    "/alerts/{alert_id}/note": {"post"},
    "/alerts/{alert_id}/hand-over": {"post"},
    "/alerts/{alert_id}/snooze": {"post"},
    "/alerts/{alert_id}/end-snooze": {"post"},
    "/alerts/{alert_id}/confirm-step-down": {"post"},
    "/alerts/{alert_id}/assign": {"post"},
    "/alerts/{alert_id}/dismiss": {"post"},
    "/staff": {"get", "post"},
    "/schedules": {"get", "post"},
    "/schedules/{schedule_id}/shifts": {"get", "post"},
    "/schedules/{schedule_id}/shifts/{shift_id}/remove": {"post"},
    "/schedules/{schedule_id}/rotations": {"get", "post"},
    "/schedules/{schedule_id}/rotations/{rotation_id}/end": {"post"},
    "/schedules/{schedule_id}/overrides": {"get", "post"},
    "/schedules/{schedule_id}/overrides/{override_id}/end": {"post"},
    "/schedules/{schedule_id}/cover": {"get"},
    "/programs": {"get"},
    "/questionnaires": {"get"},
    "/messages": {"get"},
}
TURNS = {"role": "backup", "starts_on": "2026-03-02", "hand_over_at": "08:00"}
CHECKS = (not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance)
OPERATIONS = [(method.upper(), path) for path, methods in PROMISED.items() for method in sorted(methods)]


@pytest.fixture
def spec(app: Flask) -> Any:
    """The OpenAPI document, as anybody may read it."""
    return app.test_client().get("/api/v1/openapi.json").get_json()


def test_every_promised_call_is_described_and_no_other(spec: Any) -> None:
    described = {
        path.removeprefix("/api/v1"): {name for name in item if name != "parameters"}
        for path, item in spec["paths"].items()
    }
    assert described == PROMISED
    assert spec["openapi"] == "3.1.0"


def test_every_call_needs_a_token_and_says_so(app: Flask, spec: Any) -> None:
    assert spec["security"] == [{"token": []}]
    assert spec["components"]["securitySchemes"]["token"] == {"type": "http", "scheme": "bearer"}
    for method, path in OPERATIONS:
        address = "/api/v1" + re.sub(r"\{\w+\}", "x", path)
        assert app.test_client().open(address, method=method).status_code == 401
        assert "401" in spec["paths"][f"/api/v1{path}"][method.lower()]["responses"]


def test_every_route_declares_who_may_use_it(app: Flask) -> None:
    calls = [rule for rule in app.url_map.iter_rules() if rule.rule.startswith("/api/v1")]
    open_to_all = {"/api/v1/openapi.json", "/api/v1/docs", "/api/v1/docs/static/<path:filename>"}
    for rule in calls:
        need = getattr(app.view_functions[rule.endpoint], "needs", None)
        assert need in ("read", "write", "admin") or (need is None and rule.rule in open_to_all), rule
        assert need != "read" or not {"POST", "PATCH"} & (rule.methods or set()), rule


def test_writing_calls_take_a_key_against_doing_it_twice(spec: Any) -> None:
    for method, path in OPERATIONS:
        parameters = spec["paths"][f"/api/v1{path}"][method.lower()].get("parameters", [])
        assert ("Idempotency-Key" in [p["name"] for p in parameters]) == (method != "GET")


def test_the_page_for_people_lists_every_call_and_loads_nothing_from_elsewhere(app: Flask) -> None:
    response = app.test_client().get("/api/v1/docs")
    assert response.status_code == 200 and response.mimetype == "text/html"
    for method, path in OPERATIONS:
        assert f"{method} /api/v1{path}" in response.text
    assert "<script" not in response.text and "style=" not in response.text
    assert all(link.startswith(("/", "#")) for link in re.findall(r'(?:src|href)="([^"]*)"', response.text))
    policy = response.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "unsafe" not in policy and "http" not in policy
    with app.test_client().get("/api/v1/docs/static/docs.css") as sheet:
        assert sheet.status_code == 200 and sheet.mimetype == "text/css"


@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_no_answer_differs_from_the_description(clinic: Clinic, method: str, path: str) -> None:
    """Requests made up from the description: a good one first, then some with ids that exist, then whatever."""
    ids, bodies = _things(clinic)
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", clinic.app)
    seen: list[int] = []

    @given(case=_cases(schema[f"/api/v1{path}"][method]))
    @settings(
        max_examples=20,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def exchange(case: Any) -> None:
        good = bodies.get(path)
        if case.path_parameters and len(seen) % 4 < 3:
            case.path_parameters.update({name: ids[path, name] for name in case.path_parameters})
        if good is not None and method != "GET" and len(seen) % 4 < 2:
            case.body = {**case.body, **good} if seen and isinstance(case.body, dict) else good
            case.media_type = "application/json"
        if not seen:
            case.query, case.headers = {}, {}
        case.headers["Authorization"] = f"Bearer {clinic.admin.token}"
        seen.append(case.call_and_validate(checks=CHECKS).status_code)

    exchange()
    assert seen[0] in (200, 201), seen


def _strange(clinic: Clinic, text: str) -> str:
    """The alert about a text from a number that nobody has."""
    number = f"+1555010109{len(text)}"
    sms = InboundSms(message_sid=f"SM{text}", sender=number, recipient="+15550100001", body=text)
    receive_sms(clinic.service, sms)
    clinic.clock.advance(seconds=1)
    return str(clinic.writer.items("/alerts")[0]["id"])


def _duties(clinic: Clinic, staff: Mapping[str, str]) -> dict[tuple[str, str], str]:
    """A shift, a rotation and a stand-in that can be ended, each by its path."""
    rota, who = f"/schedules/{staff['rota']}", {"staff": staff["omar"], "role": "on_call"}
    stretch = {"starts_at": "2026-03-03T00:00:00Z", "ends_at": "2026-03-04T00:00:00Z"}
    rotation = {"members": [staff["omar"]], **TURNS}
    made = {
        ("shifts", "shift_id", "remove"): clinic.writer.post(f"{rota}/shifts", who | stretch),
        ("rotations", "rotation_id", "end"): clinic.writer.post(f"{rota}/rotations", rotation),
        ("overrides", "override_id", "end"): clinic.writer.post(f"{rota}/overrides", who | stretch),
    }
    return {
        (f"/schedules/{{schedule_id}}/{kind}/{{{id}}}/{act}", id): row["id"] for (kind, id, act), row in made.items()
    }


def _steady(clinic: Clinic, patient_id: str) -> str:
    """The alert that suggests to ask somebody less often."""
    with clinic.service.db.transaction(site_scope(clinic.site_id)) as session:
        patient = session.get_one(Patient, patient_id)
        plan = session.scalars(select(CheckinPlan).filter_by(name="daily")).one()
        concern = Concern(
            kind="review", subject="step_down", tier="watch", reason="Steady.", patient=patient,
            values={"plan": plan.id, "every": "P2D"},
        )  # fmt: skip
        return raise_concern(clinic.service, session, concern).id


def _cases(operation: Any) -> Any:
    positive, negative = (operation.as_strategy(generation_mode=mode) for mode in GenerationMode)
    return positive | negative


def _things(clinic: Clinic) -> tuple[Mapping[tuple[str, str], str], Mapping[str, Any]]:
    """Ids that exist, by path and parameter, and a body that is accepted for each writing call."""
    staff = clinic.staffed()
    ana, luis = clinic.ana(), clinic.writer.post("/patients", {**ANA, "phone": "+15550101003"})["id"]
    alert, closed = clinic.red_alert(ana)["id"], clinic.red_alert(ana, nausea=9)["id"]
    clinic.writer.post(f"/alerts/{closed}/resolve", {"outcome": "referred"}, status=200)
    ids = {(path, "patient_id"): ana for path in PROMISED}
    ids |= {("/patients/{patient_id}/enrolments", "patient_id"): luis}
    ids |= {(path, "alert_id"): alert for path in PROMISED} | {("/alerts/{alert_id}/reopen", "alert_id"): closed}
    ids |= {(f"/alerts/{{alert_id}}/{act}", "alert_id"): _strange(clinic, act) for act in ("assign", "dismiss")}
    ids |= {(path, "schedule_id"): staff["rota"] for path in PROMISED}
    ids |= _duties(clinic, staff)
    steady = _steady(clinic, ana)
    ids |= {("/alerts/{alert_id}/confirm-step-down", "alert_id"): steady}
    override = {"patient": ana, "rule": "pain-severe", "change": {"at_least": 8}, "reason": "Agreed with Ana."}
    ids |= {("/overrides/{override_id}/end", "override_id"): clinic.writer.post("/overrides", override)["id"]}
    times = {"starts_at": "2026-03-01T00:00:00Z", "ends_at": "2026-04-01T00:00:00Z"}
    bodies = {
        "/patients": {**ANA, "program": "advanced-cancer"},
        "/patients/{patient_id}": {"family_name": "Pérez", "language": "en"},
        "/patients/{patient_id}/related-persons": ROSA,
        "/patients/{patient_id}/enrolments": {"program": "advanced-cancer"},
        "/patients/{patient_id}/check-ins": {"check_in": "daily"},
        "/patients/{patient_id}/responses": {
            "authored_at": "2026-03-02T15:00:00Z",
            "answers": {"pain": 8, "worry": None},
        },
        "/alerts/{alert_id}/acknowledge": {"staff": staff["omar"]},
        "/alerts/{alert_id}/resolve": {"outcome": "visit_arranged", "note": "Seen at home."},
        "/alerts/{alert_id}/reopen": {"note": "Worse again."},
        "/alerts/{alert_id}/note": {"note": "Rang."},
        "/alerts/{alert_id}/hand-over": {"staff": staff["omar"], "reason": "End of shift."},
        "/alerts/{alert_id}/snooze": {"expected": 6, "days": 14, "reason": "Known."},
        "/alerts/{alert_id}/end-snooze": {},
        "/alerts/{alert_id}/confirm-step-down": {"staff": staff["nora"]},
        "/patients/{patient_id}/levels": {"kind": "goal", "item": "pain", "value": 4},
        "/overrides": override,
        "/overrides/{override_id}/end": {},
        "/alerts/{alert_id}/assign": {"patient": ana, "save_number": False},
        "/alerts/{alert_id}/dismiss": {"reason": "test"},
        "/staff": {"name": "Lee", "email": "lee@clinic.example", "role": "clinician"},
        "/schedules": {"name": "Doctors", "time_zone": "Europe/Madrid"},
        "/schedules/{schedule_id}/shifts": {"staff": staff["nora"], "role": "backup", **times},
        "/schedules/{schedule_id}/rotations": {"members": [staff["nora"]], **TURNS},
        "/schedules/{schedule_id}/overrides": {"staff": staff["nora"], "role": "backup", **times},
    }
    return ids, bodies

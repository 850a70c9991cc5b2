"""What every call keeps to: tokens, scopes, problem documents, repetitions, limits."""

import json
import threading
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app.config import Settings
from app.db import site_scope
from app.factory import create_app
from app.tables import AuditEvent
from app.workflows.keep_answer import Claim, Kept, StillRunning, claim_answer, keep_answer, release_claim
from app.workflows.manage_tokens import find_caller, revoke_token
from tests.edges.api.conftest import ANA, Caller, Clinic, both_databases
from tests.fakes import FixedClock, RecordingGateway

KEY = {"Idempotency-Key": "key-1"}


def problem_of(response: Any, status: int) -> Any:
    """The problem document of a response, checked for its form."""
    assert response.status_code == status, response.text
    assert response.content_type == "application/problem+json"
    problem = response.get_json()
    assert problem["status"] == status and problem["type"] and problem["title"] and problem["detail"]
    return problem


# --- who calls ---


@pytest.mark.parametrize("given", [None, "", "Bearer", "Bearer wrong", "Basic bm9yYTpwdw==", "bds_x", "Bearer é"])
def test_without_a_valid_token_nothing_is_told(app: Flask, clinic: Clinic, given: str | None) -> None:
    headers = {} if given is None else {"Authorization": given}
    for method, path in (("GET", "/patients"), ("POST", "/patients"), ("GET", f"/patients/{clinic.ana()}")):
        response = app.test_client().open(f"/api/v1{path}", method=method, headers=headers)
        problem_of(response, 401)
        assert response.headers["WWW-Authenticate"].startswith("Bearer")


def test_a_revoked_token_is_none(clinic: Clinic) -> None:
    revoke_token(clinic.service, site_id=clinic.site_id, token_id="read program", agent="test")
    problem_of(clinic.reader.call("GET", "/patients"), 401)
    assert clinic.writer.items("/patients") == []


def test_a_token_that_reads_changes_nothing(clinic: Clinic) -> None:
    ana = clinic.ana()
    for method, path in (
        ("POST", "/patients"),
        ("PATCH", f"/patients/{ana}"),
        ("POST", f"/patients/{ana}/check-ins"),
        ("POST", f"/patients/{ana}/responses"),
        ("POST", "/alerts/x/acknowledge"),
        ("POST", "/staff"),
        ("POST", "/schedules"),
    ):
        problem_of(clinic.reader.call(method, path, json={}), 403)


def test_reading_a_chart_is_noted(clinic: Clinic) -> None:
    ana = clinic.ana()
    for path in ("", "/responses", "/timeline", "/messages", "/check-ins"):
        clinic.reader.get(f"/patients/{ana}{path}")
    assert readings(clinic) == [("api:read program", "patient", ana)] * 5


def test_a_list_of_texts_is_one_reading(clinic: Clinic) -> None:
    ana = clinic.ana()
    clinic.writer.post("/patients", {**ANA, "phone": "+15550101003"})
    clinic.reader.items("/messages")
    clinic.reader.items("/messages", patient=ana)
    clinic.reader.items("/messages", patient="x" * 200)
    assert readings(clinic) == [
        ("api:read program", "message_list", clinic.site_id),
        ("api:read program", "patient", ana),
    ]


def readings(clinic: Clinic) -> list[tuple[str, str, str]]:
    """Who read what, from the audit events."""
    with clinic.service.db.reading(site_scope(clinic.site_id)) as session:
        events = session.scalars(select(AuditEvent).where(AuditEvent.action == "read")).all()
        return sorted((event.agent, event.entity, event.entity_id) for event in events)


# --- what goes wrong ---


def test_an_unknown_address_or_method_is_a_problem_too(clinic: Clinic) -> None:
    for path in ("/nothing", "/patients/", "/../x", "/alerts/x/y/z"):
        problem_of(clinic.reader.call("GET", path), 404)
    refused = clinic.reader.call("DELETE", "/patients")
    problem_of(refused, 405)
    assert set(refused.headers["Allow"].replace(" ", "").split(",")) >= {"GET", "POST"}


def test_other_addresses_keep_their_own_errors(app: Flask) -> None:
    response = app.test_client().get("/no-such-page")
    assert response.status_code in (302, 303, 404) and "json" not in response.content_type


@pytest.mark.parametrize(
    "body", ["", "{", "nothing", '{"a": NaN}', '{"a": Infinity}', b"\xff\xfe\x00", "[" * 100_000, "1" * 5000]
)
def test_what_is_not_json_is_refused(clinic: Clinic, body: Any) -> None:
    response = clinic.writer.call("POST", "/patients", data=body, content_type="application/json")
    problem_of(response, 400 if body else 422)


@pytest.mark.parametrize("body", ["[]", "3", "null", '"text"', "[[[]]]", "9" * 400])
def test_what_is_no_object_is_refused(clinic: Clinic, body: str) -> None:
    response = clinic.writer.call("POST", "/patients", data=body, content_type="application/json")
    problem_of(response, 422)


def test_the_body_is_json_and_not_too_large(clinic: Clinic) -> None:
    problem_of(clinic.writer.call("POST", "/patients", data="given_name=Ana", content_type="text/plain"), 415)
    problem_of(clinic.writer.call("POST", "/patients", data=ANA), 415)
    huge = {**ANA, "given_name": "A" * 1_100_000}
    problem_of(clinic.writer.call("POST", "/patients", json=huge), 413)


def test_what_breaks_inside_is_told_without_details(clinic: Clinic, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("Ana Pérez, +15550101001")

    monkeypatch.setitem(clinic.app.view_functions, "api_content.find_programs", fail)
    fail.needs = "read"  # type: ignore[attr-defined]
    problem = problem_of(clinic.reader.call("GET", "/programs"), 500)
    assert "Ana" not in json.dumps(problem)


def test_answers_are_kept_out_of_caches(clinic: Clinic) -> None:
    assert clinic.reader.call("GET", "/patients").headers["Cache-Control"] == "no-store"


def test_too_many_calls_wait(settings: Settings, clock: FixedClock, clinic: Clinic) -> None:
    app = create_app(settings, clock=clock, gateway=RecordingGateway())
    app.extensions["bedside-api-rates"] = type(app.extensions["bedside-api-rates"])(calls=2, failures=1)
    caller = Caller(app, clinic.reader.token)
    assert [caller.call("GET", "/alerts").status_code for _ in range(2)] == [200, 200]
    refused = caller.call("GET", "/alerts")
    problem_of(refused, 429)
    assert int(refused.headers["Retry-After"]) > 0
    wrong = Caller(app, "bds_wrong")
    assert [wrong.call("GET", "/alerts").status_code for _ in range(2)] == [401, 429]
    app.extensions["bedside"].service.db.close()


# --- the same call twice ---


@both_databases
def test_a_repeated_call_gets_the_first_answer(clinic: Clinic) -> None:
    first = clinic.writer.call("POST", "/patients", json=ANA, headers=KEY)
    clinic.clock.advance(hours=1)
    body = dict(reversed(ANA.items()))  # the same document with its fields in another order
    again = clinic.writer.call("POST", "/patients", json=body, headers=KEY)
    assert (again.status_code, again.data, again.content_type) == (201, first.data, first.content_type)
    assert again.headers["Location"] == first.headers["Location"]
    assert again.headers["Idempotency-Replayed"] == "true" and "Idempotency-Replayed" not in first.headers
    assert len(clinic.reader.items("/patients")) == 1


def test_a_key_is_used_for_one_request(clinic: Clinic) -> None:
    ana = clinic.writer.post("/patients", ANA, headers=KEY)["id"]
    problem = clinic.writer.post("/patients", {**ANA, "given_name": "Eva"}, status=422, headers=KEY)
    assert list(problem["errors"]) == ["Idempotency-Key"]
    assert clinic.writer.call("PATCH", f"/patients/{ana}", json=ANA, headers=KEY).status_code == 422
    assert len(clinic.reader.items("/patients")) == 1


def test_keys_of_two_tokens_are_two_keys(clinic: Clinic) -> None:
    first = clinic.writer.post("/patients", ANA, headers=KEY)["id"]
    assert clinic.admin.post("/patients", ANA, headers=KEY)["id"] != first
    assert clinic.stranger.post("/patients", ANA, headers=KEY)["id"] != first


def test_a_definite_refusal_is_repeated_too(clinic: Clinic) -> None:
    body = {**ANA, "phone": "1"}
    first = clinic.writer.call("POST", "/patients", json=body, headers=KEY)
    again = clinic.writer.call("POST", "/patients", json=body, headers=KEY)
    assert problem_of(again, 422) == problem_of(first, 422) and again.headers["Idempotency-Replayed"] == "true"


def test_a_call_that_failed_on_our_side_may_be_made_again(clinic: Clinic, monkeypatch: pytest.MonkeyPatch) -> None:
    view: Any = clinic.app.view_functions["api_patients.register_patient"]

    def fail(*_: object, **__: object) -> None:
        raise RuntimeError

    fail.needs = "write"  # type: ignore[attr-defined]
    monkeypatch.setitem(clinic.app.view_functions, "api_patients.register_patient", fail)
    clinic.writer.post("/patients", ANA, status=500, headers=KEY)
    monkeypatch.setitem(clinic.app.view_functions, "api_patients.register_patient", view)
    assert clinic.writer.post("/patients", ANA, headers=KEY)["id"]


@pytest.mark.parametrize("key", ["", "k" * 201, "schlüssel", "a\tb"])
def test_a_key_is_plain_and_short(clinic: Clinic, key: str) -> None:
    problem = clinic.writer.post("/patients", ANA, status=422, headers={"Idempotency-Key": key})
    assert list(problem["errors"]) == ["Idempotency-Key"]
    clinic.writer.post("/patients", ANA, headers={"Idempotency-Key": "k" * 200})


def claim(clinic: Clinic, key: str = "key-1", request: str = "POST /x") -> Claim | Kept:
    caller = find_caller(clinic.service, clinic.writer.token)
    assert caller is not None
    return claim_answer(clinic.service, caller=caller, key=key, request=request)


def test_a_call_waits_while_the_first_is_running(clinic: Clinic) -> None:
    request = f"POST /api/v1/patients\n{json.dumps(ANA, sort_keys=True)}"
    claimed = claim(clinic, request=request)
    assert isinstance(claimed, Claim)
    refused = clinic.writer.call("POST", "/patients", json=ANA, headers=KEY)
    problem_of(refused, 409)
    assert int(refused.headers["Retry-After"]) >= 1
    release_claim(clinic.service, claimed)
    clinic.writer.post("/patients", ANA, headers=KEY)


def test_a_key_whose_call_died_is_free_after_a_while(clinic: Clinic) -> None:
    first = claim(clinic)
    assert isinstance(first, Claim)
    clinic.clock.advance(minutes=4)
    with pytest.raises(StillRunning):
        claim(clinic)
    clinic.clock.advance(minutes=2)
    second = claim(clinic)
    assert isinstance(second, Claim)
    keep_answer(clinic.service, first, status=201, body="late")  # the first was not dead after all: it comes too late
    keep_answer(clinic.service, second, status=200, body="kept")
    assert claim(clinic) == Kept(200, "kept")


@both_databases
def test_of_calls_at_one_moment_one_gets_the_key(clinic: Clinic) -> None:
    results: list[str] = []
    start = threading.Barrier(6)

    def race() -> None:
        start.wait()
        try:
            results.append(type(claim(clinic)).__name__)
        except StillRunning:
            results.append("StillRunning")

    threads = [threading.Thread(target=race) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == ["Claim"] + ["StillRunning"] * 5


def test_a_kept_answer_is_sealed(clinic: Clinic, sqlite_place: Path) -> None:
    clinic.writer.post("/patients", ANA, headers=KEY)
    stored = b"".join(path.read_bytes() for path in sqlite_place.parent.glob("bedside.db*"))
    assert b"key-1" in stored
    for secret in ("Pérez", "Soto", ANA["phone"], ANA["birth_date"]):
        assert secret.encode() not in stored

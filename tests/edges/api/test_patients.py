"""Patients through the API: register, find, change, add those who help, start a program."""

from typing import Any

import pytest

from tests.edges.api.conftest import ANA, NOBODY, ROSA, Clinic, both_databases


@both_databases
def test_a_registered_patient_can_be_read(clinic: Clinic) -> None:
    response = clinic.writer.call("POST", "/patients", json={**ANA, "mrn": "M-1", "program": "advanced-cancer"})
    assert response.status_code == 201, response.text
    made = response.get_json()
    assert response.headers["Location"] == f"/api/v1/patients/{made['id']}"
    assert made == {
        **ANA,
        "id": made["id"],
        "mrn": "M-1",
        "program": "advanced-cancer",
        "preferred_channel": "sms",
        "status": "active",
        "setting": "home",
        "intent": None,
        "treatment_ended_at": None,
        "created_at": "2026-03-02T15:00:00Z",
    }
    assert clinic.reader.get(f"/patients/{made['id']}") == made


def test_without_consent_the_caller_asserts_that_it_was_given_by_word_of_mouth(clinic: Clinic) -> None:
    clinic.ana()
    [welcome] = clinic.writer.items("/messages", kind="welcome")
    assert welcome["to"] == ANA["phone"] and welcome["direction"] == "outbound"


def test_a_written_consent_is_taken(clinic: Clinic) -> None:
    consent = {"method": "written", "given_at": "2026-03-01T12:00:00-05:00", "text_version": "2026-11"}
    clinic.ana(consent=consent)
    body = {**ANA, "consent": {"method": "hearsay", "text_version": "1"}}
    problem = clinic.writer.post("/patients", body, status=422)
    assert set(problem["errors"]) == {"consent.method", "consent.given_at"}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("given_name", ""),
        ("given_name", "  "),
        ("given_name", "A" * 81),
        ("family_name", None),
        ("family_name", 7),
        ("birth_date", "03/11/1954"),
        ("birth_date", "19541103"),
        ("birth_date", "1954-02-30"),
        ("birth_date", "2054-11-03"),
        ("phone", "12"),
        ("phone", "+1555010100\x001"),
        ("time_zone", "Mars/Olympus"),
        ("time_zone", "../etc/passwd"),
        ("language", "tlh"),
        ("preferred_channel", "pigeon"),
        ("program", "no-such-program"),
        ("mrn", "9" * 65),
        ("mrn", "\ud800"),
        ("nickname", "Anita"),
        ("consent", "yes"),
    ],
)
def test_a_wrong_field_is_named(clinic: Clinic, field: str, value: Any) -> None:
    response = clinic.writer.call("POST", "/patients", json={**ANA, field: value})
    assert response.status_code == 422
    assert response.content_type == "application/problem+json"
    problem = response.get_json()
    assert list(problem["errors"]) == [field]
    assert problem["status"] == 422 and problem["title"] and problem["detail"] and problem["type"] == "about:blank"
    assert clinic.reader.items("/patients") == []


@pytest.mark.parametrize("field", list(ANA))
def test_a_missing_field_is_named(clinic: Clinic, field: str) -> None:
    body = {name: value for name, value in ANA.items() if name != field}
    assert list(clinic.writer.post("/patients", body, status=422)["errors"]) == [field]


def test_a_record_number_is_taken_once(clinic: Clinic) -> None:
    clinic.ana(mrn="M-1")
    assert clinic.writer.post("/patients", {**ANA, "mrn": "M-1"}, status=409)["status"] == 409
    assert clinic.stranger.post("/patients", {**ANA, "mrn": "M-1"})["mrn"] == "M-1"


@both_databases
def test_patients_are_found_by_whole_words_of_their_name_and_by_record_number(clinic: Clinic) -> None:
    ana = clinic.ana(mrn="M-17")
    clinic.clock.advance(minutes=1)
    luis = clinic.writer.post("/patients", {**ANA, "given_name": "Luis", "phone": "+15550101003"})["id"]

    def found(**query: str) -> list[str]:
        return [row["id"] for row in clinic.reader.items("/patients", **query)]

    assert found() == [luis, ana]
    assert found(q="PEREZ") == [luis, ana]
    assert found(q="soto ana") == [ana]
    assert found(q="M-17") == [ana]
    assert found(q="Per") == found(q="ana luis") == found(q="M-1") == []
    assert found(program="advanced-cancer") == [ana]
    assert found(status="active") == [luis, ana] and found(status="paused") == []


@pytest.mark.parametrize(
    "query", [{"status": "asleep"}, {"q": ""}, {"q": "a\x00"}, {"limit": 0}, {"limit": "1e3"}, {"stat": "active"}]
)
def test_a_wrong_filter_is_refused_and_never_ignored(clinic: Clinic, query: dict[str, Any]) -> None:
    response = clinic.reader.call("GET", "/patients", query_string=query)
    assert response.status_code == 422
    assert list(response.get_json()["errors"]) == list(query)


def test_a_patient_changes(clinic: Clinic) -> None:
    ana = clinic.ana()
    changes = {"phone": "(555) 010-1009", "language": "en", "preferred_channel": "web", "family_name": "Pérez"}
    response = clinic.writer.call("PATCH", f"/patients/{ana}", json=changes)
    assert response.status_code == 200
    assert response.get_json() == {**clinic.reader.get(f"/patients/{ana}"), **changes, "phone": "+15550101009"}
    assert clinic.reader.items("/patients", q="soto") == []


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("phone", "12"),
        ("status", "asleep"),
        ("time_zone", "x"),
        ("language", "tlh"),
        ("given_name", None),
        ("mrn", "M-2"),
        ("id", "another"),
    ],
)
def test_a_wrong_change_is_named_and_changes_nothing(clinic: Clinic, field: str, value: Any) -> None:
    ana = clinic.ana()
    before = clinic.reader.get(f"/patients/{ana}")
    response = clinic.writer.call("PATCH", f"/patients/{ana}", json={"family_name": "Other", field: value})
    assert response.status_code == 422 and list(response.get_json()["errors"]) == [field]
    assert clinic.reader.get(f"/patients/{ana}") == before


def test_who_stops_is_in_no_program_any_more(clinic: Clinic) -> None:
    ana = clinic.ana()
    stopped = clinic.writer.call("PATCH", f"/patients/{ana}", json={"status": "stopped"}).get_json()
    assert (stopped["status"], stopped["program"]) == ("stopped", None)


def test_a_helper_is_registered(clinic: Clinic) -> None:
    ana = clinic.ana()
    made = clinic.writer.post(f"/patients/{ana}/related-persons", ROSA)
    told = {name: value for name, value in ROSA.items() if name != "birth_year"}
    assert made == {**told, "id": made["id"], "patient": ana, "created_at": "2026-03-02T15:00:00Z"}
    with_pin = {**ROSA, "birth_year": None, "pin": "4711"}
    assert clinic.writer.post(f"/patients/{ana}/related-persons", with_pin)["name"] == ROSA["name"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("birth_year", 10**30),
        ("birth_year", True),
        ("birth_year", "1980"),
        ("birth_year", 1980.5),
        ("birth_year", None),
        ("pin", "12"),
        ("may_report", "yes"),
        ("may_receive", 1),
        ("relationship", "r" * 41),
        ("phone", ""),
    ],
)
def test_what_is_wrong_with_a_helper_is_named(clinic: Clinic, field: str, value: Any) -> None:
    ana = clinic.ana()
    problem = clinic.writer.post(f"/patients/{ana}/related-persons", {**ROSA, field: value}, status=422)
    assert list(problem["errors"]) == [field]


def test_a_program_is_started_once(clinic: Clinic) -> None:
    ana = clinic.writer.post("/patients", ANA)["id"]
    assert clinic.reader.get(f"/patients/{ana}")["program"] is None
    made = clinic.writer.post(f"/patients/{ana}/enrolments", {"program": "advanced-cancer"})
    assert (made["patient"], made["program"]) == (ana, "advanced-cancer") and made["id"]
    assert clinic.reader.get(f"/patients/{ana}")["program"] == "advanced-cancer"
    clinic.writer.post(f"/patients/{ana}/enrolments", {"program": "advanced-cancer"}, status=409)
    problem = clinic.writer.post(f"/patients/{ana}/enrolments", {"program": "nothing"}, status=422)
    assert list(problem["errors"]) == ["program"]


@pytest.mark.parametrize("id", [NOBODY, "x" * 41, "a%00b", "a%20b", "1'--"])
@pytest.mark.parametrize("rest", ["", "/responses", "/timeline", "/messages", "/check-ins"])
def test_an_unknown_patient_is_not_found(clinic: Clinic, id: str, rest: str) -> None:
    response = clinic.reader.call("GET", f"/patients/{id}{rest}")
    assert response.status_code == 404 and response.content_type == "application/problem+json"


def test_another_site_sees_nothing_of_a_patient(clinic: Clinic) -> None:
    ana = clinic.ana(mrn="M-1")
    assert clinic.stranger.items("/patients") == clinic.stranger.items("/patients", q="M-1") == []
    for path in ("", "/check-ins", "/responses", "/messages", "/timeline"):
        assert clinic.stranger.call("GET", f"/patients/{ana}{path}").status_code == 404
    assert clinic.stranger.call("PATCH", f"/patients/{ana}", json={"given_name": "Eve"}).status_code == 404
    now = "2026-03-02T15:00:00Z"
    for path, body in (
        ("related-persons", ROSA),
        ("enrolments", {"program": "advanced-cancer"}),
        ("check-ins", {"check_in": "daily"}),
        ("responses", {"authored_at": now, "answers": {"pain": 1}}),
    ):
        clinic.stranger.post(f"/patients/{ana}/{path}", body, status=404)

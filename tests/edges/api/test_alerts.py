"""Alerts through the API: find them, take them on, close them, take them up again."""

from typing import Any

import pytest

from app.workflows.receive_sms import InboundSms, receive_sms
from tests.edges.api.conftest import ANA, NOBODY, Clinic, both_databases

NOW = "2026-03-02T15:00:00Z"


@both_databases
def test_an_alert_tells_what_is_wrong_and_what_was_done(clinic: Clinic) -> None:
    clinic.staffed()
    ana = clinic.ana()
    alert = clinic.red_alert(ana)
    assert alert == {
        "id": alert["id"],
        "code": alert["code"],
        "kind": "clinical",
        "tier": "red",
        "status": "triggered",
        "patient": ana,
        "respondent": "self",
        "subject": "self:pain",
        "reason": alert["reason"],
        "rules": ["pain-severe"],
        "program_version": alert["program_version"],
        "opened_at": NOW,
        "acknowledged_at": None,
        "acknowledged_by": None,
        "contacted_at": None,
        "resolved_at": None,
        "outcome": None,
        "not_useful_because": None,
        "next_action_at": "2026-03-02T15:15:00Z",
        "events": alert["events"],
    }
    assert alert["code"] and alert["reason"]
    assert alert["events"][0]["type"] == "opened"
    assert all(set(event) == {"at", "type", "agent", "detail"} for event in alert["events"])
    assert clinic.reader.get(f"/alerts/{alert['id']}") == alert


@both_databases
def test_alerts_are_filtered_newest_first(clinic: Clinic) -> None:
    staff = clinic.staffed()
    ana = clinic.ana()
    red = clinic.red_alert(ana)["id"]
    clinic.clock.advance(minutes=1)
    luis = clinic.ana(phone="+15550101003", given_name="Luis")
    other = clinic.red_alert(luis)["id"]
    clinic.writer.post(f"/alerts/{red}/acknowledge", {"staff": staff["nora"]}, status=200)

    def found(**query: str) -> list[str]:
        return [row["id"] for row in clinic.reader.items("/alerts", **query)]

    assert found() == found(status="open") == found(tier="red") == [other, red]
    assert found(status="triggered") == [other]
    assert found(status="acknowledged") == found(patient=ana) == [red]
    assert found(status="resolved") == found(tier="amber") == found(patient=NOBODY) == []
    for query in ({"status": "sleeping"}, {"tier": "purple"}, {"patients": ana}):
        assert clinic.reader.call("GET", "/alerts", query_string=query).status_code == 422


def test_another_site_sees_no_alert_and_can_do_nothing_to_it(clinic: Clinic) -> None:
    clinic.staffed()
    alert = clinic.red_alert(clinic.ana())
    assert clinic.stranger.items("/alerts") == []
    assert clinic.stranger.call("GET", f"/alerts/{alert['id']}").status_code == 404
    for act, body in (
        ("acknowledge", {}),
        ("resolve", {"outcome": "referred"}),
        ("reopen", {}),
        ("note", {"note": "x"}),
    ):
        clinic.stranger.post(f"/alerts/{alert['id']}/{act}", body, status=404)
    assert clinic.reader.get(f"/alerts/{alert['id']}") == alert


@pytest.mark.parametrize("named", ["id", "email"])
def test_an_acknowledgement_names_a_person(clinic: Clinic, named: str) -> None:
    staff = clinic.staffed()
    alert = clinic.red_alert(clinic.ana())
    who = staff["omar"] if named == "id" else "OMAR@clinic.example"
    taken = clinic.writer.post(f"/alerts/{alert['id']}/acknowledge", {"staff": who}, status=200)
    assert (taken["status"], taken["acknowledged_by"], taken["acknowledged_at"]) == (
        "acknowledged", staff["omar"], "2026-03-02T15:00:01Z"
    )  # fmt: skip
    assert taken["events"][-1]["type"] == "acknowledged"


def test_the_first_one_wins(clinic: Clinic) -> None:
    staff = clinic.staffed()
    path = f"/alerts/{clinic.red_alert(clinic.ana())['id']}"
    clinic.writer.post(f"{path}/acknowledge", {"staff": staff["nora"]}, status=200)
    clinic.writer.post(f"{path}/acknowledge", {"staff": staff["nora"]}, status=200)
    clinic.writer.post(f"{path}/acknowledge", {"staff": staff["omar"]}, status=409)
    assert clinic.reader.get(path)["acknowledged_by"] == staff["nora"]
    clinic.writer.post(f"{path}/resolve", {"outcome": "medication_changed"}, status=200)
    clinic.writer.post(f"{path}/acknowledge", {"staff": staff["nora"]}, status=409)


@pytest.mark.parametrize("request_body", ["json", "none"])
def test_without_a_name_it_is_the_one_on_call(clinic: Clinic, request_body: str) -> None:
    staff = clinic.staffed()
    alert = clinic.red_alert(clinic.ana())
    kwargs: dict[str, Any] = {"json": {}} if request_body == "json" else {}
    response = clinic.writer.call("POST", f"/alerts/{alert['id']}/acknowledge", **kwargs)
    assert response.status_code == 200 and response.get_json()["acknowledged_by"] == staff["nora"]


def test_with_nobody_or_several_on_call_the_person_is_to_be_named(clinic: Clinic) -> None:
    path = f"/alerts/{clinic.red_alert(clinic.ana())['id']}/acknowledge"
    assert list(clinic.writer.post(path, {}, status=422)["errors"]) == ["staff"]
    staff = clinic.staffed()
    shift = {
        "staff": staff["omar"],
        "role": "on_call",
        "starts_at": "2026-03-02T00:00:00Z",
        "ends_at": "2026-03-03T00:00:00Z",
    }
    clinic.writer.post(f"/schedules/{staff['rota']}/shifts", shift)
    assert list(clinic.writer.post(path, {}, status=422)["errors"]) == ["staff"]


def test_a_person_of_another_site_cannot_take_it(clinic: Clinic) -> None:
    clinic.staffed()
    path = f"/alerts/{clinic.red_alert(clinic.ana())['id']}/acknowledge"
    stan = {"name": "Stan", "email": "stan@other.example", "role": "nurse", "phone": "+15550101012"}
    stan_id = clinic.stranger.post("/staff", stan)["id"]
    for who in (stan_id, "stan@other.example", NOBODY, "", 7):
        assert list(clinic.writer.post(path, {"staff": who}, status=422)["errors"]) == ["staff"]


@both_databases
def test_an_alert_is_closed_with_its_outcome(clinic: Clinic) -> None:
    staff = clinic.staffed()
    path = f"/alerts/{clinic.red_alert(clinic.ana())['id']}"
    body = {"outcome": "medication_changed", "note": "Rang Ana.", "contacted_at": "2026-03-02T14:50:00Z"}
    closed = clinic.writer.post(f"{path}/resolve", {**body, "staff": staff["nora"]}, status=200)
    assert (closed["status"], closed["outcome"]) == ("resolved", "medication_changed")
    assert (closed["contacted_at"], closed["resolved_at"]) == ("2026-03-02T14:50:00Z", "2026-03-02T15:00:01Z")
    assert (closed["acknowledged_by"], closed["next_action_at"]) == (staff["nora"], None)
    assert "Rang Ana." in closed["events"][-1]["detail"]
    clinic.writer.post(f"{path}/resolve", body, status=409)


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ({}, "outcome"),
        ({"outcome": "fine"}, "outcome"),
        ({"outcome": "not_useful", "contacted_at": NOW}, "reason"),
        ({"outcome": "admitted"}, "contacted_at"),
        ({"outcome": "referred", "contacted_at": "2026-03-02T16:30:00Z"}, "contacted_at"),
        ({"outcome": "referred", "contacted_at": "yesterday"}, "contacted_at"),
        ({"outcome": "referred", "note": "n" * 2001}, "note"),
        ({"outcome": "referred", "staff": "nobody"}, "staff"),
        ({"outcome": "referred", "contacted_at": "2001-03-02T14:30:00Z"}, "contacted_at"),
    ],
)
def test_a_red_alert_is_not_closed_without_what_is_needed(clinic: Clinic, body: dict[str, Any], named: str) -> None:
    path = f"/alerts/{clinic.red_alert(clinic.ana())['id']}"
    assert list(clinic.writer.post(f"{path}/resolve", body, status=422)["errors"]) == [named]
    assert clinic.reader.get(path)["status"] == "triggered"


def test_nobody_reached_keeps_a_red_alert_open(clinic: Clinic) -> None:
    path = f"/alerts/{clinic.red_alert(clinic.ana())['id']}"
    tried = clinic.writer.post(f"{path}/resolve", {"outcome": "no_contact_made"}, status=200)
    assert (tried["status"], tried["next_action_at"]) == ("triggered", "2026-03-02T15:15:00Z"), "nobody has taken it"
    assert tried["events"][-1]["type"] == "attempt"
    by_nora = {"outcome": "no_contact_made", "staff": clinic.staffed()["nora"]}
    tried = clinic.writer.post(f"{path}/resolve", by_nora, status=200)
    assert (tried["status"], tried["next_action_at"]) == ("acknowledged", "2026-03-02T16:00:01Z")


def test_a_closed_alert_is_taken_up_again(clinic: Clinic) -> None:
    clinic.staffed()
    path = f"/alerts/{clinic.red_alert(clinic.ana())['id']}"
    clinic.writer.post(f"{path}/reopen", {}, status=409)
    clinic.writer.post(f"{path}/resolve", {"outcome": "advised_self_care"}, status=200)
    again = clinic.writer.post(f"{path}/reopen", {"note": "It did not help."}, status=200)
    assert (again["status"], again["outcome"], again["resolved_at"]) == ("triggered", None, None)
    assert "It did not help." in [event["detail"] for event in again["events"]]


def test_a_note_is_added(clinic: Clinic) -> None:
    path = f"/alerts/{clinic.red_alert(clinic.ana())['id']}"
    noted = clinic.writer.post(f"{path}/note", {"note": "Left a message."}, status=200)
    assert (noted["events"][-1]["type"], noted["events"][-1]["detail"]) == ("note", "Left a message.")
    assert noted["events"][-1]["agent"] == "api:write program"
    for note in ("", "  ", "n" * 2001, None, "\udc00"):
        assert list(clinic.writer.post(f"{path}/note", {"note": note}, status=422)["errors"]) == ["note"]


def _strange(clinic: Clinic, text: str = "8 3 5") -> str:
    """The path of the alert about a text from a number that nobody has."""
    sms = InboundSms(message_sid=f"SM{text}", sender="+15550101099", recipient="+15550100001", body=text)
    receive_sms(clinic.service, sms)
    clinic.clock.advance(seconds=1)
    (alert,) = (a for a in clinic.reader.items("/alerts", status="open") if a["patient"] is None)
    return f"/alerts/{alert['id']}"


@both_databases
def test_a_text_is_assigned_to_whoever_wrote_it(clinic: Clinic) -> None:
    staff, ana = clinic.staffed(), clinic.ana()
    clinic.writer.post(f"/patients/{ana}/check-ins", {"check_in": "daily"})
    path = _strange(clinic)
    stranger = clinic.stranger.post("/patients", {**ANA, "mrn": "other"})["id"]
    clinic.writer.post(f"{path}/assign", {"patient": stranger}, status=404)
    closed = clinic.writer.post(f"{path}/assign", {"patient": ana, "staff": staff["nora"]}, status=200)
    assert (closed["status"], closed["events"][-1]["type"]) == ("resolved", "assigned")
    (red,) = clinic.reader.items("/alerts", patient=ana, tier="red")
    assert red["subject"] == "self:pain" and red["code"] in closed["events"][-1]["detail"]
    assert "Nora Bell" in clinic.writer.post(f"{path}/assign", {"patient": ana}, status=409)["detail"]


def test_a_text_is_dismissed_with_a_reason(clinic: Clinic) -> None:
    path = _strange(clinic, "cheap pills")
    for body, named in (({}, "reason"), ({"reason": "bored"}, "reason"), ({"reason": "other"}, "note")):
        assert list(clinic.writer.post(f"{path}/dismiss", body, status=422)["errors"]) == [named]
    assert clinic.writer.post(f"{path}/dismiss", {"reason": "spam"}, status=200)["outcome"] == "not_useful"
    clinic.reader.post(f"{path}/dismiss", {"reason": "spam"}, status=403)
    clinic.writer.post(f"{path}/dismiss", {"reason": "spam"}, status=409)

"""Check-ins, responses, messages and the timeline of a patient through the API."""

from typing import Any

import pytest
from sqlalchemy import event

from tests.edges.api.conftest import ANA, ROSA, Clinic, both_databases

NOW = "2026-03-02T15:00:00Z"


def test_a_check_in_is_issued_now(clinic: Clinic) -> None:
    ana = clinic.ana()
    made = clinic.writer.post(f"/patients/{ana}/check-ins", {"check_in": "daily"})
    assert made == {
        "id": made["id"],
        "check_in": "daily",
        "status": "issued",
        "respondent": "patient",
        "due_at": NOW,
        "issued_at": NOW,
        "window_ends_at": "2026-03-03T11:00:00Z",
        "closed_at": None,
        "local_date": "2026-03-02",
        "response": None,
    }
    assert clinic.reader.items(f"/patients/{ana}/check-ins") == [made]
    [invitation] = clinic.reader.items("/messages", kind="invitation")
    assert (invitation["patient"], invitation["to"], invitation["status"]) == (ana, ANA["phone"], "pending")
    clinic.writer.post(f"/patients/{ana}/check-ins", {"check_in": "daily"}, status=409)


def test_a_caregivers_check_in_is_theirs(clinic: Clinic) -> None:
    ana = clinic.ana()
    clinic.writer.post(f"/patients/{ana}/related-persons", ROSA)
    made = clinic.writer.post(f"/patients/{ana}/check-ins", {"check_in": "caregiver"})
    assert made["respondent"] == "caregiver"


@pytest.mark.parametrize("body", [{"check_in": "hourly"}, {"check_in": 1}, {}, {"check_in": "daily", "x": 1}, []])
def test_a_check_in_that_cannot_be_is_refused(clinic: Clinic, body: Any) -> None:
    ana = clinic.ana()
    clinic.writer.post(f"/patients/{ana}/check-ins", body, status=422)
    assert clinic.reader.items(f"/patients/{ana}/check-ins") == []


@both_databases
def test_a_response_is_stored_and_judged(clinic: Clinic) -> None:
    ana = clinic.ana()
    given = {"pain": 9, "breathlessness": 0, "tiredness": None}
    made = clinic.answers(ana, **given)
    assert made == {
        "id": made["id"],
        "check_in": "daily",
        "status": "completed",
        "respondent": "self",
        "channel": "api",
        "authored_at": NOW,
        "late": False,
        "historical": False,
        "answers": given,
    }
    assert clinic.reader.items(f"/patients/{ana}/responses") == [made]
    [alert] = clinic.reader.items("/alerts")
    assert (alert["tier"], alert["patient"], alert["subject"]) == ("red", ana, "self:pain")


def test_words_are_kept_as_they_were_said(clinic: Clinic) -> None:
    ana = clinic.ana()
    said = "Dormí mal 😴"
    text_item = next(
        item["link_id"]
        for row in clinic.reader.items("/questionnaires")
        if row["name"] == "core-daily"
        for item in row["items"]
        if item["type"] == "text"
    )
    assert clinic.answers(ana, **{text_item: said})["answers"] == {text_item: said}


def test_an_old_response_is_judged_but_only_watched(clinic: Clinic) -> None:
    ana = clinic.ana()
    body = {"authored_at": "2026-02-20T12:00:00+01:00", "historical": True, "answers": {"pain": 9}}
    made = clinic.writer.post(f"/patients/{ana}/responses", body)
    assert (made["historical"], made["authored_at"]) == (True, "2026-02-20T11:00:00Z")
    assert [alert["tier"] for alert in clinic.reader.items("/alerts")] == ["watch"]


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"answers": {"pain": 11}}, "answers.pain"),
        ({"answers": {"pain": "very"}}, "answers.pain"),
        ({"answers": {"pain": True}}, "answers.pain"),
        ({"answers": {"pain": [1]}}, "answers.pain"),
        ({"answers": {"pain": 10**400}}, "answers.pain"),
        ({"answers": {"pain": "1e999"}}, "answers.pain"),
        ({"answers": {"nothing": 1}}, "answers.nothing"),
        ({"answers": {"notes": "a\x00b"}}, "answers.notes"),
        ({"answers": {}}, "answers"),
        ({"answers": 3}, "answers"),
        ({"check_in": "hourly"}, "check_in"),
        ({"authored_at": "2026-03-02T15:06:00Z"}, "authored_at"),
        ({"authored_at": "2026-03-02T15:00:00"}, "authored_at"),
        ({"authored_at": "2026-03-02"}, "authored_at"),
        ({"authored_at": "0001-01-01T00:00:00+14:00"}, "authored_at"),
        ({"authored_at": 1772463600}, "authored_at"),
        ({"historical": "no"}, "historical"),
        ({"respondent": "proxy"}, "respondent"),
    ],
)
def test_what_is_wrong_with_a_response_is_named(clinic: Clinic, change: dict[str, Any], named: str) -> None:
    ana = clinic.ana()
    body = {"authored_at": NOW, "answers": {"pain": 3}, **change}
    assert list(clinic.writer.post(f"/patients/{ana}/responses", body, status=422)["errors"]) == [named]
    assert clinic.reader.items(f"/patients/{ana}/responses") == []


def test_a_number_too_large_for_json_readers_is_refused(clinic: Clinic) -> None:
    ana = clinic.ana()
    body = f'{{"authored_at": "{NOW}", "answers": {{"pain": 1e400}}}}'
    response = clinic.writer.call("POST", f"/patients/{ana}/responses", data=body, content_type="application/json")
    assert response.status_code == 422 and list(response.get_json()["errors"]) == ["answers.pain"]


@both_databases
def test_the_timeline_merges_everything_newest_first(clinic: Clinic) -> None:
    ana = clinic.ana()
    clinic.clock.advance(minutes=1)
    check_in = clinic.writer.post(f"/patients/{ana}/check-ins", {"check_in": "daily"})
    clinic.clock.advance(minutes=1)
    response = clinic.answers(ana, pain=9)
    rows = clinic.reader.items(f"/patients/{ana}/timeline")
    assert [row["at"] for row in rows] == sorted((row["at"] for row in rows), reverse=True)
    assert {"check_in", "response", "alert", "message"} == {row["type"] for row in rows}
    by_type = {row["type"]: row for row in rows}
    assert by_type["check_in"]["check_in"] == check_in
    assert by_type["response"]["response"] == response
    assert by_type["alert"]["alert"]["tier"] == "red"
    assert rows[-1]["message"]["kind"] == "welcome"
    for row in rows:
        assert row["id"] == row[row["type"]]["id"]


@both_databases
@pytest.mark.parametrize("path", ["/patients", "/patients/{ana}/timeline", "/patients/{ana}/responses", "/messages"])
def test_pages_give_every_row_once(clinic: Clinic, path: str) -> None:
    ana = clinic.ana()
    for number in range(3):  # several share a moment, so that the id decides
        clinic.answers(ana, pain=number)
        clinic.writer.post("/patients", {**ANA, "phone": f"+1555010110{number}"})
        if number == 1:
            clinic.clock.advance(seconds=1)
    path = path.replace("{ana}", ana)
    whole = [row["id"] for row in clinic.reader.items(path, limit=200)]
    paged: list[str] = []
    query: dict[str, Any] = {"limit": 2}
    while True:
        page = clinic.reader.get(path, **query)
        assert 0 < len(page["items"]) <= 2
        paged += [row["id"] for row in page["items"]]
        if page["next"] is None:
            break
        query["cursor"] = page["next"]
    assert paged == whole and len(set(whole)) == len(whole) > 2


@pytest.mark.parametrize("cursor", ["", "x", "AAAA", "é", "MjAyNi0wMy0wMiAx", "%00", "A" * 300])
@pytest.mark.parametrize("path", ["/patients", "/messages", "/alerts", "/staff", "/programs"])
def test_a_cursor_that_we_did_not_give_is_refused(clinic: Clinic, path: str, cursor: str) -> None:
    response = clinic.reader.call("GET", path, query_string={"cursor": cursor})
    assert response.status_code == 422 and list(response.get_json()["errors"]) == ["cursor"]


@pytest.mark.parametrize("path", ["/patients", "/alerts", "/messages", "/patients/{ana}/timeline"])
def test_a_longer_list_asks_the_database_no_more_often(clinic: Clinic, path: str) -> None:
    ana = clinic.ana()
    path = path.replace("{ana}", ana)

    def statements() -> int:
        seen: list[str] = []
        engine = clinic.service.db.engine

        def count(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
            seen.append(statement)

        event.listen(engine, "before_cursor_execute", count)
        clinic.reader.items(path)
        event.remove(engine, "before_cursor_execute", count)
        return len(seen)

    clinic.red_alert(ana)
    few = statements()
    for number in range(5):
        other = clinic.ana(phone=f"+1555010110{number}")
        clinic.red_alert(other)
        clinic.red_alert(ana, nausea=8, pain=number)
    assert statements() == few


@both_databases
def test_messages_are_filtered(clinic: Clinic) -> None:
    ana = clinic.ana()
    clinic.writer.post("/patients", {**ANA, "phone": "+15550101003"})
    rows = clinic.reader.items("/messages", patient=ana)
    assert [row["kind"] for row in rows] == ["welcome"] and rows == clinic.reader.items(f"/patients/{ana}/messages")
    assert set(rows[0]) == {
        "id", "direction", "kind", "from", "to", "body", "status", "message_sid", "patient", "created_at"
    }  # fmt: skip
    assert len(clinic.reader.items("/messages", direction="outbound")) == 2
    assert clinic.reader.items("/messages", direction="inbound") == []
    assert clinic.reader.items("/messages", kind="reminder") == []
    assert clinic.reader.items("/messages", patient="nobody") == []
    assert clinic.stranger.items("/messages") == []
    assert clinic.reader.call("GET", "/messages", query_string={"direction": "up"}).status_code == 422

"""Staff, rotas, shifts and published content through the API."""

from typing import Any

import pytest

from tests.edges.api.conftest import NOBODY, NORA, Clinic, both_databases

ROTA = {"name": "Nurses", "time_zone": "America/New_York"}
SHIFT = {"role": "on_call", "starts_at": "2026-03-02T08:00:00-05:00", "ends_at": "2026-03-02T20:00:00-05:00"}


@both_databases
def test_a_member_of_staff_is_added(clinic: Clinic) -> None:
    made = clinic.admin.post("/staff", {**NORA, "password": "a long enough password", "time_zone": "Europe/Madrid"})
    assert made == {
        **NORA,
        "id": made["id"],
        "time_zone": "Europe/Madrid",
        "language": "en",
        "active": True,
        "created_at": "2026-03-02T15:00:00Z",
    }
    assert clinic.reader.items("/staff") == [made] and clinic.stranger.items("/staff") == []
    clinic.admin.post("/staff", NORA, status=409)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", " "),
        ("email", "nora"),
        ("phone", "12"),
        ("role", "king"),
        ("time_zone", "x"),
        ("language", "xx-very-long-language"),
        ("password", "short"),
        ("scope", "admin"),
    ],
)
def test_what_is_wrong_with_a_member_of_staff_is_named(clinic: Clinic, field: str, value: Any) -> None:
    assert list(clinic.admin.post("/staff", {**NORA, field: value}, status=422)["errors"]) == [field]


def test_staff_are_added_by_an_admin_token_only(clinic: Clinic) -> None:
    clinic.writer.post("/staff", NORA, status=403)


@both_databases
def test_a_shift_is_planned(clinic: Clinic) -> None:
    nora = clinic.admin.post("/staff", NORA)["id"]
    rota = clinic.writer.post("/schedules", ROTA)
    assert rota == {**ROTA, "id": rota["id"], "team": "clinic", "created_at": "2026-03-02T15:00:00Z"}
    assert clinic.reader.items("/schedules") == [rota] and clinic.stranger.items("/schedules") == []
    path = f"/schedules/{rota['id']}/shifts"
    shift = clinic.writer.post(path, {**SHIFT, "staff": nora})
    assert shift == {
        "id": shift["id"],
        "schedule": rota["id"],
        "staff": nora,
        "role": "on_call",
        "starts_at": "2026-03-02T13:00:00Z",
        "ends_at": "2026-03-03T01:00:00Z",
    }
    assert clinic.reader.items(path) == [shift]
    assert clinic.stranger.call("GET", path).status_code == 404
    clinic.stranger.post(path, {**SHIFT, "staff": nora}, status=404)
    assert clinic.reader.call("GET", f"/schedules/{NOBODY}/shifts").status_code == 404


def test_a_rota_has_a_name_of_its_own_and_a_zone(clinic: Clinic) -> None:
    clinic.writer.post("/schedules", ROTA)
    clinic.writer.post("/schedules", ROTA, status=409)
    for field, value in (("name", ""), ("name", "n" * 81), ("time_zone", "Moon")):
        assert list(clinic.writer.post("/schedules", {**ROTA, field: value}, status=422)["errors"]) == [field]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("staff", NOBODY),
        ("role", "boss"),
        ("starts_at", "2026-03-02T08:00:00"),
        ("starts_at", "2026-02-30T08:00:00Z"),
        ("ends_at", "2026-03-01T08:00:00Z"),
        ("ends_at", "9999-12-31T23:59:59-14:00"),
    ],
)
def test_what_is_wrong_with_a_shift_is_named(clinic: Clinic, field: str, value: Any) -> None:
    nora = clinic.admin.post("/staff", NORA)["id"]
    path = f"/schedules/{clinic.writer.post('/schedules', ROTA)['id']}/shifts"
    assert list(clinic.writer.post(path, {**SHIFT, "staff": nora, field: value}, status=422)["errors"]) == [field]


@both_databases
def test_published_content_is_listed(clinic: Clinic) -> None:
    [program] = clinic.reader.items("/programs")
    assert (program["name"], program["version"], program["current"]) == ("advanced-cancer", "3", True)
    daily = {"name": "daily", "questionnaire": "core-daily", "respondent": "patient"}
    assert daily in program["check_ins"]
    questionnaires = {row["name"]: row for row in clinic.reader.items("/questionnaires")}
    core = questionnaires["core-daily"]
    pain = next(item for item in core["items"] if item["link_id"] == "pain")
    assert (pain["type"], pain["min"], pain["max"], pain["options"]) == ("scale", 0, 10, [])
    assert pain["text"]["en"] and core["title"]["es"] and core["license"] == "CC-BY-4.0"

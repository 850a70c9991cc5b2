"""Rotations, stand-ins and cover through the API."""

from typing import Any

import pytest

from tests.edges.api.conftest import NOBODY, NORA, Clinic, both_databases

ROTA = {"name": "Nurses", "time_zone": "America/New_York"}
TURNS = {"role": "on_call", "starts_on": "2026-03-02", "hand_over_at": "08:00", "turn_days": 1}
TODAY = {"since": "2026-03-02T15:00:00Z", "until": "2026-03-04T13:00:00Z"}


@pytest.fixture
def nora(clinic: Clinic) -> str:
    return str(clinic.admin.post("/staff", NORA)["id"])


@pytest.fixture
def omar(clinic: Clinic) -> str:
    who = {**NORA, "name": "Omar Haddad", "email": "omar@clinic.example", "phone": "+15550100211"}
    return str(clinic.admin.post("/staff", who)["id"])


@pytest.fixture
def rota(clinic: Clinic) -> str:
    return f"/schedules/{clinic.writer.post('/schedules', ROTA)['id']}"


def duties(clinic: Clinic, rota: str) -> list[tuple[str, str, str]]:
    cover = clinic.reader.get(f"{rota}/cover", **TODAY)
    return [(duty["staff"], duty["starts_at"], duty["ends_at"]) for duty in cover["duties"]]


def missing(clinic: Clinic, rota: str) -> list[tuple[str, str]]:
    cover = clinic.reader.get(f"{rota}/cover", **TODAY)
    return [(gap["starts_at"], gap["ends_at"]) for gap in cover["gaps"]]


@both_databases
def test_people_take_turns_and_somebody_stands_in(clinic: Clinic, rota: str, nora: str, omar: str) -> None:
    assert missing(clinic, rota) == [("2026-03-02T15:00:00Z", "2026-03-04T13:00:00Z")]
    made = clinic.writer.post(f"{rota}/rotations", {**TURNS, "members": [nora, omar]})
    assert made["members"] == [nora, omar] and (made["until_at"], made["days"], made["ends_on"]) == (None, None, None)
    assert clinic.reader.items(f"{rota}/rotations") == [made]
    assert duties(clinic, rota) == [
        (nora, "2026-03-02T13:00:00Z", "2026-03-03T13:00:00Z"),
        (omar, "2026-03-03T13:00:00Z", "2026-03-04T13:00:00Z"),
    ]
    assert missing(clinic, rota) == []
    stretch = {"starts_at": "2026-03-02T20:00:00Z", "ends_at": "2026-03-02T22:00:00Z", "role": "on_call"}
    stand_in = clinic.writer.post(f"{rota}/overrides", {**stretch, "staff": omar})
    clinic.writer.post(f"{rota}/overrides", {**stretch, "staff": nora}, status=409)
    assert duties(clinic, rota)[:3] == [
        (nora, "2026-03-02T13:00:00Z", "2026-03-02T20:00:00Z"),
        (omar, "2026-03-02T20:00:00Z", "2026-03-02T22:00:00Z"),
        (nora, "2026-03-02T22:00:00Z", "2026-03-03T13:00:00Z"),
    ]
    ended = clinic.writer.post(f"{rota}/overrides/{stand_in['id']}/end", {}, status=200)
    assert ended["removed_at"] == "2026-03-02T15:00:00Z"
    clinic.writer.post(f"{rota}/overrides/{stand_in['id']}/end", {}, status=409)
    assert len(duties(clinic, rota)) == 2


@both_databases
def test_a_rotation_ends_with_the_day_that_is_under_way(clinic: Clinic, rota: str, nora: str) -> None:
    made = clinic.writer.post(f"{rota}/rotations", {**TURNS, "members": [nora]})
    ended = clinic.writer.post(f"{rota}/rotations/{made['id']}/end", {}, status=200)
    assert ended["ends_on"] == "2026-03-03"
    assert missing(clinic, rota) == [("2026-03-03T13:00:00Z", "2026-03-04T13:00:00Z")]
    path = f"{rota}/rotations/{made['id']}/end"
    assert list(clinic.writer.post(path, {"ends_on": "2026-03-01"}, status=422)["errors"]) == ["ends_on"]


@both_databases
def test_a_shift_is_taken_back(clinic: Clinic, rota: str, nora: str) -> None:
    hours = [("2026-03-02T13:00:00Z", "2026-03-02T20:00:00Z"), ("2026-03-03T13:00:00Z", "2026-03-03T20:00:00Z")]
    running, later = (
        clinic.writer.post(f"{rota}/shifts", {"staff": nora, "role": "on_call", "starts_at": start, "ends_at": end})
        for start, end in hours
    )
    clinic.stranger.post(f"{rota}/shifts/{later['id']}/remove", {}, status=404)
    for shift in (running, later):
        assert clinic.writer.post(f"{rota}/shifts/{shift['id']}/remove", {}, status=200) == {}
    (kept,) = clinic.reader.items(f"{rota}/shifts")
    assert (kept["id"], kept["ends_at"]) == (running["id"], "2026-03-02T15:00:00Z")  # who was on duty stays on record
    clinic.writer.post(f"{rota}/shifts/{running['id']}/remove", {}, status=409)
    clinic.writer.post(f"{rota}/shifts/{later['id']}/remove", {}, status=404)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("role", "boss"),
        ("members", []),
        ("members", [NOBODY]),
        ("members", ["x"] * 21),
        ("starts_on", "2026-02-30"),
        ("starts_on", "1999-12-31"),
        ("hand_over_at", "8:00"),
        ("hand_over_at", "24:00"),
        ("until_at", "noon"),
        ("turn_days", 0),
        ("turn_days", 91),
        ("days", []),
        ("days", ["monday"]),
        ("ends_on", "2026-03-02"),
    ],
)
def test_what_is_wrong_with_a_rotation_is_named(clinic: Clinic, rota: str, nora: str, field: str, value: Any) -> None:
    said = {**TURNS, "members": [nora], field: value}
    (named,) = clinic.writer.post(f"{rota}/rotations", said, status=422)["errors"]
    assert named.partition(".")[0] == field


def test_somebody_who_cannot_be_paged_takes_no_turns(clinic: Clinic, rota: str, nora: str) -> None:
    silent = clinic.admin.post("/staff", {**NORA, "email": "silent@clinic.example", "phone": None})["id"]
    errors = clinic.writer.post(f"{rota}/rotations", {**TURNS, "members": [nora, silent]}, status=422)["errors"]
    assert "could not be paged" in errors["members"][0]


def test_a_stand_in_and_a_stretch_lie_in_order(clinic: Clinic, rota: str, nora: str) -> None:
    past = {"starts_at": "2026-03-01T20:00:00Z", "ends_at": "2026-03-01T22:00:00Z", "role": "on_call", "staff": nora}
    assert list(clinic.writer.post(f"{rota}/overrides", past, status=422)["errors"]) == ["ends_at"]
    for query in ("since=2026-03-02T15:00:00Z&until=2026-03-02T15:00:00Z", "until=2026-09-02T15:00:00Z"):
        assert clinic.reader.call("GET", f"{rota}/cover?{query}").status_code == 422


def test_another_clinic_sees_and_changes_nothing(clinic: Clinic, rota: str, nora: str) -> None:
    made = clinic.writer.post(f"{rota}/rotations", {**TURNS, "members": [nora]})
    for path in ("rotations", "overrides", "cover"):
        assert clinic.stranger.call("GET", f"{rota}/{path}").status_code == 404
    clinic.stranger.post(f"{rota}/rotations", {**TURNS, "members": [nora]}, status=404)
    clinic.stranger.post(f"{rota}/rotations/{made['id']}/end", {}, status=404)
    clinic.reader.post(f"{rota}/rotations/{made['id']}/end", {}, status=403)


def test_a_rota_is_of_one_of_two_teams(clinic: Clinic) -> None:
    assert clinic.writer.post("/schedules", {**ROTA, "team": "comfort"})["team"] == "comfort"
    wrong = {**ROTA, "name": "x", "team": "hospice"}
    assert list(clinic.writer.post("/schedules", wrong, status=422)["errors"]) == ["team"]

"""What holds for one person through the API: levels, what is expected, rules of their own, who has an alert."""

from tests.edges.api.conftest import NOBODY, Clinic, both_databases

SNOOZE = {"expected": 6, "days": 14, "reason": "Known bone pain"}


@both_databases
def test_levels_are_set_listed_and_taken_back(clinic: Clinic) -> None:
    path = f"/patients/{clinic.ana()}/levels"
    clinic.writer.post(path, {"kind": "goal", "item": "pain", "value": 4}, status=200)
    clinic.writer.post(path, {"kind": "baseline", "item": "84229001", "value": 5}, status=200)

    def own() -> list[tuple[str, str, float]]:
        return [(row["item"], row["kind"], row["value"]) for row in clinic.reader.items(path) if not row["default"]]

    assert own() == [("22253000", "goal", 4.0), ("84229001", "baseline", 5.0)]
    assert clinic.reader.items(path)[0]["set_by"] == "api:write program"
    clinic.clock.advance(minutes=1)
    clinic.writer.post(path, {"kind": "goal", "item": "pain", "value": None}, status=200)
    assert own() == [("84229001", "baseline", 5.0)]
    for body, field in (
        ({"kind": "goal", "item": "pain", "value": 11}, "value"),
        ({"kind": "goal", "item": "pain", "value": "4"}, "value"),
        ({"kind": "goal", "item": "moon", "value": 4}, "item"),
        ({"kind": "wish", "item": "pain", "value": 4}, "kind"),
    ):
        assert list(clinic.writer.post(path, body, status=422)["errors"]) == [field]
    clinic.reader.post(path, {"kind": "goal", "item": "pain", "value": 4}, status=403)
    assert clinic.stranger.call("GET", path).status_code == 404


@both_databases
def test_what_is_expected_is_quiet_until_it_is_ended(clinic: Clinic) -> None:
    ana = clinic.ana()
    clinic.staffed()
    alert = clinic.red_alert(ana, pain=7)
    path = f"/alerts/{alert['id']}"
    for wrong in ({**SNOOZE, "expected": 9}, {**SNOOZE, "days": 31}, {"expected": 6, "reason": "No end"}):
        clinic.writer.post(f"{path}/snooze", wrong, status=422)
    said = clinic.writer.post(f"{path}/snooze", {**SNOOZE, "expected": 7}, status=200)
    assert [event["type"] for event in said["events"]][-1] == "snoozed"
    [snooze] = clinic.reader.items(f"/patients/{ana}/snoozes")
    assert (snooze["subject"], snooze["expected"], snooze["reason"]) == ("self:pain", 7.0, "Known bone pain")
    clinic.writer.post(f"{path}/resolve", {"outcome": "referred"}, status=200)
    clinic.answers(ana, pain=8)
    assert clinic.reader.items("/alerts", status="open") == []
    assert clinic.reader.items(f"/patients/{ana}/snoozes")[0]["held_back"] == 1
    clinic.writer.post(f"{path}/end-snooze", {}, status=200)
    assert clinic.reader.items(f"/patients/{ana}/snoozes") == []
    clinic.answers(ana, pain=8)
    assert [row["subject"] for row in clinic.reader.items("/alerts", status="open")] == ["self:pain"]
    clinic.stranger.post(f"{path}/snooze", SNOOZE, status=404)


def test_an_alert_is_handed_over(clinic: Clinic) -> None:
    staff = clinic.staffed()
    path = f"/alerts/{clinic.red_alert(clinic.ana())['id']}"
    given = clinic.writer.post(f"{path}/hand-over", {"staff": "omar@clinic.example", "reason": "Mine ends"}, status=200)
    assert (given["status"], given["acknowledged_by"]) == ("acknowledged", staff["omar"])
    assert given["events"][-1]["detail"] == "To Omar Reyes. Mine ends"
    clinic.writer.post(f"{path}/hand-over", {"staff": staff["omar"]}, status=409)
    assert list(clinic.writer.post(f"{path}/hand-over", {"staff": NOBODY}, status=422)["errors"]) == ["staff"]
    clinic.stranger.post(f"{path}/hand-over", {"staff": staff["omar"]}, status=404)


@both_databases
def test_rules_hold_otherwise_for_a_person_or_for_the_site(clinic: Clinic) -> None:
    ana = clinic.ana()
    own = {"patient": ana, "rule": "pain-severe", "change": {"at_least": 8}, "reason": "Agreed with her"}
    made = clinic.writer.post("/overrides", own)
    assert (made["version"], made["patient"], made["standard"]) == (1, ana, {"at_least": 7.0})
    site = {"program": "advanced-cancer", "rule": "sleep-severe", "change": {"at_least": 8}, "reason": "Agreed"}
    clinic.writer.post("/overrides", site, status=403)
    kept = clinic.admin.post("/overrides", site)
    assert [row["rule"] for row in clinic.reader.items("/overrides")] == ["pain-severe", "sleep-severe"]
    assert [row["rule"] for row in clinic.reader.items("/overrides", patient=ana)] == ["pain-severe"]
    assert clinic.stranger.items("/overrides") == []
    clinic.answers(ana, pain=7)
    assert [row["subject"] for row in clinic.reader.items("/alerts", tier="red")] == []
    clinic.writer.post(f"/overrides/{kept['id']}/end", {}, status=403)
    clinic.stranger.post(f"/overrides/{made['id']}/end", {}, status=404)
    clinic.writer.post(f"/overrides/{made['id']}/end", {}, status=200)
    clinic.admin.post(f"/overrides/{kept['id']}/end", {}, status=200)
    assert clinic.reader.items("/overrides") == []


def test_what_no_override_may_take_away(clinic: Clinic) -> None:
    ana = clinic.ana()
    for change, field in (
        ({"rule": "red-flag-words", "muted": True}, "rule"),
        ({"rule": "wants-a-call-now", "muted": True}, "rule"),
        ({"rule": "silent-after-red", "muted": True}, "rule"),
        ({"rule": "pain-severe", "change": {"at_least": 10}}, "change"),
        ({"rule": "pain-severe", "muted": True, "until": "2026-03-20T00:00:00Z"}, "muted"),
        ({"rule": "fever", "muted": True, "until": "2026-05-20T00:00:00Z"}, "ends_at"),
        ({"rule": "pain-severe", "change": {"at_least": "8"}}, "change.at_least.value"),
    ):
        problem = clinic.admin.post("/overrides", {"patient": ana, "reason": "Why", **change}, status=422)
        assert list(problem["errors"]) == [field], change


def test_where_and_what_for_somebody_is_cared_for(clinic: Clinic) -> None:
    path = f"/patients/{clinic.ana()}"
    ended = {"setting": "hospice", "intent": "comfort", "treatment_ended_at": "2026-03-01T00:00:00Z"}
    assert ended.items() <= clinic.writer.call("PATCH", path, json=ended).get_json().items()
    cleared = clinic.writer.call("PATCH", path, json={"intent": None, "treatment_ended_at": None}).get_json()
    assert (cleared["setting"], cleared["intent"], cleared["treatment_ended_at"]) == ("hospice", None, None)
    for body in (
        {"setting": "moon"},
        {"setting": None},
        {"intent": "cure"},
        {"treatment_ended_at": "2027-01-01T00:00:00Z"},
    ):
        assert clinic.writer.call("PATCH", path, json=body).status_code == 422, body


def test_why_an_alert_was_not_useful_is_a_code_beside_the_words(clinic: Clinic) -> None:
    ana = clinic.ana()
    for body, code in (({}, "other"), ({"because": "known_already"}, "known_already")):
        alert = clinic.red_alert(ana, pain=7)
        told = {"outcome": "not_useful", "reason": "We knew", "contacted_at": "2026-03-02T15:00:00Z", **body}
        closed = clinic.writer.post(f"/alerts/{alert['id']}/resolve", told, status=200)
        assert closed["not_useful_because"] == code
    clinic.writer.post(f"/alerts/{alert['id']}/resolve", {**told, "because": "bored"}, status=422)

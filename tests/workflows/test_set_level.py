"""A person's own goals and baselines, and what is left out because of where and what for they are cared for."""

import pytest

from app.careplans.models import SymptomLevel
from app.errors import Rejected
from app.reports.levels import read_levels
from app.workflows.change_patient import PatientChanges, change_patient
from app.workflows.set_level import LevelGiven, set_level
from tests.factories import AGENT, create_site
from tests.workflows.moderate import close, enrolled, open_alerts, say
from tests.world import Clinic

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""What the other tests here prove of PostgreSQL, these need not prove again."""

ABOVE_GOAL = {"id": "above-goal", "tier": "amber", "when": {"item": "tiredness", "above_goal": True}}


def give(clinic: Clinic, patient_id: str, item: str, value: float | None, kind: str = "goal", **more: str) -> None:
    given = LevelGiven(kind=kind, item=item, value=value, **more)
    set_level(clinic.service, site_id=clinic.site_id, patient_id=patient_id, given=given, agent=AGENT)


def change(clinic: Clinic, patient_id: str, **changes: object) -> None:
    change_patient(
        clinic.service, site_id=clinic.site_id, patient_id=patient_id, agent=AGENT,
        changes=PatientChanges(**changes),  # type: ignore[arg-type]
    )  # fmt: skip


def levels(clinic: Clinic, patient_id: str) -> list[tuple[str, str, float, bool]]:
    rows = read_levels(clinic.db, site_id=clinic.site_id, patient_id=patient_id).rows
    return [(row.link_id, row.kind, row.value, row.default) for row in rows]


@on_sqlite
def test_an_own_goal_decides_what_is_above_it(clinic: Clinic) -> None:
    ana = enrolled(clinic, [ABOVE_GOAL])
    say(clinic, ana, "0 0 5")
    assert open_alerts(clinic) == [], "without a goal nothing is above it"
    for goal, found in ((5, []), (4, [("self:tiredness", "amber")])):
        give(clinic, ana, "tiredness", goal)
        clinic.later(days=1)
        say(clinic, ana, "0 0 5")
        assert open_alerts(clinic) == found
    assert "above the goal of 4" in clinic.alert().reason
    close(clinic, clinic.alert())
    give(clinic, ana, "84229001", None)
    clinic.later(days=1)
    say(clinic, ana, "0 0 5")
    assert open_alerts(clinic) == [], "it was taken back"
    create_site(clinic.service, site_id=clinic.site_id, default_goals={"tiredness": 4})
    clinic.later(days=1)
    say(clinic, ana, "0 0 5")
    assert "above the goal of 4 (default goal)" in clinic.alert(status="triggered").reason


def test_levels_are_shown_with_the_default_goals_and_the_latest_counts(clinic: Clinic) -> None:
    ana = enrolled(clinic)
    give(clinic, ana, "pain", 4)
    clinic.clock.advance(hours=1)
    give(clinic, ana, "pain", 2)
    give(clinic, ana, "sleep", 6, "baseline")
    shown = levels(clinic, ana)
    assert [row for row in shown if not row[3]] == [("pain", "goal", 2, False), ("sleep", "baseline", 6, False)]
    assert {row[0] for row in shown if row[3]} == {"breathlessness", "nausea"}
    assert len(clinic.rows(SymptomLevel)) == 3
    create_site(clinic.service, site_id=clinic.site_id, default_goals={"tiredness": 5})
    assert [row[:3] for row in levels(clinic, ana) if row[3]] == [("tiredness", "goal", 5)]


def test_what_is_no_level_is_refused(clinic: Clinic) -> None:
    ana = enrolled(clinic)
    for given, field in (
        ({"item": "pain", "value": 11}, "value"),
        ({"item": "pain", "value": -1}, "value"),
        ({"item": "pain", "value": float("nan")}, "value"),
        ({"item": "fever", "value": 1}, "item"),
        ({"item": "nothing", "value": 1}, "item"),
        ({"item": "pain", "value": 1, "respondent": "proxy"}, "item"),
        ({"item": "pain", "value": 1, "respondent": "nobody"}, "respondent"),
        ({"item": "pain", "value": 1, "kind": "wish"}, "kind"),
    ):
        with pytest.raises(Rejected) as refused:
            give(clinic, ana, **given)  # type: ignore[arg-type]
        assert list(refused.value.problems) == [field], given
    assert not clinic.rows(SymptomLevel)


def test_rules_are_left_out_by_setting_intent_and_ended_treatment(clinic: Clinic) -> None:
    def rule(id: str, **more: object) -> dict[str, object]:
        return {"id": id, "tier": "watch", "subject": id, "when": {"item": "pain", "at_least": 1}, **more}

    ana = enrolled(
        clinic,
        [
            rule("always"),
            rule("not-in-hospice", not_during=["hospice", "hospital"]),
            rule("on-treatment", not_during="off-treatment"),
            rule("comfort", applies_to=["comfort"]),
            rule("directed", applies_to=["disease-directed"]),
        ],
    )

    def found() -> set[str]:
        clinic.later(days=1)
        say(clinic, ana, "1 0 0")
        return {str(kept["rule"]) for kept in clinic.responses()[-1].findings or []}

    assert found() == {"always", "not-in-hospice", "on-treatment", "directed"}
    change(clinic, ana, intent="comfort", setting="hospice", treatment_ended_at=clinic.clock.now())
    assert found() == {"always", "comfort"}
    change(clinic, ana, clear=("intent", "treatment_ended_at"), setting="home")
    assert found() == {"always", "not-in-hospice", "on-treatment", "directed"}
    with pytest.raises(Rejected) as refused:
        change(clinic, ana, intent="cure", setting="moon", clear=("status",))
    assert set(refused.value.problems) == {"intent", "setting", "status"}

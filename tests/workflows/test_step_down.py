"""Somebody who has been steady is asked less often once a person agrees, and as often as before when they want."""

from typing import Any

import pytest

from app.checkins.models import CheckinPlan
from app.errors import Conflict, NotFound
from app.workflows.step_down import confirm_step_down, restore_timing
from app.zones import wall_clock
from tests.factories import AGENT
from tests.workflows.moderate import RULES, close, enrolled, open_alerts, say
from tests.workflows.test_snooze_alert import snooze
from tests.world import AlertSeen, Clinic

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""What the other tests here prove of PostgreSQL, these need not prove again."""

STEADY: dict[str, Any] = {
    "id": "steady", "tier": "watch", "then": "step_down", "when": {"item": "pain", "at_most": 2, "consecutive": 2},
}  # fmt: skip


@pytest.fixture
def ana(clinic: Clinic) -> str:
    """Ana, asked every day at 10:00, with two calm answers behind her."""
    ana = enrolled(clinic, [*RULES, STEADY], timing={"every": "P1D", "at": "10:00"})
    calm_day(clinic, ana)
    calm_day(clinic, ana)
    return ana


def calm_day(clinic: Clinic, ana: str, numbers: str = "1 0 0") -> None:
    clinic.at("09:59")
    clinic.at("10:01")
    say(clinic, ana, numbers, ask=False)


def confirm(clinic: Clinic, alert: AlertSeen) -> None:
    confirm_step_down(
        clinic.service, site_id=clinic.site_id, alert_id=alert.id, practitioner_id=clinic.nora, agent=AGENT
    )


def next_days(clinic: Clinic) -> str:
    """On which day Ana is asked next, after today."""
    (plan,) = clinic.rows(CheckinPlan)
    assert plan.next_slot_at is not None and plan.next_local_date is not None
    assert plan.next_local_date == wall_clock(plan.next_slot_at, plan.time_zone).date()
    return str((plan.next_local_date - wall_clock(clinic.clock.now(), plan.time_zone).date()).days)


def test_it_is_suggested_on_the_watch_list_and_pages_nobody(clinic: Clinic, ana: str) -> None:
    alert = clinic.alert()
    assert (alert.kind, alert.tier, alert.subject) == ("review", "watch", "step_down")
    assert "ask every 2 days instead of every day" in alert.reason
    assert clinic.paged(alert) == []
    assert clinic.rows(CheckinPlan)[0].timing is None, "a person decides"


@on_sqlite
def test_confirmed_step_by_step_and_taken_back(clinic: Clinic, ana: str) -> None:
    confirm(clinic, clinic.alert())
    assert next_days(clinic) == "2"
    assert clinic.alert().happened("stepped_down") == ["From now on they are asked every 2 days."]
    with pytest.raises(Conflict, match="decided already"):
        confirm(clinic, clinic.alert())
    clinic.later(days=1)  # the day between
    assert len(clinic.checkins(patient_id=ana)) == 2
    for _ in range(8):  # more than a fortnight
        calm_day(clinic, ana)
        clinic.later(days=1)
    second = clinic.alert(status="triggered")
    assert "ask once a week instead of every 2 days" in second.reason
    confirm(clinic, second)
    assert next_days(clinic) == "6", "a week after the last one, which was yesterday"
    (plan,) = clinic.rows(CheckinPlan)
    restore_timing(clinic.service, site_id=clinic.site_id, patient_id=ana, plan_id=plan.id, agent=AGENT)
    assert next_days(clinic) == "1" and clinic.rows(CheckinPlan)[0].timing is None
    with pytest.raises(NotFound):
        restore_timing(clinic.service, site_id=clinic.site_id, patient_id=ana, plan_id="other", agent=AGENT)


@on_sqlite
def test_closed_otherwise_it_changes_nothing_and_is_not_suggested_at_once_again(clinic: Clinic, ana: str) -> None:
    close(clinic, clinic.alert())
    assert clinic.rows(CheckinPlan)[0].timing is None
    calm_day(clinic, ana)
    assert open_alerts(clinic) == []


@on_sqlite
def test_nothing_is_suggested_beside_something_bad(clinic: Clinic) -> None:
    bad = {"id": "tired", "tier": "amber", "when": {"item": "tiredness", "at_least": 7}}
    ana = enrolled(clinic, [bad, STEADY], timing={"every": "P1D", "at": "10:00"})
    for _ in range(2):
        calm_day(clinic, ana, "1 0 8")
    assert open_alerts(clinic) == [("self:tiredness", "amber")]


@on_sqlite
def test_a_snooze_that_is_not_needed_any_more_is_ended_first(clinic: Clinic) -> None:
    ana = enrolled(clinic, [*RULES, STEADY], timing={"every": "P1D", "at": "10:00"})
    calm_day(clinic, ana, "6 0 0")
    alert = clinic.alert()
    snooze(clinic, alert)
    close(clinic, alert)
    for _ in range(2):
        calm_day(clinic, ana)
    suggestion = clinic.alert(status="triggered")
    assert "snooze" in suggestion.reason
    confirm(clinic, suggestion)
    calm_day(clinic, ana, "6 0 0")
    assert open_alerts(clinic) == [("self:pain", "amber")]

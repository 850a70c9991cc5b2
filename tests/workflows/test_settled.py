"""What a nurse dealt with, and is no worse since, is in its history and calls nobody for a while."""

from collections.abc import Mapping
from typing import Any

import pytest

from app.checkins.models import Checkin
from app.workflows.snooze_alert import SnoozeGiven, snooze_alert
from tests.factories import AGENT, ANA, check_in, create_patient, create_program
from tests.workflows.moderate import RULES, close, open_alerts, say
from tests.world import Clinic

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""What the other tests here prove of PostgreSQL, these need not prove again."""
LADDERS: Mapping[str, Any] = {
    "red": {"clock": "wall", "steps": [{"page": "on_call"}], "settled_for": "P1D"},
    "amber": {"clock": "wall", "steps": [{"page": "on_call"}], "settled_for": "P2D"},
}


def enrolled(clinic: Clinic, **plan: Any) -> str:
    create_program(
        clinic.service, name="settling", rules=list(RULES), escalation=dict(LADDERS),
        check_ins=[check_in(**({"timing": None} | plan))],
    )  # fmt: skip
    return create_patient(clinic.service, site_id=clinic.site_id, program="settling")


@pytest.fixture
def ana(clinic: Clinic) -> str:
    """Ana, whose pain of 5 Nora heard of on Monday and did something about."""
    patient_id = enrolled(clinic)
    say(clinic, patient_id, "5 0 0")
    close(clinic, clinic.alert(subject="self:pain"), "medication_changed")
    return patient_id


def test_the_same_on_the_next_day_calls_nobody_and_stands_in_the_history(clinic: Clinic, ana: str) -> None:
    clinic.later(hours=23)
    clinic.ask(ana)
    clinic.text(ANA, "5 0 0")
    clinic.finish(ana)
    alert = clinic.alert(subject="self:pain")
    assert (alert.status, len(clinic.paged(alert))) == ("resolved", 1)
    (note,) = alert.happened("settled")
    assert note.startswith("No worse than when this was closed: Pain 5 (was 5 on 2 Mar)"), note
    assert "ask a nurse to look" not in clinic.gateway.departures[-1].body, "nobody is asked to"
    clinic.text(ANA, "I meant pain 5")
    assert len(clinic.alert(subject="self:pain").happened("settled")) == 1, "the same answers, judged once more"
    last = clinic.responses()[-1]
    assert last.tier is None
    assert [(found["rule"], found.get("settled")) for found in last.findings or []] == [("pain-moderate", True)]
    clinic.gateway.ignore_the_rest()


@pytest.mark.parametrize(("now", "called"), [("6 0 0", []), ("7 0 0", [("self:pain", "red")])])
def test_a_red_always_calls(clinic: Clinic, ana: str, now: str, called: list[tuple[str, str]]) -> None:
    clinic.later(hours=23)
    say(clinic, ana, now)
    assert open_alerts(clinic) == called


@on_sqlite
def test_what_is_worse_by_two_calls(clinic: Clinic) -> None:
    patient_id = enrolled(clinic)
    say(clinic, patient_id, "4 0 0")
    close(clinic, clinic.alert(subject="self:pain"), "advised_self_care")
    clinic.later(hours=23)
    say(clinic, patient_id, "6 0 0")
    assert open_alerts(clinic) == [("self:pain", "amber")]


def test_two_days_later_it_is_news_again(clinic: Clinic, ana: str) -> None:
    clinic.later(hours=49)
    say(clinic, ana, "5 0 0")
    assert open_alerts(clinic) == [("self:pain", "amber")]
    assert [alert.status for alert in clinic.alerts(subject="self:pain")] == ["resolved", "triggered"]


@on_sqlite
def test_a_call_that_nobody_took_settles_nothing(clinic: Clinic) -> None:
    patient_id = enrolled(clinic)
    say(clinic, patient_id, "5 0 0")
    close(clinic, clinic.alert(subject="self:pain"), "no_contact_made")
    clinic.later(hours=23)
    say(clinic, patient_id, "5 0 0")
    assert open_alerts(clinic) == [("self:pain", "amber")]


@on_sqlite
def test_somebody_silent_who_was_called_is_not_called_for_again_the_next_day(clinic: Clinic) -> None:
    enrolled(clinic, timing={"every": "P1D", "at": "10:00"})
    clinic.at("thu 09:00")
    (alert,) = clinic.alerts(kind="silence")
    close(clinic, alert, "advised_self_care")
    clinic.at("fri 09:00")
    assert open_alerts(clinic) == []
    missed = sorted(clinic.rows(Checkin, status="missed"), key=lambda row: row.due_at)
    assert [found.get("settled") for row in missed for found in row.findings or ()] == [None, True]
    clinic.at("sat 09:00")
    assert open_alerts(clinic) == [("silence", "amber")]
    clinic.gateway.ignore_the_rest()


@on_sqlite
def test_a_snooze_goes_on_where_the_settling_ends(clinic: Clinic, ana: str) -> None:
    alert = clinic.alert(subject="self:pain")
    given = SnoozeGiven(expected=5, reason="Known bone pain, plan agreed", days=14)
    snooze_alert(clinic.service, site_id=clinic.site_id, alert_id=alert.id, agent=AGENT, given=given)
    clinic.later(hours=49)
    say(clinic, ana, "6 0 0")
    assert open_alerts(clinic) == []
    assert clinic.alert(subject="self:pain").happened("settled") == []

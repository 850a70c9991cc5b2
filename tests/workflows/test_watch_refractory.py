"""A symptom that stays above the goal in spite of what was done goes to the palliative team."""

import pytest

from app.checkins.models import CheckinPlan
from app.workflows.record_response import ResponseGiven, record_response
from app.workflows.resolve_alert import ResolutionGiven, resolve_alert
from tests.factories import AGENT, ANA, NORA
from tests.world import AlertSeen, Clinic, counting

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""What the other tests here prove of PostgreSQL, these need not prove again."""


@pytest.fixture(autouse=True)
def nothing_is_asked(clinic: Clinic, ana: str) -> None:
    """Ana's numbers come from another system in these stories: one call a day instead of six texts."""
    clinic.damage(CheckinPlan, next_slot_at=None)


def day(clinic: Clinic, ana: str, name: str, pain: int) -> None:
    clinic.at(f"{name} 10:00")
    given = ResponseGiven(answers={"pain": pain}, authored_at=clinic.clock.now())
    record_response(clinic.service, site_id=clinic.site_id, patient_id=ana, given=given, agent=AGENT)
    clinic.tick()
    clinic.gateway.ignore_the_rest()


def close(clinic: Clinic, alert: AlertSeen, outcome: str = "medication_changed") -> None:
    resolve_alert(
        clinic.service, site_id=clinic.site_id, alert_id=alert.id, practitioner_id=clinic.nora, agent="test",
        given=ResolutionGiven(outcome=outcome, contacted_at=clinic.clock.now()),
    )  # fmt: skip


def test_three_above_the_goal_after_something_was_done(clinic: Clinic, ana: str) -> None:
    day(clinic, ana, "tue", 6)
    day(clinic, ana, "wed", 6)  # twice above the goal: amber
    close(clinic, clinic.alert(subject="self:pain"))
    day(clinic, ana, "thu", 5)
    day(clinic, ana, "fri", 5)
    assert clinic.alerts(kind="referral") == [], "two answers since say little of what it did"
    day(clinic, ana, "mon", 5)
    found = clinic.alert(kind="referral")
    assert (found.subject, found.tier, found.status) == ("refractory:pain", "amber", "triggered")
    assert found.reason == (
        "Pain stays above the goal of 3 (default goal), 5 answers in a row: 6 on 3 Mar, 6 on 4 Mar, 5 on 5 Mar, 5 on 6 "
        "Mar, 5 on 9 Mar. Tried: medication changed on 4 Mar. Please ask the palliative team for a review by 16 Mar."
    )
    assert len(clinic.paged(found)) == 1, "it is listed, and the nurse on call hears of it"
    day(clinic, ana, "tue", 5)
    assert len(clinic.alerts(kind="referral")) == 1
    assert clinic.alert(kind="referral").happened("evidence") == [], "nothing new is said while somebody looks at it"


@on_sqlite
def test_the_clock_is_a_week(clinic: Clinic, ana: str) -> None:
    day(clinic, ana, "mon", 6)
    day(clinic, ana, "tue", 6)
    close(clinic, clinic.alert(subject="self:pain"))
    for name in ("wed", "thu", "fri"):
        day(clinic, ana, name, 5)
    clinic.text(NORA, clinic.alert(kind="referral").code)
    due = clinic.alert(kind="referral").next_action_at
    assert due is not None
    assert due.isoformat() == "2026-03-13T14:00:00+00:00", "seven days on, at the same hour (the clocks go forward)"
    clinic.gateway.ignore_the_rest()


@on_sqlite
def test_nothing_was_done_yet(clinic: Clinic, ana: str) -> None:
    for name in ("tue", "wed", "thu", "fri"):
        day(clinic, ana, name, 6)
    assert clinic.alerts(kind="referral") == []


@on_sqlite
@pytest.mark.parametrize("outcome", ["expected_no_change", "advised_self_care"])
def test_neither_what_was_expected_nor_advice_is_an_attempt(clinic: Clinic, ana: str, outcome: str) -> None:
    for name in ("tue", "wed"):
        day(clinic, ana, name, 6)
    close(clinic, clinic.alert(subject="self:pain"), outcome)
    for name in ("thu", "fri", "sat"):
        day(clinic, ana, name, 6)
    assert clinic.alerts(kind="referral") == []


@on_sqlite
def test_one_good_day_begins_a_new_stretch(clinic: Clinic, ana: str) -> None:
    for name in ("tue", "wed"):
        day(clinic, ana, name, 6)
    close(clinic, clinic.alert(subject="self:pain"))
    for name, pain in (("thu", 3), ("fri", 5), ("sat", 5), ("sun", 5)):
        day(clinic, ana, name, pain)
    assert clinic.alerts(kind="referral") == []


def test_what_a_review_began_has_two_weeks_to_work(clinic: Clinic, ana: str) -> None:
    test_three_above_the_goal_after_something_was_done(clinic, ana)
    close(clinic, clinic.alert(kind="referral"), "referred")
    day(clinic, ana, "wed", 5)
    for alert in clinic.alerts(subject="self:pain", status="triggered"):
        close(clinic, alert)
    for name in ("thu", "fri", "sat", "wed", "mon"):
        day(clinic, ana, name, 5)
        assert clinic.alerts(kind="referral", status="triggered") == []
    day(clinic, ana, "tue", 5)
    assert len(clinic.alerts(kind="referral", status="triggered")) == 1


@on_sqlite
def test_a_calm_answer_costs_nothing(clinic: Clinic, ana: str) -> None:
    with counting(clinic.db) as statements:
        day(clinic, ana, "tue", 0)
    assert not [s for s in statements if "outcome IN" in s]
    with counting(clinic.db) as statements:
        day(clinic, ana, "wed", 2)
    assert len([s for s in statements if "outcome IN" in s]) == 1


@on_sqlite
def test_by_text_as_from_another_system(clinic: Clinic, ana: str) -> None:
    for name in ("tue", "wed"):
        day(clinic, ana, name, 6)
    close(clinic, clinic.alert(subject="self:pain"))
    for name in ("thu", "fri"):
        day(clinic, ana, name, 6)
    clinic.at("sat 10:00")
    clinic.ask(ana)
    clinic.receive(ANA, "6 1 1")
    clinic.finish(ana)
    assert clinic.alert(kind="referral").subject == "refractory:pain"
    clinic.gateway.ignore_the_rest()

"""When somebody is silent: another way to them, those who help, the list of the day, and somebody to go and look."""

from datetime import timedelta

import pytest

from app.alerts.models import AlertEvent
from app.checkins.models import CheckinPlan
from app.db import keyring_of, site_scope
from app.keyring import PHONE
from app.patients.models import ContactPoint, RelatedPerson
from app.workflows.resolve_alert import WELFARE_CHECK, ResolutionGiven, resolve_alert
from app.workflows.submit_form import check_second_fact, save_answer, submit_form
from tests.factories import ANA, ROSA, create_related_person
from tests.world import Clinic

OTHER_PHONE = "+15550100204"

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""What the other tests here prove of PostgreSQL, these need not prove again."""


@pytest.fixture
def rosa(clinic: Clinic, ana: str) -> str:
    """Rosa, who may report and receive; her own plans rest, so that what she gets is about Ana's silence."""
    helper = create_related_person(clinic.service, site_id=clinic.site_id, patient_id=ana)
    clinic.at("10:30")
    clinic.gateway.ignore_the_rest()
    return helper


def about_silence(clinic: Clinic) -> list[str]:
    return [d.body for d in clinic.gateway.departures if d.recipient == ROSA and "not heard from Ana" in d.body]


def no_own_plans(clinic: Clinic) -> None:
    """Rosa is asked nothing of her own accord."""
    for row in clinic.rows(CheckinPlan):
        if row.related_person_id is not None:
            clinic.damage(CheckinPlan, {"id": row.id}, next_slot_at=None)


def answer_as_rosa(clinic: Clinic) -> None:
    token = about_silence(clinic)[-1].partition("/c/")[2].split()[0]
    assert check_second_fact(clinic.service, token, "1982")
    form = save_answer(clinic.service, token, "pain", "8")
    for item in form.items:
        if item.link_id != "pain":
            save_answer(clinic.service, token, item.link_id, None)
    submit_form(clinic.service, token)


@on_sqlite
def test_the_last_reminder_goes_to_another_number(clinic: Clinic, ana: str) -> None:
    with clinic.db.transaction(site_scope(clinic.site_id)) as session:
        now = clinic.clock.now() - timedelta(days=1)
        session.add(
            ContactPoint(
                patient_id=ana, related_person_id=None, system="phone", value=OTHER_PHONE, status="active",
                value_index=keyring_of(session).index(PHONE, OTHER_PHONE), created_at=now,
            )
        )  # fmt: skip
    clinic.at("tue 10:00")
    clinic.gateway.expect(ANA, "how are you today")
    clinic.at("tue 14:00")
    clinic.gateway.expect(OTHER_PHONE, "a small reminder")


def test_after_the_first_missed_one_who_helps_is_asked_once(clinic: Clinic, ana: str, rosa: str) -> None:
    no_own_plans(clinic)
    clinic.at("tue 10:00")
    clinic.at("wed 06:00")
    assert about_silence(clinic) == [], "not in the night"
    clinic.at("wed 08:00")
    assert len(about_silence(clinic)) == 1
    clinic.at("wed 10:00")
    clinic.at("thu 06:00")
    clinic.at("thu 08:00")
    assert len(about_silence(clinic)) == 1, "once, however long it lasts"
    rungs = clinic.alert(subject="silence").happened("silence_rung")
    assert "Asked on 3 Mar 10:00, reminded 0 times, no answer." in rungs
    assert any(rung.startswith("Rosa Flores was asked on 4 Mar 06:00") for rung in rungs)
    clinic.gateway.ignore_the_rest()


def test_after_a_red_answer_who_helps_is_asked_with_the_reminder(clinic: Clinic, ana: str, rosa: str) -> None:
    no_own_plans(clinic)
    clinic.at("tue 10:00")
    clinic.receive(ANA, "8 1 1")
    clinic.finish(ana)
    clinic.at("wed 10:00")
    clinic.at("wed 14:00")
    assert len(about_silence(clinic)) == 1
    clinic.at("thu 06:00")
    clinic.at("thu 08:00")
    assert len(about_silence(clinic)) == 1, "the window's end adds nothing"
    assert clinic.alert(subject="silence").tier == "red"
    clinic.gateway.ignore_the_rest()


@on_sqlite
def test_somebody_who_began_to_answer_is_not_silent(clinic: Clinic, ana: str, rosa: str) -> None:
    no_own_plans(clinic)
    clinic.at("tue 10:00")
    clinic.receive(ANA, "8 1 1")
    clinic.at("tue 14:00")
    clinic.at("wed 08:00")
    assert about_silence(clinic) == []
    clinic.gateway.ignore_the_rest()


@pytest.mark.parametrize("refusal", ["may_receive", "may_report", "stopped"])
@on_sqlite
def test_nobody_is_asked_who_may_not_be(clinic: Clinic, ana: str, rosa: str, refusal: str) -> None:
    no_own_plans(clinic)
    if refusal == "stopped":
        clinic.text(ROSA, "STOP")
    else:
        clinic.damage(RelatedPerson, None, **{refusal: False})
    clinic.at("tue 10:00")
    clinic.at("wed 06:00")
    clinic.at("wed 08:00")
    assert about_silence(clinic) == []
    clinic.gateway.ignore_the_rest()


@on_sqlite
def test_whoever_has_told_us_already_is_not_asked_again(clinic: Clinic, ana: str, rosa: str) -> None:
    no_own_plans(clinic)
    clinic.at("tue 10:00")
    clinic.ask(ana, "caregiver")
    token = clinic.gateway.expect(ROSA, "how has Ana been").body.partition("/c/")[2].split()[0]
    assert check_second_fact(clinic.service, token, "1982")
    save_answer(clinic.service, token, "pain", "1")
    clinic.at("wed 06:00")
    clinic.at("wed 08:00")
    assert about_silence(clinic) == []
    clinic.gateway.ignore_the_rest()


@on_sqlite
def test_what_the_helper_says_is_judged_and_noted(clinic: Clinic, ana: str, rosa: str) -> None:
    no_own_plans(clinic)
    clinic.at("tue 10:00")
    clinic.at("wed 06:00")
    clinic.at("wed 08:00")
    clinic.at("wed 10:00")
    clinic.at("thu 06:00")  # the silence alert
    answer_as_rosa(clinic)
    assert clinic.alert(subject="proxy:pain").tier == "red"
    assert "Rosa Flores answered: see what they noticed." in clinic.alert(subject="silence").happened("silence_rung")
    clinic.hurry()
    clinic.gateway.ignore_the_rest()


@on_sqlite
def test_three_calls_in_vain_lead_to_the_welfare_check(clinic: Clinic, ana: str) -> None:
    clinic.at("tue 10:00")
    clinic.at("wed 06:00")
    clinic.at("wed 10:00")
    clinic.at("thu 06:00")
    silence = clinic.alert(subject="silence")
    assert silence.tier == "amber"
    for number in (1, 2, 3):
        resolved = resolve_alert(
            clinic.service, site_id=clinic.site_id, alert_id=silence.id, practitioner_id=clinic.nora, agent="test",
            given=ResolutionGiven(outcome="no_contact_made"),
        )  # fmt: skip
        assert not resolved, "somebody silent whom nobody reaches is still silent"
        assert clinic.alert(subject="silence").happened("welfare_check") == [WELFARE_CHECK] * (number == 3)
    assert clinic.rows(AlertEvent, type="welfare_check")
    clinic.gateway.ignore_the_rest()


def test_once_they_have_answered_the_open_alert_says_so(clinic: Clinic, ana: str) -> None:
    for _ in range(72):
        clinic.later(hours=1)
    assert clinic.alert(subject="silence").reason.endswith("no answer yet")
    clinic.text(ANA, "1 1 1")
    clinic.finish(ana)
    silent = clinic.alert(subject="silence")
    assert silent.status == "triggered", "a person looks why"
    assert "They have answered since, on 5 Mar at 10:00." in silent.reason
    assert silent.happened("silence_rung")[-1] == "They answered on 5 Mar at 10:00."
    clinic.gateway.ignore_the_rest()

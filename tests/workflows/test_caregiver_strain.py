"""How the caregiver is themselves: a track of its own, seen by the care team and by nobody else."""

import pytest

from app.checkins.models import Checkin, CheckinPlan
from app.reports.patient_page import read_patient
from app.workflows.resolve_alert import ResolutionGiven, resolve_alert
from app.workflows.submit_form import check_second_fact, read_form, save_answer, submit_form
from tests.factories import ANA, NORA, ROSA, create_related_person
from tests.world import Clinic

CALM = {"worry": "1", "low_mood": "1", "tiredness": "1", "sleep": "1", "managing": "9", "respite": "2"}

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""What the other tests here prove of PostgreSQL, these need not prove again."""


@pytest.fixture
def rosa(clinic: Clinic, ana: str) -> str:
    """Rosa, Ana's daughter; the patient's own plan rests."""
    helper = create_related_person(clinic.service, site_id=clinic.site_id, patient_id=ana)
    clinic.hurry()
    clinic.damage(CheckinPlan, {"name": "daily"}, next_slot_at=None)
    clinic.gateway.ignore_the_rest()
    return helper


def open_form(clinic: Clinic) -> str:
    said = clinic.gateway.expect(ROSA, "how are you yourself?").body
    assert "Only the care team sees what you say, Ana does not" in said
    token = said.partition("/c/")[2].split()[0]
    assert check_second_fact(clinic.service, token, "1982")
    return token


def answer(clinic: Clinic, **said: str) -> None:
    token = open_form(clinic)
    for link_id, value in {**CALM, **said}.items():
        save_answer(clinic.service, token, link_id, value)
    submit_form(clinic.service, token)
    clinic.hurry()


@on_sqlite
def test_it_is_said_beforehand_who_sees_it(clinic: Clinic, rosa: str) -> None:
    clinic.at("sat 11:00")
    form = read_form(clinic.service, open_form(clinic))
    assert (form.about_name, form.hidden_from) == (None, "Ana")
    clinic.gateway.ignore_the_rest()


@on_sqlite
def test_strain_twice_is_an_alert_about_the_caregiver(clinic: Clinic, ana: str, rosa: str) -> None:
    for _ in range(2):
        clinic.at("sat 11:00")
        answer(clinic, tiredness="6")
        clinic.later(hours=1)
    alert = clinic.alert()
    assert (alert.subject, alert.tier) == ("caregiver:tiredness", "amber")
    assert [r.respondent for r in clinic.responses()] == ["caregiver"] * 2
    assert not [d for d in clinic.gateway.departures if d.recipient == ANA and "welcome" not in d.body], (
        "the patient hears nothing of it"
    )
    page = read_patient(clinic.db, site_id=clinic.site_id, patient_id=ana)
    assert {series.respondent for series in page.series} == {"caregiver"}
    clinic.gateway.ignore_the_rest()


def test_a_wish_for_a_break_is_a_task_of_its_own_kind(clinic: Clinic, rosa: str) -> None:
    clinic.at("sat 11:00")
    answer(clinic, respite="1")
    alert = clinic.alert()
    assert (alert.kind, alert.tier, alert.subject) == ("respite", "amber", "caregiver:respite")
    clinic.gateway.ignore_the_rest()


@on_sqlite
def test_a_caregivers_silence_is_not_the_patients(clinic: Clinic, ana: str, rosa: str) -> None:
    for day in ("sat 11:00", "mon 11:00", "tue 12:00", "thu 11:00", "fri 12:00", "sat 11:00", "mon 12:00"):
        clinic.at(day)
    assert len(clinic.rows(Checkin, status="missed")) >= 4
    assert clinic.alerts() == []
    page = read_patient(clinic.db, site_id=clinic.site_id, patient_id=ana)
    missed = {(o.name, o.respondent) for o in page.occasions if o.status == "missed"}
    assert missed == {("caregiver", "proxy"), ("caregiver-self", "caregiver")}
    clinic.gateway.ignore_the_rest()


@on_sqlite
def test_nobody_who_helps_is_asked_twice_on_one_day(clinic: Clinic, ana: str, rosa: str) -> None:
    clinic.at("sat 09:00")
    clinic.ask(ana, "caregiver")
    clinic.gateway.expect(ROSA, "how has Ana been?")
    clinic.at("sat 11:00")
    clinic.gateway.nothing_unexpected()
    clinic.at("sun 09:30")  # the first one is over; the second waits for the morning
    clinic.gateway.ignore_the_rest()
    clinic.at("sun 10:00")
    clinic.gateway.expect(ROSA, "how are you yourself?")
    clinic.gateway.ignore_the_rest()


@on_sqlite
def test_red_flag_words_of_a_caregiver_are_heard(clinic: Clinic, rosa: str) -> None:
    clinic.at("sat 11:00")
    token = open_form(clinic)
    save_answer(clinic.service, token, "free_text", "I want to die")
    clinic.hurry()
    alert = clinic.alert()
    assert (alert.tier, alert.subject) == ("red", "words:wants_to_die")
    clinic.gateway.expect(NORA, "RED")
    clinic.gateway.ignore_the_rest()


def _strained_and_advised(clinic: Clinic) -> None:
    for _ in range(2):
        clinic.at("sat 11:00")
        answer(clinic, worry="6")
        clinic.later(hours=1)
    given = ResolutionGiven(outcome="advised_self_care")
    close = {"site_id": clinic.site_id, "practitioner_id": clinic.nora, "agent": "test"}
    resolve_alert(clinic.service, alert_id=clinic.alert(subject="caregiver:worry").id, given=given, **close)
    clinic.gateway.ignore_the_rest()
    clinic.at("mon 12:00")


@on_sqlite
def test_whether_it_helped_is_asked_of_themselves_and_told_nobody_else(clinic: Clinic, ana: str, rosa: str) -> None:
    clinic.damage(CheckinPlan, {"name": "caregiver"}, next_slot_at=None)
    _strained_and_advised(clinic)
    token = open_form(clinic)
    form = read_form(clinic.service, token)
    assert (form.about_name, form.hidden_from) == (None, "Ana")
    for link_id, value in {"worry": "2", "change": "1", "called": "1", "helped": "1"}.items():
        save_answer(clinic.service, token, link_id, value)
    submit_form(clinic.service, token)
    alert = clinic.alert(subject="caregiver:worry")
    assert (alert.status, alert.happened("relieved")) == (
        "resolved", ["Worry 2, was 6, and they say that it is better."]
    )  # fmt: skip
    assert {response.respondent for response in clinic.responses()} == {"caregiver"}
    clinic.gateway.ignore_the_rest()


@on_sqlite
def test_a_caregiver_who_says_nothing_of_themselves_is_no_silent_patient(clinic: Clinic, ana: str, rosa: str) -> None:
    clinic.damage(CheckinPlan, {"name": "caregiver"}, next_slot_at=None)
    _strained_and_advised(clinic)
    clinic.later(hours=8)
    assert clinic.alert(subject="caregiver:silence").tier == "watch"
    assert not [alert for alert in clinic.alerts() if alert.subject == "silence"]
    clinic.gateway.ignore_the_rest()

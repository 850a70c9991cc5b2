"""What a nurse dealt with, and is no worse since, is in its history and calls nobody for a while."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from app.alerts.models import Alert
from app.checkins.models import Checkin, CheckinPlan
from app.db import site_scope
from app.patients.models import Patient
from app.workflows.concern import Concern
from app.workflows.fill_in_form import fill_in_form
from app.workflows.raise_alerts import raise_alerts
from app.workflows.record_response import ResponseGiven, record_response
from app.workflows.resolve_alert import ResolutionGiven, resolve_alert
from app.workflows.snooze_alert import SnoozeGiven, snooze_alert
from app.workflows.submit_form import check_second_fact, submit_form
from tests.edges.web.pages import link_to
from tests.factories import AGENT, ANA, ROSA, check_in, create_patient, create_program, create_related_person
from tests.workflows.moderate import RULES, close, open_alerts, say
from tests.world import Clinic

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""What the other tests here prove of PostgreSQL, these need not prove again."""
NOW: Mapping[str, Any] = {"id": "now", "tier": "red", "subject": "urgency", "when": {"says": "urgent"}}
BEN = "+15550100299"
LADDERS: Mapping[str, Any] = {
    "red": {"clock": "wall", "steps": [{"page": "on_call"}], "settled_for": "P1D"},
    "amber": {"clock": "wall", "steps": [{"page": "on_call"}], "settled_for": "P2D"},
}


def enrolled(clinic: Clinic, **plan: Any) -> str:
    create_program(
        clinic.service, name="settling", rules=[*RULES, NOW], escalation=dict(LADDERS),
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


@on_sqlite
@pytest.mark.parametrize(("now", "called"), [("6 0 0", []), ("7 0 0", [("self:pain", "red")])])
def test_one_point_more_is_no_news_and_a_red_always_is(
    clinic: Clinic, ana: str, now: str, called: list[tuple[str, str]]
) -> None:
    clinic.later(hours=23)
    say(clinic, ana, now)
    assert open_alerts(clinic) == called


@on_sqlite
@pytest.mark.parametrize(
    ("then", "outcome", "now"),
    [("4 0 0", "advised_self_care", "6 0 0"), ("5 0 0", "no_contact_made", "5 0 0")],
    ids=["worse by two", "a call that nobody took"],
)
def test_what_settles_nothing(clinic: Clinic, then: str, outcome: str, now: str) -> None:
    patient_id = enrolled(clinic)
    say(clinic, patient_id, then)
    close(clinic, clinic.alert(subject="self:pain"), outcome)
    clinic.later(hours=23)
    say(clinic, patient_id, now)
    assert open_alerts(clinic) == [("self:pain", "amber")]


@on_sqlite
def test_two_days_later_it_is_news_again(clinic: Clinic, ana: str) -> None:
    clinic.later(hours=49)
    say(clinic, ana, "5 0 0")
    assert open_alerts(clinic) == [("self:pain", "amber")]
    assert [alert.status for alert in clinic.alerts(subject="self:pain")] == ["resolved", "triggered"]


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


@on_sqlite
def test_worse_than_a_snooze_expects_calls_whatever_was_closed(clinic: Clinic) -> None:
    patient_id = enrolled(clinic)
    say(clinic, patient_id, "6 0 0")
    alert = clinic.alert(subject="self:pain")
    given = SnoozeGiven(expected=4, reason="Should be at 4 with the new dose", days=14)
    snooze_alert(clinic.service, site_id=clinic.site_id, alert_id=alert.id, agent=AGENT, given=given)
    close(clinic, alert, "medication_changed")
    clinic.later(hours=23)
    say(clinic, patient_id, "6 0 0")
    assert open_alerts(clinic) == [("self:pain", "amber")]


@on_sqlite
def test_a_wish_for_a_call_now_takes_everything_along(clinic: Clinic, ana: str) -> None:
    clinic.later(hours=23)
    given = ResponseGiven(answers={"pain": 5, "urgency": 1}, authored_at=clinic.clock.now())
    record_response(clinic.service, site_id=clinic.site_id, patient_id=ana, given=given, agent=AGENT)
    assert sorted(open_alerts(clinic)) == [("self:pain", "amber"), ("self:urgency", "red")]
    clinic.hurry()
    clinic.gateway.ignore_the_rest()


@on_sqlite
def test_what_was_misread_settles_nothing(clinic: Clinic) -> None:
    patient_id = enrolled(clinic)
    say(clinic, patient_id, "5 0 0")
    alert = clinic.alert(subject="self:pain")
    given = ResolutionGiven(outcome="not_useful", reason="She meant something else.", because="answer_misread")
    resolve_alert(
        clinic.service, site_id=clinic.site_id, alert_id=alert.id, practitioner_id=clinic.nora, agent=AGENT, given=given
    )
    clinic.later(hours=23)
    say(clinic, patient_id, "5 0 0")
    assert open_alerts(clinic) == [("self:pain", "amber")]


@on_sqlite
def test_old_red_words_of_another_system_are_listed_although_new_ones_were_dealt_with(clinic: Clinic, ana: str) -> None:
    clinic.text(ANA, "I have chest pain")
    close(clinic, clinic.alert(subject="words:chest_pain"), "advised_self_care")
    clinic.later(hours=3)
    clinic.gateway.ignore_the_rest()
    given = ResponseGiven(
        answers={"pain": 5, "free_text": "I have chest pain"}, authored_at=clinic.clock.now() - timedelta(hours=50)
    )
    record_response(clinic.service, site_id=clinic.site_id, patient_id=ana, given=given, agent=AGENT)
    assert sorted(open_alerts(clinic)) == [("self:pain", "watch"), ("words:chest_pain", "watch")]


@on_sqlite
def test_an_old_red_of_another_system_is_listed_although_a_new_one_was_dealt_with(clinic: Clinic) -> None:
    patient_id = enrolled(clinic)
    say(clinic, patient_id, "8 0 0")
    close(clinic, clinic.alert(subject="self:pain"), "medication_changed")
    given = ResponseGiven(answers={"pain": 8}, authored_at=clinic.clock.now() - timedelta(hours=50))
    record_response(clinic.service, site_id=clinic.site_id, patient_id=patient_id, given=given, agent=AGENT)
    assert open_alerts(clinic) == [("self:pain", "watch")]


@on_sqlite
def test_what_is_open_again_hears_everything(clinic: Clinic, ana: str) -> None:
    clinic.later(hours=20)
    say(clinic, ana, "7 0 0")
    clinic.later(hours=2)
    say(clinic, ana, "5 0 0")
    first, again = clinic.alerts(subject="self:pain")
    assert (first.happened("settled"), again.status) == ([], "triggered")
    assert again.reason.startswith("Pain 5 (was 7")


@on_sqlite
def test_an_older_number_does_not_take_the_place_of_a_newer_one(clinic: Clinic) -> None:
    patient_id = enrolled(clinic)
    clinic.clock.advance(days=1)
    say(clinic, patient_id, "5 0 0")
    given = ResponseGiven(answers={"pain": 9}, authored_at=clinic.clock.now() - timedelta(days=20))
    record_response(clinic.service, site_id=clinic.site_id, patient_id=patient_id, given=given, agent=AGENT)
    alert = clinic.alert(subject="self:pain")
    assert alert.reason.startswith("Pain 5"), "what is true now is on the worklist"
    assert any("Pain 9" in said for said in alert.happened("evidence")), "and the other in its history"
    assert [row.values["value"] for row in clinic.rows(Alert, subject="self:pain")] == [5]
    close(clinic, alert, "advised_self_care")
    clinic.later(hours=23)
    say(clinic, patient_id, "7 0 0")
    assert open_alerts(clinic) == [("self:pain", "red")]


@on_sqlite
def test_one_helper_s_strain_does_not_settle_another_s(clinic: Clinic) -> None:
    patient_id = create_patient(clinic.service, site_id=clinic.site_id)
    create_related_person(clinic.service, site_id=clinic.site_id, patient_id=patient_id)
    create_related_person(
        clinic.service, site_id=clinic.site_id, patient_id=patient_id, name="Ben Flores", relationship="son", phone=BEN,
        birth_year=1985,
    )  # fmt: skip
    clinic.damage(CheckinPlan, next_slot_at=None)
    clinic.ask(patient_id, "caregiver-self")
    for phone, fact in ((ROSA, "1982"), (BEN, "1985")):
        strained(clinic, phone, fact)
    close(clinic, clinic.alert(subject="caregiver:worry"), "advised_self_care")
    clinic.later(hours=25)
    clinic.ask(patient_id, "caregiver-self")
    for phone, fact, called in ((BEN, "1985", []), (ROSA, "1982", [("caregiver:worry", "amber")])):
        strained(clinic, phone, fact)
        assert open_alerts(clinic) == called
    clinic.gateway.ignore_the_rest()


def strained(clinic: Clinic, phone: str, fact: str) -> None:
    """A helper says on the form that they worry a lot."""
    token = link_to(clinic, phone).removeprefix("/c/")
    assert check_second_fact(clinic.service, token, fact)
    calm: dict[str, str | None] = {"low_mood": "1", "tiredness": "1", "sleep": "1", "managing": "9", "respite": "2"}
    fill_in_form(clinic.service, token, {"worry": "6"} | calm)
    submit_form(clinic.service, token)
    clinic.hurry()


RAISED = Concern(kind="clinical", subject="self:pain", tier="amber", reason="Pain 5.", respondent="self", rules=("r",))


@on_sqlite
@pytest.mark.parametrize(
    "concern",
    [
        replace(RAISED, values={"item": "pain", "value": 5}, always=True),
        replace(RAISED, values={"item": "pain", "value": 5}, rules=()),
        replace(RAISED, values={"item": "pain", "value": 5}, kind="review"),
        replace(RAISED, values={"item": "pain", "value": 5}, respondent="proxy"),
        replace(RAISED, evidence=({"item": "pain", "value": 5}, {"item": "nausea", "value": 5})),
    ],
    ids=["always", "by no rule", "a review", "somebody else's", "with another number"],
)
def test_what_is_never_settled(clinic: Clinic, ana: str, concern: Concern) -> None:
    with clinic.db.transaction(site_scope(clinic.site_id)) as session:
        patient = session.get_one(Patient, ana)
        assert raise_alerts(clinic.service, session, [replace(concern, patient=patient)]).settled == set()
        session.rollback()


@on_sqlite
def test_the_same_by_hand_is_settled(clinic: Clinic, ana: str) -> None:
    with clinic.db.transaction(site_scope(clinic.site_id)) as session:
        again = replace(RAISED, values={"item": "pain", "value": 5}, patient=session.get_one(Patient, ana))
        raised = raise_alerts(clinic.service, session, [again])
        assert (raised.settled, list(raised.alerts)) == ({"self:pain"}, [])
        session.rollback()


@on_sqlite
def test_the_silence_of_a_call_list_does_not_settle_two_missed(clinic: Clinic) -> None:
    """Both are about silence; only one was dealt with."""
    patient_id = enrolled(clinic)
    about: dict[str, Any] = {"kind": "silence", "subject": "silence", "tier": "amber", "respondent": "self"}
    with clinic.db.transaction(site_scope(clinic.site_id)) as session:
        patient, ladder = session.get_one(Patient, patient_id), LADDERS["amber"]
        unheard = Concern(reason="Nobody said whether it helped.", patient=patient, policy=ladder, **about)
        raise_alerts(clinic.service, session, [unheard])
    clinic.hurry()
    clinic.gateway.ignore_the_rest()
    close(clinic, clinic.alert(subject="silence"), "advised_self_care")
    with clinic.db.transaction(site_scope(clinic.site_id)) as session:
        patient = session.get_one(Patient, patient_id)
        missed = Concern(reason="Missed 2.", rules=("two-missed",), patient=patient, **about)
        assert raise_alerts(clinic.service, session, [missed]).settled == set()
        session.rollback()

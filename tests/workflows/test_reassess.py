"""Asking again whether it helped: the loop is closed by the person themselves, or the alert comes back."""

from datetime import timedelta

import pytest

from app.alerts.models import Alert, Reassessment
from app.checkins.models import CheckinPlan
from app.patients.models import ContactPoint, Patient
from app.reports.patient_page import read_patient
from app.workflows import reassess as flow
from app.workflows.change_patient import PatientChanges, change_patient
from app.workflows.record_response import ResponseGiven, record_response
from app.workflows.resolve_alert import ResolutionGiven, reopen_alert, resolve_alert
from tests.factories import AGENT, ANA, NORA, ROSA, create_related_person
from tests.world import AlertSeen, Clinic

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""What the other tests here prove of PostgreSQL, these need not prove again."""


def close(clinic: Clinic, alert: AlertSeen, outcome: str = "medication_changed") -> None:
    resolve_alert(
        clinic.service, site_id=clinic.site_id, alert_id=alert.id, practitioner_id=clinic.nora, agent="test",
        given=ResolutionGiven(outcome=outcome),
    )  # fmt: skip


def reassessment(clinic: Clinic) -> Reassessment:
    (row,) = clinic.rows(Reassessment)
    return row


@pytest.fixture
def pain(clinic: Clinic, ana: str) -> AlertSeen:
    """A red pain, told by another system, that Nora did something about on Monday at noon."""
    clinic.clock.advance(hours=2)
    given = ResponseGiven(answers={"pain": 8}, authored_at=clinic.clock.now())
    record_response(clinic.service, site_id=clinic.site_id, patient_id=ana, given=given, agent=AGENT)
    clinic.hurry()
    alert = clinic.alert(subject="self:pain")
    close(clinic, alert)
    clinic.gateway.ignore_the_rest()
    return alert


def daily(clinic: Clinic, ana: str, first: str) -> None:
    """Tuesday's daily check-in, answered at once: reassessments due by 16:00 follow in the same sitting."""
    clinic.at("tue 10:00")
    clinic.receive(ANA, first)
    clinic.finish(ana)
    clinic.tick()


def test_it_is_planned_as_the_alert_closes_and_its_history_says_so(clinic: Clinic, pain: AlertSeen) -> None:
    row = reassessment(clinic)
    assert (row.status, row.item, row.before, row.round) == ("planned", "22253000", 8, 1)
    assert row.due_at == clinic.clock.now() + timedelta(hours=24)
    assert clinic.alert(subject="self:pain").happened("resolved") == [
        "medication_changed.\nOn 3 Mar at 12:00 we ask if it helped."
    ]


def test_the_symptom_is_asked_again_and_its_goal_closes_the_loop(clinic: Clinic, ana: str) -> None:
    clinic.at("mon 16:30")  # no check-in is due near that time
    clinic.ask(ana)
    clinic.receive(ANA, "8 1 1")
    clinic.finish(ana)
    close(clinic, clinic.alert(subject="self:pain"))
    clinic.damage(CheckinPlan, next_slot_at=None)
    clinic.gateway.ignore_the_rest()
    clinic.at("tue 16:30")
    clinic.gateway.expect(ANA, "you told us about your pain on 2 Mar. How much pain have you had")
    clinic.text(ANA, "3")
    clinic.gateway.expect(ANA, "Is it better, the same or worse")
    clinic.text(ANA, "1")
    clinic.gateway.expect(ANA, "Did the call or visit that we planned take place?")
    clinic.text(ANA, "1")
    clinic.gateway.expect(ANA, "Did what we did help?")
    clinic.text(ANA, "1")
    clinic.gateway.expect(ANA, "Thank you, that is all.")
    alert = clinic.alert(subject="self:pain")
    assert (alert.status, alert.happened("relieved")) == ("resolved", ["Pain 3, at the goal of 3."])
    row = reassessment(clinic)
    assert (row.status, row.after, row.change, row.called, row.helped) == ("met", 3, 1, 1, 1)


@on_sqlite
def test_much_better_closes_the_loop_though_it_is_above_the_goal(clinic: Clinic, pain: AlertSeen) -> None:
    clinic.damage(CheckinPlan, next_slot_at=None)
    clinic.at("tue 12:00")
    for answer in ("6", "1", "1", "1"):
        clinic.text(ANA, answer)
    alert = clinic.alert(subject="self:pain")
    assert alert.happened("relieved") == ["Pain 6, was 8, and they say that it is better."]
    assert (alert.status, clinic.paged(alert)) == ("resolved", [("Nora", 0)])
    assert not [sent for sent in clinic.gateway.departures if "ask a nurse to look" in sent.body]
    clinic.gateway.ignore_the_rest()


@on_sqlite
def test_every_question_skipped_is_no_relief(clinic: Clinic, pain: AlertSeen) -> None:
    clinic.damage(CheckinPlan, next_slot_at=None)
    clinic.at("tue 12:00")
    for _ in range(4):
        clinic.text(ANA, "SKIP")
    alert = clinic.alert(subject="silence")
    assert (alert.tier, alert.status) == ("red", "triggered")
    assert "Nobody said whether it helped" in alert.reason and pain.code in alert.reason
    clinic.gateway.ignore_the_rest()


@on_sqlite
def test_what_was_just_answered_is_not_asked_again(clinic: Clinic, ana: str, pain: AlertSeen) -> None:
    daily(clinic, ana, "2 1 1")
    clinic.gateway.expect(ANA, "how are you today")
    clinic.gateway.expect(ANA, "you told us about your pain on 2 Mar. Is it better, the same or worse")
    for answer in ("1", "1", "1"):
        clinic.text(ANA, answer)
    assert clinic.alert(subject="self:pain").happened("relieved") == ["Pain 2, at the goal of 3."]
    clinic.gateway.ignore_the_rest()


@on_sqlite
def test_it_waits_for_a_check_in_that_is_due_within_six_hours(clinic: Clinic, ana: str, pain: AlertSeen) -> None:
    clinic.damage(Reassessment, due_at=clinic.clock.now() + timedelta(hours=20))  # Tuesday at 8
    clinic.at("tue 08:00")
    clinic.gateway.nothing_unexpected()
    clinic.at("tue 10:00")
    clinic.gateway.expect(ANA, "how are you today")
    clinic.at("tue 12:00")
    clinic.gateway.nothing_unexpected()
    clinic.receive(ANA, "2 1 1")
    clinic.finish(ana)
    clinic.tick()
    clinic.gateway.expect(ANA, "you told us about your pain on 2 Mar. Is it better")
    clinic.gateway.ignore_the_rest()


@on_sqlite
def test_it_does_not_wait_for_an_unanswered_check_in_for_ever(clinic: Clinic, pain: AlertSeen) -> None:
    clinic.at("tue 10:00")
    clinic.at("wed 06:00")  # the daily one is missed; the next is four hours away, but this was due yesterday at noon
    clinic.gateway.ignore_the_rest()
    assert reassessment(clinic).status == "planned", "nobody is asked anything at six"
    clinic.at("wed 08:00")
    clinic.gateway.expect(ANA, "you told us about your pain")
    clinic.gateway.ignore_the_rest()


@on_sqlite
def test_not_better_the_same_alert_comes_back(clinic: Clinic, ana: str, pain: AlertSeen) -> None:
    clinic.damage(CheckinPlan, next_slot_at=None)
    clinic.at("tue 12:00")
    clinic.gateway.ignore_the_rest()
    for answer in ("6", "2", "1", "2"):
        clinic.text(ANA, answer)
    alert = clinic.alert(subject="self:pain", status="triggered")
    assert "After medication changed on 2 Mar: Not relieved yet: pain 6, was 8; goal 3; they say it is the same" in (
        alert.reason
    )
    assert (alert.id, alert.tier, alert.outcome) == (pain.id, "red", None), "its history goes on"
    clinic.gateway.expect(NORA, "RED")
    clinic.gateway.expect(ANA, "We have alerted the nurse")
    clinic.gateway.ignore_the_rest()
    assert reassessment(clinic).status == "not_met"


@on_sqlite
def test_one_call_about_two_symptoms_is_asked_about_once(clinic: Clinic, ana: str) -> None:
    clinic.damage(CheckinPlan, next_slot_at=None)
    clinic.ask(ana)
    clinic.receive(ANA, "8 8 1")
    clinic.finish(ana)
    for subject in ("self:pain", "self:breathlessness"):
        close(clinic, clinic.alert(subject=subject))
    clinic.gateway.ignore_the_rest()
    clinic.later(hours=24)
    first = clinic.gateway.departures[-1].body
    for answer in ("2", "1", "1", "1"):
        clinic.text(ANA, answer)
    clinic.later(minutes=1)
    second = clinic.gateway.departures[-1].body
    assert ("pain" in first) != ("pain" in second), "one after the other"
    clinic.text(ANA, "2")
    clinic.text(ANA, "1")
    clinic.gateway.expect(ANA, "Thank you, that is all.")
    assert [row.status for row in clinic.rows(Reassessment)] == ["met", "met"]
    assert sum("Did the call" in d.body for d in clinic.gateway.departures) == 1
    page = read_patient(clinic.db, site_id=clinic.site_id, patient_id=ana)
    (charted,) = [series for series in page.series if series.link_id == "pain"]
    assert [point.value for point in charted.points] == [8, 2], "where it was not asked there is no gap"
    clinic.gateway.ignore_the_rest()


@on_sqlite
def test_a_severe_answer_is_red_at_once_and_on_the_same_alert(clinic: Clinic, ana: str, pain: AlertSeen) -> None:
    clinic.damage(CheckinPlan, {"name": "daily"}, next_slot_at=None)
    clinic.at("tue 12:00")
    clinic.gateway.ignore_the_rest()
    clinic.text(ANA, "9")
    clinic.gateway.expect(NORA, "RED")
    said = clinic.gateway.expect(ANA, "We have alerted the nurse").body
    assert "Is it better, the same or worse" in said
    alert = clinic.alert(subject="self:pain")
    assert (alert.id, alert.status, alert.tier) == (pain.id, "triggered", "red")
    assert reassessment(clinic).status == "asked"
    for answer in ("3", "1", "2"):
        clinic.text(ANA, answer)
    assert len(clinic.alerts()) == 1
    assert sum("RED" in d.body for d in clinic.gateway.departures if d.recipient == NORA) == 2, "no third page"
    clinic.gateway.ignore_the_rest()


@on_sqlite
def test_where_another_alert_is_open_the_evidence_goes_there(clinic: Clinic, ana: str, pain: AlertSeen) -> None:
    daily(clinic, ana, "8 1 1")
    other = clinic.alert(subject="self:pain", status="triggered")
    assert other.id != pain.id
    clinic.gateway.ignore_the_rest()
    for answer in ("3", "1", "2"):
        clinic.text(ANA, answer)
    assert clinic.alert(id=pain.id).status == "resolved"
    assert "After medication changed on 2 Mar: Not relieved yet" in clinic.alert(id=other.id).reason
    clinic.gateway.ignore_the_rest()


@on_sqlite
def test_a_call_that_never_came_is_looked_at_one_tier_up(clinic: Clinic, ana: str) -> None:
    clinic.ask(ana)
    clinic.receive(ANA, "1 1 8")  # tiredness: amber
    clinic.finish(ana)
    close(clinic, clinic.alert(subject="self:tiredness"), "visit_arranged")
    clinic.at("wed 10:00")  # due at the same time, after two days
    clinic.receive(ANA, "1 1 1")
    clinic.finish(ana)
    clinic.tick()
    clinic.gateway.ignore_the_rest()
    clinic.text(ANA, "1")
    clinic.text(ANA, "2")  # not yet
    alert = clinic.alert(subject="self:tiredness")
    assert (alert.status, alert.tier) == ("triggered", "red")
    assert "The call or visit did not happen" in alert.reason
    clinic.gateway.expect(NORA, "RED")
    clinic.gateway.ignore_the_rest()


def test_silence_after_a_red_is_red(clinic: Clinic, ana: str, pain: AlertSeen) -> None:
    clinic.at("tue 10:00")
    clinic.receive(ANA, "4 1 1")
    clinic.finish(ana)  # what was heard last was not red
    clinic.at("tue 12:00")
    clinic.gateway.ignore_the_rest()
    clinic.damage(Reassessment, after=None)
    clinic.at("tue 18:00")
    silence = clinic.alert(subject="silence")
    assert (silence.kind, silence.tier, silence.status) == ("silence", "red", "triggered")
    assert f"They were about alert {pain.code} (medication changed on 2 Mar)" in silence.reason
    assert clinic.alert(id=pain.id).happened("reassess_silent")
    assert reassessment(clinic).status == "silent"
    clinic.gateway.expect(NORA, "RED")
    clinic.gateway.ignore_the_rest()


@on_sqlite
def test_silence_after_an_amber_is_on_the_list(clinic: Clinic, ana: str) -> None:
    clinic.ask(ana)
    clinic.receive(ANA, "1 1 8")
    clinic.finish(ana)
    close(clinic, clinic.alert(subject="self:tiredness"), "advised_self_care")
    clinic.damage(CheckinPlan, next_slot_at=None)
    clinic.gateway.ignore_the_rest()
    clinic.later(hours=48)
    clinic.gateway.expect(ANA, "you told us about your tiredness")
    clinic.later(hours=6)
    assert clinic.alert(subject="silence").tier == "watch"
    clinic.gateway.ignore_the_rest()


@on_sqlite
def test_silent_but_known_to_be_at_the_goal_is_well(clinic: Clinic, ana: str, pain: AlertSeen) -> None:
    daily(clinic, ana, "2 1 1")
    clinic.at("tue 18:00")
    assert reassessment(clinic).status == "met"
    assert clinic.alerts(subject="silence", tier="red") == []
    clinic.gateway.ignore_the_rest()


@on_sqlite
def test_late_answers_still_count(clinic: Clinic, ana: str, pain: AlertSeen) -> None:
    clinic.damage(CheckinPlan, next_slot_at=None)
    clinic.at("tue 12:00")
    clinic.at("tue 18:00")
    assert reassessment(clinic).status == "silent"
    clinic.text(ANA, "6")
    assert reassessment(clinic).status == "silent", "one number does not say that it did not help"
    clinic.gateway.ignore_the_rest()


@on_sqlite
def test_a_window_does_not_close_in_the_night(clinic: Clinic, ana: str, pain: AlertSeen) -> None:
    clinic.damage(CheckinPlan, next_slot_at=None)
    clinic.damage(Reassessment, due_at=clinic.clock.now() + timedelta(hours=32))  # Tuesday at 20
    clinic.at("tue 20:00")
    clinic.gateway.ignore_the_rest()
    clinic.at("wed 03:00")
    assert clinic.alerts(subject="silence") == []
    clinic.at("wed 08:00")
    assert clinic.alert(subject="silence").tier == "red"
    clinic.gateway.ignore_the_rest()


@on_sqlite
def test_nothing_is_asked_in_the_night(clinic: Clinic, ana: str) -> None:
    clinic.damage(CheckinPlan, next_slot_at=None)
    clinic.at("tue 03:00")
    clinic.ask(ana)
    clinic.receive(ANA, "8 1 1")
    clinic.finish(ana)
    close(clinic, clinic.alert(subject="self:pain"))
    clinic.gateway.ignore_the_rest()
    clinic.at("wed 03:00")
    clinic.gateway.nothing_unexpected()
    clinic.at("wed 08:00")
    clinic.gateway.expect(ANA, "you told us about your pain")


@on_sqlite
def test_two_rounds_and_then_a_person_thinks_anew(clinic: Clinic, ana: str, pain: AlertSeen) -> None:
    clinic.damage(CheckinPlan, next_slot_at=None)
    for _ in range(2):
        clinic.later(hours=24)
        for answer in ("6", "2", "1", "2"):
            clinic.text(ANA, answer)
        close(clinic, clinic.alert(subject="self:pain"))
    rows = sorted(clinic.rows(Reassessment), key=lambda row: row.round)
    assert [(row.status, row.before, row.after) for row in rows] == [("not_met", 8, 6), ("not_met", 6, 6)]
    assert "Asked 2 times already" in clinic.alert(subject="self:pain").happened("resolved")[-1]
    clinic.gateway.ignore_the_rest()


@pytest.mark.parametrize("outcome", ["expected_no_change", "admitted", "entered_in_error"])
@on_sqlite
def test_nobody_is_asked_where_no_relief_was_promised(clinic: Clinic, ana: str, outcome: str) -> None:
    clinic.text(ANA, "bad chest pain")
    resolve_alert(
        clinic.service, site_id=clinic.site_id, alert_id=clinic.alert().id, practitioner_id=clinic.nora, agent="test",
        given=ResolutionGiven(outcome=outcome, contacted_at=clinic.clock.now()),
    )  # fmt: skip
    assert clinic.rows(Reassessment) == []
    clinic.gateway.ignore_the_rest()


@on_sqlite
def test_nobody_is_asked_in_a_hospice_or_after_words_of_despair(clinic: Clinic, ana: str) -> None:
    clinic.text(ANA, "I want to die")
    close(clinic, clinic.alert(subject="words:wants_to_die"), "referred")
    clinic.damage(Patient, setting="hospice")
    clinic.text(ANA, "bad chest pain")
    close(clinic, clinic.alert(subject="words:chest_pain"))
    assert clinic.rows(Reassessment) == []
    clinic.gateway.ignore_the_rest()


@on_sqlite
def test_after_words_only_the_call_and_the_help_are_asked_about(clinic: Clinic, ana: str) -> None:
    clinic.damage(CheckinPlan, next_slot_at=None)
    clinic.text(ANA, "bad chest pain")
    close(clinic, clinic.alert(), "advised_self_care")
    clinic.gateway.ignore_the_rest()
    clinic.later(hours=24)
    clinic.gateway.expect(ANA, "you wrote to us on 2 Mar. Is it better, the same or worse")
    for answer in ("1", "1", "1"):
        clinic.text(ANA, answer)
    assert clinic.alert().happened("relieved") == ["They say that it is better."]
    clinic.gateway.ignore_the_rest()


@on_sqlite
def test_a_caregivers_alert_is_asked_about_by_that_caregiver(clinic: Clinic, ana: str) -> None:
    rosa = create_related_person(clinic.service, site_id=clinic.site_id, patient_id=ana)
    clinic.damage(CheckinPlan, next_slot_at=None)
    clinic.text(ROSA, "she has bad chest pain")
    close(clinic, clinic.alert(), "visit_arranged")
    clinic.gateway.ignore_the_rest()
    clinic.later(hours=24)
    clinic.gateway.expect(ROSA, "how has Ana been? Please tell us here")
    clinic.gateway.nothing_unexpected()
    row = reassessment(clinic)
    assert (row.related_person_id, row.status) == (rosa, "asked")


def _stop(clinic: Clinic, ana: str) -> None:
    clinic.text(ANA, "STOP")


def _died_as_the_other_alert_closed(clinic: Clinic, ana: str) -> None:
    clinic.text(ANA, "bad chest pain")
    resolve_alert(
        clinic.service, site_id=clinic.site_id, alert_id=clinic.alert(subject="words:chest_pain").id,
        practitioner_id=clinic.nora, agent="test",
        given=ResolutionGiven(outcome="died", contacted_at=clinic.clock.now()),
    )  # fmt: skip


def _wrong(clinic: Clinic, ana: str) -> None:
    clinic.text(ANA, "WRONG")


def _died(clinic: Clinic, ana: str) -> None:
    changes = PatientChanges(status="deceased")
    change_patient(clinic.service, site_id=clinic.site_id, patient_id=ana, changes=changes, agent=AGENT)


@pytest.mark.parametrize("end", [_stop, _wrong, _died, _died_as_the_other_alert_closed])
@pytest.mark.parametrize("asked", [False, True])
@on_sqlite
def test_whoever_is_asked_nothing_more_is_not_asked_this(
    clinic: Clinic, ana: str, pain: AlertSeen, end: object, asked: bool
) -> None:
    clinic.damage(CheckinPlan, next_slot_at=None)
    if asked:
        clinic.at("tue 12:00")
    end(clinic, ana)  # type: ignore[operator]
    clinic.gateway.ignore_the_rest()
    so_far = len(clinic.gateway.departures)
    assert reassessment(clinic).status == "cancelled"
    assert "Nobody is asked whether it helped" in clinic.alert(id=pain.id).happened("reassess_cancelled")[0]
    clinic.at("wed 12:00")
    assert clinic.alerts(subject="silence") == []
    assert not any("you told us" in d.body for d in clinic.gateway.departures[so_far:])
    clinic.gateway.ignore_the_rest()


@on_sqlite
def test_reopened_by_hand_it_is_not_asked(clinic: Clinic, pain: AlertSeen) -> None:
    reopen_alert(clinic.service, site_id=clinic.site_id, alert_id=pain.id, agent="test", note="back")
    assert reassessment(clinic).status == "cancelled"
    clinic.gateway.ignore_the_rest()


@on_sqlite
def test_whoever_cannot_be_texted_is_called_instead(clinic: Clinic, ana: str, pain: AlertSeen) -> None:
    clinic.damage(CheckinPlan, next_slot_at=None)
    clinic.damage(ContactPoint, status="unreachable")
    clinic.at("tue 12:00")
    told = clinic.alert(kind="review")
    assert (told.tier, told.status) == ("amber", "triggered")
    assert f"alert {pain.code} (medication changed on 2 Mar)" in told.reason
    clinic.gateway.ignore_the_rest()


@on_sqlite
def test_one_that_cannot_be_asked_is_seen_and_tried_again(
    clinic: Clinic, ana: str, pain: AlertSeen, monkeypatch: pytest.MonkeyPatch
) -> None:
    clinic.damage(CheckinPlan, next_slot_at=None)
    clinic.break_program("advanced-cancer")
    clinic.clock.advance(hours=24)
    flow.reassess(clinic.service)
    system = clinic.alert(kind="system")
    assert "is tried again every 5 minutes" in system.reason
    assert reassessment(clinic).status == "planned"
    clinic.gateway.ignore_the_rest()


@on_sqlite
def test_tired_instead_of_an_answer_goes_on_the_list(clinic: Clinic, ana: str, pain: AlertSeen) -> None:
    clinic.damage(CheckinPlan, next_slot_at=None)
    clinic.at("tue 12:00")
    clinic.text(ANA, "TIRED")
    silence = clinic.alert(subject="silence")
    assert silence.tier == "watch"
    assert reassessment(clinic).status == "silent"
    clinic.gateway.ignore_the_rest()


def test_two_workers_ask_once(clinic: Clinic, ana: str, pain: AlertSeen) -> None:
    clinic.damage(CheckinPlan, next_slot_at=None)
    clinic.clock.advance(hours=24)
    due = flow._due(clinic.service, clinic.clock.now())
    assert flow.reassess(clinic.service) == 1
    assert [flow._ask(clinic.service, *one) for one in due] == [0]
    clinic.tick()
    clinic.gateway.expect(ANA, "you told us about your pain")
    assert clinic.rows(Alert)

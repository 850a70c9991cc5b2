"""What an answer, or a silence, is held against may be long ago; a rehearsal finds it too."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from app.checkins.models import Checkin, Enrolment
from app.checkins.store import programs as program_store
from app.db import site_scope
from app.questionnaires.models import QuestionnaireResponse
from app.workflows.definitions import load_program
from app.workflows.issue_checkins import issue_checkin
from app.workflows.record_response import ResponseGiven, record_response
from app.workflows.stored_answers import Trial, load_replays
from tests.factories import AGENT, check_in, create_patient, create_program
from tests.workflows.test_rehearse import found_live, plain
from tests.world import Clinic

WEEKLY = {"name": "weekly", "questionnaire": "core-weekly"}
WORSE: dict[str, Any] = {"id": "worse", "tier": "amber", "when": {"item": "pain", "rises_by": 2, "since": "baseline"}}
STEADY: dict[str, Any] = {"id": "steady", "tier": "amber", "when": {"item": "pain", "at_most": 3, "consecutive": 7}}


def said(clinic: Clinic, patient_id: str, days_ago: float, name: str = "daily", **answers: int | None) -> str:
    at = clinic.clock.now() - timedelta(days=days_ago)
    given = ResponseGiven(answers=answers, authored_at=at, check_in=name)
    return record_response(clinic.service, site_id=clinic.site_id, patient_id=patient_id, given=given, agent=AGENT)


def rules_fired(clinic: Clinic, row_id: str) -> set[str]:
    return {found["rule"] for found in found_live(clinic.service, clinic.site_id)[row_id]}


def follow(clinic: Clinic, *rules: dict[str, Any], **first: Any) -> str:
    """Ana in a program of these rules, with a daily and a weekly check-in that nobody is asked by itself."""
    daily = check_in(timing=None, **first)
    name = create_program(clinic.service, name="own", check_ins=[daily, check_in(timing=None, **WEEKLY)], rules=rules)
    return create_patient(clinic.service, site_id=clinic.site_id, program=name)


def replayed(clinic: Clinic, since: datetime, program: str = "own") -> dict[str, Any]:
    with clinic.db.reading(site_scope(clinic.site_id)) as session:
        enrolments = program_store.list_enrolments_in(session, program=program)
        trial = Trial(load_program(session, enrolments[0].program_id), None)
        replays = load_replays(session, enrolments, trial, since=since)
    return {occasion.id: plain(found.record) for _, replay in replays for occasion, found, _ in replay.run()}


@pytest.mark.parametrize("daily_before", [0, 12])
def test_a_baseline_is_the_first_answer_of_its_own_series(clinic: Clinic, ana: str, daily_before: int) -> None:
    for day in range(daily_before):
        said(clinic, ana, 80 - day, pain=3)
    for weeks_ago, pain in enumerate((3, 3, 3, 3, 2, 2, 2, 2), 1):
        said(clinic, ana, 7 * weeks_ago, "weekly", pain=pain)
    assert rules_fired(clinic, said(clinic, ana, 0, "weekly", pain=4)) == {"pain-rising"}
    clinic.gateway.ignore_the_rest()


def test_what_was_skipped_or_entered_in_error_is_no_baseline(clinic: Clinic, ana: str) -> None:
    wrong = said(clinic, ana, 70, pain=0, worry=1)
    said(clinic, ana, 60, pain=None, worry=4)
    for days_ago, pain in ((50, 3), (40, 3), (2, 4), (1, 4)):
        said(clinic, ana, days_ago, pain=pain)
    clinic.damage(QuestionnaireResponse, {"id": wrong}, status="entered-in-error")
    assert "pain-rising" not in rules_fired(clinic, said(clinic, ana, 0, pain=4, worry=5))
    assert rules_fired(clinic, said(clinic, ana, 0, pain=5)) >= {"pain-rising"}
    clinic.gateway.ignore_the_rest()


def test_seven_weeks_are_seven_in_a_row(clinic: Clinic) -> None:
    ana = follow(clinic, STEADY)
    found = [
        rules_fired(clinic, said(clinic, ana, 7 * ago, "weekly", pain=2 + 3 * (ago > 7))) for ago in range(20, -1, -1)
    ]
    assert found == [set()] * 19 + [{"steady"}] * 2
    clinic.gateway.ignore_the_rest()


def test_a_silence_is_as_long_as_it_is(clinic: Clinic) -> None:
    """Missed once a week: six in a row; and the last answer is counted from, not enrolment, however long ago it was."""
    six, long = {"missed_in_a_row": 6}, {"silent_for": "P40D"}
    ana = follow(clinic, {"id": "six", "tier": "amber", "when": six}, {"id": "long", "tier": "amber", "when": long})
    clinic.damage(Enrolment, enrolled_at=clinic.clock.now() - timedelta(days=30))
    said(clinic, ana, 0, pain=1)
    missed = []
    for _ in range(7):
        missed += issue_checkin(clinic.service, site_id=clinic.site_id, patient_id=ana, name="daily", agent=AGENT)
        clinic.later(days=7)
    assert [rules_fired(clinic, id) for id in missed] == [set()] * 5 + [{"six"}, {"six", "long"}]
    records = [clinic.rows(Checkin, id=id)[0].findings or [] for id in missed[5:]]
    assert [record[0]["values"]["missed"] for record in records] == [6, 7]
    clinic.gateway.ignore_the_rest()


@pytest.mark.parametrize("days", [500, 30, 3])
def test_a_rehearsal_of_the_last_days_looks_as_far_back_as_was_looked_live(clinic: Clinic, days: int) -> None:
    """The baseline is a year old, some weeks are missed, and what came late was not known before it came."""
    six = {"id": "four", "tier": "amber", "when": {"missed_in_a_row": 4}}
    ana = follow(clinic, WORSE, STEADY, six, {"id": "long", "tier": "amber", "when": {"silent_for": "P35D"}})
    start = clinic.clock.now()
    for day in range(12):
        said(clinic, ana, 360 - day, pain=5)
    for week in range(16):
        if week % 8 < 3:
            said(clinic, ana, 0, "weekly", pain=2 + week // 8)
        else:
            issue_checkin(clinic.service, site_id=clinic.site_id, patient_id=ana, name="daily", agent=AGENT)
        clinic.later(days=7)
    said(clinic, ana, 0, "weekly", pain=4)
    clinic.later(days=1)
    said(clinic, ana, (clinic.clock.now() - start).days + 10, "weekly", pain=0)
    clinic.later(minutes=1)
    said(clinic, ana, 0, "weekly", pain=3)
    clinic.gateway.ignore_the_rest()
    live, again = (
        found_live(clinic.service, clinic.site_id),
        replayed(clinic, clinic.clock.now() - timedelta(days=days)),
    )
    assert {rule["rule"] for found in live.values() for rule in found} == {"worse", "four", "long"}
    assert again == {id: live[id] for id in again} and len(again) > days // 50 + 1

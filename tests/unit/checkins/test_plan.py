"""A program's check-ins, and the states of one occasion."""

from datetime import UTC, datetime, time, timedelta

import pytest

from app.checkins.plan import AskedOf, CheckinPlanDefinition, CheckinStatus
from app.errors import Conflict

DAILY = {
    "name": "daily",
    "questionnaire": "core-daily",
    "respondent": "patient",
    "timing": {"every": "P1D", "at": "10:00"},
    "window": "PT20H",
    "reminders": ["PT6H", "PT4H"],
}


def test_reads_a_check_in():
    plan = CheckinPlanDefinition.from_mapping(DAILY)
    ten = datetime(2025, 7, 1, 10, tzinfo=UTC)
    assert plan.timing is not None
    assert plan.timing.at == (time(10),)
    assert plan.window_ends(ten) == datetime(2025, 7, 2, 6, tzinfo=UTC)
    assert plan.reminders_at(ten) == (ten + timedelta(hours=4), ten + timedelta(hours=6))
    assert CheckinPlanDefinition.from_mapping(plan) is plan


def test_a_check_in_without_timing_is_issued_by_hand():
    plan = CheckinPlanDefinition.from_mapping({"name": "bad-day", "questionnaire": "bad-day"})
    assert (plan.timing, plan.respondent, plan.reminders) == (None, AskedOf.PATIENT, ())


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"respondent": "neighbour"}, "neighbour"),
        ({"window": "a day"}, "ISO 8601"),
        ({"window": "PT0S"}, "window"),
        ({"reminders": ["PT20H"]}, "reminder"),
        ({"reminders": ["PT0S"]}, "reminder"),
        ({"timing": {"every": "P2D", "at": "10:00"}}, "starts_on"),
    ],
)
def test_what_cannot_be_meant_is_refused_by_name(change, problem):
    with pytest.raises(ValueError, match=rf"Check-in daily: .*{problem}"):
        CheckinPlanDefinition.from_mapping(DAILY | change)


def test_a_questionnaire_is_needed():
    with pytest.raises(ValueError, match="questionnaire is missing"):
        CheckinPlanDefinition.from_mapping({"name": "daily"})


STEPS = {
    "planned": {"issued", "missed", "cancelled"},
    "issued": {"started", "completed", "partial", "missed", "cancelled"},
    "started": {"completed", "partial", "missed", "cancelled"},
    "completed": set(),
    "partial": {"completed"},
    "missed": {"partial", "completed"},
    "cancelled": set(),
}


@pytest.mark.parametrize("before", CheckinStatus)
@pytest.mark.parametrize("after", CheckinStatus)
def test_states_only_move_forward(before, after):
    if after in STEPS[before]:
        assert before.become(after) is after
    else:
        with pytest.raises(Conflict):
            before.become(after)


def test_open_is_what_still_waits():
    assert {s for s in CheckinStatus if s.is_open} == {"planned", "issued", "started"}

"""What new evidence, a nurse's answer and an outcome do to an alert."""

from datetime import UTC, datetime, timedelta

import pytest

from app.alerts.lifecycle import (
    AlertStatus,
    Attempt,
    Outcome,
    Paging,
    Resolution,
    acknowledge,
    check_resolution,
    is_worse,
    merge,
    reopen,
)
from app.codes import Tier
from app.errors import Conflict, Rejected

NOW = datetime(2025, 11, 10, 10, tzinfo=UTC)
OPENED = NOW - timedelta(hours=2)
RED, AMBER, WATCH = Tier.RED, Tier.AMBER, Tier.WATCH
OPEN, TAKEN, CLOSED = AlertStatus.TRIGGERED, AlertStatus.ACKNOWLEDGED, AlertStatus.RESOLVED


@pytest.mark.parametrize(
    ("alert", "evidence", "becomes"),
    [
        # A raised tier pages from the first step, whoever has taken it.
        ((AMBER, TAKEN), {"tier": RED}, (RED, OPEN, Paging.FIRST_STEP)),
        ((WATCH, TAKEN), {"tier": AMBER}, (AMBER, OPEN, Paging.FIRST_STEP)),
        ((AMBER, OPEN), {"tier": RED}, (RED, OPEN, Paging.FIRST_STEP)),
        # It never falls by itself.
        ((RED, TAKEN), {"tier": WATCH}, (RED, TAKEN, Paging.NOBODY)),
        ((RED, OPEN), {"tier": AMBER}, (RED, OPEN, Paging.NOBODY)),
        # "Now", red-flag words and worse red evidence bring a taken alert back.
        ((RED, TAKEN), {"tier": RED, "insists": True}, (RED, OPEN, Paging.FIRST_STEP)),
        ((RED, TAKEN), {"tier": RED, "worse_than_seen": True}, (RED, OPEN, Paging.FIRST_STEP)),
        ((RED, TAKEN), {"tier": RED, "worse_than_seen": True, "later_day": True}, (RED, OPEN, Paging.FIRST_STEP)),
        # Equal red evidence: the owner hears of it on a later day.
        ((RED, TAKEN), {"tier": RED, "later_day": True}, (RED, TAKEN, Paging.OWNER)),
        ((RED, TAKEN), {"tier": RED}, (RED, TAKEN, Paging.NOBODY)),
        # Amber evidence on a taken amber alert is only added.
        ((AMBER, TAKEN), {"tier": AMBER, "worse_than_seen": True, "later_day": True}, (AMBER, TAKEN, Paging.NOBODY)),
        # One that nobody took is being escalated: starting afresh would put off the next nurse.
        ((RED, OPEN), {"tier": RED, "insists": True, "worse_than_seen": True}, (RED, OPEN, Paging.NOBODY)),
    ],
)
def test_new_evidence(alert, evidence, becomes):
    tier, status = alert
    change = merge(tier, status, **evidence)
    assert (change.tier, change.status, change.paging) == becomes


def test_evidence_after_the_end_opens_another_alert():
    with pytest.raises(Conflict):
        merge(RED, CLOSED, RED)


@pytest.mark.parametrize(
    ("value", "seen", "worse", "expected"),
    [(9, 8, "high", True), (8, 8, "high", False), (7, 8, "high", False), (2, 3, "low", True), (3, 2, "low", False)]
    + [(8, None, "high", True), (None, 8, "high", False), (None, None, "high", False)],
)
def test_worse_than_what_the_owner_saw(value, seen, worse, expected):
    assert is_worse(value, seen, worse=worse) is expected


def test_the_first_to_acknowledge_wins():
    assert acknowledge(OPEN) is TAKEN
    for status in (TAKEN, CLOSED):
        with pytest.raises(Conflict):
            acknowledge(status)


def test_only_a_resolved_alert_reopens():
    assert reopen(CLOSED) is OPEN
    for status in (OPEN, TAKEN):
        with pytest.raises(Conflict):
            reopen(status)


@pytest.mark.parametrize(
    "outcome", ["advised_self_care", "medication_changed", "visit_arranged", "sent_to_emergency", "referred"]
)
def test_what_implies_contact_records_it_now(outcome):
    assert check_resolution(RED, outcome, now=NOW, opened_at=OPENED) == Resolution(Outcome(outcome), NOW)


@pytest.mark.parametrize("outcome", ["expected_no_change", "entered_in_error", "admitted", "died"])
def test_any_other_outcome_of_a_red_needs_the_time_of_contact(outcome):
    with pytest.raises(Rejected) as caught:
        check_resolution(RED, outcome, now=NOW, opened_at=OPENED)
    assert set(caught.value.problems) == {"contacted_at"}
    earlier = NOW - timedelta(minutes=20)
    assert check_resolution(RED, outcome, now=NOW, opened_at=OPENED, contacted_at=earlier) == Resolution(
        Outcome(outcome), earlier
    )


@pytest.mark.parametrize("tier", [AMBER, WATCH])
@pytest.mark.parametrize("outcome", [member for member in Outcome if member is not Outcome.NOT_USEFUL])
def test_below_red_the_outcome_is_enough(tier, outcome):
    assert check_resolution(tier, outcome, now=NOW, opened_at=OPENED, note="called") == Resolution(
        outcome, None, note="called"
    )


def test_not_useful_needs_a_reason_and_all_problems_are_named_at_once():
    with pytest.raises(Rejected) as caught:
        check_resolution(RED, "not_useful", now=NOW, opened_at=OPENED, reason="  ")
    assert set(caught.value.problems) == {"reason", "contacted_at"}
    closed = check_resolution(AMBER, "not_useful", now=NOW, opened_at=OPENED, reason="known and treated")
    assert isinstance(closed, Resolution)
    assert closed.reason == "known and treated"


@pytest.mark.parametrize("outcome", [None, "", "fixed"])
def test_an_unknown_outcome_is_told_what_there_is(outcome):
    with pytest.raises(Rejected) as caught:
        check_resolution(AMBER, outcome, now=NOW, opened_at=OPENED)
    assert "advised_self_care" in caught.value.problems["outcome"][0]


@pytest.mark.parametrize(
    "when",
    [
        NOW + timedelta(minutes=6),
        NOW.replace(tzinfo=None),
        OPENED - timedelta(days=1, minutes=1),
        NOW.replace(year=1999),
    ],
)
def test_contact_in_the_future_or_long_before_the_alert_or_without_a_zone_is_refused(when):
    with pytest.raises(Rejected) as caught:
        check_resolution(RED, "advised_self_care", now=NOW, opened_at=OPENED, contacted_at=when)
    assert set(caught.value.problems) == {"contacted_at"}


def test_nobody_reached_on_a_red_is_an_attempt_and_the_third_calls_for_a_welfare_check():
    tries = [check_resolution(RED, "no_contact_made", now=NOW, opened_at=OPENED, attempts=made) for made in range(3)]
    assert tries == [Attempt(number, NOW + timedelta(hours=1)) for number in (1, 2, 3)]
    assert [attempt.welfare_check for attempt in tries if isinstance(attempt, Attempt)] == [False, False, True]


def test_only_promised_relief_is_asked_about_again():
    asked = {outcome for outcome in Outcome if outcome.promises_relief}
    assert not asked & {"expected_no_change", "not_useful", "entered_in_error", "admitted", "died"}
    assert {"advised_self_care", "medication_changed"} <= asked

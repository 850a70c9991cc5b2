"""The ladder: who is paged when nobody answers, and when a taken alert is not finished."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from app.escalation.hours import ClinicHours
from app.escalation.policy import EscalationPolicy, Ladder, Target, next_action

RED = {
    "clock": "wall",
    "steps": [{"page": "on_call"}, {"after": "PT15M", "page": "backup"}, {"after": "PT15M", "page": "everyone"}],
    "repeat": "PT15M",
    "resolve_within": "PT2H",
}
AMBER = {"clock": "clinic", "steps": [{"page": "on_call"}], "acknowledge_within": "PT4H", "resolve_within": "P2D"}
CLINIC = ClinicHours.from_mapping({day: [["08:00", "17:00"]] for day in ("mon", "tue", "wed", "thu", "fri")}, "UTC")
MONDAY = datetime(2025, 11, 3, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
T0 = MONDAY + timedelta(hours=2)


def minutes(number: float) -> timedelta:
    return timedelta(minutes=number)


def on(days: int, hours: float) -> datetime:
    return MONDAY + timedelta(days=days, hours=hours)


def run(policy, ladder, until, hours=None, *, tick=MINUTE, now=None):
    """Let the clock tick and note every page: when, and whom."""
    now, pages = now or ladder.triggered_at, []
    while now <= until:
        action = next_action(policy, ladder, now, hours)
        assert action is not None
        assert action.next_action_at >= now
        assert bool(action.targets) == (action.ladder is not ladder)
        ladder = action.ladder
        if action.targets:
            pages.append((now, action.targets))
        now += tick
    return pages, ladder


def test_red_pages_now_and_steps_every_15_minutes_until_the_fallback_then_hourly():
    pages, ladder = run(RED, Ladder(T0), T0 + minutes(240))
    everyone = (Target.EVERYONE,)
    assert pages == [
        (T0, (Target.ON_CALL,)),
        (T0 + minutes(15), (Target.BACKUP,)),
        *((T0 + minutes(after), everyone) for after in (30, 45, 60, 75, 90)),
        *((T0 + minutes(after), (Target.EVERYONE, Target.FALLBACK)) for after in (105, 165, 225)),
    ]
    assert ladder.exhausted


def test_the_alarm_goes_off_once():
    ladder, alarms = Ladder(T0), []
    for minute in range(300):
        action = next_action(RED, ladder, T0 + minutes(minute))
        assert action is not None
        ladder = action.ladder
        alarms += [minute] * action.alarm
    assert alarms == [105]


def test_before_its_time_nothing_happens_but_the_time_is_told():
    ladder = Ladder(T0, step=1, last_step_at=T0)
    action = next_action(RED, ladder, T0 + minutes(14))
    assert action is not None
    assert (action.targets, action.next_action_at, action.ladder) == ((), T0 + minutes(15), ladder)


def test_after_an_outage_one_page_goes_out_and_the_next_counts_from_it():
    back = T0 + minutes(120)
    pages, _ = run(RED, Ladder(T0, step=1, last_step_at=T0), back + minutes(16), now=back)
    assert pages == [(back, (Target.BACKUP,)), (back + minutes(15), (Target.EVERYONE,))]


def test_a_watch_item_pages_nobody():
    assert next_action({"steps": []}, Ladder(T0), T0) is None


def test_amber_at_night_is_paged_when_the_clinic_opens_and_not_before():
    # Friday 18:00; nobody at the weekend; Monday at 8.
    pages, _ = run(AMBER, Ladder(on(4, 18)), on(7, 9), CLINIC, tick=minutes(30))
    assert pages == [(on(7, 8), (Target.ON_CALL,))]


def test_amber_not_acknowledged_within_four_open_hours_goes_to_the_backup():
    pages, _ = run(AMBER, Ladder(on(4, 16)), on(7, 12), CLINIC, tick=minutes(30))
    assert pages == [(on(4, 16), (Target.ON_CALL,)), (on(7, 11), (Target.BACKUP,))]


def test_amber_that_nobody_takes_reaches_the_fallback_in_open_hours_only():
    pages, ladder = run(AMBER, Ladder(on(0, 8)), on(7, 12), CLINIC, tick=minutes(30))
    assert [targets for _, targets in pages[:6]] == [
        (Target.ON_CALL,),
        *[(Target.BACKUP,)] * 4,
        (Target.BACKUP, Target.FALLBACK),
    ]
    assert ladder.exhausted
    assert all(CLINIC.is_open(at) or at.hour == 17 for at, _ in pages)


def test_a_clinic_page_that_an_outage_delayed_into_the_night_waits_for_the_morning():
    action = next_action(AMBER, Ladder(on(0, 10)), on(0, 20), CLINIC)
    assert action is not None
    assert (action.targets, action.next_action_at) == ((), on(1, 8))


def test_a_late_acknowledgement_is_told_to_the_backup_in_between_steps():
    policy = {
        "steps": [{"page": "on_call"}, {"after": "PT4H", "page": "everyone"}],
        "acknowledge_within": "PT30M",
        "repeat": "PT1H",
    }
    pages, _ = run(policy, Ladder(T0), T0 + minutes(31))
    assert pages == [(T0, (Target.ON_CALL,)), (T0 + minutes(30), (Target.BACKUP,))]


def test_due_at_the_same_time_it_is_one_page_to_both():
    policy = {"steps": [{"page": "on_call"}], "acknowledge_within": "PT30M", "repeat": "PT15M"}
    pages, _ = run(policy, Ladder(T0), T0 + minutes(46))
    assert pages == [
        (T0, (Target.ON_CALL,)),
        (T0 + minutes(15), (Target.ON_CALL,)),
        (T0 + minutes(30), (Target.ON_CALL, Target.BACKUP)),
        (T0 + minutes(45), (Target.ON_CALL,)),
    ]


def test_without_any_repeat_it_still_repeats_hourly():
    pages, _ = run({"steps": [{"page": "on_call"}]}, Ladder(T0), T0 + minutes(60))
    assert [at for at, _ in pages] == [T0, T0 + minutes(60)]


TAKEN = Ladder(T0, step=1, last_step_at=T0, acknowledged=True)


def test_taken_and_not_finished_the_owner_is_paged_then_on_call_then_the_backup_too_and_at_last_everyone():
    pages, _ = run(RED, TAKEN, T0 + minutes(440))
    again = (Target.OWNER, Target.ON_CALL)
    assert pages == [
        (T0 + minutes(120), (Target.OWNER,)),
        (T0 + minutes(135), (Target.ON_CALL,)),
        *((T0 + minutes(at), (*again, Target.BACKUP)) for at in (195, 255, 315, 375)),
        (T0 + minutes(435), (*again, Target.EVERYONE)),
    ]


def test_acknowledging_stops_the_ladder_wherever_it_stands():
    for step, round_, exhausted in ((1, 0, False), (2, 0, False), (3, 2, False), (3, 6, True)):
        ladder = Ladder(T0, step, round_, T0 + minutes(20), exhausted, acknowledged=True)
        action = next_action(RED, ladder, T0 + minutes(60))
        assert action is not None
        assert (action.targets, action.next_action_at) == ((), T0 + minutes(120))


def test_recorded_contact_meets_the_time_limit_of_a_red_and_only_closing_is_left():
    contacted = replace(TAKEN, contacted_at=T0 + minutes(30))
    pages, _ = run(RED, contacted, T0 + timedelta(days=3, hours=1), tick=minutes(15))
    assert pages == [(T0 + timedelta(days=2), (Target.OWNER,)), (T0 + timedelta(days=3), (Target.OWNER,))]


def test_contact_from_before_the_alert_was_triggered_again_does_not_count():
    again = replace(TAKEN, contacted_at=T0 - minutes(1))
    action = next_action(RED, again, T0 + minutes(120))
    assert action is not None
    assert action.targets == (Target.OWNER,)


def test_a_taken_amber_is_not_nagged_about_hourly():
    taken = Ladder(on(0, 9), step=1, last_step_at=on(0, 9), acknowledged=True)
    pages, _ = run(AMBER, taken, on(4, 12), CLINIC, tick=minutes(15))
    assert pages == [
        (on(2, 9), (Target.OWNER,)),
        (on(2, 9.25), (Target.ON_CALL,)),
        (on(3, 9.25), (Target.OWNER, Target.ON_CALL, Target.BACKUP)),
        (on(4, 9.25), (Target.OWNER, Target.ON_CALL, Target.BACKUP)),
    ]


@pytest.mark.parametrize("policy", [RED, AMBER, {"steps": [{"page": "everyone"}]}])
@pytest.mark.parametrize("acknowledged", [False, True])
def test_an_open_alert_always_has_a_next_step(policy, acknowledged):
    ladder, now = replace(TAKEN, step=0, last_step_at=None, acknowledged=acknowledged), T0
    for _ in range(40):
        action = next_action(policy, ladder, now, CLINIC)
        assert action is not None
        assert action.next_action_at > now or action.targets
        ladder, now = action.ladder, max(action.next_action_at, now)
    assert ladder.last_step_at is not None


def test_without_hours_the_clinic_counts_as_open():
    action = next_action(AMBER, Ladder(on(5, 3)), on(5, 3), None)
    assert action is not None
    assert action.targets == (Target.ON_CALL,)


@pytest.mark.parametrize(
    "data",
    [
        {"steps": [{"page": "nobody"}]},
        {"steps": [{"after": "PT15M"}]},
        {"steps": [{"page": "on_call", "before": "PT15M"}]},
        {"clock": "sun", "steps": []},
        {"steps": [], "repeat": "soon"},
        {"steps": [{"page": "on_call"}], "repeat": "PT0S"},
        {"steps": [], "colour": "red"},
    ],
)
def test_a_policy_that_cannot_be_meant_is_refused(data):
    with pytest.raises(ValueError, match=r"\w"):
        EscalationPolicy.from_mapping(data)

"""A person is asked exactly once per slot of the clock on their wall, whatever happens to clocks and workers."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from app.checkins.models import CheckinPlan, PublishedProgram
from app.errors import Conflict, Rejected
from app.staff.models import Site
from app.workflows.change_patient import PatientChanges, change_patient
from app.workflows.issue_checkins import issue_checkin, issue_due_checkins
from app.zones import instant, wall_clock
from tests.factories import (
    AGENT,
    ANA,
    BEN,
    NORA,
    ROSA,
    check_in,
    create_patient,
    create_patients,
    create_program,
    create_related_person,
)
from tests.world import Clinic

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""What the other tests here prove of PostgreSQL, these need not prove again."""

DAY = timedelta(days=1)

# Zone, the day on which its clocks change, the time of the slot, and what the wall shows then on that day.
CHANGES = [
    ("America/New_York", date(2026, 3, 8), "02:30", "03:00"),
    ("America/New_York", date(2026, 11, 1), "01:30", "01:30"),
    ("Europe/London", date(2026, 3, 29), "01:30", "02:00"),
    ("Europe/London", date(2026, 10, 25), "01:30", "01:30"),
    ("Australia/Lord_Howe", date(2026, 10, 4), "02:15", "02:30"),
    ("Australia/Lord_Howe", date(2026, 4, 5), "01:45", "01:45"),
    ("America/Santiago", date(2026, 9, 6), "00:00", "01:00"),
    ("America/Santiago", date(2026, 4, 4), "23:30", "23:30"),
]


@on_sqlite
@pytest.mark.parametrize(("zone", "day", "slot", "shown"), CHANGES)
def test_a_week_around_a_clock_change_has_one_prompt_a_day(
    unstaffed: Clinic, zone: str, day: date, slot: str, shown: str
) -> None:
    clinic = unstaffed
    clinic.clock.set(instant(datetime.combine(day - 3 * DAY, time()), zone) - timedelta(minutes=30))
    name = create_program(clinic.service, name="early", check_ins=[check_in(timing={"every": "P1D", "at": slot})])
    create_patient(clinic.service, site_id=clinic.site_id, time_zone=zone, program=name)
    end = instant(datetime.combine(day + 3 * DAY, time(23, 59)), zone)
    while clinic.clock.now() < end:
        clinic.clock.set(min(clinic.clock.now() + timedelta(hours=5), end))
        issue_due_checkins(clinic.service)
        clinic.deliver()
    days = {row.local_date: wall_clock(row.due_at, zone) for row in clinic.checkins()}
    week = [day + n * DAY for n in range(-3, 4)]
    assert list(days) == week, "one check-in for each local date, none twice"
    assert [f"{at:%H:%M}" for on, at in days.items()] == [shown if on == day else slot for on in week]
    invitations = [d for d in clinic.gateway.departures if "how are you today" in d.body]
    assert len(invitations) == (6 if slot == "23:30" else 7), "the last one of an evening waits for the morning"
    clinic.gateway.ignore_the_rest()


def test_a_worker_that_was_down_for_an_hour_asks_late_and_once(clinic: Clinic, ana: str) -> None:
    clinic.clock.advance(DAY + timedelta(hours=1))  # Tuesday, eleven: the slot was at ten
    clinic.tick()
    clinic.gateway.expect(ANA, "how are you today")
    clinic.later(minutes=5)
    (checkin,) = clinic.checkins()
    assert checkin.status == "issued"
    assert checkin.due_at == datetime(2026, 3, 3, 15, 0, tzinfo=UTC)


def test_a_worker_that_was_down_for_a_day_asks_once_and_owns_up_to_the_rest(clinic: Clinic, ana: str) -> None:
    clinic.clock.advance(2 * DAY + timedelta(hours=1))  # Wednesday, eleven: Tuesday's window closed at six
    clinic.tick()
    clinic.gateway.expect(ANA, "how are you today")
    assert [(c.local_date.day, c.status) for c in clinic.checkins()] == [(3, "missed"), (4, "issued")]


def test_a_slot_found_after_its_window_is_missed_and_not_sent(clinic: Clinic, ana: str) -> None:
    clinic.clock.advance(DAY + timedelta(hours=21))  # Wednesday, seven: Tuesday's window is over
    clinic.tick()
    assert [c.status for c in clinic.checkins()] == ["missed"]
    assert clinic.texts(kind="invitation") == []


def test_an_invitation_that_would_disturb_the_night_is_dropped_with_its_window(clinic: Clinic, ana: str) -> None:
    clinic.clock.advance(DAY + timedelta(hours=12))  # Tuesday, ten in the evening; the window ends at six
    clinic.tick()
    clinic.at("08:00")
    (invitation,) = clinic.texts(kind="invitation")
    assert invitation.state == "cancelled"


def test_quiet_hours_hold_an_invitation_until_eight(unstaffed: Clinic) -> None:
    clinic = unstaffed
    early = [check_in(timing={"every": "P1D", "at": "06:30"})]
    name = create_program(clinic.service, name="early", check_ins=early)
    create_patient(clinic.service, site_id=clinic.site_id, program=name)
    clinic.tick()
    clinic.gateway.expect(ANA, "welcome")
    for quiet in ("06:30", "07:59"):
        clinic.at(quiet)
        clinic.gateway.nothing_unexpected()
    clinic.at("08:00")
    clinic.gateway.expect(ANA, "how are you today")


def test_a_check_in_issued_by_hand_does_not_wait_for_the_morning(clinic: Clinic, ana: str) -> None:
    clinic.at("23:30")
    clinic.ask(ana)
    clinic.gateway.expect(ANA, "how are you today")


def test_issuing_by_hand_says_why_it_cannot(clinic: Clinic, ana: str) -> None:
    def issue(name: str) -> None:
        issue_checkin(clinic.service, site_id=clinic.site_id, patient_id=ana, name=name, agent=AGENT)

    with pytest.raises(Rejected, match="bad-day, daily"):
        issue("hourly")
    clinic.ask(ana)
    clinic.gateway.expect(ANA)
    with pytest.raises(Conflict, match="open"):
        issue("daily")
    clinic.text(ANA, "STOP")
    clinic.gateway.ignore_the_rest()
    with pytest.raises(Conflict, match="asked us to stop"):
        issue("daily")


def test_a_caregiver_gets_a_link_and_the_name_the_patient_chose(clinic: Clinic, ana: str) -> None:
    create_related_person(clinic.service, site_id=clinic.site_id, patient_id=ana)
    clinic.tick()
    clinic.gateway.expect(ROSA, "thank you for helping Ana")
    clinic.at("thu 11:00")
    clinic.gateway.expect(ROSA, "how has Ana been? Please tell us here: https://bedside.example/c/")
    clinic.gateway.ignore_the_rest()


def test_who_reads_it_is_said_in_full_once_a_week(clinic: Clinic, ana: str) -> None:
    clinic.at("tue 10:00")
    clinic.gateway.expect(ANA, "Nurses read this Mon-Fri 8:00-17:00. In an emergency call 911.")
    clinic.at("wed 10:00")
    clinic.gateway.expect(ANA, "Nurses read this in clinic hours.")
    clinic.gateway.ignore_the_rest()


def test_whoever_opted_out_is_not_asked(clinic: Clinic, ana: str) -> None:
    clinic.text(ANA, "stop")
    clinic.gateway.ignore_the_rest()
    clinic.at("tue 10:00")
    assert [c.status for c in clinic.checkins()] == ["cancelled"]
    assert clinic.texts(kind="invitation") == []
    clinic.gateway.ignore_the_rest()  # the team is asked to look at the opt-out


@pytest.mark.parametrize("status", ["paused", "stopped", "deceased"])
def test_whoever_is_not_active_is_not_asked(clinic: Clinic, ana: str, status: str) -> None:
    changes = PatientChanges(status=status)
    change_patient(clinic.service, site_id=clinic.site_id, patient_id=ana, changes=changes, agent=AGENT)
    clinic.at("wed 10:00")
    assert clinic.checkins() == []


def test_moving_to_another_zone_never_asks_twice_on_one_local_date(clinic: Clinic, ana: str) -> None:
    clinic.at("tue 10:00")
    clinic.gateway.expect(ANA, "how are you today")
    changes = PatientChanges(time_zone="America/Los_Angeles")
    change_patient(clinic.service, site_id=clinic.site_id, patient_id=ana, changes=changes, agent=AGENT)
    clinic.at("tue 10:00", "America/Los_Angeles")
    clinic.at("tue 20:00", "America/Los_Angeles")
    clinic.at("wed 10:00", "America/Los_Angeles")
    assert [c.local_date for c in clinic.checkins()] == [date(2026, 3, 3), date(2026, 3, 4)]
    assert clinic.checkins()[1].due_at == datetime(2026, 3, 4, 18, 0, tzinfo=UTC)
    clinic.gateway.ignore_the_rest()


def test_one_plan_that_cannot_be_issued_does_not_hold_up_the_others(clinic: Clinic, ana: str) -> None:
    name = create_program(clinic.service, name="doomed")
    ben = create_patient(clinic.service, site_id=clinic.site_id, program=name, given_name="Ben", phone=BEN)
    clinic.tick()
    clinic.gateway.expect(BEN, "welcome")
    whole = clinic.definition(name)
    clinic.break_program(name)
    clinic.at("tue 10:00")
    clinic.gateway.expect(ANA, "how are you today")
    clinic.gateway.expect(NORA, "AMBER")
    assert [c.patient_id for c in clinic.checkins()] == [ana]
    assert clinic.alert().patient_id == ben
    # Mended within the window, the slot is the one that it was.
    clinic.damage(PublishedProgram, {"name": name}, definition=whole)
    clinic.at("12:00")
    clinic.gateway.expect(BEN, "how are you today")
    assert [c.due_at for c in clinic.checkins(patient_id=ben)] == [datetime(2026, 3, 3, 15, 0, tzinfo=UTC)]


def test_a_site_may_spread_the_texts_of_one_hour(clinic: Clinic) -> None:
    create_patients(clinic.service, site_id=clinic.site_id, how_many=20)
    clinic.damage(Site, spread_minutes=30)
    clinic.at("tue 10:00")
    leaving = sorted(text.next_attempt_at for text in clinic.texts(kind="invitation"))
    assert len(leaving) == 20 and len(set(leaving)) > 10
    assert clinic.clock.now() <= leaving[0] and leaving[-1] < clinic.clock.now() + timedelta(minutes=30)
    clinic.later(minutes=30)
    assert {text.state for text in clinic.texts(kind="invitation")} == {"handed_over"}
    clinic.gateway.ignore_the_rest()


def test_a_timing_of_ones_own_holds_from_slot_to_slot_and_in_another_zone(clinic: Clinic, ana: str) -> None:
    (plan,) = clinic.rows(CheckinPlan, name="daily")
    clinic.damage(CheckinPlan, {"id": plan.id}, timing={"every": "P1W", "on": ["wed", "sat"], "at": "09:00"})
    clinic.at("tue 10:00")  # the slot that the program set
    clinic.gateway.expect(ANA, "how are you today")
    clinic.at("wed 09:00")
    assert [c.due_at for c in clinic.checkins()][-1] == clinic.clock.now()
    (plan,) = clinic.rows(CheckinPlan, name="daily")
    assert (plan.next_local_date, plan.next_local_time) == (date(2026, 3, 7), "09:00:00")
    change_patient(
        clinic.service, site_id=clinic.site_id, patient_id=ana, changes=PatientChanges(time_zone="Europe/Madrid"),
        agent=AGENT,
    )  # fmt: skip
    (plan,) = clinic.rows(CheckinPlan, name="daily")
    assert (plan.time_zone, plan.next_local_date, plan.next_local_time) == (
        "Europe/Madrid", date(2026, 3, 7), "09:00:00",
    )  # fmt: skip
    clinic.gateway.ignore_the_rest()

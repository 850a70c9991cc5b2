"""A gap in the rota is known a day before somebody falls into it, told once, and forgotten when it is filled."""

from datetime import datetime

import pytest

from app.reports.doctor import find_problems
from app.staff.models import Practitioner
from app.workflows.plan_shifts import ShiftDetails, add_schedule, add_shift
from app.workflows.resolve_alert import ResolutionGiven, resolve_alert
from app.workflows.watch_cover import watch_cover
from tests.factories import AGENT, NEW_YORK, NORA, SWITCHBOARD, create_site
from tests.world import Clinic


@pytest.fixture
def rota(unstaffed: Clinic) -> str:
    """A rota on which nobody is planned."""
    return add_schedule(unstaffed.service, site_id=unstaffed.site_id, name="Nurses", time_zone=NEW_YORK, agent=AGENT)


def plan(clinic: Clinic, rota: str, start: str, end: str) -> None:
    """Put Nora on call between two wall clocks of New York in March."""
    moments = (datetime.fromisoformat(f"2026-03-{at}:00-05:00") for at in (start, end))
    shift = ShiftDetails(staff=clinic.nora, role="on_call", starts_at=next(moments), ends_at=next(moments))
    add_shift(clinic.service, site_id=clinic.site_id, schedule_id=rota, details=shift, agent=AGENT)


def watch(clinic: Clinic) -> int:
    changed = watch_cover(clinic.service)
    clinic.hurry()
    return changed


def test_a_gap_tomorrow_is_an_amber_alert_that_names_it(unstaffed: Clinic, rota: str) -> None:
    plan(unstaffed, rota, "02T08:00", "03T08:00")
    plan(unstaffed, rota, "03T12:00", "31T08:00")
    assert watch(unstaffed) == 1
    alert = unstaffed.alert(subject="cover")
    assert (alert.tier, alert.kind) == ("amber", "system")
    assert "from Tue 03 Mar 08:00 to Tue 03 Mar 12:00 (America/New_York)" in alert.reason
    assert "Riverside switchboard" in alert.reason
    unstaffed.gateway.expect(NORA, "AMBER")
    for _ in range(3):
        unstaffed.clock.advance(minutes=30)
        assert watch(unstaffed) == 0, "it is said once"


def test_within_the_hour_it_is_red_and_somebody_is_called(unstaffed: Clinic, rota: str) -> None:
    plan(unstaffed, rota, "02T08:00", "02T18:00")
    plan(unstaffed, rota, "03T08:00", "31T08:00")
    watch(unstaffed)
    unstaffed.gateway.expect(NORA, "AMBER")
    unstaffed.clock.set(datetime.fromisoformat("2026-03-02T17:00:00-05:00"))
    assert watch(unstaffed) == 1
    assert unstaffed.alert().tier == "red"
    unstaffed.gateway.expect(NORA, "RED")
    unstaffed.clock.set(datetime.fromisoformat("2026-03-02T18:20:00-05:00"))
    unstaffed.tick()
    assert watch(unstaffed) == 0, "the same stretch while it is under way"
    unstaffed.gateway.ignore_the_rest()


def test_it_closes_by_itself_when_somebody_is_on_call_again(unstaffed: Clinic, rota: str) -> None:
    plan(unstaffed, rota, "02T08:00", "02T18:00")
    watch(unstaffed)
    assert "on, for a week at least" in unstaffed.alert().reason
    plan(unstaffed, rota, "02T18:00", "31T08:00")
    assert watch(unstaffed) == 1
    assert unstaffed.alert().status == "resolved"
    assert "Somebody is on call" in unstaffed.alert().happened("resolved")[0]
    assert watch(unstaffed) == 0
    unstaffed.gateway.ignore_the_rest()


@pytest.mark.parametrize(
    "gone", [{"active": False}, {"phone_status": "stopped"}, {"_phone": None, "phone_index": None}]
)
def test_a_shift_of_somebody_who_cannot_be_paged_is_a_gap(
    unstaffed: Clinic, rota: str, gone: dict[str, object]
) -> None:
    plan(unstaffed, rota, "02T08:00", "31T08:00")
    assert watch(unstaffed) == 0
    unstaffed.damage(Practitioner, {"id": unstaffed.nora}, **gone)
    assert watch(unstaffed) == 1
    assert unstaffed.alert().tier == "red"
    unstaffed.gateway.expect(SWITCHBOARD, "RED")


def test_who_closed_it_knows_of_that_stretch_and_is_told_of_the_next(unstaffed: Clinic, rota: str) -> None:
    plan(unstaffed, rota, "02T08:00", "02T18:00")
    plan(unstaffed, rota, "03T08:00", "03T18:00")
    watch(unstaffed)
    alert = unstaffed.alert()
    resolve_alert(
        unstaffed.service, site_id=unstaffed.site_id, alert_id=alert.id, practitioner_id=unstaffed.nora,
        agent=f"practitioner:{unstaffed.nora}", given=ResolutionGiven(outcome="expected_no_change"),
    )  # fmt: skip
    assert watch(unstaffed) == 0
    unstaffed.clock.set(datetime.fromisoformat("2026-03-02T19:00:00-05:00"))
    assert watch(unstaffed) == 1, "tomorrow's"
    assert [a.status for a in unstaffed.alerts()] == ["resolved", "triggered"]
    assert "from Tue 03 Mar 18:00" in unstaffed.alerts()[1].reason
    unstaffed.gateway.ignore_the_rest()


def test_a_clinic_that_never_had_a_rota_is_told_once_and_nobody_is_called(unstaffed: Clinic) -> None:
    assert watch(unstaffed) == 1
    alert = unstaffed.alert()
    assert alert.tier == "watch" and "ever put on a rota" in alert.reason and not unstaffed.paged(alert)
    resolve_alert(
        unstaffed.service, site_id=unstaffed.site_id, alert_id=alert.id, practitioner_id=unstaffed.nora,
        agent="test", given=ResolutionGiven(outcome="expected_no_change"),
    )  # fmt: skip
    unstaffed.clock.advance(days=30)
    assert watch(unstaffed) == 0


def test_each_clinic_has_its_own(unstaffed: Clinic, rota: str) -> None:
    plan(unstaffed, rota, "02T08:00", "31T08:00")
    lakeside = create_site(unstaffed.service, code="lakeside", public_name="Lakeside Clinic")
    assert watch(unstaffed) == 1
    assert unstaffed.alert().site_id == lakeside


def test_doctor_tells_the_gaps_of_the_next_seven_days(unstaffed: Clinic, rota: str) -> None:
    def said() -> list[str]:
        return [line for line in find_problems(unstaffed.db, unstaffed.clock.now()) if "on call" in line]

    assert said() == ["riverside: nobody is on call: nobody was ever put on a rota. Plan shifts or a rotation."]
    plan(unstaffed, rota, "02T08:00", "05T08:00")
    plan(unstaffed, rota, "06T08:00", "31T08:00")
    assert said() == ["riverside: nobody is on call from 05 Mar 08:00 to 06 Mar 08:00 (America/New_York)."]
    unstaffed.damage(Practitioner, {"id": unstaffed.nora}, phone_status="stopped")
    assert "riverside: Nora Lindqvist is on call but cannot be paged on their number." in said()

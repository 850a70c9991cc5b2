"""A page that nobody takes goes on to the next person, and never ends in nothing."""

import pytest

from app.alerts.models import Alert
from app.errors import DeliveryFailed
from app.workflows.escalate_alerts import escalate_alerts, sweep_alerts
from app.workflows.record_delivery_status import record_delivery_status
from tests.factories import ANA, BEN, NORA, OMAR, SWITCHBOARD, TESS, create_patient
from tests.world import AlertSeen, Clinic

WRONG_NUMBER, OPTED_OUT = 21211, 21610


def red(clinic: Clinic) -> AlertSeen:
    """A red alert that nobody has taken."""
    clinic.text(ANA, "I have chest pain")
    return clinic.alert(kind="clinical")


def test_on_call_then_backup_then_everyone_then_repeats_then_the_switchboard_every_hour(
    clinic: Clinic, ana: str
) -> None:
    alert = red(clinic)
    for _ in range(20):
        clinic.later(minutes=15)
    everyone = ("Nora", "Omar", "Tess")
    assert clinic.paged(alert) == [
        ("Nora", 0),
        ("Omar", 15),
        *((name, minute) for minute in (30, 45, 60, 75, 90) for name in everyone),
        *((name, minute) for minute in (105, 165, 225, 285) for name in (*everyone, "switchboard")),
    ]
    assert clinic.alert().exhausted
    assert clinic.alert().next_action_at is not None, "an open alert always has a next step"
    clinic.gateway.expect(SWITCHBOARD, "nobody on call has taken it")
    clinic.gateway.ignore_the_rest()


def test_after_an_outage_one_page_goes_out_and_no_volley(clinic: Clinic, ana: str) -> None:
    alert = red(clinic)
    clinic.later(hours=5)
    assert clinic.paged(alert) == [("Nora", 0), ("Omar", 300)]
    clinic.later(minutes=15)
    assert [minute for _, minute in clinic.paged(alert)] == [0, 300, 315, 315, 315]
    clinic.gateway.ignore_the_rest()


def test_with_nobody_on_call_the_switchboard_is_told_at_once(unstaffed: Clinic) -> None:
    create_patient(unstaffed.service, site_id=unstaffed.site_id)
    alert = red(unstaffed)
    assert unstaffed.paged(alert) == [("switchboard", 0)]
    assert "Nobody on call could be paged" in unstaffed.alert().happened("paged")[0]
    unstaffed.gateway.ignore_the_rest()


def test_whoever_took_it_is_reminded_and_then_on_call_if_nobody_made_contact(clinic: Clinic, ana: str) -> None:
    alert = red(clinic)
    clinic.later(minutes=15)
    clinic.text(OMAR, alert.code)
    clinic.later(minutes=60)
    assert len(clinic.paged(alert)) == 2, "whoever took it is left in peace"
    clinic.later(minutes=45)  # two hours after the alert
    clinic.later(minutes=15)
    assert clinic.paged(alert)[2:] == [("Omar", 120), ("Nora", 135)]
    clinic.gateway.ignore_the_rest()


# --- the clinic's clock ---


@pytest.mark.parametrize(("when", "paged"), [("mon 16:00", "mon 16:00"), ("mon 19:00", "tue 08:00")])
def test_amber_waits_for_the_clinic_to_open(clinic: Clinic, ana: str, when: str, paged: str) -> None:
    clinic.at(when)
    clinic.text(ANA, "STOP")
    if when != paged:
        assert clinic.paged(clinic.alert()) == []
        clinic.at(paged)
    assert clinic.paged(clinic.alert()) == [("Nora", 0)]
    clinic.gateway.ignore_the_rest()


def test_amber_of_a_friday_evening_is_paged_on_monday(clinic: Clinic) -> None:
    create_patient(clinic.service, site_id=clinic.site_id, program=None)
    clinic.at("fri 18:00")
    clinic.text(ANA, "STOP")
    for quiet in ("sat 09:00", "sun 12:00", "mon 07:59"):
        clinic.at(quiet)
        assert clinic.paged(clinic.alert()) == []
    clinic.at("mon 08:00")
    clinic.at("mon 12:00")  # not taken within four hours of the clinic's clock
    assert clinic.paged(clinic.alert()) == [("Nora", 0), ("Omar", 240)]
    clinic.gateway.ignore_the_rest()


# --- a page that does not arrive ---


@pytest.mark.parametrize("code", [WRONG_NUMBER, OPTED_OUT])
def test_a_page_that_is_refused_goes_to_the_next_contact_at_once(clinic: Clinic, ana: str, code: int) -> None:
    clinic.gateway.fail_always(NORA, DeliveryFailed("no", permanent=True, code=code))
    alert = red(clinic)
    assert clinic.paged(alert) == [("Nora", 0), ("Omar", 0)]
    clinic.gateway.expect(OMAR, "RED")
    clinic.gateway.ignore_the_rest()


def test_a_page_that_is_reported_undelivered_goes_to_the_next_contact_at_once(clinic: Clinic, ana: str) -> None:
    alert = red(clinic)
    page = clinic.gateway.expect(NORA, "RED")
    clinic.later(minutes=2)
    token = page.callback_url.rsplit("/", 1)[1]
    sid = clinic.gateway.sid_of(page)
    record_delivery_status(clinic.service, token=token, message_sid=sid, status="undelivered", error_code=30003)
    clinic.tick()
    assert clinic.paged(alert) == [("Nora", 0), ("Omar", 2)]
    clinic.gateway.ignore_the_rest()


def test_one_bad_number_among_many_does_not_page_the_others_again_and_again(clinic: Clinic, ana: str) -> None:
    clinic.gateway.fail_always(TESS, DeliveryFailed("no", permanent=True, code=WRONG_NUMBER))
    alert = red(clinic)
    clinic.later(minutes=15)
    clinic.later(minutes=15)
    assert clinic.paged(alert)[2:] == [("Nora", 30), ("Omar", 30), ("Tess", 30)]
    clinic.gateway.ignore_the_rest()


def test_an_old_page_that_fails_late_does_not_hurry_a_newer_step(clinic: Clinic, ana: str) -> None:
    alert = red(clinic)
    page = clinic.gateway.expect(NORA, "RED")
    clinic.later(minutes=15)
    token = page.callback_url.rsplit("/", 1)[1]
    sid = clinic.gateway.sid_of(page)
    record_delivery_status(clinic.service, token=token, message_sid=sid, status="undelivered", error_code=30003)
    clinic.tick()
    assert clinic.paged(alert) == [("Nora", 0), ("Omar", 15)]
    clinic.gateway.ignore_the_rest()


# --- nothing gets stuck ---


def test_one_alert_that_cannot_be_moved_does_not_hold_up_the_others(clinic: Clinic, ana: str) -> None:
    create_patient(clinic.service, site_id=clinic.site_id, given_name="Ben", phone=BEN)
    stuck = red(clinic)
    clinic.text(BEN, "I have chest pain")
    (other,) = [a for a in clinic.alerts() if a.id != stuck.id]
    clinic.damage(Alert, {"id": stuck.id}, policy={"clock": "sundial"})
    clinic.clock.advance(minutes=15)
    escalate_alerts(clinic.service)
    assert clinic.paged(other) == [("Nora", 0), ("Omar", 15)]
    (seen,) = clinic.alerts(id=stuck.id)
    assert "please look at this now" in seen.happened("set_aside")[0]
    assert seen.next_action_at is not None
    clinic.gateway.ignore_the_rest()


def test_the_sweeper_finds_an_open_alert_without_a_next_step(clinic: Clinic, ana: str) -> None:
    alert = red(clinic)
    clinic.damage(Alert, next_action_at=None)
    clinic.clock.advance(minutes=20)
    assert sweep_alerts(clinic.service) == 1
    clinic.tick()
    assert clinic.paged(alert)[-1] == ("Omar", 20)
    clinic.gateway.ignore_the_rest()

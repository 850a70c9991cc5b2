"""An alert ends with a coded outcome, and a red one only after somebody spoke to the person."""

from datetime import timedelta

import pytest

from app.errors import Conflict, NotFound, Rejected
from app.patients.models import Patient
from app.staff.models import Site
from app.workflows.acknowledge_alert import acknowledge_alert
from app.workflows.resolve_alert import ResolutionGiven, note_alert, reopen_alert, resolve_alert
from tests.factories import ANA, NORA, OMAR, ROSA, create_patient, create_related_person, create_site
from tests.world import AlertSeen, Clinic


@pytest.fixture
def alert(clinic: Clinic, ana: str) -> AlertSeen:
    """A red alert that Nora was paged for."""
    clinic.text(ANA, "I have chest pain")
    clinic.gateway.ignore_the_rest()
    return clinic.alert()


def resolve(clinic: Clinic, alert: AlertSeen, outcome: str, site_id: str | None = None, **given: object) -> bool:
    return resolve_alert(
        clinic.service, site_id=site_id or clinic.site_id, alert_id=alert.id, practitioner_id=clinic.nora,
        agent="test", given=ResolutionGiven(outcome=outcome, **given),  # type: ignore[arg-type]
    )  # fmt: skip


@pytest.mark.parametrize("outcome", ["expected_no_change", "admitted", "entered_in_error", "died"])
def test_a_red_alert_needs_the_time_of_contact(clinic: Clinic, alert: AlertSeen, outcome: str) -> None:
    with pytest.raises(Rejected) as refused:
        resolve(clinic, alert, outcome)
    assert list(refused.value.problems) == ["contacted_at"]
    assert clinic.alert().status == "triggered", "a refusal changes nothing"
    when = clinic.clock.now()
    clinic.clock.advance(minutes=10)
    assert resolve(clinic, alert, outcome, contacted_at=when)
    seen = clinic.alert()
    assert (seen.status, seen.outcome, seen.contacted_at) == ("resolved", outcome, when)


def test_an_outcome_that_implies_contact_dates_it_now(clinic: Clinic, alert: AlertSeen) -> None:
    assert resolve(clinic, alert, "medication_changed")
    assert clinic.alert().contacted_at == clinic.clock.now()


def test_not_useful_says_why(clinic: Clinic, alert: AlertSeen) -> None:
    when = clinic.clock.now()
    with pytest.raises(Rejected) as refused:
        resolve(clinic, alert, "not_useful", contacted_at=when, reason="  ")
    assert list(refused.value.problems) == ["reason"]
    assert resolve(clinic, alert, "not_useful", contacted_at=when, reason="She meant last year")


def test_reaching_nobody_is_an_attempt_and_the_third_starts_the_welfare_check(clinic: Clinic, alert: AlertSeen) -> None:
    for number in (1, 2, 3):
        assert not resolve(clinic, alert, "no_contact_made", note="no answer")
        seen = clinic.alert()
        assert (seen.status, seen.acknowledged_by) == ("acknowledged", clinic.nora)
        assert seen.next_action_at == clinic.clock.now() + timedelta(hours=1)
        assert ("welfare check" in seen.happened("attempt")[-1]) == (number == 3)
        clinic.clock.advance(minutes=30)


def test_the_next_call_after_an_attempt_is_not_forgotten(clinic: Clinic, alert: AlertSeen) -> None:
    resolve(clinic, alert, "no_contact_made")
    clinic.later(minutes=60)
    assert clinic.paged(alert)[1:] == [("Nora", 60)]
    clinic.gateway.ignore_the_rest()


def test_after_contact_the_attempts_are_counted_anew(clinic: Clinic, alert: AlertSeen) -> None:
    for _ in range(2):
        resolve(clinic, alert, "no_contact_made")
    resolve(clinic, alert, "referred")
    clinic.clock.advance(hours=1)
    reopen_alert(clinic.service, site_id=clinic.site_id, alert_id=alert.id, agent="test", note=None)
    resolve(clinic, alert, "no_contact_made")
    assert clinic.alert().happened("attempt")[-1].startswith("Attempt 1:")
    clinic.tick()
    clinic.gateway.ignore_the_rest()


def test_attempts_put_off_no_page_that_it_takes_too_long(clinic: Clinic, alert: AlertSeen) -> None:
    acknowledge_alert(clinic.service, site_id=clinic.site_id, alert_id=alert.id, practitioner_id=clinic.tess, via="web")
    given = ResolutionGiven(outcome="no_contact_made")
    for _ in range(5):
        clinic.later(minutes=50)
        resolve_alert(
            clinic.service, site_id=clinic.site_id, alert_id=alert.id, practitioner_id=clinic.tess, agent="test",
            given=given,
        )  # fmt: skip
    paged = clinic.paged(alert)
    assert ("Tess", 150) in paged, "two hours are over: the owner hears of it at the next tick"
    assert [name for name, minute in paged if minute > 150].count("Nora") >= 1, "and then who is on call"
    clinic.gateway.ignore_the_rest()


def test_an_attempt_in_nobodys_name_holds_nobody_back(clinic: Clinic, alert: AlertSeen) -> None:
    given = ResolutionGiven(outcome="no_contact_made")
    assert not resolve_alert(
        clinic.service, site_id=clinic.site_id, alert_id=alert.id, practitioner_id=None, agent="token:1", given=given
    )
    assert clinic.alert().status == "triggered"
    clinic.later(minutes=15)
    assert clinic.paged(alert) == [("Nora", 0), ("Omar", 15)]
    clinic.gateway.ignore_the_rest()


def test_after_an_attempt_at_somebody_silent_the_next_call_comes_in_an_hour(clinic: Clinic, ana: str) -> None:
    for _ in range(72):
        clinic.later(hours=1)
    silent = clinic.alert(subject="silence")
    assert silent.tier == "amber"
    resolve(clinic, silent, "no_contact_made")
    before = len(clinic.paged(silent))
    clinic.later(hours=1)
    assert [name for name, _ in clinic.paged(silent)[before:]] == ["Nora"]
    clinic.gateway.ignore_the_rest()


def test_reaching_nobody_closes_an_amber_one(clinic: Clinic, ana: str) -> None:
    clinic.text(ANA, "STOP")
    clinic.gateway.ignore_the_rest()
    assert resolve(clinic, clinic.alert(), "no_contact_made")
    assert clinic.alert().status == "resolved"


def test_what_is_resolved_stays_resolved_and_pages_nobody(clinic: Clinic, alert: AlertSeen) -> None:
    resolve(clinic, alert, "advised_self_care")
    clinic.later(minutes=20)
    clinic.later(hours=3)
    assert clinic.paged(alert) == [("Nora", 0)]
    with pytest.raises(Conflict, match="resolved already"):
        resolve(clinic, alert, "advised_self_care")
    assert clinic.text(NORA, alert.code) == "code_unknown"
    clinic.gateway.expect(NORA, "Nothing has changed")


def test_reopened_it_starts_from_the_first_step(clinic: Clinic, alert: AlertSeen) -> None:
    resolve(clinic, alert, "advised_self_care")
    clinic.clock.advance(hours=1)
    reopen_alert(clinic.service, site_id=clinic.site_id, alert_id=alert.id, agent="test", note="It came back")
    clinic.tick()
    seen = clinic.alert()
    assert (seen.status, seen.acknowledged_by, seen.outcome) == ("triggered", None, None)
    assert clinic.paged(alert) == [("Nora", 0), ("Nora", 60)]
    clinic.later(minutes=15)
    clinic.gateway.expect(OMAR, "RED")
    with pytest.raises(Conflict, match="open already"):
        reopen_alert(clinic.service, site_id=clinic.site_id, alert_id=alert.id, agent="test", note=None)
    clinic.gateway.ignore_the_rest()


def test_contact_is_never_from_long_before_the_alert_was_first_opened(clinic: Clinic, alert: AlertSeen) -> None:
    opened_at = clinic.clock.now()
    clinic.clock.advance(minutes=30)
    resolve(clinic, alert, "advised_self_care")
    clinic.clock.advance(hours=1)
    reopen_alert(clinic.service, site_id=clinic.site_id, alert_id=alert.id, agent="test", note=None)
    with pytest.raises(Rejected) as refused:
        resolve(clinic, alert, "admitted", contacted_at=opened_at - timedelta(days=2))
    assert "before the alert was opened" in refused.value.problems["contacted_at"][0]
    assert resolve(clinic, alert, "admitted", contacted_at=opened_at + timedelta(minutes=10))
    clinic.gateway.ignore_the_rest()


def test_one_is_not_reopened_beside_another_about_the_same(clinic: Clinic, alert: AlertSeen) -> None:
    resolve(clinic, alert, "advised_self_care")
    clinic.text(ANA, "I have chest pain again")
    assert len(clinic.alerts()) == 2
    with pytest.raises(Conflict, match="Another alert about the same is open"):
        reopen_alert(clinic.service, site_id=clinic.site_id, alert_id=alert.id, agent="test", note=None)
    clinic.gateway.ignore_the_rest()


def test_an_alert_of_another_clinic_does_not_exist(clinic: Clinic, alert: AlertSeen) -> None:
    other = create_site(clinic.service, code="lakeside")
    about = {"site_id": other, "alert_id": alert.id}
    with pytest.raises(NotFound):
        resolve(clinic, alert, "advised_self_care", site_id=other)
    with pytest.raises(NotFound):
        acknowledge_alert(clinic.service, practitioner_id=clinic.nora, via="web", **about)
    with pytest.raises(NotFound):
        note_alert(clinic.service, agent="test", note="hello", **about)
    with pytest.raises(NotFound):
        reopen_alert(clinic.service, agent="test", note=None, **about)


def test_a_code_is_not_given_again_for_a_fortnight(clinic: Clinic) -> None:
    create_patient(clinic.service, site_id=clinic.site_id, program=None)
    clinic.text(ANA, "I have chest pain")
    alert = clinic.alert()
    resolve(clinic, alert, "advised_self_care")
    clinic.clock.advance(days=13)
    clinic.damage(Site, alert_counter=0)  # a hundred nurses later the codes come round again
    clinic.text(ANA, "I have chest pain")
    assert clinic.alert(status="triggered").code != alert.code
    clinic.gateway.ignore_the_rest()


def test_after_a_death_nothing_more_is_asked_or_sent_and_what_is_open_stays(clinic: Clinic, ana: str) -> None:
    create_related_person(clinic.service, site_id=clinic.site_id, patient_id=ana)
    clinic.hurry()
    clinic.text(ANA, "I have chest pain")
    clinic.text(ANA, "my leg is weak and I cannot feel it")
    first, *others = clinic.alerts(kind="clinical")
    assert others
    clinic.gateway.ignore_the_rest()
    before = len(clinic.gateway.departures)
    resolve(clinic, first, "died", contacted_at=clinic.clock.now())
    assert "Recorded as deceased: nothing more is asked or sent." in clinic.alert(id=first.id).happened("resolved")[0]
    (patient,) = clinic.rows(Patient)
    assert patient.status == "deceased"
    for day in ("tue", "wed", "thu", "sat"):
        clinic.at(f"{day} 12:00")
    assert not [sent for sent in clinic.gateway.departures[before:] if sent.recipient in (ANA, ROSA)]
    assert {alert.status for alert in clinic.alerts(kind="clinical")} == {"resolved", "triggered"}
    clinic.gateway.ignore_the_rest()

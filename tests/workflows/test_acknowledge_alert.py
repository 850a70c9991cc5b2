"""The first who takes an alert has it, the others are told, and nothing else than the right code takes one."""

import pytest

from app.errors import Conflict
from app.workflows.acknowledge_alert import acknowledge_alert
from app.workflows.escalate_alerts import escalate_alerts
from app.workflows.resolve_alert import ResolutionGiven, resolve_alert
from tests.factories import (
    ANA,
    BEN,
    NORA,
    OMAR,
    ROSA,
    STAN,
    STRANGER,
    TESS,
    create_patient,
    create_practitioner,
    create_related_person,
    create_shift,
    create_site,
)
from tests.world import AlertSeen, Clinic

TAKEN = "acknowledged"
SEEN = "Nora at Riverside Clinic has seen what you wrote"


@pytest.fixture
def alert(clinic: Clinic, ana: str) -> AlertSeen:
    """A red alert that Nora was paged for."""
    clinic.text(ANA, "I have chest pain")
    clinic.gateway.expect(ANA)
    clinic.gateway.expect(NORA, "RED")
    return clinic.alert()


@pytest.mark.parametrize("typed", ["1A", "1a", " 1a. ", "１A"])
def test_the_code_alone_takes_it_in_any_case(clinic: Clinic, alert: AlertSeen, typed: str) -> None:
    assert clinic.text(NORA, typed) == "acknowledged"
    clinic.gateway.expect(NORA, "1A is yours")
    clinic.gateway.expect(ANA, SEEN)
    seen = clinic.alert()
    assert (seen.status, seen.acknowledged_by) == ("acknowledged", clinic.nora)
    clinic.later(minutes=45)
    assert clinic.paged(alert) == [("Nora", 0)], "taking it stops the ladder"


def test_others_who_were_paged_are_told_who_has_it(clinic: Clinic, alert: AlertSeen) -> None:
    clinic.later(minutes=15)
    clinic.gateway.expect(OMAR, "RED")
    clinic.text(OMAR, "1A")
    clinic.gateway.expect(OMAR, "1A is yours")
    clinic.gateway.expect(NORA, "1A: Omar Haddad has taken it")
    clinic.gateway.expect(ANA, "Omar at Riverside Clinic has seen what you wrote")


def test_the_second_is_told_who_was_faster(clinic: Clinic, alert: AlertSeen) -> None:
    clinic.later(minutes=15)
    clinic.text(OMAR, "1A")
    clinic.gateway.ignore_the_rest()
    assert clinic.text(NORA, "1A") == "already_taken"
    clinic.gateway.expect(NORA, "1A: Omar Haddad already took it at 10:15")
    assert clinic.alert().acknowledged_by == clinic.omar


def test_taking_what_one_has_already_is_fine(clinic: Clinic, alert: AlertSeen) -> None:
    for _ in range(2):
        clinic.text(NORA, "1A")
        clinic.gateway.expect(NORA, "1A is yours")
    clinic.gateway.expect(ANA, SEEN)
    assert len(clinic.alert().happened("acknowledged")) == 1


@pytest.mark.parametrize("sender", [TESS, STAN])
def test_a_nurse_who_was_not_paged_cannot_take_it(clinic: Clinic, alert: AlertSeen, sender: str) -> None:
    lakeside = create_site(clinic.service, code="lakeside", public_name="Lakeside Clinic")
    create_practitioner(clinic.service, site_id=lakeside, name="Stan Weber", phone=STAN)
    assert clinic.text(sender, "1A") == "code_unknown"
    clinic.gateway.expect(sender, "Nothing has changed")
    assert clinic.alert().status == "triggered"


def test_the_code_from_a_number_that_nobody_has_takes_nothing(clinic: Clinic, alert: AlertSeen) -> None:
    assert clinic.text(STRANGER, "1A") == "unknown_sender"
    clinic.gateway.expect(STRANGER)
    assert clinic.alert(id=alert.id).status == "triggered"


def test_the_same_code_at_another_clinic_is_another_alert(clinic: Clinic, alert: AlertSeen) -> None:
    lakeside = create_site(clinic.service, code="lakeside", public_name="Lakeside Clinic", senders=["+15550100009"])
    stan = create_practitioner(clinic.service, site_id=lakeside, name="Stan Weber", phone=STAN)
    create_shift(clinic.service, site_id=lakeside, staff=stan)
    clinic.text(STRANGER, "he has chest pain", recipient="+15550100009")
    clinic.gateway.expect(STAN, "RED 1A")
    clinic.gateway.expect(STRANGER)
    clinic.text(STAN, "1A")
    clinic.gateway.expect(STAN, "1A is yours")
    assert {a.site_id: a.status for a in clinic.alerts()} == {
        clinic.site_id: "triggered",
        lakeside: "acknowledged",
    }


def test_a_page_more_than_twelve_hours_old_cannot_be_answered(clinic: Clinic, alert: AlertSeen) -> None:
    clinic.clock.advance(hours=12, minutes=1)
    assert clinic.receive(NORA, "1A") == "code_unknown"
    assert clinic.alert().status == "triggered"
    clinic.tick()
    clinic.gateway.expect(NORA, "1A was sent more than 12 hours ago")
    clinic.gateway.ignore_the_rest()


def test_the_code_of_a_closed_alert_says_that_it_is_closed(clinic: Clinic, alert: AlertSeen) -> None:
    given = ResolutionGiven(outcome="referred")
    close = {"site_id": clinic.site_id, "practitioner_id": clinic.tess, "agent": "test"}
    resolve_alert(clinic.service, alert_id=alert.id, given=given, **close)
    assert clinic.text(NORA, "1A") == "code_unknown"
    clinic.gateway.expect(NORA, "1A is closed already. Nothing has changed.")


def test_several_codes_at_once_take_each_of_them_and_one_text_answers(clinic: Clinic, alert: AlertSeen) -> None:
    ben = create_patient(clinic.service, site_id=clinic.site_id, given_name="Ben", phone=BEN)
    clinic.text(BEN, "I have chest pain")
    clinic.gateway.ignore_the_rest()
    assert clinic.text(NORA, "1a, 1b 9x") == "acknowledged"
    (answer,) = [sent.body for sent in clinic.gateway.departures if sent.recipient == NORA and "yours" in sent.body]
    assert [line.split(",")[0].split(" to this")[0] for line in answer.split("\n")] == [
        "1A is yours", "1B is yours", "9X is not an open alert that was sent",
    ]  # fmt: skip
    assert {(a.patient_id == ben, a.status) for a in clinic.alerts()} == {
        (True, "acknowledged"),
        (False, "acknowledged"),
    }
    clinic.gateway.ignore_the_rest()


def test_one_code_at_two_clinics_takes_the_alert_that_still_waits(clinic: Clinic, alert: AlertSeen) -> None:
    lakeside = create_site(clinic.service, code="lakeside", public_name="Lakeside Clinic", senders=["+15550100009"])
    there = create_practitioner(clinic.service, site_id=lakeside)
    assert there == clinic.nora, "one nurse at two clinics"
    create_shift(clinic.service, site_id=lakeside, staff=there)
    clinic.clock.advance(minutes=1)
    clinic.text(STRANGER, "he has chest pain", recipient="+15550100009")
    clinic.gateway.expect(NORA, "RED 1A")
    for _ in range(2):
        clinic.text(NORA, "1A")
        clinic.gateway.expect(NORA, "1A is yours")
    assert {a.status for a in clinic.alerts()} == {"acknowledged"}
    clinic.gateway.ignore_the_rest()


def test_an_unknown_code_changes_nothing_and_says_so(clinic: Clinic, alert: AlertSeen) -> None:
    assert clinic.text(NORA, "2B") == "code_unknown"
    clinic.gateway.expect(NORA, "2B is not an open alert that was sent to this phone. Nothing has changed.")


def test_a_question_is_no_acknowledgement(clinic: Clinic, alert: AlertSeen) -> None:
    assert clinic.text(NORA, "1A?") == "code_unknown"
    clinic.gateway.expect(NORA, "Nothing has changed")
    assert clinic.alert().status == "triggered"


def test_pages_still_waiting_are_called_off(clinic: Clinic, alert: AlertSeen) -> None:
    clinic.clock.advance(minutes=15)
    escalate_alerts(clinic.service)  # Omar's page waits in the outbox
    clinic.receive(NORA, "1A")
    clinic.tick()
    clinic.gateway.expect(NORA, "1A is yours")
    clinic.gateway.expect(OMAR, "1A: Nora Lindqvist has taken it")
    clinic.gateway.expect(ANA, SEEN)
    clinic.gateway.nothing_unexpected()


def test_from_the_list_the_first_wins_too(clinic: Clinic, alert: AlertSeen) -> None:
    def take(who: str) -> None:
        acknowledge_alert(clinic.service, site_id=clinic.site_id, alert_id=alert.id, practitioner_id=who, via="web")

    take(clinic.tess)
    take(clinic.tess)
    with pytest.raises(Conflict, match="Tess Okoye has taken this alert"):
        take(clinic.omar)
    assert clinic.alert().acknowledged_by == clinic.tess
    clinic.tick()
    clinic.gateway.expect(NORA, "Tess Okoye has taken it")
    clinic.gateway.expect(ANA, "Tess at Riverside Clinic has seen what you wrote")


# --- whoever was told that help is coming hears that somebody has seen it ---


def take_all(clinic: Clinic) -> None:
    for alert in clinic.alerts(status="triggered"):
        acknowledge_alert(
            clinic.service, site_id=clinic.site_id, alert_id=alert.id, practitioner_id=clinic.nora, via="web"
        )
    clinic.hurry()


def seen_texts(clinic: Clinic) -> list[str]:
    return [d.recipient for d in clinic.gateway.departures if "has seen what you wrote" in d.body]


def test_it_is_said_once_however_many_alerts_one_check_in_raised(clinic: Clinic, ana: str) -> None:
    clinic.ask(ana)
    clinic.text(ANA, "9 8 1")
    assert len(clinic.alerts(tier="red")) == 2
    take_all(clinic)
    assert seen_texts(clinic) == [ANA]
    clinic.gateway.ignore_the_rest()


def test_it_is_said_again_when_worse_came_in_and_somebody_takes_that_on(clinic: Clinic, ana: str) -> None:
    clinic.text(ANA, "I have chest pain")
    take_all(clinic)
    clinic.later(minutes=10)
    clinic.text(ANA, "the chest pain is back")
    take_all(clinic)
    assert seen_texts(clinic) == [ANA, ANA]
    clinic.gateway.ignore_the_rest()


def test_it_goes_to_whoever_wrote(clinic: Clinic, ana: str) -> None:
    create_related_person(clinic.service, site_id=clinic.site_id, patient_id=ana)
    clinic.text(ROSA, "Mom is very confused since this morning")
    take_all(clinic)
    assert seen_texts(clinic) == [ROSA]
    clinic.gateway.ignore_the_rest()


def test_of_several_who_wrote_it_goes_to_the_last(clinic: Clinic, ana: str) -> None:
    create_related_person(clinic.service, site_id=clinic.site_id, patient_id=ana)
    clinic.hurry()
    clinic.text(ANA, "I have chest pain")
    take_all(clinic)
    clinic.later(minutes=5)
    clinic.text(ROSA, "she is worse, chest pain again")
    assert clinic.alert().reason.startswith("Caregiver Rosa Flores writes: Red-flag words, chest pain")
    take_all(clinic)
    assert seen_texts(clinic) == [ANA, ROSA]
    clinic.gateway.ignore_the_rest()


def test_nothing_is_said_where_nobody_was_told_that_help_is_coming(clinic: Clinic, ana: str) -> None:
    clinic.text(ANA, "a question about my pills")  # for the team's list
    clinic.text(STRANGER, "I have chest pain")  # of nobody that we know
    clinic.text(ANA, "STOP")  # an amber alert
    take_all(clinic)
    assert seen_texts(clinic) == []
    clinic.gateway.ignore_the_rest()


def test_whoever_has_stopped_texts_meanwhile_gets_none(clinic: Clinic, alert: AlertSeen) -> None:
    clinic.text(ANA, "STOP")
    clinic.text(NORA, "1A")
    assert seen_texts(clinic) == []
    clinic.gateway.ignore_the_rest()

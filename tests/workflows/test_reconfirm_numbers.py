"""Numbers change hands: who was silent for long is asked whether our texts still reach them."""

from typing import Any

import pytest

from app.alerts.models import Alert
from app.db import site_scope
from app.messaging.models import OutboundMessage
from app.patients import store as patients
from app.patients.models import ContactPoint
from app.workflows.reconfirm_numbers import confirm_number, reconfirm_numbers
from tests.factories import ANA, BEN, ROSA, create_patient, create_patients, create_related_person
from tests.world import Clinic, counting

STILL_YOURS = "do our texts still reach you?"


def contact(clinic: Clinic, **having: Any) -> ContactPoint:
    (found,) = clinic.rows(ContactPoint, **having)
    return found


def silent(clinic: Clinic, patient_id: str, *, days: int = 31) -> None:
    """So many days go by without a word from Ana, who is texted all the same."""
    clinic.clock.advance(days=days - 1)
    clinic.ask(patient_id)
    clinic.clock.advance(days=1)
    clinic.gateway.ignore_the_rest()


def texted(clinic: Clinic, number: str) -> None:
    clinic.hurry()
    clinic.gateway.expect(number, STILL_YOURS)


def test_after_thirty_silent_days_ana_is_asked_once(clinic: Clinic, ana: str) -> None:
    silent(clinic, ana)
    assert reconfirm_numbers(clinic.service) == 1
    assert (contact(clinic).status, contact(clinic).asked_again_at) == ("unconfirmed", clinic.clock.now())
    clinic.hurry()
    asked = clinic.gateway.expect(ANA, STILL_YOURS)
    assert "Ana" not in asked.body and "Flores" not in asked.body
    assert reconfirm_numbers(clinic.service) == 0
    clinic.hurry()
    clinic.gateway.nothing_unexpected()


@pytest.mark.parametrize("heard", ["text", "recent"])
def test_whom_we_hear_from_is_not_asked(clinic: Clinic, ana: str, heard: str) -> None:
    silent(clinic, ana, days=31 if heard == "text" else 29)
    if heard == "text":
        clinic.damage(ContactPoint, heard_from_at=clinic.clock.now())
    assert reconfirm_numbers(clinic.service) == 0
    assert contact(clinic).status == "active"


def test_a_number_that_nothing_is_sent_to_is_not_asked(clinic: Clinic) -> None:
    create_patient(clinic.service, site_id=clinic.site_id, program=None)
    clinic.hurry()
    clinic.clock.advance(days=40)
    assert reconfirm_numbers(clinic.service) == 0
    clinic.gateway.ignore_the_rest()


def test_who_stopped_or_is_on_a_pause_is_not_asked(clinic: Clinic, ana: str) -> None:
    silent(clinic, ana)
    clinic.damage(ContactPoint, paused_until=clinic.clock.now().replace(year=2027))
    assert reconfirm_numbers(clinic.service) == 0
    clinic.damage(ContactPoint, paused_until=None)
    clinic.text(ANA, "STOP")
    clinic.damage(ContactPoint, heard_from_at=None, status="active")
    assert reconfirm_numbers(clinic.service) == 0  # nobody agreed to be texted any more
    clinic.gateway.ignore_the_rest()


def test_at_night_the_question_waits_for_the_morning(clinic: Clinic, ana: str) -> None:
    silent(clinic, ana)
    clinic.clock.advance(hours=13)  # eleven at night
    reconfirm_numbers(clinic.service)
    clinic.hurry()
    clinic.gateway.nothing_unexpected()
    clinic.clock.advance(hours=9)
    texted(clinic, ANA)


def test_a_number_that_was_marked_is_asked_without_waiting(clinic: Clinic, ana: str) -> None:
    clinic.damage(ContactPoint, status="unconfirmed")
    assert reconfirm_numbers(clinic.service) == 1
    texted(clinic, ANA)


def test_two_people_on_one_phone_are_asked_once(clinic: Clinic, ana: str) -> None:
    create_related_person(clinic.service, site_id=clinic.site_id, patient_id=ana, phone=ANA)
    clinic.damage(ContactPoint, status="unconfirmed")
    clinic.hurry()
    clinic.gateway.ignore_the_rest()
    assert reconfirm_numbers(clinic.service) == 2
    texted(clinic, ANA)
    clinic.gateway.nothing_unexpected()


def test_a_helper_is_asked_in_her_own_language(clinic: Clinic, ana: str) -> None:
    rosa = create_related_person(clinic.service, site_id=clinic.site_id, patient_id=ana, language="es")
    clinic.hurry()
    clinic.gateway.ignore_the_rest()
    clinic.damage(ContactPoint, {"related_person_id": rosa}, status="unconfirmed")
    reconfirm_numbers(clinic.service)
    clinic.hurry()
    assert STILL_YOURS not in clinic.gateway.expect(ROSA).body


def test_without_an_answer_in_three_days_the_team_looks_for_another_way_once(clinic: Clinic, ana: str) -> None:
    clinic.damage(ContactPoint, status="unconfirmed")
    reconfirm_numbers(clinic.service)
    clinic.clock.advance(days=2, hours=23)
    assert reconfirm_numbers(clinic.service) == 0 and not clinic.alerts(kind="contact")
    clinic.clock.advance(hours=1)
    assert reconfirm_numbers(clinic.service) == 1
    task = clinic.alert(kind="contact")
    assert (task.tier, task.subject, task.patient_id) == ("amber", f"contact:{ana}", ana)
    assert reconfirm_numbers(clinic.service) == 0
    assert clinic.alert(kind="contact").events == task.events
    clinic.damage(  # the nurse has closed it: it is not raised again
        Alert, {"kind": "contact"}, status="resolved", resolved_at=clinic.clock.now(), next_action_at=None
    )
    assert reconfirm_numbers(clinic.service) == 0
    clinic.gateway.ignore_the_rest()


def test_whoever_answers_is_confirmed_and_the_task_says_so(clinic: Clinic, ana: str) -> None:
    clinic.damage(ContactPoint, status="unconfirmed")
    reconfirm_numbers(clinic.service)
    clinic.clock.advance(days=3)
    reconfirm_numbers(clinic.service)
    with clinic.db.transaction(site_scope(clinic.site_id)) as session:
        number = patients.list_contact_points_by_phone(session, phone=ANA)[0]
        patients.lock_patient(session, patient_id=ana)
        assert confirm_number(clinic.service, session, number, clinic.clock.now())
        assert not confirm_number(clinic.service, session, number, clinic.clock.now())
    assert contact(clinic).status == "active"
    assert clinic.alert(kind="contact").happened("note") == ["They answered: texts reach them."]
    clinic.gateway.ignore_the_rest()


def test_a_marked_number_stays_in_doubt_until_it_was_asked(clinic: Clinic, ana: str) -> None:
    clinic.damage(ContactPoint, status="unconfirmed")
    with clinic.db.transaction(site_scope(clinic.site_id)) as session:
        number = patients.list_contact_points_by_phone(session, phone=ANA)[0]
        assert not confirm_number(clinic.service, session, number, clinic.clock.now())
    assert contact(clinic).status == "unconfirmed"


def test_one_that_cannot_be_asked_holds_nobody_up(clinic: Clinic, ana: str) -> None:
    ben = create_patient(clinic.service, site_id=clinic.site_id, given_name="Ben", phone=BEN)
    clinic.hurry()
    clinic.gateway.ignore_the_rest()
    clinic.damage(ContactPoint, status="unconfirmed")
    clinic.damage(ContactPoint, {"patient_id": ana}, _value=b"\x01not by us")
    assert reconfirm_numbers(clinic.service) == 1
    assert contact(clinic, patient_id=ben).asked_again_at is not None
    texted(clinic, BEN)


def test_asking_twenty_takes_hardly_more_statements_than_asking_two(clinic: Clinic) -> None:
    counts = []
    for first, how_many in ((1, 2), (10, 20)):
        create_patients(clinic.service, site_id=clinic.site_id, how_many=how_many, first=first, program=None)
        clinic.damage(ContactPoint, {"asked_again_at": None}, status="unconfirmed")
        with counting(clinic.db) as statements:
            assert reconfirm_numbers(clinic.service) == how_many
        counts.append(len(statements))
    assert counts[1] - counts[0] <= 2, counts
    assert len(clinic.rows(OutboundMessage, kind="reminder")) == 22
    clinic.hurry()
    clinic.gateway.ignore_the_rest()

"""A text that comes in is kept exactly once, reaches the right person or none, and never vanishes."""

import pytest
from sqlalchemy import select, text

from app.checkins.models import PublishedProgram
from app.errors import Unavailable
from app.messaging.models import InboundMessage
from app.patients.models import ContactPoint
from app.staff.models import Site
from tests.factories import (
    ANA,
    NORA,
    STAN,
    STRANGER,
    create_patient,
    create_practitioner,
    create_related_person,
    create_shift,
    create_site,
)
from tests.world import Clinic


def test_the_same_text_handed_over_twice_counts_once(clinic: Clinic, ana: str) -> None:
    clinic.ask(ana)
    assert clinic.text(ANA, "8 3 5", sid="SM1") == "answer"
    assert clinic.text(ANA, "8 3 5", sid="SM1") == "duplicate"
    assert len(clinic.inbox()) == 1
    assert len(clinic.texts(kind="reply")) == 1
    assert clinic.alert().happened("evidence") == []
    clinic.gateway.ignore_the_rest()


@pytest.mark.parametrize("body", ["Liked “How much pain have you had, 0 to 10?”", "I'm driving right now."])
def test_what_a_telephone_wrote_by_itself_is_kept_and_is_no_answer(clinic: Clinic, ana: str, body: str) -> None:
    clinic.ask(ana)
    clinic.gateway.expect(ANA)
    assert clinic.text(ANA, body) == "automatic"
    assert len(clinic.inbox()) == 1
    assert clinic.answers() == {}


def test_a_stranger_gets_one_neutral_reply_a_day_and_a_place_on_the_list(clinic: Clinic) -> None:
    for _ in range(3):
        clinic.text(STRANGER, "hello, who is this?")
    clinic.gateway.expect(STRANGER, "we do not know this phone number")
    clinic.gateway.nothing_unexpected()
    alert = clinic.alert()
    assert (alert.kind, alert.tier, len(alert.happened("evidence"))) == ("review", "watch", 2)
    clinic.later(hours=25)
    clinic.text(STRANGER, "hello again")
    clinic.gateway.expect(STRANGER, "we do not know this phone number")
    assert len(clinic.inbox()) == 4


def test_a_stranger_with_chest_pain_pages_a_nurse(clinic: Clinic) -> None:
    clinic.text(STRANGER, "my dad has chest pain")
    assert clinic.alert().tier == "red"
    clinic.gateway.expect(NORA, "RED")
    clinic.gateway.expect(STRANGER, "In an emergency call 911")


def test_of_two_people_with_one_number_the_open_dialogue_decides(clinic: Clinic, ana: str) -> None:
    ben = create_patient(clinic.service, site_id=clinic.site_id, given_name="Ben")
    clinic.ask(ben)
    assert clinic.text(ANA, "2 1 2") == "answer"
    assert [r.patient_id for r in clinic.responses()] == [ben]
    clinic.gateway.ignore_the_rest()


@pytest.mark.parametrize("asked", [0, 2])
def test_of_two_people_with_one_number_nobody_is_guessed(clinic: Clinic, ana: str, asked: int) -> None:
    ben = create_patient(clinic.service, site_id=clinic.site_id, given_name="Ben")
    for patient_id in (ana, ben)[:asked]:
        clinic.ask(patient_id)
    clinic.gateway.ignore_the_rest()
    assert clinic.text(ANA, "8 1 2") == "who_is_writing"
    clinic.gateway.expect(ANA, "1 Ana, 2 Ben")
    assert (clinic.alerts(), clinic.answers()) == ([], {})
    clinic.later(minutes=31)
    alert = clinic.alert()
    assert (alert.kind, alert.tier, alert.patient_id) == ("review", "amber", None)
    assert "Ana Flores" in alert.reason and "Ben Flores" in alert.reason and "8 1 2" in alert.reason
    assert clinic.answers() == {}
    clinic.gateway.ignore_the_rest()


def test_whoever_says_who_they_are_is_heard_from_the_start(clinic: Clinic, ana: str) -> None:
    ben = create_patient(clinic.service, site_id=clinic.site_id, given_name="Ben")
    for patient_id in (ana, ben):
        clinic.ask(patient_id)
    clinic.text(ANA, "8 1 2")
    assert clinic.text(ANA, "2 Ben") == "said_who"
    assert [r.patient_id for r in clinic.responses()] == [ben]
    assert clinic.alert(subject="self:pain").patient_id == ben
    assert clinic.text(ANA, "1 1") == "answer"  # still Ben, who need not say it again
    assert {r.patient_id for r in clinic.responses()} == {ben}
    clinic.gateway.ignore_the_rest()


def test_two_people_with_one_name_cannot_say_who_they_are(clinic: Clinic, ana: str) -> None:
    create_patient(clinic.service, site_id=clinic.site_id, family_name="Ortega")
    assert clinic.text(ANA, "hello") == "ambiguous_sender"
    assert "Ana Ortega" in clinic.alert().reason
    clinic.gateway.ignore_the_rest()


def test_nobody_is_asked_who_they_are_by_a_stop_nor_twice(clinic: Clinic, ana: str) -> None:
    create_related_person(clinic.service, site_id=clinic.site_id, patient_id=ana, phone=ANA)
    clinic.tick()
    clinic.gateway.ignore_the_rest()
    clinic.text(ANA, "hello")
    clinic.gateway.expect(ANA, "Who is writing?")
    clinic.text(ANA, "about tomorrow")
    clinic.gateway.nothing_unexpected()
    assert clinic.text(ANA, "stop") == "opt_out"
    clinic.gateway.expect(ANA, "we have stopped")
    clinic.gateway.ignore_the_rest()


def test_a_number_is_known_to_be_alive(clinic: Clinic, ana: str) -> None:
    clinic.text(ANA, "good morning")
    assert clinic.rows(ContactPoint)[0].heard_from_at == clinic.clock.now()
    clinic.gateway.ignore_the_rest()


def test_a_red_flag_from_a_shared_number_is_red(clinic: Clinic, ana: str) -> None:
    create_related_person(clinic.service, site_id=clinic.site_id, patient_id=ana, phone=ANA)
    clinic.text(ANA, "she can't breathe")
    assert clinic.alert().tier == "red"
    clinic.gateway.expect(NORA, "RED")
    clinic.gateway.ignore_the_rest()


def test_stop_from_a_shared_number_stops_everybody_on_it_with_one_confirmation(clinic: Clinic, ana: str) -> None:
    ben = create_patient(clinic.service, site_id=clinic.site_id, given_name="Ben")
    clinic.tick()
    clinic.gateway.ignore_the_rest()
    clinic.text(ANA, "STOP")
    clinic.gateway.expect(ANA, "we have stopped")
    clinic.gateway.expect(NORA, "AMBER")
    assert {a.patient_id for a in clinic.alerts(kind="opt_out")} == {ana, ben}
    clinic.gateway.ignore_the_rest()
    clinic.at("tue 10:00")
    assert clinic.texts(kind="invitation") == []
    clinic.gateway.ignore_the_rest()


def test_a_number_known_at_two_clinics_reaches_the_one_that_asked_and_only_that(clinic: Clinic, ana: str) -> None:
    service, other = clinic.service, create_site(clinic.service, code="lakeside", public_name="Lakeside Clinic")
    stan = create_practitioner(service, site_id=other, name="Stan Weber", phone=STAN)
    create_shift(service, site_id=other, staff=stan)
    create_patient(service, site_id=other, given_name="Anita", program=None)
    clinic.tick()
    clinic.gateway.ignore_the_rest()
    clinic.ask(ana)
    clinic.gateway.expect(ANA, "Riverside Clinic")
    clinic.text(ANA, "8 1 1")
    assert clinic.alert().site_id == clinic.site_id
    clinic.gateway.expect(NORA, "RED")
    clinic.gateway.expect(ANA, "We have alerted the nurse")
    clinic.gateway.nothing_unexpected()  # Stan hears nothing


def test_without_an_open_dialogue_each_clinic_is_told_of_its_own_patient_only(clinic: Clinic, ana: str) -> None:
    service, other = clinic.service, create_site(clinic.service, code="lakeside", public_name="Lakeside Clinic")
    stan = create_practitioner(service, site_id=other, name="Stan Weber", phone=STAN)
    create_shift(service, site_id=other, staff=stan)
    create_patient(service, site_id=other, given_name="Anita", program=None)
    clinic.tick()
    clinic.gateway.ignore_the_rest()
    clinic.text(ANA, "I have chest pain")
    told = {a.site_id: a.reason for a in clinic.alerts(tier="red")}
    assert set(told) == {clinic.site_id, other}
    assert "Anita" not in told[clinic.site_id] and "Ana Flores" not in told[other]
    clinic.gateway.expect(NORA, "RED")
    clinic.gateway.expect(STAN, "RED")
    clinic.gateway.ignore_the_rest()


def test_a_new_clinic_can_enrol_in_what_is_published(clinic: Clinic) -> None:
    other = create_site(clinic.service, code="lakeside", public_name="Lakeside Clinic")
    create_patient(clinic.service, site_id=other)
    clinic.tick()
    clinic.gateway.expect(ANA, "Lakeside Clinic: welcome")
    clinic.at("tue 10:00")
    clinic.gateway.expect(ANA, "Lakeside Clinic: how are you today")


def test_a_nurses_chat_is_answered_and_changes_nothing(clinic: Clinic) -> None:
    clinic.text(NORA, "on my way")
    reply = clinic.gateway.expect(NORA, "Nothing has changed").body
    assert "on my way" in reply
    assert clinic.alerts() == []


def test_odd_characters_are_cleaned_and_the_raw_text_is_kept(clinic: Clinic, ana: str) -> None:
    clinic.ask(ana)
    assert clinic.text(ANA, "2\x00 1\x00 1") == "answer"
    with clinic.reading() as session:
        row = session.scalars(select(InboundMessage)).one()
        assert (row.body, row.raw_body) == ("2 1 1", "2\x00 1\x00 1")
    clinic.gateway.ignore_the_rest()


def test_a_text_from_an_unreachable_number_makes_it_reachable_again(clinic: Clinic, ana: str) -> None:
    clinic.damage(ContactPoint, status="unreachable")
    clinic.text(ANA, "my phone was off for a week")
    clinic.gateway.expect(ANA, "we have saved your message")
    clinic.at("tue 10:00")
    clinic.gateway.expect(ANA, "how are you today")


# --- when something fails on the way ---


def test_a_text_that_cannot_be_handled_is_kept_and_a_nurse_is_called(clinic: Clinic, ana: str) -> None:
    clinic.ask(ana)
    clinic.gateway.expect(ANA)
    clinic.break_program("advanced-cancer")
    assert clinic.text(ANA, "8 1 1") == "failed"
    (row,) = clinic.inbox()
    alert = clinic.alert()
    assert (row.result, row.patient_id) == ("failed", ana)
    assert (alert.tier, alert.kind, alert.patient_id) == ("red", "review", ana)
    clinic.gateway.expect(NORA, "RED")


def test_a_text_is_kept_even_when_nobody_can_be_called(clinic: Clinic, ana: str) -> None:
    clinic.damage(Site, clinic_hours={"mon": 5}, language="xx")
    assert clinic.receive(ANA, "I feel worse") == "failed"
    assert [row.result for row in clinic.inbox()] == ["failed"]


def test_a_value_that_the_database_refuses_does_not_lose_the_text(clinic: Clinic, ana: str) -> None:
    # An alert has room for 120 characters here: PostgreSQL refuses more, with an error of its own.
    definition = clinic.rows(PublishedProgram)[0].definition
    clinic.damage(PublishedProgram, definition={**definition, "version": "x" * 200})
    clinic.ask(ana)
    clinic.gateway.expect(ANA)
    clinic.text(ANA, "8 1 1")
    assert len(clinic.inbox()) == 1
    assert clinic.alert().tier == "red"
    clinic.gateway.ignore_the_rest()


def test_when_the_database_is_away_the_provider_is_told_to_come_again(clinic: Clinic, ana: str) -> None:
    _rename(clinic, "inbound_message", "gone")
    try:
        with pytest.raises(Unavailable):
            clinic.receive(ANA, "8 1 1")
    finally:
        _rename(clinic, "gone", "inbound_message")


def _rename(clinic: Clinic, table: str, name: str) -> None:
    with clinic.db.engine.begin() as connection:
        connection.execute(text(f"ALTER TABLE {table} RENAME TO {name}"))

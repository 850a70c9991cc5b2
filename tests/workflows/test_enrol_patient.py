"""Registering people: all of a list or none of it, and a first text that says who writes and how to stop."""

from datetime import date

import pytest

from app.checkins.models import CheckinPlan, Enrolment
from app.errors import Conflict, NotFound, Rejected
from app.patients.models import Consent, ContactPoint, Patient
from app.workflows.change_patient import PatientChanges, change_patient
from app.workflows.enrol_patient import ConsentGiven, add_patients
from tests.factories import (
    AGENT,
    ANA,
    ROSA,
    create_patient,
    create_related_person,
    create_site,
    enrol,
    patient_details,
)
from tests.world import Clinic


def test_the_first_text_names_the_clinic_says_not_for_emergencies_and_how_to_stop(clinic: Clinic) -> None:
    create_patient(clinic.service, site_id=clinic.site_id)
    clinic.tick()
    welcome = clinic.gateway.expect(ANA).body
    assert all(said in welcome for said in ("Riverside Clinic", "Not for emergencies", "911", "STOP", "HELP"))
    assert "Ana" not in welcome and "cancer" not in welcome


def test_a_list_is_taken_whole(clinic: Clinic) -> None:
    rows = [patient_details(phone=f"+1555012000{n}", mrn=f"R-{n}") for n in range(5)]
    ids = add_patients(clinic.service, site_id=clinic.site_id, rows=rows, agent=AGENT)
    assert len(ids) == len({*ids}) == len(clinic.rows(Patient)) == 5
    clinic.tick()
    clinic.gateway.ignore_the_rest()


def test_one_wrong_row_keeps_the_whole_list_out_and_every_wrong_field_is_named(clinic: Clinic) -> None:
    rows = [
        patient_details(mrn="R-1"),
        patient_details(phone="12", time_zone="Mars/Base", birth_date=date(2030, 1, 1)),
        patient_details(mrn="R-1", phone="+15550120002"),
        patient_details(language="xx", given_name=" ", program="no-such-program", phone="+15550120003"),
        patient_details(program="no-such-program", phone="+15550120004"),
    ]
    with pytest.raises(Rejected) as refused:
        add_patients(clinic.service, site_id=clinic.site_id, rows=rows, agent=AGENT)
    assert sorted(refused.value.problems) == [
        "rows[1].birth_date", "rows[1].phone", "rows[1].time_zone", "rows[2].mrn", "rows[3].given_name",
        "rows[3].language", "rows[3].program", "rows[4].program",
    ]  # fmt: skip
    for table in (Patient, ContactPoint, Consent, Enrolment, CheckinPlan):
        assert clinic.rows(table) == []
    clinic.tick()
    clinic.gateway.nothing_unexpected()


def test_a_record_number_belongs_to_one_patient_of_a_clinic(clinic: Clinic) -> None:
    create_patient(clinic.service, site_id=clinic.site_id, mrn="R-1")
    with pytest.raises(Conflict, match="mrn"):
        create_patient(clinic.service, site_id=clinic.site_id, mrn=" R-1 ")
    other = create_site(clinic.service, code="lakeside")
    create_patient(clinic.service, site_id=other, mrn="R-1")
    clinic.tick()
    clinic.gateway.ignore_the_rest()


def test_consent_is_kept_as_it_was_given(clinic: Clinic) -> None:
    given = clinic.clock.now()
    consent = ConsentGiven(method="written", given_at=given, text_version="2026-01")
    create_patient(clinic.service, site_id=clinic.site_id, consent=consent)
    (row,) = clinic.rows(Consent)
    assert (row.method, row.given_at, row.text_version, row.withdrawn_at) == ("written", given, "2026-01", None)
    clinic.tick()
    clinic.gateway.ignore_the_rest()


def test_a_program_is_followed_once(clinic: Clinic, ana: str) -> None:
    with pytest.raises(Conflict, match="already"):
        enrol(clinic.service, site_id=clinic.site_id, patient_id=ana)
    assert len(clinic.rows(Enrolment)) == 1
    with pytest.raises(NotFound):
        enrol(clinic.service, site_id=create_site(clinic.service, code="lakeside"), patient_id=ana)


def test_the_first_slot_is_the_next_one_and_a_program_may_have_none(clinic: Clinic, ana: str) -> None:
    slots = {plan.name: plan.next_slot_at for plan in clinic.rows(CheckinPlan)}
    assert slots["bad-day"] is None
    assert slots["daily"] is not None and slots["daily"] > clinic.clock.now()


def test_whoever_comes_to_help_later_is_asked_from_then_on(clinic: Clinic, ana: str) -> None:
    create_related_person(clinic.service, site_id=clinic.site_id, patient_id=ana)
    plans = {(p.name, p.related_person_id is None) for p in clinic.rows(CheckinPlan)}
    assert plans >= {("daily", True), ("bad-day", True), ("caregiver", False)}
    assert all(patients_own != name.startswith("caregiver") for name, patients_own in plans)
    clinic.tick()
    clinic.gateway.expect(ROSA)


def test_a_helper_who_may_not_report_is_not_asked(clinic: Clinic, ana: str) -> None:
    create_related_person(clinic.service, site_id=clinic.site_id, patient_id=ana, may_report=False, may_receive=False)
    clinic.tick()
    assert all(p.related_person_id is None for p in clinic.rows(CheckinPlan))
    clinic.gateway.nothing_unexpected()


def test_a_new_number_takes_over_and_the_old_one_hears_nothing_more(clinic: Clinic, ana: str) -> None:
    clinic.clock.advance(minutes=1)
    changes = PatientChanges(phone="+15550120009")
    change_patient(clinic.service, site_id=clinic.site_id, patient_id=ana, changes=changes, agent=AGENT)
    clinic.at("tue 10:00")
    clinic.gateway.expect("+15550120009", "how are you today")
    assert clinic.text(ANA, "8 1 1") == "unknown_sender"
    clinic.gateway.expect(ANA, "we do not know this phone number")

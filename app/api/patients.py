"""Calls on patients: register, find, change, add those who help, start a program."""

from typing import Any

from app.api.calls import PREFIX, Calls
from app.api.context import caller, service, site_id
from app.api.lists import list_of, listed, where
from app.api.patient_schemas import (
    EnrolmentIn,
    EnrolmentOut,
    PatientChangesIn,
    PatientIn,
    PatientOut,
    PatientQuery,
    RelatedPersonIn,
    RelatedPersonOut,
)
from app.reports.api_lists.patients import get_patient_row, get_related_person_row, list_patients
from app.workflows.change_patient import PatientChanges, change_patient
from app.workflows.enrol_patient import (
    ConsentGiven,
    PatientDetails,
    RelatedPersonDetails,
    add_patients,
    add_related_person,
    enrol_patient,
)
from app.workflows.note_reading import note_reading

patients = Calls("patients", __name__, "People who are asked how they are, and those who help them.")


@patients.call("POST", "/patients", needs="write", body=PatientIn, answer=PatientOut, status=201, located=True)
def register_patient(body: dict[str, Any]) -> Any:
    """Register a patient.

    The first text names the clinic, says that this is not for emergencies, and how to stop.
    """
    details = PatientDetails(**_with_consent(body))
    [patient_id] = add_patients(service(), site_id=site_id(), rows=[details], agent=caller().agent)
    row = get_patient_row(service().db, site_id=site_id(), patient_id=patient_id)
    return row, {"Location": f"{PREFIX}/patients/{patient_id}"}


@patients.call("GET", "/patients", needs="read", query=PatientQuery, answer=list_of(PatientOut))
def find_patients(query: dict[str, Any]) -> Any:
    """List patients, newest first."""
    filters = {name: query.get(name) for name in ("q", "status", "program")}
    return listed(list_patients(service().db, site_id=site_id(), **filters, **where(query)))


@patients.call("GET", "/patients/<patient_id>", needs="read", answer=PatientOut)
def read_patient(patient_id: str) -> Any:
    """Read one patient."""
    row = get_patient_row(service().db, site_id=site_id(), patient_id=patient_id)
    note_reading(service(), site_id=site_id(), agent=caller().agent, entity="patient", entity_id=patient_id)
    return row


@patients.call("PATCH", "/patients/<patient_id>", needs="write", body=PatientChangesIn, answer=PatientOut)
def update_patient(body: dict[str, Any], patient_id: str) -> Any:
    """Change a patient.

    Nothing more goes to an old number. Whoever is stopped or has died is asked nothing more.
    """
    cleared = tuple(name for name, value in body.items() if value is None)
    changes = PatientChanges(**{**body, "clear": cleared})
    change_patient(service(), site_id=site_id(), patient_id=patient_id, changes=changes, agent=caller().agent)
    return get_patient_row(service().db, site_id=site_id(), patient_id=patient_id)


@patients.call(
    "POST",
    "/patients/<patient_id>/related-persons",
    needs="write",
    body=RelatedPersonIn,
    answer=RelatedPersonOut,
    status=201,
)
def register_related_person(body: dict[str, Any], patient_id: str) -> Any:
    """Register somebody who helps a patient. Several people may share a number."""
    details = RelatedPersonDetails(**_with_consent(body))
    person_id = add_related_person(
        service(), site_id=site_id(), patient_id=patient_id, details=details, agent=caller().agent
    )
    return get_related_person_row(service().db, site_id=site_id(), related_person_id=person_id)


@patients.call(
    "POST", "/patients/<patient_id>/enrolments", needs="write", body=EnrolmentIn, answer=EnrolmentOut, status=201
)
def start_program(body: dict[str, Any], patient_id: str) -> Any:
    """Start a program for a patient."""
    program: str = body["program"]
    enrolment_id = enrol_patient(
        service(), site_id=site_id(), patient_id=patient_id, program=program, agent=caller().agent
    )
    return {"id": enrolment_id, "patient": patient_id, "program": program}


def _with_consent(body: dict[str, Any]) -> dict[str, Any]:
    given = body.pop("consent", None)
    return {**body, "consent": ConsentGiven(**given)} if given else body

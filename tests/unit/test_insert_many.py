"""Rows that are written many at once are checked and sealed like those that are added one by one."""

from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import InvalidRequestError

from app.db import Database, Unconfined, all_sites, insert_many, site_scope
from app.patients.models import Patient
from app.staff.models import Site
from tests.fakes import MONDAY_TEN

ONE, TWO = site_scope("one"), site_scope("two")


def patient(name: str, **values: Any) -> dict[str, Any]:
    return {
        "given_name": name, "family_name": "Quintero", "birth_date": "1955-01-02", "mrn": None, "mrn_index": None,
        "time_zone": "America/New_York", "language": "es", "preferred_channel": "sms", "status": "active",
        "setting": "home", "created_at": MONDAY_TEN, **values,
    }  # fmt: skip


@pytest.fixture
def two_clinics(database: Database) -> Database:
    with database.transaction(all_sites()) as session:
        session.add_all(
            Site(
                id=code, code=code, public_name=f"Clinic {code}", time_zone="America/New_York", region="US",
                language="en", clinic_hours={}, after_hours_phone="+15550100100", emergency_number="911",
                fallback_name="Desk", fallback_phone="+15550100101", senders=[], is_default=code == "one",
                created_at=MONDAY_TEN,
            )
            for code in ("one", "two")
        )  # fmt: skip
    return database


def test_they_belong_to_the_clinic_and_are_read_back_as_written(two_clinics: Database) -> None:
    with two_clinics.transaction(ONE) as session:
        insert_many(session, Patient, [patient("José"), patient("Ana", id="ana")])
    with two_clinics.reading(ONE) as session:
        assert sorted(p.given_name for p in session.scalars(select(Patient))) == ["Ana", "José"]
        assert session.get_one(Patient, "ana").mrn == ""
    with two_clinics.reading(TWO) as session:
        assert session.scalars(select(Patient)).all() == []


def test_what_is_stored_cannot_be_read_without_the_key(two_clinics: Database) -> None:
    with two_clinics.transaction(ONE) as session:
        insert_many(session, Patient, [patient("Ana")])
        assert b"Ana" not in session.scalars(select(Patient)).one()._given_name


def test_another_clinics_row_is_refused_and_nothing_is_written(two_clinics: Database) -> None:
    with pytest.raises(Unconfined), two_clinics.transaction(ONE) as session:
        insert_many(session, Patient, [patient("Ana"), patient("Bea", site_id="two")])
    with two_clinics.reading(all_sites()) as session:
        assert session.scalars(select(Patient)).all() == []


def test_nothing_is_written_without_a_clinic_or_while_reading(two_clinics: Database) -> None:
    with pytest.raises(Unconfined), two_clinics.transaction(all_sites()) as session:
        insert_many(session, Patient, [patient("Ana", site_id="one")])
    with pytest.raises(InvalidRequestError), two_clinics.reading(ONE) as session:
        insert_many(session, Patient, [patient("Ana")])


def test_what_waits_in_the_session_is_written_before_them(two_clinics: Database) -> None:
    with two_clinics.transaction(ONE) as session:
        session.add(Patient(id="ana", **{k: v for k, v in patient("Ana").items() if k != "id"}))
        insert_many(session, Patient, [])
        insert_many(session, Patient, [patient("Bea", id="bea")])
    with two_clinics.reading(ONE) as session:
        assert {p.id for p in session.scalars(select(Patient))} == {"ana", "bea"}

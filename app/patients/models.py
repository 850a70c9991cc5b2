"""Tables of the people who are asked, how they are reached, and what they agreed to."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.columns import Base, Encrypted, SiteOwned, encrypted


class Patient(SiteOwned, Base):
    """A person who is asked how they are. The row is also the lock under which all that concerns them happens.

    ``intent`` is what their care is for: comfort, or disease-directed; empty while nobody has said.
    ``treatment_ended_at`` is when treatment against the disease was recorded as ended.
    """

    __tablename__ = "patient"
    __table_args__ = (
        UniqueConstraint("site_id", "mrn_index"),
        Index("ix_patient_site_created", "site_id", "created_at", "id"),
    )

    _given_name: Mapped[bytes] = mapped_column("given_name", Encrypted)
    given_name = encrypted("_given_name")
    _family_name: Mapped[bytes] = mapped_column("family_name", Encrypted)
    family_name = encrypted("_family_name")
    _birth_date: Mapped[bytes] = mapped_column("birth_date", Encrypted)
    birth_date = encrypted("_birth_date")
    _mrn: Mapped[bytes | None] = mapped_column("mrn", Encrypted)
    mrn = encrypted("_mrn")
    mrn_index: Mapped[str | None] = mapped_column(String(32))
    time_zone: Mapped[str] = mapped_column(String(64))
    language: Mapped[str] = mapped_column(String(12))
    preferred_channel: Mapped[str] = mapped_column(String(10))
    status: Mapped[str] = mapped_column(String(12))
    setting: Mapped[str] = mapped_column(String(12))
    intent: Mapped[str | None] = mapped_column(String(20))
    treatment_ended_at: Mapped[datetime | None]
    created_at: Mapped[datetime]


class NameToken(SiteOwned, Base):
    """The look-up hash of one whole word of a patient's name, case- and accent-folded."""

    __tablename__ = "name_token"
    __table_args__ = (Index("ix_name_token_site_token", "site_id", "token_index"),)

    patient_id: Mapped[str] = mapped_column(ForeignKey("patient.id"), index=True)
    token_index: Mapped[str] = mapped_column(String(32))


class RelatedPerson(SiteOwned, Base):
    """Somebody who helps a patient and may report or receive for them."""

    __tablename__ = "related_person"

    patient_id: Mapped[str] = mapped_column(ForeignKey("patient.id"), index=True)
    _name: Mapped[bytes] = mapped_column("name", Encrypted)
    name = encrypted("_name")
    relationship: Mapped[str] = mapped_column(String(40))
    language: Mapped[str] = mapped_column(String(12))
    may_report: Mapped[bool]
    may_receive: Mapped[bool]
    _second_fact: Mapped[bytes | None] = mapped_column("second_fact", Encrypted)
    second_fact = encrypted("_second_fact")
    second_fact_kind: Mapped[str | None] = mapped_column(String(12))
    created_at: Mapped[datetime]


class ContactPoint(SiteOwned, Base):
    """A number by which a patient, or a related person, is reached. Several people may share one.

    ``status`` is active, opted_out, unreachable, wrong, or unconfirmed (texted still, with nothing personal).
    ``heard_from_at`` is when a text came from it last, to the day; ``paused_until`` ends a pause that they asked for.
    """

    __tablename__ = "contact_point"
    __table_args__ = (Index("ix_contact_point_value_index", "value_index"),)

    patient_id: Mapped[str] = mapped_column(ForeignKey("patient.id"), index=True)
    related_person_id: Mapped[str | None] = mapped_column(ForeignKey("related_person.id"))
    system: Mapped[str] = mapped_column(String(10))
    _value: Mapped[bytes] = mapped_column("value", Encrypted)
    value = encrypted("_value")
    value_index: Mapped[str] = mapped_column(String(32))
    status: Mapped[str] = mapped_column(String(12))
    heard_from_at: Mapped[datetime | None]
    asked_again_at: Mapped[datetime | None]
    paused_until: Mapped[datetime | None]
    created_at: Mapped[datetime]


class Consent(SiteOwned, Base):
    """Agreement of one person to be texted, and its end."""

    __tablename__ = "consent"

    patient_id: Mapped[str] = mapped_column(ForeignKey("patient.id"), index=True)
    related_person_id: Mapped[str | None] = mapped_column(ForeignKey("related_person.id"))
    method: Mapped[str] = mapped_column(String(12))
    text_version: Mapped[str] = mapped_column(String(40))
    given_at: Mapped[datetime]
    recorded_by: Mapped[str] = mapped_column(String(80))
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by: Mapped[str | None] = mapped_column(String(80))

"""Tables of published questionnaires and of what was answered."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.columns import Base, Encrypted, SiteOwned, encrypted


class PublishedQuestionnaire(Base):
    """One immutable version of a questionnaire, for every site."""

    __tablename__ = "questionnaire"
    __table_args__ = (UniqueConstraint("url", "version"),)

    name: Mapped[str] = mapped_column(String(80), index=True)
    url: Mapped[str] = mapped_column(String(200))
    version: Mapped[str] = mapped_column(String(40))
    definition: Mapped[dict[str, Any]]
    fingerprint: Mapped[str] = mapped_column(String(64))
    published_at: Mapped[datetime]


class QuestionnaireResponse(SiteOwned, Base):
    """One filled-in questionnaire, from its first answer on.

    ``findings`` is what it was judged to need when it was judged last: ``rule``, ``tier``, ``subject``, ``values``,
    ``said`` (what it repeats to whoever answered, in their language), and ``held_back`` where a snooze kept it from
    anybody.
    """

    __tablename__ = "questionnaire_response"
    __table_args__ = (Index("ix_questionnaire_response_patient_authored", "patient_id", "authored_at", "id"),)

    patient_id: Mapped[str] = mapped_column(ForeignKey("patient.id"))
    enrolment_id: Mapped[str | None] = mapped_column(ForeignKey("enrolment.id"))
    checkin_id: Mapped[str | None] = mapped_column(ForeignKey("checkin.id"), unique=True)
    check_in: Mapped[str | None] = mapped_column(String(80))
    questionnaire_id: Mapped[str] = mapped_column(ForeignKey("questionnaire.id"))
    respondent: Mapped[str] = mapped_column(String(12))
    related_person_id: Mapped[str | None] = mapped_column(ForeignKey("related_person.id"))
    channel: Mapped[str] = mapped_column(String(10))
    language: Mapped[str] = mapped_column(String(12))
    status: Mapped[str] = mapped_column(String(20))
    authored_at: Mapped[datetime]
    late: Mapped[bool]
    historical: Mapped[bool]
    tier: Mapped[str | None] = mapped_column(String(8))
    findings: Mapped[list[Any] | None]
    created_at: Mapped[datetime]


class Answer(SiteOwned, Base):
    """The answer to one item. ``value`` is the number; ``text`` the words, where there are any."""

    __tablename__ = "answer"
    __table_args__ = (UniqueConstraint("response_id", "link_id"),)

    response_id: Mapped[str] = mapped_column(ForeignKey("questionnaire_response.id"))
    link_id: Mapped[str] = mapped_column(String(80))
    value: Mapped[float | None]
    _text: Mapped[bytes | None] = mapped_column("text", Encrypted)
    text = encrypted("_text")
    status: Mapped[str] = mapped_column(String(12))
    channel: Mapped[str] = mapped_column(String(10))
    answered_at: Mapped[datetime]

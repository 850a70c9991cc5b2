"""The levels that one person's symptoms are measured against."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.columns import Base, SiteOwned


class SymptomLevel(SiteOwned, Base):
    """A personal symptom goal, or a baseline, from ``set_at`` on; the latest of its kind counts.

    ``kind`` is goal or baseline. ``item`` is the symptom's code where it has one, else its ``link_id``. An empty
    ``value`` takes back the one before.
    """

    __tablename__ = "symptom_level"
    __table_args__ = (Index("ix_symptom_level_patient", "patient_id", "kind", "set_at"),)

    patient_id: Mapped[str] = mapped_column(ForeignKey("patient.id"))
    kind: Mapped[str] = mapped_column(String(10))
    respondent: Mapped[str] = mapped_column(String(12))
    item: Mapped[str] = mapped_column(String(80))
    value: Mapped[float | None]
    set_at: Mapped[datetime]
    set_by: Mapped[str] = mapped_column(String(80))
    response_id: Mapped[str | None] = mapped_column(ForeignKey("questionnaire_response.id"))

"""Tables of who is on call and of every call for attention."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.columns import Base, SiteOwned


class OnCallSchedule(SiteOwned, Base):
    """A rota of one site."""

    __tablename__ = "on_call_schedule"

    name: Mapped[str] = mapped_column(String(80))
    time_zone: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]


class Shift(SiteOwned, Base):
    """One person on call, or backup, from one moment to another."""

    __tablename__ = "shift"
    __table_args__ = (Index("ix_shift_site_ends", "site_id", "ends_at"),)

    schedule_id: Mapped[str] = mapped_column(ForeignKey("on_call_schedule.id"), index=True)
    practitioner_id: Mapped[str] = mapped_column(ForeignKey("practitioner.id"))
    role: Mapped[str] = mapped_column(String(10))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]


class Page(SiteOwned, Base):
    """One call for one person's attention to one alert. ``sequence`` counts an alert's steps taken, for ever upwards.

    ``practitioner_id`` is empty where the site's fallback contact was told.
    """

    __tablename__ = "page"
    __table_args__ = (
        UniqueConstraint("alert_id", "sequence", "recipient"),
        Index("ix_page_recipient_paged", "recipient", "paged_at"),
    )

    alert_id: Mapped[str] = mapped_column(ForeignKey("alert.id"))
    sequence: Mapped[int]
    recipient: Mapped[str] = mapped_column(String(40))
    practitioner_id: Mapped[str | None] = mapped_column(ForeignKey("practitioner.id"))
    message_id: Mapped[str | None] = mapped_column(ForeignKey("outbound_message.id"))
    paged_at: Mapped[datetime]

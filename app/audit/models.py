"""Table of who did what."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.columns import Base, SiteOwned


class AuditEvent(SiteOwned, Base):
    """One act, written in the transaction of what it records and never changed. ``detail`` holds no personal data.

    The chain that numbers and hashes events is sealed later, outside the transaction, so that a red answer never waits
    for it.
    """

    __tablename__ = "audit_event"
    __table_args__ = (Index("ix_audit_event_entity", "entity", "entity_id"),)

    agent: Mapped[str] = mapped_column(String(80))
    action: Mapped[str] = mapped_column(String(40))
    entity: Mapped[str] = mapped_column(String(40))
    entity_id: Mapped[str] = mapped_column(String(40))
    detail: Mapped[dict[str, Any]]
    recorded_at: Mapped[datetime]

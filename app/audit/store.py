"""SQL for audit events: they are added, never changed."""

from datetime import datetime

from sqlalchemy.orm import Session

from app.audit.models import AuditEvent
from app.db import scope_of


def record(
    session: Session, *, agent: str, action: str, entity: str, entity_id: str, now: datetime, **detail: object
) -> None:
    """Write who did what, in the transaction of what they did. ``detail`` must hold no personal data."""
    record_for(
        session,
        site_id=scope_of(session),
        agent=agent,
        action=action,
        entity=entity,
        entity_id=entity_id,
        now=now,
        **detail,
    )


def record_for(
    session: Session,
    *,
    site_id: str,
    agent: str,
    action: str,
    entity: str,
    entity_id: str,
    now: datetime,
    **detail: object,
) -> None:
    """As ``record``, in a transaction that is not confined to one site yet."""
    session.add(
        AuditEvent(
            site_id=site_id,
            agent=agent,
            action=action,
            entity=entity,
            entity_id=entity_id,
            detail=detail,
            recorded_at=now,
        )
    )

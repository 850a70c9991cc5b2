"""Note that somebody read a chart: who looked at whose record is part of the audit."""

from app.audit import store as audit
from app.db import site_scope
from app.workflows.service import Service


def note_reading(service: Service, *, site_id: str, agent: str, entity: str, entity_id: str) -> None:
    """Write that ``agent`` read the record of ``entity`` (such as ``patient``) with this id."""
    with service.db.transaction(site_scope(site_id)) as session:
        audit.record(session, agent=agent, action="read", entity=entity, entity_id=entity_id, now=service.clock.now())

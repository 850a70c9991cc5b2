"""Note that a stage of the worker finished a round: silence of a stage must raise an alarm."""

from app.db import all_sites
from app.operations import store as operations
from app.workflows.service import Service


def note_progress(service: Service, *, stage: str, worker: str) -> None:
    """Stamp one stage."""
    with service.db.transaction(all_sites()) as session:
        operations.stamp(session, stage=stage, now=service.clock.now(), worker=worker)


def pause_outbox(service: Service, *, on: bool, agent: str) -> None:
    """Hold every text back, or let them leave again."""
    with service.db.transaction(all_sites()) as session:
        operations.turn(session, name=operations.OUTBOX_PAUSED, on=on, agent=agent, now=service.clock.now())

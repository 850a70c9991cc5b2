"""Note that a stage of the worker finished a round: silence of a stage must raise an alarm."""

from collections.abc import Sequence
from datetime import timedelta

from app.db import all_sites
from app.operations import store as operations
from app.workflows.service import Service

STALLED_AFTER = timedelta(minutes=5)


def note_progress(service: Service, *, stage: str, worker: str) -> None:
    """Stamp one stage."""
    with service.db.transaction(all_sites()) as session:
        operations.stamp(session, stage=stage, now=service.clock.now(), worker=worker)


def stalled_stages(service: Service, stages: Sequence[str]) -> list[str]:
    """Which of some stages has not finished a round in the last five minutes, at whatever worker."""
    now = service.clock.now()
    with service.db.reading(all_sites()) as session:
        progress = operations.list_progress(session)
    return [stage for stage in stages if stage not in progress or now - progress[stage] > STALLED_AFTER]


def pause_outbox(service: Service, *, on: bool, agent: str) -> None:
    """Hold every text back, or let them leave again."""
    with service.db.transaction(all_sites()) as session:
        operations.turn(session, name=operations.OUTBOX_PAUSED, on=on, agent=agent, now=service.clock.now())

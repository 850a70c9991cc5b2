"""Tell whether this process can store an inbound message now, and how far each stage of the worker is."""

from collections.abc import Mapping
from datetime import timedelta

from app.db import all_sites
from app.logs import get_logger
from app.operations import store as operations
from app.workflows.service import Service

log = get_logger()


def can_store(service: Service) -> bool:
    """Open a writing transaction as a webhook would, and look one row up. Whatever goes wrong means no."""
    try:
        with service.db.transaction(all_sites()) as session:
            operations.is_on(session, name=operations.OUTBOX_PAUSED)
    except Exception:
        log.error("cannot_store", exc_info=True)
        return False
    return True


def stage_ages(service: Service) -> Mapping[str, timedelta]:
    """How long ago each stage of the worker last finished a round; a stage that never did is not listed."""
    now = service.clock.now()
    with service.db.reading(all_sites()) as session:
        return {stage: now - at for stage, at in sorted(operations.list_progress(session).items())}

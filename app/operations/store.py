"""SQL for the worker's progress and for switches."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from app.operations.models import StageProgress, Switch

OUTBOX_PAUSED = "outbox_paused"


def stamp(session: Session, *, stage: str, now: datetime, worker: str) -> None:
    """Note that a stage finished a round; several workers may do so at once, also for the first time."""
    dialect: Any = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    values = {"progressed_at": now, "worker": worker}
    insert = dialect.insert(StageProgress.__table__).values(id=stage, **values)
    session.execute(insert.on_conflict_do_update(index_elements=["id"], set_=values))


def list_progress(session: Session) -> Mapping[str, datetime]:
    """When each stage last finished a round."""
    return {row.id: row.progressed_at for row in session.scalars(select(StageProgress))}


def is_on(session: Session, *, name: str) -> bool:
    """Tell whether a switch is on; one that was never touched is off."""
    switch = session.get(Switch, name)
    return switch is not None and switch.on


def turn(session: Session, *, name: str, on: bool, agent: str, now: datetime) -> None:
    """Turn a switch."""
    session.merge(Switch(id=name, on=on, changed_by=agent, changed_at=now))

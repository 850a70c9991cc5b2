"""SQL for the worker's progress, for switches and for canaries."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from app.operations.models import Canary, StageProgress, Switch

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


def last_turned(session: Session, *, name: str) -> datetime | None:
    """When a person last turned a switch."""
    switch = session.get(Switch, name)
    return switch.changed_at if switch else None


def turn(session: Session, *, name: str, on: bool, agent: str, now: datetime) -> None:
    """Turn a switch."""
    session.merge(Switch(id=name, on=on, changed_by=agent, changed_at=now))


def add_canary(session: Session, *, word: str, now: datetime) -> bool:
    """Note that a canary flies, unless one with this word does; tell whether it was noted."""
    dialect: Any = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    insert = dialect.insert(Canary.__table__).values(id=word, sent_at=now, returned_at=None)
    return session.execute(insert.on_conflict_do_nothing().returning(Canary.__table__.c.id)).first() is not None


def find_canary(session: Session, *, word: str) -> Canary | None:
    """The canary with this word."""
    return session.get(Canary, word)


def list_canaries(session: Session, *, since: datetime) -> Sequence[Canary]:
    """The canaries sent since a moment, newest first."""
    return session.scalars(select(Canary).where(Canary.sent_at >= since).order_by(Canary.sent_at.desc())).all()


def delete_canaries(session: Session, *, before: datetime) -> None:
    """Forget the canaries sent before a moment."""
    session.execute(delete(Canary).where(Canary.sent_at < before).execution_options(synchronize_session=False))

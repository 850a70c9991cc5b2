"""Tables by which the service watches itself."""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from app.columns import Base


class StageProgress(Base):
    """When a stage of the worker last finished a round; ``id`` is the stage's name."""

    __tablename__ = "stage_progress"

    progressed_at: Mapped[datetime]
    worker: Mapped[str] = mapped_column(String(80))


class Switch(Base):
    """Something that a person turned on or off for the whole service; ``id`` is its name, such as ``outbox_paused``."""

    __tablename__ = "switch"

    on: Mapped[bool]
    changed_by: Mapped[str] = mapped_column(String(80))
    changed_at: Mapped[datetime]


class Canary(Base):
    """A text that we sent from one of our numbers to another, to see that it comes back; ``id`` is the word in it."""

    __tablename__ = "canary"

    sent_at: Mapped[datetime]
    returned_at: Mapped[datetime | None]

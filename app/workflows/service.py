"""What every flow is handed: the database, the clock, the words, and the settings."""

from dataclasses import dataclass

from app.clock import Clock
from app.config import Settings
from app.db import Database
from app.messaging.rendering import Renderer
from app.wake import Wake

SYSTEM = "system"
"""The agent named in audit events for what the service does by itself."""


@dataclass(frozen=True, slots=True)
class Service:
    """The parts that flows work with, wired together once in ``app.factory``."""

    settings: Settings
    db: Database
    clock: Clock
    renderer: Renderer
    wake: Wake

"""The clinic that these tests play with."""

from tests.fixtures_of_flows import (
    _short_logs,
    ana,
    clinic,
    content,
    database,
    renderer,
    seed,
    senders,
    service,
    unstaffed,
)

__all__ = ["_short_logs", "ana", "clinic", "content", "database", "renderer", "seed", "senders", "service", "unstaffed"]

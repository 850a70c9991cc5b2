"""One application for all tests of a process, given other parts each time.

To register its routes, compile its pages and make an engine that has to compile every statement takes longer than most
tests. One that changes the application itself calls ``create_app``.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import Flask
from sqlalchemy import event

from app.api.rates import set_up_rates
from app.clock import Clock
from app.config import Settings
from app.db import Database
from app.factory import create_app, equip, parts
from app.keyring import Keyring
from app.messaging.gateway import Gateway
from app.web.security import limiter

_REGISTERED: list[tuple[Flask, dict[str, Any], dict[str, Any]]] = []
_OPENED: dict[Any, Database] = {}


@contextmanager
def application(
    settings: Settings,
    *,
    clock: Clock | None = None,
    gateway: Gateway | None = None,
    database: Database | None = None,
) -> Iterator[Flask]:
    """The whole application on these parts. Where no worker listens nothing rings, and a commit waits for no disk."""
    database = database or open_database(settings)
    app, configuration, extensions = _registered(settings)
    for kept, as_made in ((app.config, configuration), (app.extensions, extensions)):
        kept.clear()
        kept.update(as_made)
    app.testing = True
    equip(app, settings, clock=clock, gateway=gateway, database=database)
    set_up_rates(app)
    limiter.reset()
    database.on_commit = lambda: None
    try:
        yield app
    finally:
        parts(app).service.db.close()


def open_database(settings: Settings) -> Database:
    """The database of these settings, through the engine of the test before where that was at the same place."""
    key = (settings.database_url, settings.field_keys, settings.index_keys)
    if key not in _OPENED:
        _OPENED[key] = Database(settings.database_url, Keyring(settings.field_keys, settings.index_keys))
        if _OPENED[key].is_sqlite:
            event.listen(_OPENED[key].engine, "connect", lambda c, _: c.execute("PRAGMA synchronous=OFF"))
    return _OPENED[key]


def _registered(settings: Settings) -> tuple[Flask, dict[str, Any], dict[str, Any]]:
    """The application, and its configuration and extensions as they were made."""
    if not _REGISTERED:
        app = create_app(settings, database=open_database(settings))
        _REGISTERED.append((app, dict(app.config), dict(app.extensions)))
    return _REGISTERED[0]

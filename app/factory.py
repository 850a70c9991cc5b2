"""The one place where the parts are wired together."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, cast

from flask import Flask

from app.alerts.word_files import use_folder
from app.api import register_api
from app.cli import register_commands
from app.clock import Clock, ShiftableClock, SystemClock
from app.config import Settings
from app.content.one_program import check_program
from app.content.templates import load_templates
from app.db import Database
from app.gateways.email import EmailGateway
from app.gateways.heartbeat import beat
from app.gateways.simulated import SimulatedGateway
from app.gateways.twilio import TwilioGateway
from app.keyring import Keyring
from app.logs import configure_logging
from app.messaging.gateway import Gateway, WayOut
from app.messaging.rendering import Renderer
from app.wake import LocalWake, PostgresWake, Wake
from app.web import register_pages
from app.webhooks import register_webhooks
from app.workflows.service import Service

_LARGEST_REQUEST = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Parts:
    """What ``create_app`` made; edges find it as ``app.extensions["bedside"]``."""

    service: Service
    gateway: Gateway
    heartbeat: Callable[[], None] | None = None
    email: WayOut | None = None
    check_program: Callable[[str, str], Mapping[str, Any]] | None = None


def create_app(
    settings: Settings | None = None,
    *,
    clock: Clock | None = None,
    gateway: Gateway | None = None,
    database: Database | None = None,
) -> Flask:
    """Make the application: web pages, API, webhooks and commands over one service.

    Without ``settings`` they come from the environment, and from ``.env`` in development; raises ``SettingsInvalid``
    naming every problem at once. ``clock``, ``gateway`` and an open ``database`` are for tests and the demo.
    """
    settings = settings or Settings.from_environ(os.environ)
    configure_logging(settings.log_level, settings.log_format)
    app = Flask(__name__, static_folder=None, template_folder=None)
    equip(app, settings, clock=clock, gateway=gateway, database=database)
    register_webhooks(app)
    register_pages(app)
    register_api(app)
    register_commands(app)
    return app


def equip(
    app: Flask,
    settings: Settings,
    *,
    clock: Clock | None = None,
    gateway: Gateway | None = None,
    database: Database | None = None,
) -> None:
    """Give an application its settings and parts, in place of those that it has: tests register routes only once."""
    # Where texts are simulated, /phones and `simulate` may set the clock forward.
    own_clock = ShiftableClock() if settings.sms_gateway == "simulated" else SystemClock()
    service = make_service(settings, clock or own_clock, database)
    app.config.update(
        SECRET_KEY=settings.secret_keys[0],
        SECRET_KEY_FALLBACKS=list(settings.secret_keys[1:]),
        MAX_CONTENT_LENGTH=_LARGEST_REQUEST,
        SESSION_COOKIE_SECURE=settings.public_url.startswith("https://"),
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
    )
    app.extensions["bedside"] = Parts(
        service,
        gateway or make_gateway(settings),
        make_heartbeat(settings),
        make_email(settings),
        partial(check_program, settings.content_root),
    )


def make_service(settings: Settings, clock: Clock, database: Database | None = None) -> Service:
    """Open the database, unless it is open, and read the messages."""
    db = database or Database(settings.database_url, Keyring(settings.field_keys, settings.index_keys))
    wake: Wake = LocalWake() if db.is_sqlite else PostgresWake(settings.database_url)
    db.on_commit = wake.ring
    use_folder(settings.content_root / "red_flags")
    return Service(settings, db, clock, Renderer(load_templates(settings.content_root)), wake)


def make_gateway(settings: Settings) -> Gateway:
    """The way out that the settings name."""
    if settings.sms_gateway == "simulated":
        return SimulatedGateway()
    return TwilioGateway(
        account_sid=settings.twilio_account_sid,
        auth_token=settings.twilio_auth_tokens[0],
        api_url=settings.twilio_api_url,
        messaging_service_sid=settings.twilio_messaging_service_sid,
        from_numbers=settings.twilio_from_numbers,
        alert_from_numbers=settings.twilio_alert_from_numbers,
    )


def make_email(settings: Settings) -> WayOut | None:
    """The second channel to staff, if the settings name a mail server."""
    return EmailGateway(settings.smtp_url) if settings.smtp_url else None


def make_heartbeat(settings: Settings) -> Callable[[], None] | None:
    """What the worker calls while every stage makes progress, if the settings name an address."""
    return partial(beat, settings.heartbeat_url) if settings.heartbeat_url else None


def parts(app: Flask) -> Parts:
    """What ``create_app`` made."""
    return cast(Parts, app.extensions["bedside"])

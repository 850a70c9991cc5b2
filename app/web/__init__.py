"""HTML pages: the form behind a link, the care team's pages, sign-in, and the simulated phones."""

from flask import Flask, g
from flask.typing import ResponseReturnValue

from app.staff.roles import Permission, may
from app.web import (
    alerts,
    assets,
    care_plan,
    checkin_form,
    labels,
    on_call,
    patients,
    phones,
    rehearsal,
    sign_in,
    worklist,
)
from app.web.access import guard, public
from app.web.blueprint import pages
from app.web.context import service
from app.web.errors import handle_errors
from app.web.health import health
from app.web.security import check_form_token, protect
from app.web.times import Times

__all__ = [
    "alerts",
    "care_plan",
    "checkin_form",
    "on_call",
    "patients",
    "phones",
    "register_pages",
    "rehearsal",
    "sign_in",
    "worklist",
]


@pages.get("/static/<path:name>")
@public
def static_file(name: str) -> ResponseReturnValue:
    """A style sheet, a script or a picture."""
    return assets.send_asset(name)


pages.before_request(guard)
pages.before_request(check_form_token)


@pages.app_context_processor
def helpers() -> dict[str, object]:
    """What every template may use."""
    return _helpers()


def _helpers() -> dict[str, object]:
    signed_in = g.get("signed_in")
    return {
        "asset": assets.asset,
        "labels": labels,
        "signed_in": signed_in,
        "may_read_charts": bool(signed_in) and may(signed_in.role, Permission.READ_CHARTS),
        "may_schedule": bool(signed_in) and may(signed_in.role, Permission.SCHEDULE),
        "may_rehearse": bool(signed_in and may(signed_in.role, Permission.REHEARSE)),
        "demo": service().settings.sms_gateway == "simulated",
        "t": Times(service().clock.now(), g.get("zone") or (signed_in.time_zone if signed_in else "UTC")),
    }


def register_pages(app: Flask) -> None:
    """Hang every page, and what orchestrators ask, on an application."""
    protect(app)
    handle_errors(app)
    app.register_blueprint(pages)
    app.register_blueprint(health)

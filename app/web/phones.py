"""The simulated phone network: every handset of the demo clinic, to read and to reply, and a clock to move."""

from datetime import datetime, timedelta
from typing import Protocol, runtime_checkable

from flask import abort, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.errors import Conflict, NotFound, Rejected
from app.ids import new_id
from app.reports.phones import Handset, read_phones
from app.web.access import demo_only
from app.web.blueprint import pages
from app.web.context import SESSION_COOKIE, gateway, service
from app.web.times import Times
from app.workflows.describe_site import SiteFacts, describe_default_site
from app.workflows.issue_checkins import issue_checkin
from app.workflows.receive_sms import InboundSms, receive_sms
from app.workflows.sign_in import touch_session
from app.zones import instant, wall_clock

_LONGEST = 1600
_LAST_PAGE = 10_000
_STEPS = {"15m": timedelta(minutes=15), "1h": timedelta(hours=1)}


@runtime_checkable
class MovableClock(Protocol):
    """A clock that the demo may set forward."""

    def advance(self, by: timedelta, /) -> object:
        """Let time pass."""
        ...


@pages.get("/phones")
@demo_only
def show_phones() -> ResponseReturnValue:
    """The handsets, side by side."""
    return render_template("phones.html", **_context())


@pages.get("/phones/handsets")
@demo_only
def show_handsets() -> ResponseReturnValue:
    """The texts on the handsets alone, which a script puts into the open page every few seconds."""
    return render_template("_handsets.html", fragment=True, **_context())


@pages.post("/phones/reply")
@demo_only
def reply() -> ResponseReturnValue:
    """Send a text from a handset to the clinic."""
    number, body = request.form.get("number", ""), request.form.get("body", "").strip()[:_LONGEST]
    if not (number.startswith("+") and number[1:].isdigit() and len(number) <= 16):
        abort(400)
    if body:
        pool = "staff" if request.form.get("pool") == "staff" else "patients"
        senders = gateway().senders(pool)
        sms = InboundSms(message_sid=f"SM{new_id()}", sender=number, recipient=senders[0] if senders else "", body=body)
        receive_sms(service(), sms)
    return _back(number)


@pages.post("/phones/check-ins")
@demo_only
def send_checkin_now() -> ResponseReturnValue:
    """Send somebody's check-in now, instead of at its hour."""
    patient_id, name = request.form.get("patient", ""), request.form.get("check_in", "")
    try:
        issue_checkin(service(), site_id=_site().id, patient_id=patient_id, name=name, agent="demo:phones")
        flash(f"The {name} check-in is on its way.", "done")
    except (Conflict, Rejected, NotFound) as error:
        flash(f"Not sent: {error}", "problem")
    return _back(request.form.get("number", ""))


@pages.post("/phones/clock")
@demo_only
def move_clock() -> ResponseReturnValue:
    """Set the demo's clock forward, so that nobody has to wait for an escalation."""
    clock = service().clock
    if not isinstance(clock, MovableClock):
        abort(404)
    now = clock.now()
    step = _STEPS.get(request.form.get("by", ""))
    clock.advance(step if step is not None else _tomorrow_at_ten(now, _site().time_zone) - now)
    service().wake.ring()
    touch_session(service(), request.cookies.get(SESSION_COOKIE, ""))
    flash(f"It is now {Times(clock.now(), _site().time_zone).when(clock.now())} for everybody.", "done")
    return _back("")


def _context() -> dict[str, object]:
    site, page = _site(), min(max(request.args.get("page", 1, type=int), 1), _LAST_PAGE)
    g.zone = site.time_zone
    handsets, more = read_phones(service().db, site_id=site.id, now=service().clock.now(), page=page)
    movable = isinstance(service().clock, MovableClock)
    return {"handsets": handsets, "more": more, "number": page, "site": site, "movable": movable, "slug": _slug}


def _slug(handset: Handset) -> str:
    return f"phone-{handset.number.lstrip('+')}"


def _site() -> SiteFacts:
    return describe_default_site(service()) or abort(404)


def _tomorrow_at_ten(now: datetime, zone: str) -> datetime:
    local = wall_clock(now, zone) + timedelta(days=1)
    return instant(local.replace(hour=10, minute=0, second=0, microsecond=0), zone)


def _back(number: str) -> ResponseReturnValue:
    anchor = f"phone-{number.lstrip('+')}" if number else None
    return redirect(url_for("web.show_phones", page=request.form.get("page") or None, _anchor=anchor), 303)

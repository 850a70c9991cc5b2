"""What every page needs at hand: the service, the way out, and who is looking."""

from collections.abc import Mapping
from typing import Any, cast

from flask import current_app, g, request

from app.messaging.gateway import Gateway
from app.plain_text import storable
from app.workflows.service import Service
from app.workflows.sign_in import SignedIn

SESSION_COOKIE = "bedside_session"


def service() -> Service:
    """The service that this application was made with."""
    return cast(Service, current_app.extensions["bedside"].service)


def gateway() -> Gateway:
    """The way out that this application was made with."""
    return cast(Gateway, current_app.extensions["bedside"].gateway)


def reader() -> SignedIn:
    """The member of staff who is looking; only on pages for staff."""
    return cast(SignedIn, g.signed_in)


def fields(*names: str) -> Mapping[str, str | None]:
    """Fields of the posted form, tidied so that they can be stored: ``None`` for those that are missing or blank."""
    return {name: (storable(request.form.get(name, "")).strip() or None) for name in names}


def wants_fragment() -> bool:
    """Whether a script asks for part of a page, to put it into the page it is on."""
    return request.headers.get("X-Requested-With") == "fetch"


def is_https() -> bool:
    """Whether people reach this service over https."""
    return service().settings.public_url.startswith("https://")


def cookie_options() -> dict[str, Any]:
    """How our cookies are set: unreadable by scripts, not sent from other sites, over https only if we have it."""
    return {"httponly": True, "samesite": "Lax", "secure": is_https()}

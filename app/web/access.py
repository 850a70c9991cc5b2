"""Who may use a page: every view declares it, and one gate holds all of them to it."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar
from urllib.parse import urlencode

from flask import abort, current_app, g, redirect, request, url_for
from flask.typing import ResponseReturnValue

from app.staff.roles import Permission, may
from app.web.context import SESSION_COOKIE, service, wants_fragment
from app.workflows.sign_in import find_signed_in

View = TypeVar("View", bound=Callable[..., Any])


class Who(StrEnum):
    """The kinds of people a page is for."""

    PUBLIC = "public"
    STAFF = "staff"
    LINK_HOLDER = "link_holder"
    DEMO = "demo"


@dataclass(frozen=True, slots=True)
class Access:
    """Who may use one view; ``permission`` is what a member of staff needs."""

    who: Who
    permission: Permission | None = None


def public(view: View) -> View:
    """Anybody may use this view: it shows nothing personal."""
    return _declare(view, Access(Who.PUBLIC))


def staff(permission: Permission) -> Callable[[View], View]:
    """Only signed-in staff whose role has ``permission`` may use this view."""
    return lambda view: _declare(view, Access(Who.STAFF, permission))


def link_holder(view: View) -> View:
    """Whoever holds a form link may use this view; the view itself asks for the second fact."""
    return _declare(view, Access(Who.LINK_HOLDER))


def demo_only(view: View) -> View:
    """This view exists only while texts are simulated."""
    return _declare(view, Access(Who.DEMO))


def access_of(view: Callable[..., Any]) -> Access | None:
    """What a view declares; ``None`` when it declares nothing, and then nobody gets in."""
    found = getattr(view, "access", None)
    return found if isinstance(found, Access) else None


def guard() -> ResponseReturnValue | None:
    """Before every request: let in whom the view is for, and nobody else."""
    access = access_of(current_app.view_functions[request.endpoint or ""])
    match access:
        case Access(who=Who.PUBLIC | Who.LINK_HOLDER):
            return None
        case Access(who=Who.DEMO):
            return None if service().settings.sms_gateway == "simulated" else abort(404)
        case Access(who=Who.STAFF, permission=Permission() as permission):
            return _guard_staff(permission)
    raise RuntimeError(f"{request.endpoint} does not declare who may use it")


def _guard_staff(permission: Permission) -> ResponseReturnValue | None:
    refreshing = request.endpoint == "web.show_worklist_rows"
    g.signed_in = find_signed_in(service(), request.cookies.get(SESSION_COOKIE, ""), there=not refreshing)
    if g.signed_in is None:
        if wants_fragment():
            abort(401)
        wanted = request.full_path.rstrip("?") if request.method == "GET" else ""
        query = f"?{urlencode({'next': wanted})}" if wanted and wanted != "/worklist" else ""
        return redirect(url_for("web.show_sign_in") + query, 303)
    if not may(g.signed_in.role, permission):
        abort(403)
    return None


def _declare(view: View, access: Access) -> View:
    view.access = access  # type: ignore[attr-defined]  # a function takes attributes; its type does not say so
    return view

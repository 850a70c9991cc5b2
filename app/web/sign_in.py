"""Signing in and out."""

from urllib.parse import urlsplit

from flask import make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.errors import Rejected
from app.staff.roles import Permission, may
from app.web.access import public
from app.web.blueprint import pages
from app.web.context import SESSION_COOKIE, cookie_options, fields, service
from app.web.security import GUESSES, limiter
from app.workflows import sign_in as flow
from app.workflows.describe_site import describe_default_site

_TWELVE_HOURS = 12 * 3600
_FIRST_PAGES = (
    (Permission.READ_CHARTS, "web.show_worklist"),
    (Permission.SCHEDULE, "web.show_on_call"),
    (Permission.REHEARSE, "web.show_rehearsal"),
)


@pages.get("/")
@public
def home() -> ResponseReturnValue:
    """Where somebody's work begins; whoever is not signed in comes to the sign-in page."""
    found = flow.find_signed_in(service(), request.cookies.get(SESSION_COOKIE, ""))
    return redirect(_first_page(found.role if found else None), 303)


@pages.get("/sign-in")
@public
def show_sign_in() -> ResponseReturnValue:
    """The sign-in page."""
    if found := flow.find_signed_in(service(), request.cookies.get(SESSION_COOKIE, "")):
        return redirect(_destination(found), 303)
    return _page()


@pages.post("/sign-in")
@limiter.limit(GUESSES)
@public
def sign_in() -> ResponseReturnValue:
    """Check e-mail address and password and open a session."""
    given = fields("email", "site")
    try:
        token = flow.sign_in(
            service(), email=given["email"] or "", password=request.form.get("password", ""), site_code=given["site"]
        )
    except Rejected as error:
        return _page(str(error), given["email"]), 422
    response = make_response(redirect(_destination(flow.find_signed_in(service(), token)), 303))
    response.set_cookie(SESSION_COOKIE, token, max_age=_TWELVE_HOURS, **cookie_options())
    return response


@pages.post("/sign-out")
@public
def sign_out() -> ResponseReturnValue:
    """End the session, if there is one."""
    flow.sign_out(service(), request.cookies.get(SESSION_COOKIE, ""))
    response = make_response(redirect(url_for("web.show_sign_in"), 303))
    response.delete_cookie(SESSION_COOKIE)
    return response


def _page(problem: str | None = None, email: str | None = None) -> str:
    site = describe_default_site(service())
    wanted = request.values.get("next", "")
    return render_template(
        "sign_in.html", problem=problem, email=email, site=site, next=wanted if _is_ours(wanted) else ""
    )


def _destination(who: flow.SignedIn | None) -> str:
    wanted = request.values.get("next", "")
    return wanted if _is_ours(wanted) else _first_page(who.role if who else None)


def _first_page(role: str | None) -> str:
    """The page that a role's work begins on: the first of these that it may see."""
    first = next((page for permission, page in _FIRST_PAGES if role and may(role, permission)), "web.show_worklist")
    return url_for(first)


def _is_ours(address: str) -> bool:
    """Whether an address leads to a page of ours and nowhere else, whatever a browser makes of slashes."""
    parts = urlsplit(address)
    plain = address.startswith("/") and not address.startswith("//") and "\\" not in address and address.isprintable()
    return plain and not parts.scheme and not parts.netloc

"""Rehearse a program before it is published: paste or upload it, and see what nurses would have been called for."""

from collections.abc import Callable, Mapping
from threading import BoundedSemaphore
from typing import Any, cast

from flask import current_app, render_template, request
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from app.errors import BedsideError, Rejected, Unavailable
from app.reports.rehearsal_page import fragment
from app.staff.roles import Permission
from app.web.access import staff
from app.web.blueprint import pages
from app.web.context import reader, service
from app.workflows.rehearse import note_rehearsal, rehearse_site

_LARGEST_PROGRAM = 200 * 1024
_AT_MOST_ANSWERS = 3_000
_DAYS, _MOST_DAYS = 30, 365
# A rehearsal keeps a core busy for seconds: one at a time, so that the webhooks have the other.
_ONE_AT_A_TIME = BoundedSemaphore(1)


@pages.get("/content/rehearsal")
@staff(Permission.REHEARSE)
def show_rehearsal() -> ResponseReturnValue:
    """The form."""
    return _page()


@pages.post("/content/rehearsal")
@staff(Permission.REHEARSE)
def rehearse_proposal() -> ResponseReturnValue:
    """Check the program that was sent, replay the clinic's answers through it, and show the result; keeps nothing."""
    who, text = reader(), ""
    try:
        text = _proposal()
        days, definition = _asked_days(), _check(text)
        if not _ONE_AT_A_TIME.acquire(blocking=False):
            raise Unavailable("Somebody is rehearsing just now; please try again in a minute.")
        try:
            found = rehearse_site(
                service(), site_id=who.site_id, definition=definition, days=days, at_most=_AT_MOST_ANSWERS
            )
        finally:
            _ONE_AT_A_TIME.release()
    except Rejected as error:
        return _page(text=text, problems=error.problems), 422
    note_rehearsal(service(), site_id=who.site_id, agent=who.agent, program=found.program)
    # Made by our own template, which escapes whatever it is given.
    return _page(text=text, found=Markup(fragment(found)))  # noqa: S704


def _page(*, text: str = "", problems: Mapping[str, list[str]] | None = None, found: Markup | None = None) -> str:
    return render_template(
        "rehearsal.html", text=text, problems=problems or {}, found=found,
        days=request.form.get("days", "").strip() or _DAYS,
    )  # fmt: skip


def _proposal() -> str:
    """The program as pasted, or else as uploaded."""
    pasted = request.form.get("program", "")
    file = request.files.get("file")
    raw = pasted.encode() if pasted.strip() or file is None else file.read(_LARGEST_PROGRAM + 1)
    if not raw.strip():
        raise Rejected({"program": ["Paste a program, or choose a file."]})
    if len(raw) > _LARGEST_PROGRAM:
        raise Rejected({"program": [f"A program has at most {_LARGEST_PROGRAM // 1024} KB."]})
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        raise Rejected({"program": ["This is not UTF-8 text: save the file as UTF-8."]}) from None


def _asked_days() -> int:
    said = request.form.get("days", "").strip() or str(_DAYS)
    if not said.isascii() or not said.isdigit() or not 1 <= int(said) <= _MOST_DAYS:
        raise Rejected({"days": [f"Give a number of days from 1 to {_MOST_DAYS}."]})
    return int(said)


def _check(text: str) -> Mapping[str, Any]:
    check = cast(Callable[[str, str], Mapping[str, Any]], current_app.extensions["bedside"].check_program)
    try:
        return check(text, "the program")
    except BedsideError as error:
        raise Rejected({"program": str(error).splitlines()}) from None

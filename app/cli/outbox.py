"""``outbox``: see what waits to leave, send a failed text again, hold everything back."""

import click
from flask.cli import AppGroup

from app.cli.common import AGENT, console, handled, json_option, service, show
from app.reports.outbox import list_outbox, list_undelivered
from app.workflows.note_progress import pause_outbox
from app.workflows.retry_text import retry_text

outbox_group = AppGroup("outbox", help="Texts on their way out. Example: flask --app wsgi outbox list")

_WAITING = ("pending", "leased", "unknown", "dead")
_UNDELIVERED = "undelivered"


@outbox_group.command("list")
@click.option("--state", type=click.Choice([*_WAITING, _UNDELIVERED]), help="Only texts in this state.")
@json_option
@handled
def list_(state: str | None, as_json: bool) -> None:
    """List the texts that wait, are in doubt, or were given up; undelivered are those that left and did not arrive.

    Example: flask --app wsgi outbox list --state dead
    """
    db = service().db
    rows = list_undelivered(db) if state == _UNDELIVERED else list_outbox(db, states=(state,) if state else _WAITING)
    shown = [
        (r.id, r.kind, r.state, r.status, r.error_code, r.attempt, r.created_at.isoformat(timespec="seconds"))
        for r in rows
    ]
    show(["Id", "Kind", "State", "Status", "Error code", "Attempt", "Created at"], shown, as_json=as_json)


@outbox_group.command("retry")
@click.argument("message")
@handled
def retry(message: str) -> None:
    """Send MESSAGE (an id) once more; it may arrive twice.

    Example: flask --app wsgi outbox retry 4x9...
    """
    queued = retry_text(service(), message_id=message)
    console.print("It is in the outbox again." if queued == message else f"A copy is in the outbox: {queued}")


@outbox_group.command("pause")
@handled
def pause() -> None:
    """Hold every text back until `outbox resume`, pages too.

    Example: flask --app wsgi outbox pause
    """
    pause_outbox(service(), on=True, agent=AGENT)
    console.print("Nothing leaves now, pages neither. Let texts leave again with: flask --app wsgi outbox resume")


@outbox_group.command("resume")
@handled
def resume() -> None:
    """Let texts leave again.

    Example: flask --app wsgi outbox resume
    """
    pause_outbox(service(), on=False, agent=AGENT)
    console.print("Texts leave again.")

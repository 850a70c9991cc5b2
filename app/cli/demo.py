"""``demo``: a clinic to play with, and one process that runs all of it."""

import threading
from contextlib import nullcontext
from datetime import timedelta
from pathlib import Path

import click
from flask import Flask, current_app
from flask.cli import AppGroup

from app import schema
from app.cli.common import AGENT, Problems, console, handled, progress_wanted, service, site_id, worker
from app.cli.content import publish_bundle
from app.cli.processes import make_server, stop_on_signals
from app.cohort.neighbours import add_neighbours
from app.cohort.nurses import Nurse
from app.logs import configure_logging
from app.workflows.load_demo import NORA, OMAR, SIGN_INS, demo_is_loaded, load_demo
from app.workflows.manage_staff import list_staff
from app.workflows.prepare_site import has_content, prepare_default_site

demo_group = AppGroup("demo", help="A clinic to play with. Example: flask --app wsgi demo load")


_neighbours = click.option(
    "--neighbours", is_flag=True, help="With some made-up patients who have a fortnight behind them."
)


@demo_group.command("load")
@_neighbours
@handled
def load(neighbours: bool) -> None:
    """Load the demo clinic into an empty database; one that is loaded stays as it is.

    Example: flask --app wsgi demo load
    """
    _only_for_play()
    if demo_is_loaded(service()):
        console.print("The demo clinic is there, as you left it. Start afresh with: make demo-reset")
        return
    if not has_content(service()):
        publish_bundle(service(), AGENT)
    _fill(neighbours)
    console.print("The demo clinic is loaded.")


@demo_group.command("reset")
@_neighbours
@handled
def reset(neighbours: bool) -> None:
    """Throw the demo's database away and load the demo afresh.

    Example: flask --app wsgi demo reset
    """
    _only_for_play()
    url = service().settings.database_url
    path = url.removeprefix("sqlite:///")
    if not url.startswith("sqlite:///"):
        raise Problems(["demo reset removes an embedded database only; this one is PostgreSQL."])
    if Path(path).exists() and schema.current(url) and not demo_is_loaded(service()):
        raise Problems(["This database does not hold the demo clinic; it is left alone."])
    service().db.close()
    for suffix in ("", "-wal", "-shm"):
        Path(path + suffix).unlink(missing_ok=True)
    schema.upgrade(url)
    prepare_default_site(service())  # before publishing, which pins each program for the sites that there are
    publish_bundle(service(), AGENT)
    _fill(neighbours)
    console.print("The demo clinic is as new.")


@demo_group.command("serve")
@handled
def serve() -> None:
    """Run web, worker and the simulated phones in this one process until Ctrl-C.

    Example: flask --app wsgi demo serve
    """
    _only_for_play()
    settings = service().settings
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    configure_logging("WARNING", settings.log_format)  # the terminal is for the story
    server = make_server(app, settings.host, settings.port, threads=8)
    working = worker()
    runner = threading.Thread(target=working.run, name="worker")
    stop_on_signals(server.close)
    runner.start()
    _welcome(settings.public_url)
    try:
        server.run()
    finally:
        working.stop()
        runner.join()
    console.print("Stopped. Everything is kept for the next time.")


def _fill(neighbours: bool) -> None:
    """Load the clinic with Ana, and then those who were there before her."""
    before = service().clock.now() - timedelta(hours=1)
    load_demo(service())
    if not neighbours:
        return
    site = site_id(None)
    phones = {SIGN_INS[0].email: NORA, SIGN_INS[1].email: OMAR}
    staff = list_staff(service(), site_id=site)
    nurses = [Nurse(id, phones[email]) for id, _, email, _ in staff if email in phones]
    with console.status("Some neighbours move in ...") if progress_wanted() else nullcontext():
        add_neighbours(service(), site_id=site, nurses=nurses, before=before)


def _welcome(url: str) -> None:
    console.print(f"\nBedside is running, with simulated phones: {url}\n")
    console.print(f"  Phones     {url}/phones     Ana, Rosa, Nora and Omar, side by side")
    console.print(f"  Worklist   {url}/worklist   what the nurse sees\n")
    for who in SIGN_INS:
        console.print(f"  Sign in as {who.name} ({who.role}): {who.email}   password: {who.password}")
    console.print("\nTry this first: open Phones, send Ana's daily check-in, and answer from her phone: 8 3 5")
    console.print("Then see Nora's phone, and the worklist in another tab. Ctrl-C stops everything.\n")


def _only_for_play() -> None:
    if service().settings.production or service().settings.sms_gateway != "simulated":
        raise Problems(["The demo runs only in development with SMS_GATEWAY=simulated."])

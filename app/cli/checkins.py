"""``enrol`` and ``checkin``: start a program, and ask somebody now."""

import click
from flask.cli import AppGroup

from app.cli.common import AGENT, handled, service, site_id, site_option
from app.workflows.enrol_patient import enrol_patient
from app.workflows.issue_checkins import issue_checkin

checkin_group = AppGroup("checkin", help="Check-ins. Example: flask --app wsgi checkin issue PATIENT daily")


@click.command("enrol")
@click.argument("patient")
@click.argument("program")
@site_option
@handled
def enrol(patient: str, program: str, site: str | None) -> None:
    """Start PROGRAM for PATIENT (an id), and print the enrolment's id.

    Example: flask --app wsgi enrol 4x9... advanced-cancer
    """
    click.echo(enrol_patient(service(), site_id=site_id(site), patient_id=patient, program=program, agent=AGENT))


@checkin_group.command("issue")
@click.argument("patient")
@click.argument("check_in")
@site_option
@handled
def issue(patient: str, check_in: str, site: str | None) -> None:
    """Ask PATIENT (an id) now with CHECK_IN (a name from their program), and print the check-in's id.

    Example: flask --app wsgi checkin issue 4x9... daily
    """
    for checkin_id in issue_checkin(service(), site_id=site_id(site), patient_id=patient, name=check_in, agent=AGENT):
        click.echo(checkin_id)

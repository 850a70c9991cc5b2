"""Commands for those who run the service: ``flask --app wsgi …``, one file a group."""

from flask import Flask

# These two add their commands to those of the content.
from app.cli import questionnaires as questionnaires
from app.cli import rules as rules
from app.cli.checkins import checkin_group, enrol
from app.cli.cohort import cohort_group
from app.cli.content import content_group
from app.cli.database import db_group
from app.cli.demo import demo_group
from app.cli.doctor import doctor
from app.cli.outbox import outbox_group
from app.cli.patients import patient_group
from app.cli.processes import web, worker_
from app.cli.rehearse import rehearse
from app.cli.simulate import simulate
from app.cli.site import site_group
from app.cli.staff import staff_group
from app.cli.tokens import token_group


def register_commands(app: Flask) -> None:
    """Add every command."""
    for command in _COMMANDS:
        app.cli.add_command(command)


_COMMANDS = (
    db_group,
    demo_group,
    content_group,
    rehearse,
    cohort_group,
    site_group,
    staff_group,
    token_group,
    patient_group,
    enrol,
    checkin_group,
    web,
    worker_,
    outbox_group,
    simulate,
    doctor,
)

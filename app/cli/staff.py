"""``staff``: members of staff and their passwords."""

import sys

import click
from flask.cli import AppGroup

from app.cli.common import AGENT, Problems, console, handled, json_option, service, show, site_id, site_option
from app.staff.roles import Role
from app.workflows import manage_staff
from app.workflows.manage_staff import StaffDetails

staff_group = AppGroup("staff", help="Members of staff. Example: flask --app wsgi staff list")


@staff_group.command("add")
@click.option("--name", required=True)
@click.option("--email", required=True)
@click.option("--phone", help="The number that pages go to.")
@click.option("--role", type=click.Choice([role.value for role in Role]), required=True)
@click.option("--time-zone", help="IANA name; the site's without it.")
@click.option("--language", default="en", show_default=True)
@click.option(
    "--password-stdin", is_flag=True, help="Read a password from standard input; without it nobody can sign in."
)
@site_option
@handled
def add(
    name: str, email: str, phone: str | None, role: str, time_zone: str | None, language: str, password_stdin: bool,
    site: str | None,
) -> None:  # fmt: skip
    """Add a member of staff and print their id.

    Example: flask --app wsgi staff add --name "Nora Lindqvist" --email nora@clinic.example --phone "+15550100110"
    --role nurse --password-stdin
    """
    details = StaffDetails(
        name=name, email=email, phone=phone, role=role, time_zone=time_zone, language=language,
        password=_password() if password_stdin else None,
    )  # fmt: skip
    click.echo(manage_staff.add_staff(service(), site_id=site_id(site), details=details, agent=AGENT))


@staff_group.command("list")
@json_option
@site_option
@handled
def list_(as_json: bool, site: str | None) -> None:
    """List the active members of staff.

    Example: flask --app wsgi staff list
    """
    rows = manage_staff.list_staff(service(), site_id=site_id(site))
    show(["Id", "Name", "Email", "Role"], rows, as_json=as_json)


@staff_group.command("set-password")
@click.option("--email", required=True)
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
@site_option
@handled
def set_password(email: str, password_stdin: bool, site: str | None) -> None:
    """Give somebody a new password and sign them out everywhere.

    Example: flask --app wsgi staff set-password --email nora@clinic.example
    """
    password = _password() if password_stdin else click.prompt("Password", hide_input=True, confirmation_prompt=True)
    manage_staff.set_password(service(), site_id=site_id(site), email=email, password=password, agent=AGENT)
    console.print("The password is set.")


@staff_group.command("disable")
@click.option("--email", required=True)
@site_option
@handled
def disable(email: str, site: str | None) -> None:
    """Take somebody's access away at once.

    Example: flask --app wsgi staff disable --email nora@clinic.example
    """
    manage_staff.disable_staff(service(), site_id=site_id(site), email=email, agent=AGENT)
    console.print("They can no longer sign in, and are not paged.")


def _password() -> str:
    line = sys.stdin.readline().rstrip("\r\n")
    if not line:
        raise Problems(["password: nothing came on standard input."])
    return line

"""``site``: what a clinic says of itself, and whom people call when nobody is there."""

import json
from dataclasses import asdict, fields, replace

import click
from flask.cli import AppGroup

from app.cli.common import Problems, console, handled, json_option, service, show, site_id, site_option
from app.workflows.prepare_site import SiteDetails, read_site, set_up_site

EXAMPLE = '{"mon": [["08:00", "17:00"]]}'
GOALS_EXAMPLE = '{"pain": 3, "nausea": 2}'

site_group = AppGroup("site", help="The clinic's own facts. Example: flask --app wsgi site show")


@site_group.command("show")
@json_option
@site_option
@handled
def show_(as_json: bool, site: str | None) -> None:
    """Show what the clinic says of itself.

    Example: flask --app wsgi site show
    """
    details = asdict(read_site(service(), site_id=site_id(site)))
    show(["Name", "Value"], [(k, json.dumps(v) if isinstance(v, dict | list) else v) for k, v in details.items()],
         as_json=as_json)  # fmt: skip


@site_group.command("set")
@click.option("--code", help="Short name for commands and sign-in, such as riverside.")
@click.option("--public-name", help="The name that texts begin with; no speciality in it.")
@click.option("--time-zone", help="IANA name.")
@click.option("--region", help="ISO 3166 country, such as US: how numbers are read.")
@click.option("--language", help="Language of the site's own texts.")
@click.option("--hours", help=f"JSON such as {EXAMPLE}; a day that is left out is closed.")
@click.option("--after-hours-phone", help="Whom people call when nobody is on call.")
@click.option("--emergency-number", help="Such as 911.")
@click.option("--fallback-name", help="Who is told when no nurse answers.")
@click.option("--fallback-phone", help="Their number: it must ring day and night.")
@click.option("--comfort-phone", help="Of the hospice or home team, for people whose care is about comfort.")
@click.option("--default-goals", help='JSON by symptom, such as {"pain": 3}; {} means the shipped ones.')
@click.option("--alert-budget", type=float, help="How many red and amber alerts a nurse is given in a day.")
@click.option("--sender", "senders", multiple=True, help="One of our own numbers that belongs to this site.")
@click.option("--spread-minutes", type=int, help="Spread the invitations of one hour over so many minutes.")
@click.option("--new", is_flag=True, help="Add a site instead of changing one.")
@site_option
@handled
def set_(
    site: str | None,
    new: bool,
    hours: str | None,
    default_goals: str | None,
    senders: tuple[str, ...],
    **texts: str | float | None,
) -> None:
    """Change what the clinic says of itself, or add a site.

    Example: flask --app wsgi site set --public-name "Riverside Clinic" --after-hours-phone "+15551234567"
    """
    known = {field.name for field in fields(SiteDetails)}
    changes: dict[str, object] = {k: v for k, v in texts.items() if v is not None and k in known}
    if hours is not None:
        changes["clinic_hours"] = _json("hours", hours, EXAMPLE)
    if default_goals is not None:
        changes["default_goals"] = _json("default-goals", default_goals, GOALS_EXAMPLE)
    if senders:
        changes["senders"] = list(senders)
    chosen = None if new else site_id(site)
    before = SiteDetails() if chosen is None else read_site(service(), site_id=chosen)
    set_up_site(service(), replace(before, **changes), site_id=chosen)  # type: ignore[arg-type]
    console.print("The site is set.")


def _json(name: str, text: str, example: str) -> object:
    try:
        return json.loads(text)
    except ValueError:
        raise Problems([f"{name}: {text!r} is not JSON such as {example}"]) from None

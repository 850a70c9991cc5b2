"""``db``: bring the database to this version's shape, and look at it."""

import click
from flask.cli import AppGroup

from app import schema
from app.cli.common import AGENT, Problems, console, handled, service
from app.cli.content import publish_bundle
from app.workflows.prepare_site import has_content, prepare_default_site

db_group = AppGroup("db", help="The database. Example: flask --app wsgi db upgrade")


@db_group.command("upgrade")
@handled
def upgrade() -> None:
    """Bring the database to this version; on an empty one, make the default site and publish the shipped content.

    Example: flask --app wsgi db upgrade
    """
    url = service().settings.database_url
    before = schema.current(url)
    schema.upgrade(url)
    prepare_default_site(service())
    if not has_content(service()):
        for line in publish_bundle(service(), AGENT):
            console.print(f"Published {line}")
    after = schema.current(url)
    console.print(f"The database is at {after}." if before == after else f"The database went from {before} to {after}.")


@db_group.command("current")
@handled
def current() -> None:
    """Print which migration the database is at.

    Example: flask --app wsgi db current
    """
    click.echo(schema.current(service().settings.database_url) or "empty")


@db_group.command("check")
@handled
def check() -> None:
    """Say whether the database has exactly this version's shape; exit with 1 if it has not.

    Example: flask --app wsgi db check
    """
    now, latest = schema.current(service().settings.database_url), schema.head()
    if now != latest:
        raise Problems([f"The database is at {now}, this version needs {latest}: run db upgrade."])
    differences = schema.check(service().db.engine)
    if differences:
        raise Problems(differences)
    console.print(f"The database is at {now}, as this version needs it.")

"""``token``: what programs need to call the API."""

import click
from flask.cli import AppGroup

from app.cli.common import AGENT, console, handled, json_option, service, show, site_id, site_option
from app.staff.roles import token_scopes
from app.workflows import manage_tokens

token_group = AppGroup("token", help="API tokens. Example: flask --app wsgi token list")


@token_group.command("create")
@click.option("--name", required=True, help="What the token is for.")
@click.option("--scope", type=click.Choice(token_scopes()), required=True)
@site_option
@handled
def create(name: str, scope: str, site: str | None) -> None:
    """Make a token; it is printed once, alone on the last line.

    Example: flask --app wsgi token create --name "hospital EHR" --scope write
    """
    secret = manage_tokens.create_token(service(), site_id=site_id(site), name=name, scope=scope, agent=AGENT)
    click.echo("Keep this token safe: it is not shown again.", err=True)
    click.echo(secret)


@token_group.command("list")
@json_option
@site_option
@handled
def list_(as_json: bool, site: str | None) -> None:
    """List the tokens, without their secrets.

    Example: flask --app wsgi token list
    """
    rows = manage_tokens.list_tokens(service(), site_id=site_id(site))
    shown = [(row.id, row.name, row.scope, row.created_at.isoformat(), row.revoked_at) for row in rows]
    show(["Id", "Name", "Scope", "Created at", "Revoked at"], shown, as_json=as_json)


@token_group.command("revoke")
@click.argument("token")
@site_option
@handled
def revoke(token: str, site: str | None) -> None:
    """End a token, named by its id or its name.

    Example: flask --app wsgi token revoke "hospital EHR"
    """
    manage_tokens.revoke_token(service(), site_id=site_id(site), token_id=token, agent=AGENT)
    console.print("The token is revoked.")

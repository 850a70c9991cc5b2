"""``doctor``: a checklist of what must be right, and exit code 1 naming everything that is not."""

import click

from app import schema
from app.cli.common import Problems, console, handled, service
from app.content.loader import load
from app.content.problems import ContentInvalid
from app.db import DATABASE_ERRORS
from app.reports.doctor import find_problems


@click.command("doctor")
@handled
def doctor() -> None:
    """Check settings, database, content, on-call cover, outbox and worker.

    Example: flask --app wsgi doctor
    """
    problems: list[str] = []
    settings = service().settings
    _say("Settings", [])  # whatever is wrong with them has stopped us before
    found = _database()
    _say("Database", found)
    problems += found
    content = _content()
    _say("Content", content)
    problems += content
    if not found:
        running = find_problems(service().db, service().clock.now())
        _say("Running", running)
        problems += running
    if settings.sms_gateway == "simulated":
        console.print("Note: texts are simulated; nobody's telephone rings.")
    if not settings.smtp_url:
        console.print("Note: there is no second channel: where no text arrives, no e-mail goes to staff (SMTP_URL).")
    if problems:
        raise Problems(["1 problem found." if len(problems) == 1 else f"{len(problems)} problems found."])


def _database() -> list[str]:
    try:
        now, latest = schema.current(service().settings.database_url), schema.head()
        if now != latest:
            return [f"It is at {now or 'nothing'}, this version needs {latest}: run db upgrade."]
        return schema.check(service().db.engine)
    except DATABASE_ERRORS as error:
        return [f"It cannot be reached ({type(error).__name__})."]


def _content() -> list[str]:
    try:
        load(service().settings.content_root)
    except ContentInvalid as error:
        return [str(problem) for problem in error.problems]
    return []


def _say(name: str, problems: list[str]) -> None:
    console.print(f"[{'red' if problems else 'green'}]{'✗' if problems else '✓'}[/] {name}")
    for problem in problems:
        click.echo(f"    {problem}")

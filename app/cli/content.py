"""``content``: check what clinicians wrote, publish it, and see what a publication would change."""

import difflib
import sys

import click
import yaml
from flask.cli import AppGroup
from rich.progress import Progress

from app.cli.common import AGENT, Problems, console, handled, progress_wanted, service, show
from app.content.check import report
from app.content.loader import ContentBundle, load
from app.content.problems import ContentInvalid
from app.content.red_flags import unheard
from app.workflows.alert_budget import Override
from app.workflows.publish_content import Publishable, publish_content, published_definition
from app.workflows.rehearse import Progress as Rehearsing
from app.workflows.rehearse import nobody_looks
from app.workflows.service import Service

content_group = AppGroup("content", help="Instruments, programs and messages. Example: flask --app wsgi content check")


@content_group.command("check")
@handled
def check() -> None:
    """Check every content file; print what each message costs, and exit with 1 naming file, line and reason.

    Example: flask --app wsgi content check
    """
    bundle = _load(service())
    found = report(bundle)
    rows = [(m.language, m.name, m.encoding, m.segments, m.allowed) for m in found.messages]
    show(["Language", "Message", "Encoding", "Segments", "At most"], rows)
    for cost in found.check_ins:
        console.print(f"{cost.program} {cost.check_in} ({cost.language}): {cost.segments} segments out")
    for note in found.notes:
        console.print(note)
    for warning in (*found.warnings, *unheard(bundle.red_flags)):
        console.print(f"Warning: {warning}")
    console.print(found.sign_off)
    console.print("The content can be published.")


@content_group.command("publish")
@click.option("--by", metavar="EMAIL", help="Who publishes; needed with --override-by.")
@click.option("--override-by", metavar="EMAIL", help="A second person who lets a program pass that is over the budget.")
@click.option("--reason", help="Why it may pass.")
@click.option("--password-stdin", is_flag=True, help="Read the second person's password from standard input.")
@handled
def publish(by: str | None, override_by: str | None, reason: str | None, password_stdin: bool) -> None:
    """Publish every new version for all sites; a version that is published cannot change.

    A changed program is rehearsed first on what was answered in the last 90 days. It is refused where it would give
    nurses more red and amber alerts than their site allows, unless a second person, an administrator or clinician,
    takes that on with their password.

    Example: flask --app wsgi content publish
    """
    override = None
    if override_by is not None:
        missing = [name for name, given in (("--by", by), ("--reason", reason)) if not given]
        if missing or not by or not reason:
            raise Problems([f"{name} is needed with --override-by." for name in missing])
        password = _password_of(override_by, password_stdin)
        override = Override(publisher=by, email=override_by, password=password, reason=reason)
    with Progress(console=console, disable=not progress_wanted(), transient=True) as bar:
        task = bar.add_task("Rehearsing", total=None)
        lines = publish_bundle(
            service(), AGENT, override=override,
            progress=lambda done, total: bar.update(task, completed=done, total=total),
        )  # fmt: skip
    for line in lines:
        console.print(f"Published {line}")
    if not lines:
        console.print("Everything is published already.")


def _password_of(email: str, from_stdin: bool) -> str:
    if not from_stdin:
        return str(click.prompt(f"Password of {email}", hide_input=True, err=True))
    line = sys.stdin.readline().rstrip("\r\n")
    if not line:
        raise Problems(["password: nothing came on standard input."])
    return line


@content_group.command("diff")
@handled
def diff() -> None:
    """Show how the files differ from what is published.

    Example: flask --app wsgi content diff
    """
    bundle = _load(service())
    changed = False
    for kind, items in (("questionnaire", bundle.instruments), ("program", bundle.programs)):
        for name, item in items.items():
            old = published_definition(service(), kind=kind, name=name)
            lines = list(
                difflib.unified_diff(
                    _text(old), _text(dict(item.data)), f"published {kind} {name}", item.file, lineterm=""
                )
            )
            changed = changed or bool(lines)
            for line in lines:
                click.echo(line)
    if not changed:
        console.print("The files and what is published are the same.")


def publish_bundle(
    service_: Service, agent: str, *, override: Override | None = None, progress: Rehearsing = nobody_looks
) -> list[str]:
    """Check the content and publish what is new; returns a line for each version. Used by ``db`` and ``demo`` too."""
    bundle = _load(service_)
    return publish_content(
        service_,
        instruments=[Publishable(n, dict(i.data), i.fingerprint) for n, i in bundle.instruments.items()],
        programs=[Publishable(n, dict(p.data), p.fingerprint) for n, p in bundle.programs.items()],
        agent=agent,
        override=override,
        progress=progress,
    )


def _load(service_: Service) -> ContentBundle:
    try:
        return load(service_.settings.content_root)
    except ContentInvalid as error:
        raise Problems([str(problem) for problem in error.problems]) from None


def _text(definition: object) -> list[str]:
    return yaml.safe_dump(definition, allow_unicode=True, sort_keys=True).splitlines() if definition else []

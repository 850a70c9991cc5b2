"""``content drift``, ``override`` and ``restore``: how a site's rules differ from the programs as published."""

from collections.abc import Mapping
from datetime import timedelta

import click

from app.alerts.overrides import find_rule
from app.cli.common import AGENT, Problems, console, handled, json_option, service, show, site_id, site_option
from app.cli.content import content_group
from app.reports.drift import OverrideRow, read_drift, read_overrides
from app.workflows.override_rule import OverrideGiven, end_override, override_rule
from app.workflows.rehearse import current_program


@content_group.command("drift")
@json_option
@site_option
@handled
def drift(as_json: bool, site: str | None) -> None:
    """List the rules that hold otherwise at the site, or for single patients, and those that were not useful.

    Example: flask --app wsgi content drift
    """
    found = read_drift(service().db, site_id=site_id(site), now=service().clock.now())
    counts = {use.rule: use for use in found.use}
    known = [(row.program, row.rule, row.standard, row.site, row.patients) for row in found.rules]
    differing = {row.rule for row in found.rules}
    known += [("", use.rule, {}, None, 0) for use in found.use if use.not_useful and use.rule not in differing]
    rows = [
        (
            program, rule, _said(standard), _here(here) if here else "as published", here.since if here else None,
            here.set_by if here else None, patients, counts[rule].not_useful if rule in counts else 0,
            counts[rule].closed if rule in counts else 0,
        )
        for program, rule, standard, here, patients in known
    ]  # fmt: skip
    columns = ["Program", "Rule", "Published", "Here", "Since", "By", "Patients", "Not useful", "Closed"]
    show(columns, rows, as_json=as_json)


@content_group.command("override")
@click.argument("program")
@click.argument("rule")
@click.option("--set", "changes", multiple=True, metavar="OPERATOR=NUMBER", help="Such as at_least=8; may be repeated.")
@click.option("--mute", is_flag=True, help="Silence the rule; not possible with a red one.")
@click.option("--reason", required=True, help="Why; it is shown wherever the override is.")
@click.option("--days", type=click.IntRange(1, 3650), help="For how many days; for good unless given.")
@site_option
@handled
def override(
    program: str, rule: str, changes: tuple[str, ...], mute: bool, reason: str, days: int | None, site: str | None
) -> None:
    """Let a rule hold otherwise at the whole site.

    Example: flask --app wsgi content override advanced-cancer sleep-severe --set at_least=8 --reason "Agreed"
    """
    ends_at = service().clock.now() + timedelta(days=days) if days else None
    given = OverrideGiven(
        rule=rule, program=program, muted=mute, change=_changes(changes) or None, reason=reason, ends_at=ends_at
    )
    override_rule(service(), site_id=site_id(site), given=given, agent=AGENT)
    console.print(f"{rule} holds so at this site from now on.")


@content_group.command("restore")
@click.argument("program")
@click.argument("rule")
@site_option
@handled
def restore(program: str, rule: str, site: str | None) -> None:
    """Let a rule hold at the site as published again.

    Example: flask --app wsgi content restore advanced-cancer sleep-severe
    """
    chosen = site_id(site)
    rows = read_overrides(service().db, site_id=chosen, now=service().clock.now())
    mine = [row for row in rows if (row.program, row.rule, row.patient) == (program, rule, None)]
    if not mine:
        followed = current_program(service(), site_id=chosen, name=program)
        if followed is None:
            raise Problems([f"program: {program!r} is no program of this site."])
        find_rule(followed.rules, rule)
        raise Problems([f"{rule} holds as published at this site."])
    for row in mine:
        end_override(service(), site_id=chosen, override_id=row.id, agent=AGENT)
    console.print(f"{rule} holds as published again.")


def _changes(written: tuple[str, ...]) -> dict[str, float]:
    found = {}
    for text in written:
        operator, _, operand = text.partition("=")
        try:
            found[operator.strip()] = float(operand)
        except ValueError:
            raise Problems([f"set: {text!r} is not of the form at_least=8"]) from None
    return found


def _here(row: OverrideRow) -> str:
    return "muted" if row.muted else _said(row.change)


def _said(operands: Mapping[str, float]) -> str:
    return ", ".join(f"{name} {value:g}" for name, value in operands.items())

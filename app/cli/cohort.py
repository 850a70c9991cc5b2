"""``cohort``: people who do not exist, to try everything with."""

import json
from datetime import UTC, date, datetime
from typing import Any

import click
from flask.cli import AppGroup
from rich.progress import Progress

from app.cli.common import AGENT, Problems, console, handled, progress_wanted, service, show
from app.cli.content import publish_bundle
from app.cohort.clinic import ZONE, found_clinic, register
from app.cohort.made_up_answers import made_up_replays
from app.cohort.people import make_people
from app.cohort.play import on_stage, play
from app.content.one_program import check_program, read_instruments
from app.questionnaires.definition import Questionnaire
from app.reports.cohort_figures import PUBLISHED, read_figures
from app.workflows.definitions import Program
from app.workflows.prepare_site import has_content
from app.zones import instant

cohort_group = AppGroup("cohort", help="Made-up people. Example: flask --app wsgi cohort run --patients 20 --days 14")

_PATIENTS = click.option("--patients", type=click.IntRange(1, 9999), default=200, show_default=True)
_DAYS = click.option("--days", type=click.IntRange(1, 366), default=90, show_default=True)
_SEED = click.option("--seed", type=int, default=7, show_default=True, help="The same seed gives the same people.")
_START = click.option("--start", type=click.DateTime(["%Y-%m-%d"]), default="2026-01-05", show_default=True)


@cohort_group.command("run")
@_PATIENTS
@_DAYS
@_SEED
@_START
@click.option("--text-share", type=click.FloatRange(0, 1), default=0.1, show_default=True, help="Who answers by text.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@handled
def run(patients: int, days: int, seed: int, start: datetime, text_share: float, as_json: bool) -> None:
    """Let made-up people and nurses live with the service on a fast clock, and say what came of it.

    Needs a migrated database without anybody in it, such as DATABASE_URL=sqlite:////tmp/cohort.db; what happens is
    stored there. No text leaves the machine.

    Example: flask --app wsgi cohort run --patients 200 --days 90 --seed 7
    """
    if service().settings.production or service().settings.sms_gateway != "simulated":
        raise Problems(["A cohort runs only in development with SMS_GATEWAY=simulated: these people do not exist."])
    stage = on_stage(service(), instant(start.replace(tzinfo=None), ZONE).astimezone(UTC))
    people = make_people(patients, seed=seed, days=days, text_share=text_share)
    site_id, nurses = found_clinic(stage, people, days=days)
    if not has_content(stage):
        publish_bundle(stage, AGENT)
    began = service().clock.elapsed()
    numbers = register(stage, site_id, people)
    with Progress(console=console, disable=not progress_wanted(), transient=True) as bar:
        task = bar.add_task("Days", total=days)
        first = stage.clock.now()
        played = play(
            stage, site_id=site_id, people=people, numbers=numbers, nurses=nurses, seed=seed, days=days,
            progress=lambda at: bar.update(task, completed=(at - first).days),
        )  # fmt: skip
    figures = read_figures(stage.db, site_id=site_id, nurses=len(nurses), days=days)
    if as_json:
        went = {"texts_and_forms": played.said, "refused": played.refused, "stages_with_work_left": played.stuck}
        click.echo(json.dumps(figures | went, indent=2))
        return
    _print(figures)
    console.print(f"Played in {service().clock.elapsed() - began:.0f} s.")
    if played.refused or played.stuck:
        console.print(f"Refused: {played.refused}. Stages with work left over: {', '.join(played.stuck) or 'none'}.")


@cohort_group.command("answers")
@_PATIENTS
@_DAYS
@_SEED
@_START
@handled
def answers(patients: int, days: int, seed: int, start: datetime) -> None:
    """Print what made-up people answer, a line of JSON for each check-in; needs no database.

    Example: flask --app wsgi cohort answers --patients 3 --days 14
    """
    root = service().settings.content_root
    file = "programs/advanced-cancer.yaml"
    program = Program.from_mapping(check_program(root, (root / file).read_text(encoding="utf-8"), file))
    questionnaires = {name: Questionnaire.from_mapping(data) for name, data in read_instruments(root).items()}
    people = make_people(patients, seed=seed, days=days, text_share=0.3)
    replays = made_up_replays(
        people, start=date(start.year, start.month, start.day), days=days, proposed=program, current=None,
        questionnaires=questionnaires,
    )  # fmt: skip
    for person, (_, replay) in zip(people, replays, strict=True):
        for occasion in sorted(replay.occasions, key=lambda one: one.at):
            entry = occasion.entry
            line = {
                "person": person.number, "course": person.course, "check_in": entry.check_in,
                "respondent": entry.respondent, "at": entry.authored_at.isoformat(timespec="minutes"),
                "status": entry.status, "answers": dict(entry.answers),
            }  # fmt: skip
            click.echo(json.dumps(line, ensure_ascii=False))


def _print(figures: dict[str, Any]) -> None:
    shares = figures["share_of_answers"]
    rows: list[tuple[str, object]] = [
        ("people, days, nurses", f"{figures['people']}, {figures['days']}, {figures['nurses']}"),
        *((f"check-ins, {name}", _listed(counts)) for name, counts in figures["check_ins"].items()),
        ("of the answered, share with", _listed({k: v for k, v in shares.items() if k != "by_check_in"})),
        *((f"of {name}, share with", _listed(found)) for name, found in shares["by_check_in"].items()),
        *((f"alerts, {what.replace('_', ' ')}", _said(found)) for what, found in figures["alerts"].items()),
        ("pages for each nurse and day", figures["pages_per_nurse_and_day"]),
        *(
            (
                f"minutes, {tier}",
                "; ".join(f"{what.replace('_', ' ')} {_listed(spread)}" for what, spread in times.items()),
            )
            for tier, times in figures["minutes"].items()
        ),
        *(("published elsewhere", line) for line in PUBLISHED),
    ]
    show(["What", "Figures"], rows)


def _said(found: object) -> object:
    return _listed(dict(list(found.items())[:12])) if isinstance(found, dict) else found


def _listed(counts: dict[str, object]) -> str:
    return ", ".join(f"{name} {count}" for name, count in counts.items()) or "none"

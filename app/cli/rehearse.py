"""``rehearse``: replay answers through a proposed program before it is published."""

import json
import os
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path

import click
from rich.progress import Progress

from app.alerts.rehearsal_result import Rehearsal
from app.cli.common import Problems, console, handled, progress_wanted, service, show, site_id, site_option
from app.codes import Tier
from app.cohort.made_up_answers import made_up_replays
from app.cohort.people import make_people
from app.content.one_program import check_program, read_instruments
from app.content.problems import ContentInvalid
from app.questionnaires.definition import Questionnaire
from app.reports.rehearsal_page import document
from app.workflows.definitions import Program
from app.workflows.rehearse import count_nurses, current_program, rehearse_people, rehearse_site

_START = date(2026, 1, 5)
_RULES_SHOWN = 15
_PEOPLE_SHOWN = 20


@click.command("rehearse")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--days", type=click.IntRange(1, 3650), default=90, show_default=True, help="How far to go back.")
@click.option("--cohort", type=click.IntRange(1, 10_000), help="Replay so many made-up people instead of the clinic's.")
@click.option("--seed", type=int, default=7, show_default=True, help="Which made-up people.")
@click.option("--nurses", type=click.IntRange(1, 1000), help="How many share the alerts, instead of the clinic's.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option("--csv", "as_csv", is_flag=True, help="Print CSV.")
@click.option("--html", type=click.Path(path_type=Path, dir_okay=False), help="Write a page to this file.")
@site_option
@handled
def rehearse(
    file: Path, days: int, cohort: int | None, seed: int, nurses: int | None, as_json: bool, as_csv: bool,
    html: Path | None, site: str | None,
) -> None:  # fmt: skip
    """Replay what was answered through the program in FILE, and count what nurses would have been called for.

    Nothing is changed or stored. The program is checked first, as “content check” does.

    Example: flask --app wsgi rehearse proposals/advanced-cancer.yaml --days 90 --html rehearsal.html
    """
    if as_json and as_csv:
        raise click.UsageError("--json and --csv cannot both be printed: choose one.")
    if html is not None:
        _check_target(html)
    definition = _checked(file)
    if cohort is None:
        found = _stored(site_id(site), definition, days)
    else:
        found = _made_up(site_id(site), definition, days, cohort, seed, nurses)
    if html is not None:
        _write(html, document(found))
    if as_json:
        click.echo(json.dumps(found.as_dict(), indent=2))
    elif as_csv:
        click.echo(found.as_csv(), nl=False)
    elif html is None:
        _print(found)


def _checked(file: Path) -> dict[str, object]:
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Problems([f"{file}: cannot be read: {getattr(error, 'strerror', None) or 'not UTF-8 text'}"]) from None
    try:
        return check_program(service().settings.content_root, text, str(file))
    except ContentInvalid as error:
        raise Problems([str(problem) for problem in error.problems]) from None


def _check_target(file: Path) -> None:
    """Refuse a file that cannot be written before anything is replayed, which may take minutes."""
    if not file.parent.is_dir():
        raise Problems([f"{file}: there is no folder {file.parent}."])
    if not os.access(file if file.exists() else file.parent, os.W_OK):
        raise Problems([f"{file}: cannot be written."])


def _write(file: Path, page: str) -> None:
    try:
        file.write_text(page, encoding="utf-8")
    except OSError as error:  # the disk is full, or the folder is gone by now
        raise Problems([f"{file}: cannot be written: {error.strerror}"]) from None
    click.echo(f"Written to {file}.", err=True)


def _stored(site: str, definition: dict[str, object], days: int) -> Rehearsal:
    with Progress(console=console, disable=not progress_wanted(), transient=True) as bar:
        task = bar.add_task("People", total=None)
        return rehearse_site(
            service(), site_id=site, definition=definition, days=days,
            progress=lambda done, total: bar.update(task, completed=done, total=total),
        )  # fmt: skip


def _made_up(
    site: str, definition: dict[str, object], days: int, count: int, seed: int, nurses: int | None
) -> Rehearsal:
    proposed = Program.from_mapping(definition)
    current = current_program(service(), site_id=site, name=proposed.name)
    instruments = read_instruments(service().settings.content_root)
    questionnaires = {name: Questionnaire.from_mapping(data) for name, data in instruments.items()}
    with Progress(console=console, disable=not progress_wanted(), transient=True) as bar:
        people = bar.track(make_people(count, seed=seed, days=days, text_share=0.3), description="People")
        return rehearse_people(
            made_up_replays(
                people, start=_START, days=days, proposed=proposed, current=current, questionnaires=questionnaires
            ),
            proposed=proposed, current=current, source=f"made-up people, seed {seed}",
            nurses=nurses or count_nurses(service(), site_id=site), budget=None, days=days,
        )  # fmt: skip


def _print(found: Rehearsal) -> None:
    if found.empty:
        console.print("There was nothing to replay: nobody was asked by this program in these days.")
        return
    console.print(
        f"{found.program}: {found.source}; {found.counted.people} people, {found.days} days, {found.nurses} nurses."
    )
    _print_totals(found)
    _print_compared(found, ["rule", "tier"], [((r, t.value), n) for r, t, n in found.by_rule()])
    _print_compared(found, ["severe answer that calls nobody"], [((what,), n) for what, n in found.untold()])
    if found.against:
        _print_changed(found)
    if found.over_budget:
        console.print(f"Over the alert budget of {found.budget:g} for each nurse and day: it would not be published.")


def _print_totals(found: Rehearsal) -> None:
    sides = found.sides()
    rows: list[tuple[object, ...]] = [
        ("red and amber for each nurse and day", *(f"{found.load(tally):.1f}" for _, tally in sides)),
        *(
            (f"{tier.value} alerts, for each nurse and day", *(_shared(found, t.by_tier[tier.value]) for _, t in sides))
            for tier in Tier
        ),
        ("answered, with a finding", *(f"{tally.answered}, {tally.with_alert}" for _, tally in sides)),
        (
            "severe, calling nobody, snoozed",
            *(f"{t.severe}, {sum(t.untold.values())}, {sum(t.snoozed.values())}" for _, t in sides),
        ),
        ("day with most", *(_busiest(found, place) for place in range(len(sides)))),
    ]
    show(["", *(label for label, _ in sides)], rows)


def _print_compared(found: Rehearsal, names: list[str], rows: Iterable[tuple[tuple[str, ...], list[int]]]) -> None:
    """Counts on each side, and where there are two by how much the proposed program differs."""
    columns = [*names, *(label for label, _ in found.sides()), *(["difference"] if found.against else [])]
    shown = [(*name, *counts, *_difference(counts)) for name, counts in rows]
    if shown:
        console.print()
        show(columns, shown)


def _difference(counts: list[int]) -> Iterator[str]:
    for current in counts[1:]:
        yield f"{counts[0] - current:+}" if counts[0] != current else ""


def _print_changed(found: Rehearsal) -> None:
    console.print()
    for label, counts in (("gained", found.counted.gained), ("lost", found.counted.lost)):
        for rule, count in counts.most_common(_RULES_SHOWN):
            console.print(f"answers {label}: {rule} {count}")
    console.print(f"The alerts of {len(found.changed)} people would differ.")
    for person in found.changed[:_PEOPLE_SHOWN]:
        console.print(f"  {person}")
    if len(found.changed) > _PEOPLE_SHOWN:
        console.print(f"  and {len(found.changed) - _PEOPLE_SHOWN} more")


def _shared(found: Rehearsal, alerts: int) -> str:
    return f"{alerts}, {found.share(alerts):.2f}"


def _busiest(found: Rehearsal, place: int) -> str:
    most = found.busiest(found.sides()[place][1])
    return f"{most[0]}, {most[1]}" if most else "none"

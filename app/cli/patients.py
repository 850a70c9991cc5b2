"""``patient``: register one, or import a file of them."""

import csv
from datetime import date
from pathlib import Path

import click
from flask.cli import AppGroup

from app.cli.common import AGENT, Problems, console, handled, service, site_id, site_option
from app.workflows.enrol_patient import PatientDetails, add_patients, check_patients

patient_group = AppGroup("patient", help="Patients. Example: flask --app wsgi patient import patients.csv")

_REQUIRED = ("given_name", "family_name", "birth_date", "phone", "time_zone", "language")
_OPTIONAL = ("preferred_channel", "program", "mrn")
_LARGEST_FILE = 20_000_000


@patient_group.command("add")
@click.option("--given-name", required=True)
@click.option("--family-name", required=True)
@click.option("--birth-date", required=True, help="Such as 1955-03-21.")
@click.option("--phone", required=True)
@click.option("--time-zone", required=True, help="IANA name, such as America/New_York.")
@click.option("--language", required=True)
@click.option("--program", help="Enrol at once, such as advanced-cancer.")
@click.option("--mrn", help="The clinic's own record number.")
@site_option
@handled
def add(
    given_name: str, family_name: str, birth_date: str, phone: str, time_zone: str, language: str, program: str | None,
    mrn: str | None, site: str | None,
) -> None:  # fmt: skip
    """Register a patient who agreed to be texted, and print their id.

    Example: flask --app wsgi patient add --given-name Ana --family-name Flores --birth-date 1955-03-21
    --phone "+15550100101" --time-zone America/New_York --language es --program advanced-cancer
    """
    row = {
        "given_name": given_name, "family_name": family_name, "birth_date": birth_date, "phone": phone,
        "time_zone": time_zone, "language": language, "program": program or "", "mrn": mrn or "",
    }  # fmt: skip
    ids = add_patients(service(), site_id=site_id(site), rows=[_details(row)], agent=AGENT)
    click.echo(ids[0])


@patient_group.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@site_option
@handled
def import_(file: Path, site: str | None) -> None:
    """Register everybody in a CSV file (UTF-8, with a header), or nobody: every wrong row is listed.

    Columns: given_name, family_name, birth_date, phone, time_zone, language, and where wanted preferred_channel,
    program, mrn.

    Example: flask --app wsgi patient import patients.csv
    """
    rows, lines, problems = _read(file)
    details = [_details(row) for row in rows]
    problems += _wrong(details, lines, site)
    if problems:
        shown = [f"line {line}: {name}: {text}" for line, name, text in sorted(problems)]
        raise Problems([*shown, "Nothing was imported."])
    add_patients(service(), site_id=site_id(site), rows=details, agent=AGENT)
    console.print(f"{len(details)} patients were imported.")


def _wrong(details: list[PatientDetails], lines: list[int], site: str | None) -> list[tuple[int, str, str]]:
    """What is wrong with the rows that could be read: the line, the column and what it is."""
    problems = []
    for place, texts in check_patients(service(), site_id=site_id(site), rows=details).items():
        position, _, name = place.removeprefix("rows[").partition("].")
        line, name = (lines[int(position)], name) if name else (lines[0], place)
        problems += [(line, name, text) for text in texts]
    return problems


def _read(file: Path) -> tuple[list[dict[str, str]], list[int], list[tuple[int, str, str]]]:
    """The rows, the line each one ends on, and what is wrong with the file itself."""
    if file.stat().st_size > _LARGEST_FILE:
        raise Problems([f"{file.name} is larger than 20 MB: split it."])
    try:
        with file.open(encoding="utf-8-sig", newline="") as stream:
            reader = csv.DictReader(stream, strict=True)
            header = reader.fieldnames or []
            wrong = [f"line 1: the column {c} is missing" for c in _REQUIRED if c not in header]
            wrong += [f"line 1: {c!r} is no column of a patient" for c in header if c not in (*_REQUIRED, *_OPTIONAL)]
            if wrong:
                raise Problems([*wrong, "Nothing was imported."])
            rows, lines, problems = [], [], []
            for row in reader:
                if None in row or None in row.values():
                    problems.append((reader.line_num, "row", "has not as many cells as the header."))
                    continue
                rows.append(row)
                lines.append(reader.line_num)
    except UnicodeDecodeError:
        raise Problems([f"{file.name} is not UTF-8: save it as “CSV UTF-8”."]) from None
    except csv.Error as error:
        raise Problems([f"{file.name} is not a CSV file: {error}."]) from None
    if not rows and not problems:
        raise Problems([f"{file.name} has no rows."])
    return rows, lines, problems


def _details(row: dict[str, str]) -> PatientDetails:
    return PatientDetails(
        given_name=row["given_name"], family_name=row["family_name"], birth_date=_date(row["birth_date"].strip()),
        phone=row["phone"], time_zone=row["time_zone"].strip(), language=row["language"].strip(),
        preferred_channel=row.get("preferred_channel", "").strip() or "sms",
        program=row.get("program", "").strip() or None, mrn=row.get("mrn", "").strip() or None,
    )  # fmt: skip


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None

"""``content import`` and ``content export``: questionnaires from and for other systems, as FHIR R4 has them."""

import json
from pathlib import Path

import click

from app.cli.common import Problems, handled, service
from app.cli.content import content_group
from app.content.documents import read_document
from app.content.fhir.exporting import export_questionnaire, left_out
from app.content.fhir.files import instrument_text, parse_json
from app.content.fhir.importing import NotImportable, import_questionnaire
from app.content.fields import NAME
from app.content.instruments import instrument_findings
from app.content.loader import load
from app.content.problems import ContentInvalid, Problem


@content_group.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--name", required=True, help="What the instrument is called: small letters, digits and '-'.")
@click.option("--license", "licence", help="Under which licence it is used, where the file does not say.")
@click.option("--replace", is_flag=True, help="Write over the instrument of this name.")
@handled
def import_(file: Path, name: str, licence: str | None, replace: bool) -> None:
    """Make an instrument of a FHIR R4 Questionnaire, and tell what of it is not used here, and why.

    A question that could not be asked as it is meant keeps the whole file out.

    Example: flask --app wsgi content import mood.json --name mood
    """
    if not NAME.fullmatch(name):
        raise Problems([f"--name: {name!r} is not a name: small letters, digits and '-'."])
    root = service().settings.content_root
    path = root / "instruments" / f"{name}.yaml"
    if path.exists() and not replace:
        raise Problems([f"instruments/{name}.yaml is there already: say --replace to write over it."])
    try:
        found = import_questionnaire(parse_json(file.read_bytes()), name=name, license=licence)
    except NotImportable as error:
        raise Problems(error.problems) from None
    before, known = path.read_text(encoding="utf-8") if path.exists() else None, _problems(root)
    path.write_text(instrument_text(found.definition), encoding="utf-8")
    if problems := _problems(root) - known:
        if before is None:
            path.unlink()
        else:
            path.write_text(before, encoding="utf-8")
        raise Problems([f"{problem.file}: {problem.message}" for problem in sorted(problems)])
    for note in found.notes:
        click.echo(note, err=True)
    click.echo(f"instruments/{name}.yaml")


@content_group.command("export")
@click.argument("name")
@handled
def export(name: str) -> None:
    """Print an instrument as a FHIR R4 Questionnaire; what FHIR has no place for is named on standard error.

    Example: flask --app wsgi content export core-daily
    """
    root = service().settings.content_root
    if not NAME.fullmatch(name) or not (root / "instruments" / f"{name}.yaml").is_file():
        raise Problems([f"There is no instrument {name!r}."])
    document = read_document(root, f"instruments/{name}.yaml")
    if isinstance(document, Problem):
        raise Problems([str(document)])
    wrong = [str(document.problem(at, why)) for at, why in instrument_findings(document.data, frozenset())]
    if wrong:
        raise Problems(wrong)
    click.echo(json.dumps(export_questionnaire(document.data), ensure_ascii=False, indent=2))
    for key in left_out(document.data):
        click.echo(f"Left out, as FHIR has no place for it: {key}", err=True)


def _problems(root: Path) -> set[Problem]:
    """What is wrong with the content now, also in programs that ask for an instrument that has changed."""
    try:
        load(root)
    except ContentInvalid as error:
        return set(error.problems)
    return set()

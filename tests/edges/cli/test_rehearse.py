"""Rehearsing and publishing from the terminal, and a cohort played there."""

import csv
import io
import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.config import ROOT
from app.factory import parts
from app.patients.models import Patient
from app.staff.models import Site
from app.workflows.manage_staff import StaffDetails, add_staff
from app.workflows.record_response import ResponseGiven, record_response
from tests.edges.cli.conftest import PASSWORD, Cli, make_cli
from tests.running_clinic import AGENT, ANA, RunningClinic, furnish

PROGRAM = Path("programs") / "advanced-cancer.yaml"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the shipped content, to change."""
    for name in ("instruments", "programs", "sms_templates", "red_flags"):
        shutil.copytree(ROOT / name, tmp_path / "content" / name)
    return tmp_path / "content"


@pytest.fixture
def answered(sqlite_url: str, tmp_path: Path, folder: Path) -> Iterator[tuple[Cli, RunningClinic]]:
    """A terminal on that content, and a clinic in which Ana said that her pain is 8."""
    for cli in make_cli(sqlite_url, tmp_path, CONTENT_ROOT=folder):
        clinic = furnish(parts(cli.app).service)
        (patient_id,) = clinic.add_patients(ANA)
        given = ResponseGiven(answers={"pain": 8}, authored_at=clinic.service.clock.now(), check_in="daily")
        record_response(clinic.service, site_id=clinic.site_id, patient_id=patient_id, given=given, agent=AGENT)
        yield cli, clinic


def change(folder: Path, old: str, new: str) -> Path:
    file = folder / PROGRAM
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")
    return file


def next_version(folder: Path) -> None:
    lines = (folder / PROGRAM).read_text(encoding="utf-8").splitlines()
    (version,) = [line for line in lines if line.startswith("version:")]
    change(folder, version, 'version: "next"')


def test_a_program_is_replayed_and_told_as_words_json_csv_and_a_page(
    answered: tuple[Cli, RunningClinic], folder: Path, tmp_path: Path
) -> None:
    cli, clinic = answered
    (ana,) = clinic.rows(Patient)
    file = str(change(folder, "when: {item: pain, at_least: 7}", "when: {item: pain, at_least: 9}"))
    said = cli.run("rehearse", file).stdout
    lines = [" ".join(line.split()) for line in said.splitlines()]
    assert "1 people" in said and "answers lost: pain-severe 1" in lines
    assert "red alerts, for each nurse and day 0, 0.00 1, 0.50" in lines
    assert "pain-severe red 0 1 -1" in lines, "each rule and tier, as proposed and in use"
    assert lines[lines.index("pain 1 0 +1") - 1].startswith("severe answer that calls nobody")
    assert lines[-2:] == ["The alerts of 1 people would differ.", ana.id]
    found = json.loads(cli.run("rehearse", file, "--json").stdout)
    assert found["proposed"]["severe_that_call_nobody"] == {"pain": 1} and found["changed_ids"] == [ana.id]
    rows = list(csv.DictReader(io.StringIO(cli.run("rehearse", file, "--csv").stdout)))
    told = {row["what"]: row["name"] for row in rows}
    assert told["severe answer that calls nobody"] == "pain"
    assert told["person whose alerts would differ"] == ana.id
    cli.succeed("rehearse", file, "--html", str(tmp_path / "page.html"))
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert "Severe answers that call nobody" in page and "<table" in page
    assert "http" not in page.replace("http-equiv", "") and "<script" not in page


def test_where_the_page_cannot_be_written_is_said_before_anything_is_replayed(
    answered: tuple[Cli, RunningClinic], tmp_path: Path
) -> None:
    cli, _ = answered
    nothing_to_read = str(tmp_path / "nothing.yaml")
    nowhere = tmp_path / "nowhere" / "page.html"
    assert cli.refuse("rehearse", nothing_to_read, "--html", str(nowhere)) == [
        f"{nowhere}: there is no folder {nowhere.parent}."
    ]
    assert cli.run("rehearse", nothing_to_read, "--html", str(tmp_path)).exit_code == 2
    both = cli.run("rehearse", str(ROOT / PROGRAM), "--json", "--csv")
    assert both.exit_code == 2 and "choose one" in both.stderr and both.stdout == ""


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_page_that_a_full_disk_does_not_take_is_said(answered: tuple[Cli, RunningClinic]) -> None:
    (problem,) = answered[0].refuse("rehearse", str(ROOT / PROGRAM), "--html", "/dev/full")
    assert problem.startswith("/dev/full: cannot be written: No space left")


def test_what_is_wrong_in_a_program_is_named_before_anything_is_replayed(
    answered: tuple[Cli, RunningClinic], folder: Path
) -> None:
    cli, _ = answered
    file = change(folder, "when: {item: pain, at_least: 7}", "when: {item: paln, at_least: 7}")
    (problem, *_) = cli.refuse("rehearse", str(file))
    assert problem.startswith(f"{file}:") and "paln" in problem
    assert "cannot be read" in cli.refuse("rehearse", str(folder / "nothing.yaml"))[0]


def test_made_up_people_do_where_there_are_none_yet(cli: Cli, clinic: RunningClinic) -> None:
    arguments = ("rehearse", str(ROOT / PROGRAM), "--cohort", "3", "--days", "10", "--seed", "5", "--json")
    found = json.loads(cli.run(*arguments).stdout)
    assert found["people"] == 3 and found["proposed"]["answered"] > 15 and found["rules_lost"] == {}
    assert found["days"] == 10, "what was asked on the last day and closed on the next is of these ten days"
    assert json.loads(cli.run(*arguments).stdout) == found


def test_of_many_who_change_the_first_are_named(cli: Cli, clinic: RunningClinic, folder: Path) -> None:
    file = change(folder, "when: {item: pain, at_least: 7}", "when: {item: pain, at_least: 1}")
    arguments = ("rehearse", str(file), "--cohort", "30", "--days", "2")
    changed = json.loads(cli.run(*arguments, "--json").stdout)["changed_ids"]
    lines = [line.strip() for line in cli.run(*arguments).stdout.splitlines()]
    assert lines[-22:-1] == [f"The alerts of {len(changed)} people would differ.", *changed[:20]]
    assert lines[-1] == f"and {len(changed) - 20} more"


def test_publishing_over_the_budget_takes_a_second_person(answered: tuple[Cli, RunningClinic], folder: Path) -> None:
    cli, clinic = answered
    for name, role in (("Ada", "administrator"), ("Cleo", "clinician")):
        details = StaffDetails(
            name=name, email=f"{name}@clinic.example", role=role, password=PASSWORD if role == "clinician" else None
        )
        add_staff(clinic.service, site_id=clinic.site_id, details=details, agent=AGENT)
    clinic.change(Site, alert_budget=0.1)
    next_version(folder)
    over, way_out = cli.refuse("content", "publish")
    assert "the site allows 0.1" in over and "Nothing was published" in way_out
    second = ("--override-by", "cleo@clinic.example", "--password-stdin")
    assert cli.refuse("content", "publish", *second, stdin=PASSWORD)[0].startswith("--by is needed")
    first = ("--by", "ada@clinic.example", "--reason", "A trial month.")
    assert "not right" in cli.refuse("content", "publish", *first, *second, stdin="wrong words altogether")[0]
    assert cli.succeed("content", "publish", *first, *second, stdin=PASSWORD).endswith("version next")
    assert cli.succeed("content", "publish") == "Everything is published already."


def test_a_cohort_is_played_and_the_same_one_comes_out_the_same(tmp_path: Path, sqlite_template: Path) -> None:
    arguments = ("cohort", "run", "--patients", "2", "--days", "2", "--text-share", "0.5", "--json")
    figures = []
    for name in ("one.db", "two.db"):
        shutil.copy(sqlite_template, tmp_path / name)
        for cli in make_cli(f"sqlite:///{tmp_path / name}", tmp_path):
            figures.append(json.loads(cli.run(*arguments).stdout))
            assert "patients or staff already" in cli.refuse(*arguments)[0]
    assert figures[0] == figures[1]
    assert figures[0]["people"] == 2 and figures[0]["answered"] >= 2


def test_answers_of_made_up_people_are_lines_of_json(blank: Cli) -> None:
    lines = blank.run("cohort", "answers", "--patients", "2", "--days", "3").stdout.splitlines()
    assert len(lines) >= 6 and {"person", "check_in", "answers"} <= set(json.loads(lines[0]))

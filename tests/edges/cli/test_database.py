"""``db``, ``content``, ``demo`` and ``doctor``: setting up, and finding what is wrong."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.factory import parts
from app.jobs.worker import Worker
from app.tables import AuditEvent, Patient, Practitioner, PublishedProgram, Site
from tests.edges.cli.conftest import Cli, make_cli
from tests.running_clinic import RunningClinic, content_with

PROGRAM = "programs/advanced-cancer.yaml"


def test_upgrade_sets_up_an_empty_database_and_then_leaves_it_alone(blank: Cli) -> None:
    first = blank.run("db", "upgrade")
    assert first.exit_code == 0, first.stderr
    assert "Published program advanced-cancer version 3" in first.stdout
    head = blank.succeed("db", "current")
    assert f"from None to {head}." in first.stdout
    assert blank.succeed("db", "upgrade") == f"The database is at {head}."
    assert blank.succeed("db", "check").startswith(f"The database is at {head}")


def test_an_empty_database_is_named_and_not_a_stack_of_code(blank: Cli) -> None:
    assert blank.succeed("db", "current") == "empty"
    assert "run db upgrade" in blank.refuse("db", "check")[-1]
    for command in (["token", "list"], ["staff", "list"], ["outbox", "list"], ["content", "publish"]):
        (said,) = blank.refuse(*command)
        assert "flask --app wsgi db upgrade" in said


def test_a_database_that_cannot_be_reached_is_named(tmp_path: Path) -> None:
    url = f"postgresql+psycopg://nobody@/nothing?host={tmp_path}"
    for terminal in make_cli(url, tmp_path):
        (said,) = terminal.refuse("staff", "list")
        assert "DATABASE_URL" in said
        assert any("problem" in line for line in terminal.refuse("doctor"))


# --- content ---


@pytest.fixture
def content(tmp_path: Path) -> Path:
    """A copy of the shipped content, to edit."""
    return content_with(tmp_path / "content", backup_after="PT15M")


@pytest.fixture
def editor(sqlite_url: str, content: Path, tmp_path: Path) -> Iterator[Cli]:
    """A terminal whose content is that copy."""
    for terminal in make_cli(sqlite_url, tmp_path, CONTENT_ROOT=content):
        terminal.succeed("db", "upgrade")
        yield terminal


def edit(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_what_is_published_is_published_once(editor: Cli) -> None:
    assert editor.succeed("content", "publish") == "Everything is published already."
    assert editor.succeed("content", "diff") == "The files and what is published are the same."
    assert editor.succeed("content", "check") == "The content can be published."


def test_a_published_version_cannot_change(editor: Cli, content: Path) -> None:
    edit(content / PROGRAM, "window: PT20H", "window: PT10H")
    (said,) = editor.refuse("content", "publish")
    assert "advanced-cancer version 3 is published and cannot change" in said
    assert "-  window: PT20H" in editor.run("content", "diff").stdout
    edit(content / PROGRAM, 'version: "3"', 'version: "4"')
    assert editor.succeed("content", "publish") == "Published program advanced-cancer version 4"
    with parts(editor.app).service.db.engine.connect() as connection:
        versions = connection.execute(PublishedProgram.__table__.select()).mappings()
        assert sorted(row["version"] for row in versions) == ["3", "4"]


def test_wrong_content_is_named_by_file_and_line_and_nothing_is_published(editor: Cli, content: Path) -> None:
    edit(content / PROGRAM, 'version: "3"', 'version: "4"')
    edit(content / PROGRAM, "item: agitation, at_least: 7", "item: agitatoin, at_least: 7")
    edit(content / PROGRAM, "tier: red", "tier: crimson")
    for command in ("check", "publish"):
        said = editor.refuse("content", command)
        assert len(said) >= 2
        assert all("advanced-cancer.yaml" in line for line in said), said
        assert any("agitatoin" in line for line in said) and any("crimson" in line for line in said)
    assert any("agitatoin" in line for line in editor.run("doctor").output.splitlines())


# --- demo ---


def test_the_demo_loads_once_and_can_start_afresh(blank: Cli) -> None:
    blank.succeed("db", "upgrade")
    assert blank.succeed("demo", "load") == "The demo clinic is loaded."
    assert blank.succeed("demo", "load").startswith("The demo clinic is there, as you left it")
    blank.succeed("staff", "disable", "--email", "omar@riverside.example")
    assert blank.succeed("demo", "reset") == "The demo clinic is as new."
    assert "omar@riverside.example" in blank.run("staff", "list").stdout


def test_the_demo_keeps_away_from_other_data(cli: Cli, clinic: RunningClinic) -> None:
    assert "staff already" in cli.refuse("demo", "load")[0]
    assert "left alone" in cli.refuse("demo", "reset")[0]
    assert len(clinic.rows(Practitioner)) == 2
    assert len(clinic.rows(Site)) == 1
    assert clinic.rows(Patient) == []


def test_the_demo_keeps_away_from_real_telephones(sqlite_url: str, tmp_path: Path) -> None:
    twilio = {"TWILIO_ACCOUNT_SID": "AC1", "TWILIO_AUTH_TOKENS": "token", "TWILIO_FROM_NUMBERS": "+15550100001"}
    for terminal in make_cli(sqlite_url, tmp_path, SMS_GATEWAY="twilio", **twilio):
        for command in ("load", "reset", "serve"):
            assert "only in development" in terminal.refuse("demo", command)[0]
        assert "real people" in terminal.refuse("simulate", "+15550101001")[0]


# --- doctor ---


def test_doctor_finds_nothing_wrong_with_a_clinic_that_runs(cli: Cli, clinic: RunningClinic) -> None:
    Worker(clinic.service, parts(cli.app).gateway).run_once()
    result = cli.run("doctor")
    assert result.exit_code == 0, result.output
    assert "nobody's telephone rings" in result.stdout


def test_doctor_names_every_problem_at_once(cli: Cli) -> None:
    cli.succeed("db", "upgrade")
    result = cli.run("doctor")
    assert result.exit_code == 1
    assert "nobody is on call" in result.stdout
    assert "No worker has ever run" in result.stdout
    assert result.stderr.strip().endswith("problems found.")


def test_doctor_names_a_database_without_its_tables(blank: Cli) -> None:
    result = blank.run("doctor")
    assert result.exit_code == 1
    assert "run db upgrade" in result.stdout


def test_what_commands_do_is_on_record(cli: Cli, clinic: RunningClinic) -> None:
    assert {(row.agent, row.action) for row in clinic.rows(AuditEvent)} >= {("test", "publish"), ("test", "add")}

"""The import contracts in pyproject.toml hold, and each would notice what it is there for."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from app.config import ROOT

LAYERS = "Edges over flows over capabilities over the ground"

# What somebody might do: in which module, importing what, and the start of the contract's name that must refuse it.
VIOLATIONS = {
    "a capability imports another": ("app.alerts.planted1", "app.patients.contact_point", LAYERS),
    "a capability imports a flow": ("app.messaging.planted2", "app.workflows", LAYERS),
    "an edge imports another edge": ("app.webhooks.planted3", "app.cli", LAYERS),
    "the ground imports a capability": ("app.durations", "app.questionnaires.definition", LAYERS),
    "a flow imports an edge": ("app.workflows.planted4", "app.gateways", LAYERS),
    "a web page reads a table": ("app.web.planted5", "app.alerts.models", "Only flows and reports handle rows"),
    "a web page calls a store": ("app.web.planted6", "app.alerts.store.alerts", "Only workflows call stores"),
    "a flow reads all tables at once": ("app.workflows.planted7", "app.tables", "Only reports and migrations"),
    "a web page opens a transaction": ("app.web.planted8", "app.db", "Only flows, reports and stores"),
    "a pure file reads the time": ("app.escalation.planted9", "app.clock", "Only edges and flows hold a clock"),
    "a web page chooses a way out": ("app.web.planted10", "app.gateways", "Only the factory chooses"),
    "a web page reads content files": ("app.web.planted11", "app.content.loader", "Only commands and the factory read"),
    "a flow imports what imports it": ("app.workflows.planted12", "app.workflows.planted13", "Workflows do not go"),
    "a flow writes SQL": ("app.workflows.planted14", "sqlalchemy", "SQLAlchemy lives"),
    "a pure file writes SQL": ("app.checkins.planted15", "sqlalchemy", "SQLAlchemy lives"),
    "a flow knows Flask": ("app.workflows.planted16", "flask", "Flask lives"),
    "a flow calls Twilio": ("app.workflows.planted17", "twilio", "Twilio's library lives"),
    "a flow schedules": ("app.workflows.planted18", "apscheduler", "APScheduler lives"),
    "a flow validates with marshmallow": ("app.workflows.planted19", "marshmallow", "marshmallow and"),
    "a command migrates by itself": ("app.cli.planted20", "alembic", "Alembic lives"),
    "a store encrypts by itself": ("app.patients.store", "cryptography", "Cryptography lives"),
    "a new package has no layer": ("app.planted", "", LAYERS),
}


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache", "--no-logo"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True)


def plant(folder: Path, module: str, imported: str) -> None:
    path = folder.joinpath(*module.split(".")).with_suffix(".py")
    before = path.read_text() if path.exists() else '"""Planted."""\n'
    path.write_text(before + (f"\nimport {imported}\n" if imported else ""))


@pytest.fixture(scope="module")
def refusals(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What each broken contract says of a copy of the code with every violation planted in it, by contract."""
    folder = tmp_path_factory.mktemp("planted")
    shutil.copy(ROOT / "pyproject.toml", folder)
    shutil.copytree(ROOT / "app", folder / "app", ignore=shutil.ignore_patterns("static", "templates", "__pycache__"))
    for module, imported, _contract in VIOLATIONS.values():
        plant(folder, module, imported)
    plant(folder, "app.workflows.planted13", "app.workflows.planted12")
    result = lint(folder)
    assert result.returncode == 1
    sections: dict[str, str] = {}
    lines = result.stdout.partition("Broken contracts")[2].splitlines()
    title = ""
    for line, following in zip(lines, [*lines[1:], ""], strict=False):
        if following and not following.strip("-") and len(following) == len(line):
            title = line
        sections[title] = sections.get(title, "") + line + "\n"
    return sections


def test_every_contract_holds() -> None:
    result = lint(ROOT)
    assert result.returncode == 0, result.stdout


@pytest.mark.parametrize("violation", VIOLATIONS)
def test_a_violation_is_refused(refusals: dict[str, str], violation: str) -> None:
    module, imported, contract = VIOLATIONS[violation]
    said = next((text for title, text in refusals.items() if title.startswith(contract)), "")
    if not imported:
        assert f"- {module}\n" in said, said
    elif contract.startswith("Workflows"):
        assert module.removeprefix("app.workflows") in said, said
    else:
        assert f"{module} -> {imported} (l." in said, said


def test_every_contract_is_tried() -> None:
    result = lint(ROOT)
    names = [line.rpartition(" KEPT")[0] for line in result.stdout.splitlines() if " KEPT" in line]
    tried = tuple(contract for _module, _imported, contract in VIOLATIONS.values())
    assert names and all(name.startswith(tried) for name in names)

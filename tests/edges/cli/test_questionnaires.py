"""``content import`` and ``content export``."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.edges.cli.conftest import Cli, make_cli

ROOT = Path(__file__).parents[3]
SAMPLES = ROOT / "tests" / "unit" / "content" / "fhir"


@pytest.fixture
def cli(sqlite_url: str, tmp_path: Path) -> Iterator[Cli]:
    """A terminal of a clinic that writes its own content."""
    for folder in ("instruments", "programs", "sms_templates"):
        shutil.copytree(ROOT / folder, tmp_path / "content" / folder)
    yield from make_cli(sqlite_url, tmp_path, CONTENT_ROOT=tmp_path / "content")


def instruments(folder: Path) -> set[str]:
    return {path.stem for path in (folder / "content" / "instruments").iterdir()}


def test_a_questionnaire_is_taken_in_checked_and_given_back(cli: Cli, tmp_path: Path) -> None:
    result = cli.run("content", "import", str(SAMPLES / "groups-and-words.json"), "--name", "burden")

    assert result.exit_code == 0, result.stderr
    assert result.stdout.splitlines()[-1] == "instruments/burden.yaml"
    assert "'q1': maxLength is kept for export, and not used" in result.stderr
    cli.succeed("content", "check")
    exported = cli.run("content", "export", "burden")
    assert json.loads(exported.stdout)["url"] == "http://example.org/Questionnaire/groups"
    assert "burden" in cli.run("content", "publish").stdout

    assert "there already" in cli.refuse("content", "import", str(SAMPLES / "thermometer.json"), "--name", "burden")[0]
    cli.succeed("content", "import", str(SAMPLES / "thermometer.json"), "--name", "burden", "--replace")


def test_what_cannot_be_asked_leaves_no_file_behind(cli: Cli, tmp_path: Path) -> None:
    before = instruments(tmp_path)
    resource = json.loads((SAMPLES / "thermometer.json").read_text(encoding="utf-8"))
    resource["item"][0]["repeats"] = True
    (tmp_path / "wrong.json").write_text(json.dumps(resource), encoding="utf-8")
    assert "repeats" in cli.refuse("content", "import", str(tmp_path / "wrong.json"), "--name", "wrong")[0]

    resource["item"][0] |= {"repeats": False, "text": "long " * 100}
    (tmp_path / "wrong.json").write_text(json.dumps(resource), encoding="utf-8")
    assert "longer than 320" in cli.refuse("content", "import", str(tmp_path / "wrong.json"), "--name", "wrong")[0]
    (tmp_path / "wrong.json").write_text("{", encoding="utf-8")
    assert "not JSON" in cli.refuse("content", "import", str(tmp_path / "wrong.json"), "--name", "wrong")[0]

    assert "not a name" in cli.refuse("content", "import", str(SAMPLES / "numbers.json"), "--name", "../x")[0]
    assert instruments(tmp_path) == before


def test_an_instrument_that_cannot_replace_another_leaves_it_as_it_was(cli: Cli, tmp_path: Path) -> None:
    path = tmp_path / "content" / "instruments" / "bad-day.yaml"
    before = path.read_text(encoding="utf-8")
    resource = json.loads((SAMPLES / "thermometer.json").read_text(encoding="utf-8"))
    resource["url"] = "urn:bedside:questionnaire:core-daily"
    (tmp_path / "same.json").write_text(json.dumps(resource), encoding="utf-8")

    said = cli.refuse("content", "import", str(tmp_path / "same.json"), "--name", "bad-day", "--replace")

    assert any("url" in line for line in said)
    assert path.read_text(encoding="utf-8") == before


def test_an_export_is_json_alone_and_names_what_it_leaves_out(cli: Cli) -> None:
    result = cli.run("content", "export", "core-daily")
    assert json.loads(result.stdout)["resourceType"] == "Questionnaire"
    assert "ask_together" in result.stderr
    assert "no instrument 'nothing'" in cli.refuse("content", "export", "nothing")[0]

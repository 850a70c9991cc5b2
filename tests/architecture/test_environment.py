"""What an operator is told of the settings is what the settings are; what is installed is what was locked."""

import re
from dataclasses import fields

import pytest

from app.config import ROOT, Settings

EXAMPLE = ROOT / ".env.example"
NOT_WORTH_A_DEFAULT = {"SECRET_KEYS", "FIELD_KEYS", "INDEX_KEYS", "PUBLIC_URL", "CONTENT_ROOT"}


def names() -> set[str]:
    return {"BEDSIDE_ENV" if field.name == "env" else field.name.upper() for field in fields(Settings)}


def entries() -> dict[str, tuple[str, str]]:
    """Each name in the example with the value it shows and the comment above it."""
    found: dict[str, tuple[str, str]] = {}
    comment: list[str] = []
    for line in EXAMPLE.read_text().splitlines():
        setting = re.fullmatch(r"#?([A-Z][A-Z_]+)=(.*)", line)
        if setting:
            found[setting[1]] = (setting[2], " ".join(comment))
        comment = [*comment, line.lstrip("# ")] if line.startswith("# ") else []
    return found


def test_the_example_names_every_setting_and_no_other() -> None:
    assert set(entries()) == names()


def test_every_setting_is_explained() -> None:
    assert [name for name, (_value, comment) in entries().items() if len(comment) < 20] == []


def test_the_example_shows_the_defaults(tmp_path) -> None:
    shown = {name: value for name, (value, _comment) in entries().items() if name not in NOT_WORTH_A_DEFAULT}
    assert Settings.from_environ(shown, instance=tmp_path) == Settings.from_environ({}, instance=tmp_path)


def test_the_example_can_be_used_as_it_is(tmp_path) -> None:
    active = dict(line.split("=", 1) for line in EXAMPLE.read_text().splitlines() if re.match(r"[A-Z]", line))
    assert not Settings.from_environ(active, instance=tmp_path).production


def pins(name: str) -> dict[str, str]:
    text = (ROOT / "requirements" / name).read_text()
    return {pin.lower(): version for pin, version in re.findall(r"^([A-Za-z0-9_.\[\]-]+)==([^\s;\\]+)", text, re.M)}


def test_tests_run_on_the_versions_that_run() -> None:
    run, dev = pins("run.lock"), pins("dev.lock")
    assert run and {name: dev.get(name) for name in run} == run


@pytest.mark.parametrize("name", ["run.lock", "dev.lock", "installer.lock"])
def test_a_lock_has_hashes_and_no_addresses(name: str) -> None:
    text = (ROOT / "requirements" / name).read_text()
    assert "://" not in text
    assert len(pins(name)) <= text.count("--hash=sha256:")


def test_node_packages_are_pinned_without_addresses() -> None:
    assert "://" not in (ROOT / "package.json").read_text()
    assert '"resolved"' not in (ROOT / "package-lock.json").read_text()

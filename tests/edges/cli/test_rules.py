"""``content drift``, ``override`` and ``restore``, and what a site says of itself beside its hours."""

import json
from typing import Any

from tests.edges.cli.conftest import Cli
from tests.running_clinic import RunningClinic

PROGRAM = "advanced-cancer"
SLEEP = (PROGRAM, "sleep-severe", "--reason", "Agreed in the team")


def test_a_sites_own_rules_are_set_listed_and_taken_back(cli: Cli, clinic: RunningClinic) -> None:
    def drift() -> list[dict[str, object]]:
        return list(json.loads(cli.run("content", "drift", "--json").stdout))

    assert drift() == []
    cli.succeed("content", "override", *SLEEP, "--set", "at_least=8")
    (row,) = drift()
    assert (row["rule"], row["published"], row["here"], row["by"]) == (
        "sleep-severe",
        "at_least 7",
        "at_least 8",
        "cli",
    )
    written = cli.succeed("content", "drift")
    assert [value for value in row.values() if str(value or "") not in written] == [], "nothing is cut off in a pipe"
    cli.succeed("content", "override", *SLEEP, "--set", "at_least=9", "--days", "7")
    assert [row["here"] for row in drift()] == ["at_least 9"]
    (problem,) = cli.refuse("content", "restore", PROGRAM, "sleep-sever")
    assert "no rule 'sleep-sever'" in problem and "sleep-severe" in problem
    assert "no program" in cli.refuse("content", "restore", "advanced", "sleep-severe")[0]
    assert len(drift()) == 1, "what was not meant stays"
    cli.succeed("content", "restore", PROGRAM, "sleep-severe")
    assert drift() == []
    assert "as published" in cli.refuse("content", "restore", PROGRAM, "sleep-severe")[0]


def test_what_must_call_somebody_stays(cli: Cli, clinic: RunningClinic) -> None:
    assert "at_least=8" in cli.refuse("content", "override", *SLEEP, "--set", "at_least:8")[0]
    assert "two worst" in cli.refuse("content", "override", *SLEEP, "--mute")[0]
    reason = ("--reason", "Too many", "--mute")
    assert "neither muted" in cli.refuse("content", "override", PROGRAM, "red-flag-words", *reason)[0]
    assert "whole site" in cli.refuse("content", "override", PROGRAM, "fever", *reason)[0]
    assert "no program" in cli.refuse("content", "override", "other", "fever", *reason)[0]


def test_a_site_says_whom_comfort_care_calls_and_its_goals_and_budget(cli: Cli, clinic: RunningClinic) -> None:
    cli.succeed(
        "site", "set", "--comfort-phone", "(555) 010-0177", "--default-goals", '{"pain": 4}', "--alert-budget", "12.5"
    )

    def shown() -> dict[str, Any]:
        return {row["name"]: row["value"] for row in json.loads(cli.run("site", "show", "--json").stdout)}

    said = shown()
    assert said["comfort_phone"] == "+15550100177" and said["alert_budget"] == 12.5
    assert json.loads(said["default_goals"]) == {"pain": 4}
    cli.succeed("site", "set", "--comfort-phone", "", "--default-goals", "{}")
    assert shown()["comfort_phone"] is None and shown()["default_goals"] is None
    for option, value in (
        ("--comfort-phone", "12"), ("--default-goals", '{"pain": 11}'), ("--default-goals", '["pain"]'),
        ("--default-goals", "pain"), ("--alert-budget", "0"), ("--alert-budget", "nan"),
    ):  # fmt: skip
        (line,) = cli.refuse("site", "set", option, value)
        assert line.startswith(option[2:].replace("-", "_")) or line.startswith(option[2:]), line

"""Every command says what it does and shows an example."""

from collections.abc import Iterator

import click
import pytest
from flask import Flask

from app.cli import register_commands
from tests.edges.cli.conftest import Cli


def _commands(group: click.Group, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    for name, command in group.commands.items():
        yield (*path, name)
        if isinstance(command, click.Group):
            yield from _commands(command, (*path, name))


def _all() -> list[tuple[str, ...]]:
    app = Flask(__name__)
    register_commands(app)
    return sorted(_commands(app.cli))


def test_the_commands_that_were_promised_are_there() -> None:
    promised = (
        "db upgrade, db current, db check, demo load, demo reset, content check, content publish, content diff, "
        "staff add, staff set-password, staff disable, token create, token list, token revoke, patient add, "
        "patient import, enrol, checkin issue, web, worker, outbox list, outbox retry, outbox pause, outbox resume, "
        "simulate, doctor, rehearse, cohort run, cohort answers"
    )
    assert {tuple(name.split()) for name in promised.split(", ")} <= set(_all())


@pytest.mark.parametrize("path", _all(), ids=" ".join)
def test_help_shows_an_example(cli: Cli, path: tuple[str, ...]) -> None:
    result = cli.run(*path, "--help")
    assert result.exit_code == 0
    said = " ".join(result.stdout.split())
    assert f"Example: flask --app wsgi {path[0]}" in said


@pytest.mark.parametrize("path", [("no-such-thing",), ("db", "no-such-thing"), ("token", "list", "--no-such-thing")])
def test_what_does_not_exist_is_said_to_be_so(cli: Cli, path: tuple[str, ...]) -> None:
    result = cli.run(*path)
    assert result.exit_code == 2
    assert "no-such-thing" in result.stderr.lower()

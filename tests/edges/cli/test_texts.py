"""``outbox``, ``simulate`` and ``worker --once``: texts on their way, without a telephone."""

import json
from datetime import timedelta

from app.factory import parts
from app.tables import Alert, Checkin, OutboundMessage, StageProgress
from tests.edges.cli.conftest import Cli
from tests.running_clinic import ANA, NORA, RunningClinic


def waiting(cli: Cli, *options: str) -> list[dict[str, object]]:
    listed: list[dict[str, object]] = json.loads(cli.run("outbox", "list", "--json", *options).stdout)
    return listed


def test_worker_once_does_all_that_is_due_and_ends(cli: Cli, clinic: RunningClinic) -> None:
    (patient,) = clinic.add_patients(ANA)
    clinic.issue(patient)
    assert [row["kind"] for row in waiting(cli)] == ["invitation"]
    assert cli.succeed("worker", "--once").endswith("things done.")
    assert waiting(cli) == []
    stages = {row.id for row in clinic.rows(StageProgress)}
    assert stages >= {"escalate", "deliver", "issue", "close", "settle", "sweep"}
    assert cli.succeed("worker", "--once") == "0 things done."


def test_a_paused_outbox_lets_nothing_leave(cli: Cli, clinic: RunningClinic) -> None:
    (patient,) = clinic.add_patients(ANA)
    clinic.issue(patient)
    assert "pages neither" in cli.succeed("outbox", "pause")
    cli.succeed("worker", "--once")
    assert [row["state"] for row in waiting(cli)] == ["pending"]
    assert cli.succeed("outbox", "resume") == "Texts leave again."
    cli.succeed("worker", "--once")
    assert waiting(cli) == []


def test_a_text_that_was_given_up_can_be_sent_again(cli: Cli, clinic: RunningClinic) -> None:
    (patient,) = clinic.add_patients(ANA)
    clinic.issue(patient)
    (text,) = clinic.rows(OutboundMessage, OutboundMessage.kind == "invitation")
    assert "pending" in cli.refuse("outbox", "retry", text.id)[0]
    clinic.change(OutboundMessage, OutboundMessage.id == text.id, state="dead", status="failed", error_code=30003)
    assert [row["id"] for row in waiting(cli, "--state", "dead")] == [text.id]
    assert ANA not in cli.run("outbox", "list").stdout
    assert cli.succeed("outbox", "retry", text.id) == "It is in the outbox again."
    cli.succeed("worker", "--once")
    (text,) = clinic.rows(OutboundMessage, OutboundMessage.id == text.id)
    assert (text.state, text.status) == ("handed_over", "delivered")
    assert "no such text" in cli.refuse("outbox", "retry", "nothing")[0]
    assert cli.run("outbox", "list", "--state", "lost").exit_code == 2


def test_a_conversation_can_be_played_in_the_terminal(cli: Cli, clinic: RunningClinic) -> None:
    (patient,) = clinic.add_patients(ANA)
    clinic.issue(patient)
    played = cli.run("simulate", ANA, stdin="\n8 3 5\n")
    assert played.exit_code == 0, played.stderr
    assert "> 8 3 5" in played.stdout
    assert "alerted the nurse on shift" in played.stdout.replace("\n  ", " ")
    (alert,) = clinic.alerts(patient)
    nora = cli.run("simulate", NORA, stdin=f"{alert.code.lower()}\n")
    assert f"{alert.code} is yours" in nora.stdout
    assert clinic.rows(Alert)[0].status == "acknowledged"


def test_the_clock_of_a_played_conversation_moves_forward_only(cli: Cli, clinic: RunningClinic) -> None:
    clinic.add_patients(ANA)
    now = clinic.service.clock.now()
    tomorrow = f"{now + timedelta(days=2):%Y-%m-%d} 10:30"
    played = cli.run("simulate", ANA, "--at", tomorrow, "--zone", "America/New_York")
    assert played.exit_code == 0, played.stderr
    assert "how are you today?" in played.stdout
    assert {row.name for row in clinic.rows(Checkin)} == {"daily"}
    assert "only moves forward" in cli.refuse("simulate", ANA, "--at", f"{now:%Y}-01-01 10:00", "--zone", "UTC")[0]
    assert cli.refuse("simulate", ANA, "--at", "ten o'clock")[0].startswith("--at:")
    assert cli.refuse("simulate", ANA, "--at", tomorrow, "--zone", "Mars/Base")[0].startswith("--at:")
    assert "only moves forward" in cli.refuse("simulate", ANA, stdin="/at 2001-01-01 10:00\n")[0]
    assert cli.refuse("simulate", "911")[0].startswith("phone:")
    assert parts(cli.app).service is clinic.service

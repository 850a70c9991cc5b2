"""The database goes away and comes back: whoever was told 200 is stored, everybody else is told to come again."""

import signal
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from app import schema
from app.tables import Alert, Answer, InboundMessage
from tests.faults.invariants import check_copies, check_drained, check_invariants
from tests.faults.stage import Stage, set_stage
from tests.postgres import CannotStart, PostgresServer
from tests.processes import wait_until
from tests.running_clinic import NORA, phones


@pytest.fixture
def server() -> Iterator[PostgresServer]:
    """A server of one's own, to stop and start."""
    try:
        running = PostgresServer()
    except CannotStart as problem:
        pytest.skip(f"PostgreSQL: {problem}")
    yield running
    running.remove()


@pytest.fixture
def stage(server: PostgresServer, tmp_path: Path) -> Iterator[Stage]:
    """The stage on that server."""
    schema.upgrade(server.url())
    with set_stage(server.url(), tmp_path) as made:
        yield made


def test_without_a_database_texts_are_refused_and_later_taken(stage: Stage, server: PostgresServer) -> None:
    people = phones(2)
    for patient in stage.clinic.add_patients(*people):
        stage.clinic.issue(patient)
    stage.nursery.web(stage.port)
    worker = stage.nursery.start("worker")
    wait_until(lambda: len(stage.network.texts()) == len(people), "both are invited")
    assert stage.network.idle(60)
    forms = [stage.text_in(f"SM{phone[1:]:0>32}", phone, "8 3 5") for phone in people]
    assert stage.post(forms[0]) == "200"
    wait_until(lambda: stage.network.handset(NORA).texts(), "Nora is paged")
    assert stage.network.idle(60)

    server.stop(signal.SIGQUIT)
    assert [stage.post(form) for form in forms] == ["503", "503"]
    report = {"MessageSid": "SM" + "9" * 32, "MessageStatus": "delivered"}
    assert stage.post(report, path="/webhooks/twilio/status/some-token") == "503"
    server.start()

    assert [stage.post(form) for form in forms] == ["200", "200"]
    wait_until(lambda: len(stage.network.handset(NORA).texts()) == 2, "Nora is paged again, by the same worker")
    worker.signal(signal.SIGTERM)
    assert worker.wait(20).code == 0
    stage.drain()
    assert len(stage.clinic.rows(InboundMessage)) == len(people)
    assert len(stage.clinic.rows(Answer)) == 3 * len(people)
    assert check_invariants(stage.url) + check_drained(stage.url) == []
    assert check_copies(stage.url, stage.network.all_texts(), most=1) == []


def test_a_database_that_crashes_again_and_again_loses_nothing(stage: Stage, server: PostgresServer) -> None:
    people = phones(40)
    for patient in stage.clinic.add_patients(*people):
        stage.clinic.issue(patient)
    web = stage.nursery.web(stage.port)
    left = [stage.text_in(f"SM{phone[1:]:0>32}", phone, "8 3 5") for phone in people]
    heard: list[str] = []

    def post_until_taken() -> None:
        while left:
            form = left.pop()
            answer = stage.post(form)
            heard.append(answer)
            if answer != "200":
                left.append(form)

    posting = [threading.Thread(target=post_until_taken) for _ in range(4)]
    for thread in posting:
        thread.start()
    for crash in range(1, 4):
        wait_until(lambda crash=crash: heard.count("200") >= 8 * crash, "some were taken")  # type: ignore[misc]
        server.stop(signal.SIGQUIT)
        refused = len(heard)
        wait_until(lambda refused=refused: "503" in heard[refused:], "somebody was refused")  # type: ignore[misc]
        server.start()
    for thread in posting:
        thread.join()
    assert set(heard) == {"200", "503"}, set(heard)
    assert web.alive
    stage.drain()
    stored = [row.message_sid for row in stage.clinic.rows(InboundMessage)]
    assert sorted(stored) == sorted({f"SM{phone[1:]:0>32}" for phone in people})
    assert len(stage.clinic.rows(Answer)) == 3 * len(people)
    assert check_invariants(stage.url) + check_drained(stage.url) == []
    assert check_copies(stage.url, stage.network.all_texts(), most=1) == []
    paged = [text.body for text in stage.network.handset(NORA).texts()]
    for alert in stage.clinic.rows(Alert):
        assert sum(f" {alert.code}" in body for body in paged) == 1, f"{alert.code} in {paged}"

"""The story that the service is for: a red answer reaches a nurse, and somebody acts.

Real processes, real requests, a real telephone provider's SDK; only the telephone network is ours.
"""

import json
import re
import signal
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, select

from app.tables import AuditEvent, DeliveryEvent, OutboundMessage
from tests.faults.invariants import check_copies, check_drained, check_invariants
from tests.faults.nursery import Nursery
from tests.phone_network import PhoneNetwork
from tests.processes import Web, environment, free_port, wait_until, worker
from tests.running_clinic import ANA, NORA, OMAR, PROGRAM, content_with

PASSWORD = "four plain words together"


class Api:
    """A program that calls the API with a token."""

    def __init__(self, port: int, token: str) -> None:
        self.port, self.token = port, token

    def call(self, method: str, path: str, body: object = None, status: int = 200) -> Any:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=30)
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        connection.request(method, f"/api/v1{path}", None if body is None else json.dumps(body), headers)
        answer = connection.getresponse()
        text = answer.read().decode()
        connection.close()
        assert answer.status == status, f"{method} {path}: {answer.status} {text}"
        return json.loads(text)


@pytest.fixture
def network() -> Iterator[PhoneNetwork]:
    with PhoneNetwork() as running:
        yield running


def staff(nursery: Nursery, name: str, phone: str) -> str:
    """Add a nurse by the command; their id."""
    options = ("--name", name, "--email", f"{name.split()[0].lower()}@clinic.example", "--phone", phone)
    return nursery.run("staff", "add", *options, "--role", "nurse", "--password-stdin", stdin=PASSWORD)


def put_on_call(api: Api, nora: str, omar: str) -> None:
    rota = api.call("POST", "/schedules", {"name": "Triage", "time_zone": "America/New_York"}, 201)["id"]
    now = datetime.now(UTC)
    for person, role in ((nora, "on_call"), (omar, "backup")):
        times = {"starts_at": f"{now - timedelta(hours=1):%FT%TZ}", "ends_at": f"{now + timedelta(days=1):%FT%TZ}"}
        api.call("POST", f"/schedules/{rota}/shifts", {"staff": person, "role": role, **times}, 201)


def test_a_red_answer_reaches_a_nurse(blank_database_url: str, network: PhoneNetwork, tmp_path: Path) -> None:
    port = free_port()
    content = content_with(tmp_path / "content", backup_after="PT2S")
    environ = environment(blank_database_url, network=network, port=port, CONTENT_ROOT=content)
    network.change(webhook_url=f"http://127.0.0.1:{port}/webhooks/twilio/sms")
    ana, nora, omar = (network.handset(number) for number in (ANA, NORA, OMAR))

    with Nursery(environ) as command, ExitStack() as running:
        command.run("db", "upgrade")
        nora_id, omar_id = staff(command, "Nora Lindqvist", NORA), staff(command, "Omar Haddad", OMAR)
        token = command.run("token", "create", "--name", "journey", "--scope", "admin")
        web, work = running.enter_context(Web(environ)), running.enter_context(worker(environ))
        api = Api(port, token)
        put_on_call(api, nora_id, omar_id)
        who = ("--given-name", "Ana", "--family-name", "Flores", "--birth-date", "1955-03-21", "--phone", ANA)
        where = ("--time-zone", "America/New_York", "--language", "en")
        patient = command.run("patient", "add", *who, *where)
        ana.expect("welcome", timeout=60)
        command.run("enrol", patient, PROGRAM)
        command.run("checkin", "issue", patient, "daily")

        invitation = ana.expect("how are you today?", timeout=60).body
        assert "pain, breathlessness, tiredness" in invitation
        assert ana.text("8 3 5").answers == ["200"]
        told = ana.expect("We have alerted the nurse on shift", timeout=60).body
        assert "911" in told and "nausea" in told  # what to do now comes first, then the next question
        paged = nora.expect("Bedside RED", timeout=60).body
        assert "Ana" not in paged and "pain" not in paged
        code = re.search(r"RED (\w+)\.", paged)
        assert code

        assert omar.expect(f"Bedside RED {code[1]}", timeout=60).body == paged
        assert omar.text(code[1].lower()).answers == ["200"]
        omar.expect(f"{code[1]} is yours", timeout=60)
        nora.expect("Omar Haddad has taken it", timeout=60)
        ana.expect("Omar at Our clinic has seen what you wrote", timeout=60)

        (alert,) = api.call("GET", f"/alerts?patient={patient}")["items"]
        assert (alert["status"], alert["tier"], alert["code"]) == ("acknowledged", "red", code[1])
        assert "pain" in alert["subject"] and "pain" in alert["reason"].lower()
        assert alert["acknowledged_by"] == omar_id
        contact = {"outcome": "medication_changed", "contacted_at": f"{datetime.now(UTC):%FT%TZ}", "staff": omar_id}
        api.call("POST", f"/alerts/{alert['id']}/resolve", contact)
        closed = api.call("GET", f"/alerts/{alert['id']}")
        assert (closed["status"], closed["outcome"]) == ("resolved", "medication_changed")
        assert closed["next_action_at"] is None
        history = [event["type"] for event in closed["events"]]
        assert history == ["opened", "paged", "paged", "acknowledged", "resolved"]

        assert network.idle(60)
        wait_until(lambda: not check_drained(blank_database_url), "every text has left")
        assert network.unexpected() == []
        assert delivered(blank_database_url, 8)
        assert {("acknowledge", "alert"), ("resolve", "alert"), ("issue", "checkin"), ("enrol", "patient")} <= acts(
            blank_database_url
        )
        assert check_invariants(blank_database_url) == []
        assert check_copies(blank_database_url, network.all_texts(), most=1) == []
        for process in (work, web):
            process.signal(signal.SIGTERM)
            assert process.wait(20) == 0, process.log()[-3000:]
            assert "Traceback" not in process.log()
            assert not re.search(r"Ana|Flores|15550101001|Nora|15550102001", process.log())


def delivered(url: str, count: int) -> bool:
    """Whether so many texts left, each reported as sent and as delivered."""
    engine = create_engine(url)
    with engine.connect() as connection:
        texts = connection.execute(select(OutboundMessage.state, OutboundMessage.status)).all()
        events = connection.execute(select(DeliveryEvent.message_id, DeliveryEvent.status)).all()
    engine.dispose()
    assert len(texts) == count, texts
    assert len(events) == len({tuple(event) for event in events}) == 2 * count, events
    return {tuple(text) for text in texts} == {("handed_over", "delivered")}


def acts(url: str) -> set[tuple[str, str]]:
    """What was done to what, by the audit trail."""
    engine = create_engine(url)
    with engine.connect() as connection:
        found = connection.execute(select(AuditEvent.action, AuditEvent.entity)).all()
    engine.dispose()
    return {(action, entity) for action, entity in found}

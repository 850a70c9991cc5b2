"""The provider misbehaves in every way it can: nothing is lost, and nobody is texted more often than is promised.

What a code means is tested in ``workflows/test_error_codes``. Times are scaled down: an answer is awaited for half a
second here.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from app.db import site_scope
from app.gateways.simulated import SimulatedGateway
from app.gateways.twilio import TwilioGateway
from app.jobs.worker import Worker
from app.logs import configure_logging
from app.messaging.delivery import MessageKind
from app.messaging.gateway import Accepted, Departure
from app.tables import Alert, OutboundMessage, SenderPace
from app.workflows.claim_texts import BATCH
from app.workflows.concern import Concern
from app.workflows.deliver_outbox import deliver_outbox
from app.workflows.queue_text import PATIENTS, STAFF, queue_many, text_values
from app.workflows.raise_alerts import raise_concern
from tests.faults.invariants import check_copies, check_drained, check_invariants
from tests.faults.stage import set_stage
from tests.mail_server import mail_server
from tests.phone_network import PhoneNetwork
from tests.processes import PATIENTS_SENDER, STAFF_SENDER, environment, wait_until
from tests.running_clinic import ANA, NORA, RunningClinic, open_clinic, phones

sqlite_only = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@dataclass
class Line:
    """A clinic, the real SDK's way out, and a network that does as it is told. No process of its own."""

    url: str
    clinic: RunningClinic
    network: PhoneNetwork
    gateway: TwilioGateway
    people: list[str] = field(default_factory=lambda: phones(10))

    def work(self) -> None:
        """Do all that is due now."""
        Worker(self.clinic.service, self.gateway).run_once()

    def work_until(self, done: Callable[[], bool], what: str) -> None:
        """Do what is due, again and again."""
        wait_until(lambda: self.work() or done(), what)  # type: ignore[func-returns-value]  # work gives nothing

    def wait_out(self) -> None:
        """Let the time pass after which what is in doubt is looked up, and do that."""
        self.clinic.let_leases_lapse()
        self.work()

    def page(self) -> str:
        """Something red happens; the code of its page."""
        service = self.clinic.service
        with service.db.transaction(site_scope(self.clinic.site_id)) as session:
            concern = Concern(kind="system", subject=f"test:{service.clock.now()}", tier="red", reason="a test")
            return raise_concern(service, session, concern).code

    def copies(self) -> Counter[str]:
        """How often each handset got something."""
        return Counter(text.to for text in self.network.texts())

    def states(self) -> Counter[str]:
        return Counter(row.state for row in self.clinic.rows(OutboundMessage, OutboundMessage.kind != "welcome"))

    def all_is_well(self, *, most: int = 2) -> None:
        """Nothing waits, nothing is in doubt, nothing is broken, and nobody was texted too often."""
        assert check_drained(self.url) + check_invariants(self.url) == []
        assert check_copies(self.url, self.network.all_texts(), most=most) == []


@pytest.fixture(scope="module", autouse=True)
def _short_logs() -> None:
    """Errors on one line each, as in production: the default shows whole frames, slowly."""
    configure_logging("ERROR", "json")


@pytest.fixture
def line(database_url: str) -> Iterator[Line]:
    """Ten people wait to be asked."""
    with PhoneNetwork() as network, open_line(database_url, network, network.url) as made:
        made.network.callbacks(loss=1.0)  # nobody listens here
        for patient in made.clinic.add_patients(*made.people):
            made.clinic.issue(patient)
        yield made


@contextmanager
def open_line(database_url: str, network: PhoneNetwork, api_url: str) -> Iterator[Line]:
    clinic = open_clinic(environment(database_url, network=network))
    gateway = TwilioGateway(
        account_sid=network.account_sid, auth_token=network.auth_token, api_url=api_url,
        from_numbers=(PATIENTS_SENDER,), alert_from_numbers=(STAFF_SENDER,), connect_timeout=0.5, read_timeout=0.5,
    )  # fmt: skip
    try:
        yield Line(database_url, clinic, network, gateway)
    finally:
        clinic.close()


# --- D-01: too many requests ---


@sqlite_only
def test_too_many_requests(line: Line) -> None:
    asked, other, *_ = line.people
    line.network.fault("429", to=asked, retry_after=2)
    line.network.fault("429", times=2, to=other)
    line.work()
    assert line.states() == {"handed_over": 8, "pending": 2}
    line.work_until(lambda: line.copies() == dict.fromkeys(line.people, 1), "everybody was asked once")
    requests = [entry for entry in line.network.ledger() if entry["event"] == "request"]
    for number, wait in ((asked, 2), (other, 1)):
        first, second, *_ = [datetime.fromisoformat(e["at"]) for e in requests if e["form"].get("To") == number]
        assert second - first >= timedelta(seconds=wait)
    line.all_is_well(most=1)


# --- D-02 to D-07: refused, taken and denied, half an answer, none ---


def test_trouble_before_a_text_is_taken(line: Line) -> None:
    kinds: list[tuple[str, dict[str, Any]]] = [("500", {}), ("502_html", {}), ("500", {"status": 503}), ("close", {})]
    for number, (kind, options) in zip((*line.people, NORA), kinds * 2, strict=False):
        line.network.fault(kind, to=number, **options)
    line.network.fault("500", to=NORA)
    line.page()
    line.work()
    assert line.copies() == dict.fromkeys(line.people[8:], 1)
    line.wait_out()
    assert line.copies() == {**dict.fromkeys(line.people, 1), NORA: 1}
    line.all_is_well(most=1)


TAKEN: list[tuple[str, dict[str, Any]]] = [
    ("accept_then_500", {}),
    ("accept_then_close", {}),
    ("malformed", {}),
    ("malformed", {"body": ""}),
    ("malformed", {"body": "[]"}),
    ("malformed", {"body": "<html>"}),
    ("no_sid", {}),
    ("huge", {}),
]


def test_trouble_after_a_text_was_taken(line: Line) -> None:
    for number, (kind, options) in zip(line.people, TAKEN, strict=False):
        line.network.fault(kind, to=number, **options)
    line.network.fault("accept_then_500", to=NORA)
    line.page()
    line.work()
    assert line.states() == {"handed_over": 2, "unknown": 9}
    line.wait_out()
    assert line.copies() == {**dict.fromkeys(line.people, 1), NORA: 1}, "what was taken is found and not sent again"
    assert line.states() == {"handed_over": 11}
    line.all_is_well(most=1)


@sqlite_only
def test_an_answer_that_comes_late_or_never(line: Line) -> None:
    line.network.fault("slow", to=line.people[0], seconds=1.5)
    line.network.fault("hang", to=line.people[1])
    line.network.fault("drip", to=line.people[2], seconds=0.3)
    line.work()
    assert line.states() == {"handed_over": 7, "unknown": 3}, "the others were asked meanwhile"
    line.wait_out()
    assert line.copies() == dict.fromkeys(line.people, 1)
    line.all_is_well(most=1)


@sqlite_only
def test_a_report_settles_what_the_answer_left_open(database_url: str, tmp_path: Path) -> None:
    with set_stage(database_url, tmp_path) as stage:
        people = phones(5)
        for patient in stage.clinic.add_patients(*people):
            stage.clinic.issue(patient)
        stage.nursery.web(stage.port)
        stage.network.fault("accept_then_500", times=5)
        stage.nursery.run("worker", "--once")
        assert stage.network.idle(30)
        states = {(row.state, row.status, row.attempt) for row in stage.clinic.rows(OutboundMessage) if row.attempt}
        assert states == {("handed_over", "delivered", 1)}
        stage.drain()
        assert Counter(text.to for text in stage.network.texts()) == dict.fromkeys(people, 1)
        assert check_copies(stage.url, stage.network.all_texts(), most=1) == []


# --- D-08: another host ---


@sqlite_only
def test_a_redirect_is_not_followed(line: Line) -> None:
    with PhoneNetwork() as elsewhere:
        line.network.fault("redirect", times=2, to=line.people[0], location=f"{elsewhere.url}/2010-04-01/x.json")
        line.work()
        line.wait_out()
        line.wait_out()
        line.wait_out()
        assert elsewhere.ledger() == []
    assert line.copies()[line.people[1]] == 1
    assert line.states()["handed_over"] >= 9


# --- D-10: a queue in front of a page ---


@sqlite_only
def test_a_page_overtakes_a_thousand_check_ins_on_the_same_slow_sender(database_url: str, tmp_path: Path) -> None:
    with set_stage(database_url, tmp_path, SENDER_MPS="1", TWILIO_ALERT_FROM_NUMBERS="") as stage:
        (ana,) = stage.clinic.add_patients(ANA)
        _queue(stage.clinic, ana, how_many=1000)
        worker = stage.nursery.start("worker")
        wait_until(lambda: len(stage.network.kept) >= 2, "the queue moves")
        line = Line(stage.url, stage.clinic, stage.network, TwilioGateway(account_sid="x", auth_token="x"))
        code = line.page()
        assert code in stage.network.handset(NORA).expect("RED", timeout=10).body
        assert len(stage.network.kept) < 20
        worker.kill()


# --- D-13: no account ---


@sqlite_only
def test_a_refused_account_is_told_by_e_mail_and_goes_on_by_itself(database_url: str, tmp_path: Path) -> None:
    with mail_server() as post, set_stage(database_url, tmp_path, SMTP_URL=post.url) as stage:
        right = stage.network.auth_token
        stage.network.change(auth_token="another")
        people = phones(30)
        for patient in stage.clinic.add_patients(*people):
            stage.clinic.issue(patient)
        worker = stage.nursery.start("worker")
        mail = wait_until(lambda: post.taken, "the alarm comes by e-mail", timeout=60)[0]
        (alert,) = stage.clinic.rows(Alert)
        assert (alert.subject, alert.tier, mail["Subject"]) == ("sender", "red", f"Bedside RED {alert.code}")
        assert "01000" not in str(mail), "nobody's number is in it"
        waiting = stage.clinic.rows(OutboundMessage, OutboundMessage.kind == "invitation")
        assert {row.state for row in waiting} <= {"pending", "leased"}
        stage.network.change(auth_token=right)

        def reached() -> bool:
            # A text that was under way with the old token may let the sender rest once more.
            now = stage.clinic.service.clock.now()
            stage.clinic.change(SenderPace, SenderPace.paused_code.is_not(None), paused_until=now)
            return {text.to for text in stage.network.texts()} >= {*people, NORA}

        wait_until(reached, "everybody is asked, Nora paged")
        assert worker.alive
        worker.kill()


# --- D-15: no network ---


@sqlite_only
@pytest.mark.parametrize("where", ["no secure line", "nothing there"])
def test_no_way_to_the_provider(database_url: str, where: str) -> None:
    with PhoneNetwork() as network:
        address = network.url.replace("http:", "https:") if where == "no secure line" else "http://127.0.0.1:9"
        with open_line(database_url, network, address) as line:
            (ana,) = line.clinic.add_patients(ANA)
            line.clinic.issue(ana)
            for _ in range(6):
                line.work()
                line.clinic.change(OutboundMessage, next_attempt_at=line.clinic.service.clock.now())
            assert [(alert.subject, alert.tier) for alert in line.clinic.rows(Alert)] == [("sender", "red")]
            waiting = line.clinic.rows(OutboundMessage, OutboundMessage.state == "pending")
            assert {row.kind for row in waiting} == {"invitation", "page"}, "both are kept"


# --- D-16: a burst ---


@sqlite_only
def test_a_burst_leaves_in_order_of_urgency_in_small_bites(line: Line) -> None:
    service, left = line.clinic.service, list[str]()

    class Counting(SimulatedGateway):
        def send(self, departure: Departure) -> Accepted:
            left.append(departure.recipient)
            return super().send(departure)

    (ana,) = line.clinic.add_patients(ANA)
    _queue(line.clinic, ana, how_many=500)
    line.page()
    with ThreadPoolExecutor(1) as pool:
        assert deliver_outbox(service, Counting(), pool, (STAFF, PATIENTS)) == BATCH + 1
        assert left[0] == NORA
        line.page()
        left.clear()
        while deliver_outbox(service, Counting(), pool, (STAFF, PATIENTS)):
            assert len(left) <= BATCH + 1
            left.clear()
    assert check_drained(line.url) == []


def _queue(clinic: RunningClinic, patient_id: str, *, how_many: int) -> None:
    """Let so many texts to Ana wait."""
    with clinic.service.db.transaction(site_scope(clinic.site_id)) as session:
        rows = [
            text_values(
                session, site_id=clinic.site_id, kind=MessageKind.INVITATION, phone=ANA, body="How are you today?",
                key=f"test:{number}", now=clinic.service.clock.now(), patient_id=patient_id,
            )
            for number in range(how_many)
        ]  # fmt: skip
        queue_many(session, rows)

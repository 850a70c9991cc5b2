"""What the provider handed over is never lost, and what it did not hand over never comes in."""

import os
import random
from collections import Counter
from itertools import permutations, product
from pathlib import Path
from urllib.parse import urlencode

import pytest
from sqlalchemy import func, select

from app.db import all_sites
from app.factory import make_gateway
from app.messaging.delivery import settled_status
from app.tables import Answer, DeliveryEvent, InboundMessage, OutboundMessage, Site, metadata
from app.workflows.poll_statuses import poll_statuses
from app.workflows.reconcile_inbound import reconcile_inbound
from tests.faults.fuzzer import PATHS, Caller, Fuzzer
from tests.faults.invariants import check_copies, check_drained, check_invariants
from tests.faults.stage import Stage
from tests.phone_network.webhooks import sign
from tests.running_clinic import NORA, OMAR, phones

# ODD_REQUESTS=10000 is the long form.
ODD_REQUESTS, WARM_UP = int(os.environ.get("ODD_REQUESTS", "3000")), 1_000
SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def test_every_order_and_number_of_five_reports_comes_to_the_same() -> None:
    statuses = ("accepted", "queued", "sent", "delivered", "undelivered")
    ends = {
        settled_status([*order, *(status for status, again in zip(order, twice, strict=True) if again)])
        for order in permutations(statuses)
        for twice in product((False, True), repeat=5)
    }
    assert ends == {"undelivered"}


def test_reports_before_the_answer_bind_their_text(stage: Stage) -> None:
    people = phones(20)
    for patient in stage.clinic.add_patients(*people):
        stage.clinic.issue(patient)
    stage.nursery.web(stage.port)
    stage.network.fault("callback_first", times=len(people))
    stage.drain()
    rows = stage.clinic.rows(OutboundMessage, OutboundMessage.kind == "invitation")
    assert {(row.state, row.status, row.next_poll_at) for row in rows} == {("handed_over", "delivered", None)}
    assert {row.message_sid for row in rows} == {text.sid for text in stage.network.texts()}
    assert all(event.message_id for event in stage.clinic.rows(DeliveryEvent))
    assert check_invariants(stage.url) + check_copies(stage.url, stage.network.all_texts(), most=1) == []


def test_without_any_report_the_fate_of_texts_is_asked(stage: Stage) -> None:
    (phone,) = phones(1)
    (patient,) = stage.clinic.add_patients(phone)
    stage.clinic.issue(patient)
    stage.network.callbacks(loss=1.0)
    stage.network.fail(NORA, 30003)
    stage.nursery.web(stage.port)
    stage.drain()
    stage.network.handset(phone).text("8 3 5")
    stage.drain()
    assert stage.network.handset(OMAR).texts() == []
    service, gateway = stage.clinic.service, make_gateway(stage.clinic.service.settings)
    waiting = OutboundMessage.next_poll_at.is_not(None)
    stage.clinic.change(OutboundMessage, waiting, next_poll_at=service.clock.now())
    assert poll_statuses(service, gateway) == 3  # the invitation, the reply, and the page that failed
    stage.drain()
    assert len(stage.network.handset(OMAR).texts()) == 1
    known = stage.clinic.rows(OutboundMessage, OutboundMessage.message_sid.is_not(None))
    statuses = Counter(row.status for row in known)
    assert (statuses["delivered"], statuses["undelivered"]) == (2, 1)
    assert check_invariants(stage.url) == []


def test_texts_whose_webhook_was_lost_are_found(stage: Stage) -> None:
    """The network as it is by default: a webhook is tried again only when nobody listens."""
    people = phones(30)
    for patient in stage.clinic.add_patients(*people):
        stage.clinic.issue(patient)
    stage.drain()
    stage.network.change(clock_offset=-60.0)  # the texts come a minute ago: their webhooks have had their time
    answers = []
    for number, phone in enumerate(people):
        if number == 10:
            stage.nursery.web(stage.port)
        answers += stage.network.handset(phone).text("8 3 5", lost=number % 10 == 5).answers
    assert Counter(answers) == {"ConnectionRefusedError": 9, "200": 18}
    # As if the clinic had been here before the texts were.
    stage.clinic.change(Site, created_at=stage.clinic.service.clock.now().replace(year=2020))
    gateway = make_gateway(stage.clinic.service.settings)
    assert reconcile_inbound(stage.clinic.service, gateway) == 12
    assert reconcile_inbound(stage.clinic.service, gateway) == 0
    stage.drain()
    said = {text.sid for text in stage.network.all_texts() if text.direction == "inbound"}
    assert {row.message_sid for row in stage.clinic.rows(InboundMessage)} == said
    assert len(stage.clinic.rows(Answer)) == 3 * len(people)
    assert check_invariants(stage.url) + check_drained(stage.url) == []


def test_a_captured_request_changes_nothing_when_it_comes_again(stage: Stage) -> None:
    (phone,) = phones(1)
    (patient,) = stage.clinic.add_patients(phone)
    stage.clinic.issue(patient)
    stage.nursery.web(stage.port)
    stage.drain()
    stage.network.handset(phone).text("8 3 5")
    stage.drain()
    posts = [entry for entry in stage.network.ledger() if entry["event"] == "webhook"]
    before = count_rows(stage)
    for entry in posts * 3:
        path = entry["url"].removeprefix(f"http://127.0.0.1:{stage.port}")
        signature = stage.network.sign(entry["url"], entry["params"])
        fresh = {"X-Twilio-Signature": signature, "I-Twilio-Idempotency-Token": str(random.random())}
        assert stage.post_raw(entry["params"], fresh, path=path) in ("200", "204")
    assert len({entry["url"] for entry in posts}) > 3
    assert count_rows(stage) == before


@SQLITE
def test_thousands_of_odd_requests_leave_no_trace(stage: Stage) -> None:
    web = stage.nursery.web(stage.port, "--threads", "2")
    before = count_rows(stage)
    _ask(stage, WARM_UP, seed=1)
    memory = _resident(web.pid)
    answers = _ask(stage, ODD_REQUESTS, seed=2)
    grown = _resident(web.pid) - memory
    # 501 is the server's word for a transfer coding that it does not know, 0 that it hung up on a half request.
    assert {status for _, status in answers} == {0, 400, 403, 404, 405, 413, 431, 501}, answers
    assert {kind for kind, status in answers if status in (0, 501)} == {"cut_off", "ill_framed"}
    refused = {kind for kind, status in answers if status == 403}
    assert refused >= {"unsigned", "ill_encoded", "other_type", "hashed", "bad_host", "chunked", "many_parameters"}
    assert {status for kind, status in answers if kind in ("signed_without", "signed_json")} == {400}
    assert count_rows(stage) == before
    assert grown < 20 * 2**20, f"grown by {grown / 2**20:.1f} MB"
    assert "Traceback" not in web.log()
    form = stage.text_in("SM" + "1" * 32, phones(1)[0], "hello")
    assert stage.post(form) == "200"  # and a text still comes in


def _ask(stage: Stage, count: int, seed: int) -> Counter[tuple[str, int]]:
    """Say so many odd requests, one after the other; how often each kind got each answer."""
    caller = Caller(stage.port)
    fuzzer = Fuzzer(seed, f"http://127.0.0.1:{stage.port}", stage.network.auth_token)
    try:
        return Counter((odd.kind, caller.ask(odd)) for odd in fuzzer.requests(count))
    finally:
        caller.close()


def _resident(pid: int) -> int:
    """Bytes of memory that a process holds."""
    kilobytes = next(line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith("VmRSS"))
    return int(kilobytes.split()[1]) * 1024


def count_rows(stage: Stage) -> dict[str, int]:
    """How many rows each table has."""
    with stage.clinic.service.db.reading(all_sites()) as session:
        return {
            name: session.execute(select(func.count()).select_from(table)).scalar_one()
            for name, table in metadata.tables.items()
        }


@SQLITE
def test_what_is_too_large_is_refused_however_it_is_sent(stage: Stage) -> None:
    stage.nursery.web(stage.port, "--threads", "2")
    fuzzer = Fuzzer(0, f"http://127.0.0.1:{stage.port}", stage.network.auth_token)
    caller = Caller(stage.port)

    def say(body: str, extra: int = 0, *, pieces: bool = False) -> int:
        form = {**fuzzer.form(), "Body": body, **{f"More{n}": "" for n in range(extra)}}
        raw = urlencode(form).encode()
        signature = sign(stage.network.auth_token, fuzzer.address + PATHS[0], form)
        if not pieces:
            return caller.ask(fuzzer.make("", raw, path=PATHS[0], signature=signature))
        cut = [raw[at : at + 8000] for at in range(0, len(raw), 8000)]
        body_in_pieces = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in cut) + b"0\r\n\r\n"
        chunks = {"Transfer-Encoding": "chunked"}
        return caller.ask(
            fuzzer.make("", body_in_pieces, path=PATHS[0], signature=signature, length=None, headers=chunks)
        )

    assert [say("x" * 60_000), say("x" * 60_000, pieces=True), say("x", 5_000)] == [200, 200, 200]
    for cut in (False, True):
        assert [say("x" * 66_000, pieces=cut), say("x" * 2**20, pieces=cut), say("x", 50_000, pieces=cut)] == [413] * 3
    caller.close()
    assert len(stage.clinic.rows(InboundMessage)) == 3

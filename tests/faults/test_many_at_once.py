"""The same thing many times at once, or the same work for many workers: it happens once."""

import signal
from collections import Counter

import pytest

from app.tables import Answer, InboundMessage, OutboundMessage
from tests.faults.invariants import check_copies, check_drained, check_invariants
from tests.faults.stage import Stage
from tests.processes import wait_until
from tests.running_clinic import NORA, phones, zone_by_day


def test_ten_copies_of_a_text_at_once_are_one_text(stage: Stage) -> None:
    people = phones(3)
    patients = stage.clinic.add_patients(*people)
    for patient in patients:
        stage.clinic.issue(patient)
    stage.nursery.web(stage.port)
    stage.drain()
    for phone in people:
        sent = stage.network.handset(phone).text("8 3 5", copies=10)
        assert sent.answers == ["200"] * 10
        assert len(stage.clinic.rows(InboundMessage, InboundMessage.message_sid == sent.sid)) == 1
    stage.drain()
    assert len(stage.clinic.rows(Answer)) == 3 * len(people)
    for phone, patient in zip(people, patients, strict=True):
        assert len(stage.network.handset(phone).texts()) == 2  # the invitation and one reply
        assert len(stage.clinic.alerts(patient)) == 1
    assert len(stage.network.handset(NORA).texts()) == len(people)
    assert check_invariants(stage.url) + check_copies(stage.url, stage.network.all_texts(), most=1) == []


def test_what_the_network_did_not_sign_stays_out(stage: Stage) -> None:
    (patient,) = stage.clinic.add_patients(*phones(1))
    stage.clinic.issue(patient)
    stage.nursery.web(stage.port)
    form = stage.text_in("SM" + "1" * 32, phones(1)[0], "8 3 5")
    address = f"http://127.0.0.1:{stage.port}/webhooks/twilio/sms"
    signed = stage.network.sign(address, form)
    forged: tuple[dict[str, str], ...] = (
        {},
        {"X-Twilio-Signature": ""},
        {"X-Twilio-Signature": signed[:-4] + "AAA="},
        {"X-Twilio-Signature": stage.network.sign(address + "/", form)},
        {"X-Twilio-Signature": stage.network.sign(address, {**form, "Body": "1 1 1"})},
        {"X-Twilio-Signature": signed.encode().hex()},
    )
    for headers in forged:
        assert stage.post_raw(form, headers) == "403"
    assert stage.post_raw({**form, "Body": "0 0 0"}, {"X-Twilio-Signature": signed}) == "403"
    assert stage.post_raw({**form, "More": "1"}, {"X-Twilio-Signature": signed}) == "403"
    assert stage.clinic.rows(InboundMessage) == []
    assert stage.post_raw(form, {"X-Twilio-Signature": signed}) == "200"


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
@pytest.mark.parametrize(("workers", "due"), [(2, 1000)])
def test_several_workers_ask_everybody_once(stage: Stage, workers: int, due: int) -> None:
    people = phones(due)
    stage.clinic.add_patients(*people, zone=zone_by_day())
    stage.network.callbacks(loss=1.0)
    stage.clinic.make_plans_due()
    busy = [stage.nursery.start("worker") for _ in range(workers)]
    wait_until(lambda: len(stage.network.kept) >= due and not check_drained(stage.url), "all have left", 120)
    for worker in busy:
        worker.signal(signal.SIGTERM)
    assert [worker.wait(20).code for worker in busy] == [0] * workers
    assert Counter(text.to for text in stage.network.texts()) == dict.fromkeys(people, 1)
    invitations = stage.clinic.rows(OutboundMessage, OutboundMessage.kind == "invitation")
    assert Counter(row.state for row in invitations) == {"handed_over": due}
    assert {row.attempt for row in invitations} == {1}
    assert check_invariants(stage.url) == []
    assert not any("tick_failed" in worker.log() for worker in busy), "\n".join(worker.log()[-2000:] for worker in busy)

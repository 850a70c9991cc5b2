"""A process that is asked to end does so soon, and leaves nothing in doubt."""

import signal
import threading
from collections import Counter

import pytest

from app.tables import InboundMessage, OutboundMessage
from tests.faults.invariants import check_copies, check_drained, check_invariants
from tests.faults.stage import Stage
from tests.processes import wait_until
from tests.running_clinic import phones, zone_by_day

MANY = 200


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_worker_ends_within_twenty_seconds_of_a_long_queue(stage: Stage) -> None:
    people = phones(MANY)
    stage.clinic.add_patients(*people, zone=zone_by_day())
    stage.clinic.make_plans_due()
    # At a second a text the queue takes longer than the worker has.
    stage.network.fault("slow", times=MANY, seconds=1.0)
    worker = stage.nursery.start("worker")
    wait_until(lambda: len(stage.network.kept) >= 20, "the batch is under way")
    worker.signal(signal.SIGTERM)
    worker.wait(20)
    assert worker.code == 0, worker.log()[-3000:]
    states = Counter(row.state for row in stage.clinic.rows(OutboundMessage, OutboundMessage.kind == "invitation"))
    assert states["handed_over"] == len(stage.network.texts()) < MANY
    assert set(states) <= {"handed_over", "pending"}, states
    stage.network.clear_faults()
    stage.drain()
    assert Counter(text.to for text in stage.network.texts()) == dict.fromkeys(people, 1)
    assert check_drained(stage.url) + check_invariants(stage.url) == []
    assert check_copies(stage.url, stage.network.all_texts(), most=1) == []


def test_web_answers_what_it_has_begun(stage: Stage) -> None:
    people = phones(24)
    for patient in stage.clinic.add_patients(*people):
        stage.clinic.issue(patient)
    for some in (people[:12], people[12:]):
        answers = _end_while_answering(stage, [stage.text_in(f"SM{phone[1:]:0>32}", phone, "8 3 5") for phone in some])
        # Whoever came too late was not let in; nobody was cut off.
        assert set(answers.values()) <= {"200", "ConnectionRefusedError", "ConnectionResetError"}, answers
        stored = {row.message_sid for row in stage.clinic.rows(InboundMessage)} & set(answers)
        assert stored == {sid for sid, answer in answers.items() if answer == "200"}


def _end_while_answering(stage: Stage, forms: list[dict[str, str]]) -> dict[str, str]:
    """Post all at once, ask the web process to end at the first answer; what each was answered."""
    answers: dict[str, str] = {}

    def post(form: dict[str, str]) -> None:
        answers[form["MessageSid"]] = stage.post(form)

    web = stage.nursery.web(stage.port)
    posting = [threading.Thread(target=post, args=[form]) for form in forms]
    for thread in posting:
        thread.start()
    wait_until(lambda: answers, "the first answer")
    web.signal(signal.SIGTERM)
    for thread in posting:
        thread.join()
    assert web.wait(20).code == 0, web.log()[-3000:]
    return answers

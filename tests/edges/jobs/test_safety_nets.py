"""What the worker does in case that nobody calls: it asks, it listens for its own voice, and it tells the outside."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from apscheduler.schedulers.background import BackgroundScheduler

from app.jobs.ticks import Ticks
from app.jobs.worker import Worker
from app.messaging.gateway import Received, Reported
from app.tables import Canary, InboundMessage, OutboundMessage
from app.workflows.service import Service
from tests.edges.webhooks.door import Door, open_door
from tests.fakes import FixedClock
from tests.processes import wait_until
from tests.running_clinic import ANA, NORA

PATIENTS, ALERTS = ("+15550100001",), ("+15550100002",)


@pytest.fixture
def door(sqlite_url: str, clock: FixedClock) -> Iterator[Door]:
    with open_door(sqlite_url, clock) as opened:
        opened.invite()
        clock.advance(minutes=5)
        yield opened


def with_settings(door: Door, **settings: object) -> Service:
    service = door.clinic.service
    return replace(service, settings=replace(service.settings, **settings))  # type: ignore[arg-type]


def lose(door: Door, body: str) -> str:
    """Let Ana write what the webhook does not bring; its id."""
    sid, at = f"SM{next(door.numbers):032x}", door.clock.now() - timedelta(minutes=1)
    door.gateway.received.append(Received(sid, ANA, PATIENTS[0], body, 0, at))
    return sid


def test_a_lost_answer_is_found_and_paged_for(door: Door) -> None:
    sid = lose(door, "8 3 5")
    door.work()
    assert [row.message_sid for row in door.rows(InboundMessage)] == [sid]
    assert door.texts_to(NORA)


def test_the_fate_of_a_silent_text_is_asked(door: Door) -> None:
    (invitation,) = door.texts_to(ANA)
    door.gateway.fates[door.gateway.sid_of(invitation)] = Reported("delivered", None)
    door.work()
    (row,) = [row for row in door.rows(OutboundMessage) if row.kind == "invitation"]
    assert (row.status, row.next_poll_at) == ("delivered", None)


def test_a_worker_that_starts_looks_at_once_for_what_it_missed(door: Door) -> None:
    sid = lose(door, "8 3 5")
    worker = Worker(with_settings(door, worker_poll_seconds=60), door.gateway)
    running = threading.Thread(target=worker.run)
    running.start()
    try:
        wait_until(lambda: door.rows(InboundMessage), "the lost text is taken in", timeout=30)
    finally:
        worker.stop()
        running.join(120)
    assert not running.is_alive()
    assert door.rows(InboundMessage)[0].message_sid == sid


@pytest.mark.parametrize("poll", [0.1, 1, 60])
def test_no_stage_rests_so_long_that_it_would_count_as_stalled(door: Door, poll: float) -> None:
    worker = Worker(with_settings(door, worker_poll_seconds=poll), door.gateway)
    scheduler = BackgroundScheduler()
    for tick in worker._ticks.all:
        worker._add(scheduler, tick)
    rests = [job.trigger.interval for job in scheduler.get_jobs() if hasattr(job.trigger, "interval")]
    assert len(rests) == len(worker._ticks.all)
    assert timedelta(seconds=poll) <= max(rests) <= timedelta(minutes=2)
    worker._ticks.close()


def test_the_heart_beats_while_every_stage_goes_on_and_texts_come_back(door: Door) -> None:
    beats: list[int] = []
    numbers = {"twilio_from_numbers": PATIENTS, "twilio_alert_from_numbers": ALERTS}
    service = with_settings(door, canary_minutes=15, **numbers)
    ticks = Ticks(service, door.gateway, "here:1", lambda: beats.append(1))

    def go_on(minutes: float) -> bool:
        """Let time pass and everything run; whether the heart beat in the last round."""
        door.clock.advance(minutes=minutes)
        ticks.run_due()
        beats.clear()
        ticks.run_due()
        return bool(beats)

    assert go_on(0)
    assert not go_on(5)  # the canary has not come back
    assert door.texts_to(NORA)
    door.clock.advance(minutes=10)
    ticks.run_due()
    (canary, *_) = door.texts_to(PATIENTS[0])[::-1]
    form = {"MessageSid": "SM" + "c" * 32, "From": canary.sender, "To": canary.recipient, "Body": canary.body}
    assert door.post(form, signature=door.sign(form)).status_code == 200
    assert go_on(1)
    assert {row.returned_at is None for row in door.rows(Canary)} == {True, False}
    assert [row.result for row in door.rows(InboundMessage)] == ["canary"]
    ticks.close()

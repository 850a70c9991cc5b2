"""The worker's rounds: each stage for itself, woken by work, and ended when somebody asks."""

import threading
from collections.abc import Iterator
from dataclasses import replace

import pytest

from app.jobs.ticks import Tick, Ticks
from app.jobs.worker import Worker
from app.tables import OutboundMessage, StageProgress
from tests.edges.webhooks.door import Door, open_door
from tests.fakes import FixedClock
from tests.processes import wait_until
from tests.running_clinic import ANA, NORA


@pytest.fixture
def door(database_url: str, clock: FixedClock) -> Iterator[Door]:
    with open_door(database_url, clock) as opened:
        yield opened


def test_a_round_also_does_what_follows_from_it(door: Door) -> None:
    door.clinic.add_patients(ANA)
    door.clinic.make_plans_due()
    assert Worker(door.clinic.service, door.gateway).run_once() >= 2  # the slot, and then its invitation
    assert door.texts_to(ANA, "how are you today?")


def test_a_stage_that_fails_stops_no_other(door: Door) -> None:
    ticks = Ticks(door.clinic.service, door.gateway, "here:1")
    rounds = iter([2, 1, 0])

    def broken() -> int:
        raise RuntimeError("the disk is on fire")

    ticks.all = (Tick("broken", broken), Tick("well", lambda: next(rounds)))
    assert ticks.run(ticks.all[0]) == 0
    assert ticks.run(ticks.all[1]) == 3
    # What failed made no progress, so that its silence is noticed.
    assert {row.id for row in door.rows(StageProgress)} == {"well"}
    ticks.close()


def test_every_stage_stamps_its_progress_even_without_work(door: Door) -> None:
    door.work()
    stamps = {row.id: row.progressed_at for row in door.rows(StageProgress)}
    assert set(stamps) >= {"escalate", "deliver", "issue", "close", "settle", "sweep"}
    door.clock.advance(minutes=1)
    door.work()
    assert {row.progressed_at for row in door.rows(StageProgress)} == {door.clock.now()}


def test_a_stage_that_is_told_to_stop_leaves_its_queue(door: Door) -> None:
    ticks = Ticks(door.clinic.service, door.gateway, "here:1")
    done = []

    def endless() -> int:
        done.append(1)
        if len(done) == 3:
            ticks.stop()
        return 1

    assert ticks.run(Tick("endless", endless)) == 3
    ticks.close()


def test_a_commit_wakes_the_worker_long_before_its_next_round(door: Door) -> None:
    patient, service = door.clinic.add_patients(ANA)[0], door.clinic.service
    patience = replace(service, settings=replace(service.settings, worker_poll_seconds=60))
    worker = Worker(patience, door.gateway)
    service.db.on_commit = service.wake.ring
    running = threading.Thread(target=worker.run)
    running.start()
    try:
        door.clinic.issue(patient)
        wait_until(lambda: door.texts_to(ANA), "the invitation leaves", timeout=30)
        form = door.form("8 3 5")
        assert door.post(form, signature=door.sign(form)).status_code == 200
        wait_until(lambda: door.texts_to(NORA), "Nora is paged", timeout=30)
    finally:
        worker.stop()
        running.join(120)
    assert not running.is_alive()
    assert {row.state for row in door.rows(OutboundMessage)} <= {"handed_over", "cancelled"}

"""A text to ourselves shows that texts leave and come in; one that does not come back is an alarm, and nothing else."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from app.messaging.gateway import Departure
from app.messaging.models import OutboundMessage
from app.operations.models import Canary
from app.workflows.fly_canary import canary_is_missing, fly_canary
from app.workflows.note_progress import pause_outbox
from app.workflows.service import Service
from tests.factories import NORA
from tests.world import Clinic

PATIENTS, ALERTS = ("+15550100001", "+15550100003"), ("+15550100002",)


@pytest.fixture
def service(service: Service) -> Service:
    """With a canary every quarter of an hour."""
    settings = replace(
        service.settings, canary_minutes=15, twilio_from_numbers=PATIENTS, twilio_alert_from_numbers=ALERTS
    )
    return replace(service, settings=settings)


@pytest.fixture
def aviary(clinic: Clinic) -> Iterator[Clinic]:
    """A clinic in which nothing is unexpected but what a test forgets to expect."""
    yield clinic
    clinic.gateway.nothing_unexpected()


def fly(clinic: Clinic) -> Departure:
    assert fly_canary(clinic.service) == 1
    clinic.hurry()
    (departure,) = [d for d in clinic.gateway.departures if d.recipient in PATIENTS][-1:]
    clinic.gateway.expect(departure.recipient, "Bedside canary ")
    return departure


def come_back(clinic: Clinic, departure: Departure, **said: str) -> str:
    return clinic.text(departure.sender, said.get("body", departure.body), recipient=departure.recipient)


def test_it_flies_once_in_each_slot_from_the_pages_number_to_each_patients_number(aviary: Clinic) -> None:
    first = fly(aviary)
    come_back(aviary, first)
    assert fly_canary(aviary.service) == 0
    aviary.clock.advance(minutes=14)
    assert fly_canary(aviary.service) == 0
    aviary.clock.advance(minutes=1)
    second = fly(aviary)
    assert {first.sender, second.sender} == set(ALERTS)
    assert {first.recipient, second.recipient} == set(PATIENTS)
    assert first.body != second.body


def test_one_that_comes_back_is_noted_and_nothing_follows(aviary: Clinic) -> None:
    departure = fly(aviary)
    aviary.clock.advance(minutes=1)
    assert come_back(aviary, departure) == "canary"
    (canary,) = aviary.rows(Canary)
    assert canary.returned_at == aviary.clock.now()
    assert come_back(aviary, departure) == "canary"
    aviary.clock.advance(minutes=10)
    assert fly_canary(aviary.service) == 0
    assert not canary_is_missing(aviary.service)
    assert aviary.alerts() == []


def test_one_that_does_not_come_back_is_an_alarm_once_and_stops_the_heartbeat(aviary: Clinic) -> None:
    fly(aviary)
    aviary.clock.advance(minutes=4, seconds=59)
    fly_canary(aviary.service)
    assert (aviary.alerts(), canary_is_missing(aviary.service)) == ([], False)
    for _ in range(3):
        aviary.clock.advance(seconds=30)
        fly_canary(aviary.service)
    aviary.hurry()
    alert = aviary.alert(kind="system")
    assert (alert.subject, alert.tier, aviary.paged(alert)) == ("canary", "red", [("Nora", 0)])
    assert alert.happened("evidence") == []
    assert canary_is_missing(aviary.service)
    aviary.gateway.expect(NORA)


def test_the_next_one_that_comes_back_lets_the_heart_beat_again(aviary: Clinic) -> None:
    fly(aviary)
    aviary.clock.advance(minutes=15)
    departure = fly(aviary)
    assert canary_is_missing(aviary.service)
    come_back(aviary, departure)
    assert not canary_is_missing(aviary.service)
    aviary.gateway.expect(NORA)


def test_while_texts_are_held_back_none_flies_and_none_is_missed(aviary: Clinic) -> None:
    assert fly_canary(aviary.service) == 1
    pause_outbox(aviary.service, on=True, agent="test")
    aviary.clock.advance(minutes=20)
    assert fly_canary(aviary.service) == 0
    pause_outbox(aviary.service, on=False, agent="test")
    assert not canary_is_missing(aviary.service)
    fly(aviary)
    assert aviary.alerts() == []


def test_one_that_waited_too_long_does_not_leave_any_more(aviary: Clinic) -> None:
    fly_canary(aviary.service)
    aviary.clock.advance(minutes=6)
    aviary.hurry()
    (row,) = aviary.rows(OutboundMessage, kind="canary")
    assert row.state == "cancelled"


def test_words_of_a_canary_from_somebody_else_are_just_words(aviary: Clinic) -> None:
    fly(aviary)
    assert aviary.text("+15550100999", "Bedside canary " + "0" * 32) == "unknown_sender"
    aviary.gateway.expect("+15550100999")
    assert aviary.text(ALERTS[0], "Bedside canary " + "0" * 32) == "canary"  # such as one from before a restore
    assert aviary.rows(Canary)[0].returned_at is None


def test_behind_a_messaging_service_it_flies_the_other_way(service: Service, aviary: Clinic) -> None:
    settings = replace(service.settings, twilio_messaging_service_sid="MG" + "b" * 32, twilio_from_numbers=())
    fly_canary(replace(service, settings=settings))
    (row,) = aviary.rows(OutboundMessage, kind="canary")
    assert row.pool == "patients"
    aviary.hurry()
    aviary.gateway.expect(ALERTS[0], "Bedside canary ")


def test_without_the_setting_none_flies(service: Service, aviary: Clinic) -> None:
    silent = replace(service, settings=replace(service.settings, canary_minutes=0))
    assert fly_canary(silent) == 0
    assert not canary_is_missing(silent)

"""What the webhook never brought is found in the provider's list and taken in, once, however late."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import count
from typing import Any

import pytest

from app.errors import DeliveryFailed, Unavailable
from app.messaging.gateway import Received
from app.messaging.models import InboundMessage
from app.operations.canary import canary_text
from app.staff.models import Site
from app.workflows.reconcile_inbound import reconcile_inbound
from app.workflows.service import Service
from tests.factories import ANA, NORA, STRANGER
from tests.fakes import RecordingGateway
from tests.world import OUR_NUMBER, Clinic

SIDS = (f"SM{number:032x}" for number in count(10_000))


@pytest.fixture
def listing(clinic: Clinic, ana: str) -> Iterator[Clinic]:
    """The clinic an hour later, with everything so far compared."""
    clinic.clock.advance(hours=1)
    reconcile_inbound(clinic.service, clinic.gateway)
    clinic.clock.advance(minutes=2)
    yield clinic
    clinic.gateway.ignore_the_rest()


def lose(clinic: Clinic, body: str, *, minutes_ago: float = 1, sender: str = ANA, **about: Any) -> Received:
    """A text that the provider has and the webhook did not bring."""
    said: dict[str, Any] = {
        "message_sid": next(SIDS), "sender": sender, "recipient": OUR_NUMBER, "body": body, "media": 0,
        "received_at": clinic.clock.now() - timedelta(minutes=minutes_ago),
    }  # fmt: skip
    clinic.gateway.received.append(Received(**said | about))
    return clinic.gateway.received[-1]


def reconcile(clinic: Clinic) -> int:
    return reconcile_inbound(clinic.service, clinic.gateway)


def test_a_lost_answer_is_taken_in_with_all_that_follows(listing: Clinic, ana: str) -> None:
    listing.ask(ana)
    lost = lose(listing, "8 3 5")
    assert reconcile(listing) == 1
    (row,) = listing.rows(InboundMessage)
    assert (row.message_sid, row.result) == (lost.message_sid, "answer")
    assert listing.answers()["pain"] == 8
    assert listing.alert(patient_id=ana).tier == "red"
    assert reconcile(listing) == 0
    assert len(listing.inbox()) == 1


def test_what_the_webhook_brought_is_not_taken_in_again(listing: Clinic, ana: str) -> None:
    for number in range(3):
        text = lose(listing, f"hello {number}")
        listing.receive(text.sender, text.body, sid=text.message_sid)
    assert reconcile(listing) == 0
    assert len(listing.inbox()) == 3


def test_texts_are_taken_in_in_the_order_in_which_they_came(listing: Clinic, ana: str) -> None:
    listing.ask(ana)
    lose(listing, "1 1 1", minutes_ago=1)
    lose(listing, "8 3 5", minutes_ago=3)
    assert reconcile(listing) == 2
    assert listing.answers()["pain"] == 8  # the earlier text answered the question


def test_a_webhook_that_is_still_under_way_is_waited_for(listing: Clinic, ana: str) -> None:
    lose(listing, "hello", minutes_ago=0.2)
    assert reconcile(listing) == 0
    listing.clock.advance(minutes=2)
    assert reconcile(listing) == 1


def test_a_service_that_was_away_for_hours_catches_up_for_a_day(listing: Clinic, ana: str) -> None:
    listing.clock.advance(hours=30)
    lose(listing, "too long ago", minutes_ago=25 * 60)
    lose(listing, "in the night", minutes_ago=23 * 60)
    lose(listing, "in the morning", minutes_ago=60)
    assert reconcile(listing) == 2


def test_looking_back_overlaps_the_last_time_that_it_went_well(listing: Clinic, ana: str) -> None:
    listing.gateway.away = DeliveryFailed("away")
    for _ in range(10):
        listing.clock.advance(minutes=2)
        with pytest.raises(DeliveryFailed):
            reconcile(listing)
    listing.gateway.away = None
    lose(listing, "while it was away", minutes_ago=15)
    lose(listing, "listed late", minutes_ago=31)
    lose(listing, "before that", minutes_ago=33)
    assert reconcile(listing) == 2


def test_what_came_before_there_was_a_clinic_was_for_somebody_else(clinic: Clinic, ana: str) -> None:
    founded = clinic.rows(Site)[0].created_at
    clinic.clock.advance(minutes=5)
    lose(clinic, "for the last owner", received_at=founded - timedelta(seconds=1), sender=STRANGER)
    lose(clinic, "hello", minutes_ago=1)
    assert reconcile(clinic) == 1
    clinic.gateway.ignore_the_rest()


def test_a_number_that_is_not_ours_is_left_alone(listing: Clinic, ana: str) -> None:
    lose(listing, "for the pharmacy", recipient="+15550107777")
    lose(listing, "1A", sender=NORA, recipient=listing.gateway.staff_senders[0])
    assert reconcile(listing) == 1
    listing.damage(Site, senders=["+15550107777"])
    assert reconcile(listing) == 1


def test_behind_a_messaging_service_any_number_may_be_ours(listing: Clinic, ana: str) -> None:
    listing.gateway.patients_senders = ("MG" + "b" * 32,)
    lose(listing, "hello", recipient="+15550107777")
    assert reconcile(listing) == 1


def test_words_that_the_provider_did_not_keep_call_a_person_once(listing: Clinic, ana: str) -> None:
    lose(listing, "")
    lose(listing, "10", sender=ANA[:-4] + "XXXX")
    lose(listing, "", media=1)  # a picture alone has no words
    assert reconcile(listing) == 1
    assert [row.media for row in listing.inbox()] == [1]
    lose(listing, " \n")
    assert reconcile(listing) == 0
    alert = listing.alert(kind="system")
    assert (alert.subject, alert.tier) == ("inbound-redacted", "red")
    assert alert.happened("evidence") == []


def test_a_canary_must_come_by_its_own_door(listing: Clinic, ana: str) -> None:
    lose(listing, canary_text("a" * 32), sender=listing.gateway.staff_senders[0])
    assert reconcile(listing) == 0
    assert listing.inbox() == []


def test_a_text_that_cannot_be_stored_keeps_no_other_out_and_is_tried_again(listing: Clinic, ana: str) -> None:
    poison = lose(listing, "hello", minutes_ago=5, message_sid=None)
    lose(listing, "me too", minutes_ago=1)
    with pytest.raises(Unavailable):
        reconcile(listing)
    assert len(listing.inbox()) == 1
    listing.gateway.received.remove(poison)
    lose(listing, "hello", minutes_ago=5)
    assert reconcile(listing) == 1


def test_of_a_thousand_texts_none_is_missing_whatever_the_webhook_lost(service: Service, clinic: Clinic) -> None:
    clinic.clock.advance(minutes=5)
    gateway = RecordingGateway()
    start = clinic.clock.now()
    for number in range(1000):
        at = start + timedelta(seconds=number / 10)
        text = Received(next(SIDS), f"+1555040{number % 7:04d}", OUR_NUMBER, f"hello {number}", 0, at)
        gateway.received.append(text)
    clinic.clock.advance(minutes=3)
    brought = [text for number, text in enumerate(gateway.received) if number % 10]
    _store(clinic, brought, clinic.clock.now())
    assert reconcile_inbound(service, gateway) == 100
    assert {row.message_sid for row in clinic.inbox()} == {text.message_sid for text in gateway.received}
    clinic.gateway.ignore_the_rest()


def _store(clinic: Clinic, texts: list[Received], now: datetime) -> None:
    """Store texts as the webhook did, in one go."""
    from app.db import insert_many, site_scope

    rows = [
        {
            "message_sid": text.message_sid, "sender": text.sender, "sender_index": "x", "recipient": text.recipient,
            "body": text.body, "raw_body": None, "media": 0, "result": "unknown_sender", "received_at": now,
        }
        for text in texts
    ]  # fmt: skip
    with clinic.db.transaction(site_scope(clinic.site_id)) as session:
        insert_many(session, InboundMessage, rows)

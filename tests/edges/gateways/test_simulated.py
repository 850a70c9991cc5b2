"""Simulated handsets: every text is taken, and the same text is the same text."""

from datetime import UTC, datetime

from app.gateways.simulated import SimulatedGateway
from app.messaging.gateway import Departure, Gateway


def text(message_id: str) -> Departure:
    return Departure(message_id, "+15550101001", "Good morning", "+15550100001", "http://127.0.0.1/status/x", 300)


def test_the_same_message_handed_over_twice_keeps_its_id() -> None:
    way: Gateway = SimulatedGateway()
    first, again, other = way.send(text("m1")), way.send(text("m1")), way.send(text("m2"))
    assert first == again
    assert first.message_sid != other.message_sid
    assert (first.message_sid[:2], len(first.message_sid), first.status) == ("SM", 34, "delivered")


def test_nothing_holds_a_simulated_text_back() -> None:
    way = SimulatedGateway()
    assert not way.paced
    assert way.senders("patients") != way.senders("staff")
    assert way.find_sent("+15550101001", "Good morning", datetime(2026, 3, 1, tzinfo=UTC)) is None


def test_nothing_is_lost_on_a_way_that_nothing_travels() -> None:
    way = SimulatedGateway()
    assert way.list_received(datetime(2026, 3, 1, tzinfo=UTC), 100) == ()
    assert way.fetch_status("SM1").status == "delivered"

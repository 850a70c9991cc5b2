"""What became of a text depends on the set of the provider's reports, not on their order or number."""

from itertools import permutations

import pytest

from app.messaging.models import DeliveryEvent
from app.workflows.record_delivery_status import record_delivery_status
from tests.factories import ANA, NORA
from tests.world import Clinic

DELIVERED = ("queued", "sent", "delivered", "read")
CONTRADICTING = ("sent", "delivered", "undelivered", "delivered")


@pytest.mark.parametrize(("reports", "final"), [(DELIVERED, "read"), (CONTRADICTING, "undelivered")])
def test_every_order_of_the_same_reports_ends_the_same(
    clinic: Clinic, ana: str, reports: tuple[str, ...], final: str
) -> None:
    for order in sorted(set(permutations(reports))):
        token, sid = _send(clinic)
        for status in (*order, order[0]):  # the provider repeats itself
            code = 30005 if status == "undelivered" else None
            record_delivery_status(clinic.service, token=token, message_sid=sid, status=status, error_code=code)
        row = clinic.texts(message_sid=sid)[0]
        assert (row.status, row.state) == (final, "handed_over"), order
    assert len(clinic.alerts(kind="contact")) == (final == "undelivered"), "one alert, however many reports"
    clinic.gateway.ignore_the_rest()


def test_no_receipt_is_no_failure_and_no_acknowledgement(clinic: Clinic, ana: str) -> None:
    clinic.text(ANA, "I have chest pain")
    page = clinic.gateway.expect(NORA, "RED")
    token, sid = page.callback_url.rsplit("/", 1)[1], clinic.gateway.sid_of(page)
    record_delivery_status(clinic.service, token=token, message_sid=sid, status="sent", error_code=None)
    clinic.later(minutes=14, seconds=59)
    assert clinic.paged(clinic.alert()) == [("Nora", 0)], "not before the next contact's time"
    clinic.later(seconds=1)
    assert clinic.paged(clinic.alert()) == [("Nora", 0), ("Omar", 15)]
    clinic.gateway.ignore_the_rest()


def test_a_second_copy_of_an_invitation_stays_when_it_is_answered_meanwhile(clinic: Clinic, ana: str) -> None:
    clinic.ask(ana)
    asked = clinic.gateway.expect(ANA)
    token, sid = asked.callback_url.rsplit("/", 1)[1], clinic.gateway.sid_of(asked)
    record_delivery_status(clinic.service, token=token, message_sid=sid, status="undelivered", error_code=30003)
    clinic.text(ANA, "2 2 2")
    clinic.gateway.ignore_the_rest()
    clinic.later(minutes=20)
    copies = sorted(clinic.texts(kind="invitation"), key=lambda row: row.business_key)
    assert [row.state for row in copies] == ["handed_over", "cancelled"]
    clinic.gateway.ignore_the_rest()


def test_what_is_still_reported_of_the_first_copy_does_not_touch_the_second(clinic: Clinic, ana: str) -> None:
    clinic.ask(ana)
    asked = clinic.gateway.expect(ANA)
    token, sid = asked.callback_url.rsplit("/", 1)[1], clinic.gateway.sid_of(asked)
    record_delivery_status(clinic.service, token=token, message_sid=sid, status="undelivered", error_code=30008)
    clinic.hurry()
    record_delivery_status(clinic.service, token=token, message_sid=sid, status="failed", error_code=30008)
    first, second = sorted(clinic.texts(kind="invitation"), key=lambda row: row.business_key)
    assert (first.status, second.status, second.state) == ("undelivered", "queued", "handed_over")
    assert first.callback_hash != second.callback_hash
    assert clinic.alerts() == []
    clinic.gateway.ignore_the_rest()


def test_a_repeated_report_is_stored_once(clinic: Clinic, ana: str) -> None:
    token, sid = _send(clinic)
    said = [
        record_delivery_status(clinic.service, token=token, message_sid=sid, status="sent", error_code=None)
        for _ in range(3)
    ]
    assert said == ["recorded", "repeated", "repeated"]
    assert len(clinic.rows(DeliveryEvent)) == 1
    clinic.gateway.ignore_the_rest()


def test_a_report_about_a_text_that_nobody_knows_is_kept_and_changes_nothing(clinic: Clinic, ana: str) -> None:
    _send(clinic)
    before = clinic.texts(kind="reply")[0].status
    said = record_delivery_status(
        clinic.service, token="guessed", message_sid="SM-x", status="failed", error_code=21211
    )
    assert said == "unknown"
    assert len(clinic.rows(DeliveryEvent)) == 1
    assert clinic.texts(kind="reply")[0].status == before
    clinic.gateway.ignore_the_rest()


def test_a_status_that_is_new_to_us_is_kept_and_loses_to_those_we_know(clinic: Clinic, ana: str) -> None:
    token, sid = _send(clinic)
    for status in ("delivered", "teleported"):
        record_delivery_status(clinic.service, token=token, message_sid=sid, status=status, error_code=None)
    assert clinic.texts(kind="reply")[0].status == "delivered"
    clinic.gateway.ignore_the_rest()


def _send(clinic: Clinic) -> tuple[str, str]:
    """Send Ana one text; returns the secret of its callback and the provider's id."""
    clinic.text(ANA, "HELP")
    departure = clinic.gateway.departures[-1]
    return departure.callback_url.rsplit("/", 1)[1], clinic.gateway.sid_of(departure)

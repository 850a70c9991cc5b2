"""What became of a text depends on the set of the provider's reports, not on their order or number."""

from itertools import permutations

import pytest

from app.messaging.models import DeliveryEvent
from app.workflows.record_delivery_status import record_delivery_status
from tests.factories import ANA
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
            code = 30003 if status == "undelivered" else None
            record_delivery_status(clinic.service, token=token, message_sid=sid, status=status, error_code=code)
        row = clinic.texts(message_sid=sid)[0]
        assert (row.status, row.state) == (final, "handed_over"), order
    assert len(clinic.alerts(kind="contact")) == (final == "undelivered"), "one alert, however many reports"
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

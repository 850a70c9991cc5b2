"""A person sends a text once more: what the first one still hears must not be taken for the fate of the second."""

import pytest

from app.errors import Conflict, DeliveryFailed, NotFound
from app.messaging.models import OutboundMessage
from app.reports.outbox import list_undelivered
from app.workflows.record_delivery_status import record_delivery_status
from app.workflows.retry_text import retry_text
from tests.factories import ANA
from tests.world import Clinic


def invitations(clinic: Clinic) -> list[OutboundMessage]:
    return sorted(clinic.texts(kind="invitation"), key=lambda row: row.business_key)


def test_a_text_that_did_not_arrive_is_copied_and_the_copy_is_followed(clinic: Clinic, ana: str) -> None:
    clinic.ask(ana)
    departure = clinic.gateway.expect(ANA)
    token, sid = departure.callback_url.rsplit("/", 1)[1], clinic.gateway.sid_of(departure)
    (first,) = invitations(clinic)
    with pytest.raises(Conflict, match="handed_over"):
        retry_text(clinic.service, message_id=first.id)
    record_delivery_status(clinic.service, token=token, message_sid=sid, status="failed", error_code=30007)
    assert [row.id for row in list_undelivered(clinic.db)] == [first.id]
    second = retry_text(clinic.service, message_id=first.id)
    third = retry_text(clinic.service, message_id=first.id)
    clinic.hurry()
    assert len({first.id, second, third}) == 3
    assert clinic.gateway.expect(ANA).body == departure.body
    clinic.gateway.expect(ANA)
    record_delivery_status(clinic.service, token=token, message_sid=sid, status="undelivered", error_code=30007)
    assert [(row.status, row.message_sid == sid) for row in invitations(clinic)] == [
        ("undelivered", True), ("queued", False), ("queued", False),
    ]  # fmt: skip


def test_a_text_that_was_never_taken_goes_again_as_itself(clinic: Clinic, ana: str) -> None:
    clinic.gateway.fail(ANA, DeliveryFailed("no", permanent=True, code=30007))
    clinic.ask(ana)
    (first,) = invitations(clinic)
    assert first.state == "dead"
    assert retry_text(clinic.service, message_id=first.id) == first.id
    clinic.hurry()
    clinic.gateway.expect(ANA)
    (first,) = invitations(clinic)
    assert (first.state, first.error_code) == ("handed_over", None)


def test_there_must_be_such_a_text(clinic: Clinic) -> None:
    with pytest.raises(NotFound):
        retry_text(clinic.service, message_id="nothing")

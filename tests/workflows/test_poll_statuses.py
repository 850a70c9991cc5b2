"""Reports that never come are asked for: soon, then ever more rarely, and pages first."""

from datetime import timedelta

import pytest

from app.errors import DeliveryFailed
from app.messaging.gateway import Reported
from app.messaging.models import DeliveryEvent
from app.workflows.poll_statuses import BATCH, poll_statuses
from app.workflows.record_delivery_status import record_delivery_status
from tests.factories import ANA, NORA, create_patients
from tests.world import Clinic


def poll(clinic: Clinic, **later: float) -> int:
    clinic.clock.advance(**later)
    return poll_statuses(clinic.service, clinic.gateway)


def left(clinic: Clinic) -> str:
    """Let one text to Ana leave, silently; its provider's id."""
    for row in clinic.texts():
        clinic.damage(type(row), {"id": row.id}, next_poll_at=None)
    clinic.text(ANA, "HELP")
    clinic.gateway.ignore_the_rest()
    return clinic.gateway.sid_of(clinic.gateway.departures[-1])


def report(clinic: Clinic, sid: str, status: str) -> None:
    departure = next(d for d in clinic.gateway.departures if clinic.gateway.sid_of(d) == sid)
    token = departure.callback_url.rsplit("/", 1)[1]
    record_delivery_status(clinic.service, token=token, message_sid=sid, status=status, error_code=None)


def test_a_silent_text_is_asked_about_for_four_hours_and_then_left_alone(clinic: Clinic, ana: str) -> None:
    left(clinic)
    start, asked = clinic.clock.now(), []
    for _ in range(5 * 60):
        if poll(clinic, minutes=1):
            asked.append(clinic.clock.now() - start)
    assert asked == [timedelta(minutes=m) for m in (1, 5, 15, 60, 240)]
    assert len(clinic.gateway.polled) == 5


def test_an_answer_counts_as_a_report_and_ends_the_asking(clinic: Clinic, ana: str) -> None:
    sid = left(clinic)
    clinic.gateway.fates[sid] = Reported("delivered", None)
    assert poll(clinic, minutes=1) == 1
    (row,) = clinic.texts(message_sid=sid)
    assert (row.status, row.next_poll_at) == ("delivered", None)
    assert [(e.status, e.message_id) for e in clinic.rows(DeliveryEvent, message_sid=sid)] == [("delivered", row.id)]
    assert poll(clinic, hours=1) == 0


def test_a_final_report_ends_the_asking(clinic: Clinic, ana: str) -> None:
    sid = left(clinic)
    report(clinic, sid, "sent")
    assert clinic.texts(message_sid=sid)[0].next_poll_at is not None
    report(clinic, sid, "delivered")
    assert clinic.texts(message_sid=sid)[0].next_poll_at is None
    assert poll(clinic, hours=5) == 0


def test_an_answer_that_is_behind_the_reports_changes_nothing(clinic: Clinic, ana: str) -> None:
    sid = left(clinic)
    report(clinic, sid, "sent")
    clinic.gateway.fates[sid] = Reported("queued", None)
    assert poll(clinic, minutes=1) == 1
    assert clinic.texts(message_sid=sid)[0].status == "sent"


def test_a_page_that_failed_in_silence_calls_the_next_nurse(clinic: Clinic, ana: str) -> None:
    clinic.ask(ana)
    clinic.text(ANA, "8 3 5")
    page = clinic.gateway.expect(NORA)
    clinic.gateway.fates[clinic.gateway.sid_of(page)] = Reported("undelivered", 30003)
    poll(clinic, minutes=1)
    clinic.hurry()
    assert clinic.paged(clinic.alert(patient_id=ana)) == [("Nora", 0), ("Omar", 1)]
    clinic.gateway.ignore_the_rest()


def test_pages_are_asked_about_first_and_ten_texts_at_once(clinic: Clinic) -> None:
    create_patients(clinic.service, site_id=clinic.site_id, how_many=BATCH + 3)
    clinic.hurry()
    clinic.text("+15550120001", "I can not breathe")
    page = clinic.gateway.expect(NORA)
    assert poll(clinic, minutes=2) == BATCH
    assert clinic.gateway.polled[0] == clinic.gateway.sid_of(page)
    assert poll(clinic) == len(clinic.gateway.departures) - BATCH
    assert sorted(clinic.gateway.polled) == sorted({clinic.gateway.sid_of(d) for d in clinic.gateway.departures})
    clinic.gateway.ignore_the_rest()


def test_a_provider_that_is_away_is_asked_again_a_minute_later(clinic: Clinic, ana: str) -> None:
    sid = left(clinic)
    clinic.gateway.away = DeliveryFailed("away")
    assert [poll(clinic, minutes=1) for _ in range(3)] == [0, 0, 0]
    clinic.gateway.away = None
    assert poll(clinic, minutes=1) == 1
    assert clinic.gateway.polled == [sid]


def test_a_text_that_the_provider_does_not_know_yet_keeps_its_state(clinic: Clinic, ana: str) -> None:
    sid = left(clinic)
    clinic.gateway.away = DeliveryFailed("no such text", permanent=True, code=20404)
    assert poll(clinic, minutes=1) == 0
    (row,) = clinic.texts(message_sid=sid)
    assert (row.state, row.status) == ("handed_over", "queued")
    assert row.next_poll_at == clinic.clock.now() + timedelta(minutes=4)


def test_a_text_whose_answer_was_lost_is_asked_about_once_a_report_adopted_it(clinic: Clinic, ana: str) -> None:
    clinic.gateway.fail(ANA, DeliveryFailed("the line was cut", ambiguous=True))
    sid = left(clinic)
    report(clinic, sid, "sent")
    (row,) = clinic.texts(message_sid=sid)
    assert row.state == "handed_over"
    assert row.next_poll_at == clinic.clock.now() + timedelta(minutes=1)


@pytest.mark.parametrize("way", ["reported", "asked"])
def test_a_text_that_the_provider_holds_back_unasked_is_an_alarm_once(clinic: Clinic, ana: str, way: str) -> None:
    sids = [left(clinic), left(clinic)]
    for sid in sids:
        clinic.gateway.fates[sid] = Reported("scheduled", None)
        if way == "reported":
            report(clinic, sid, "scheduled")
        else:
            clinic.damage(type(clinic.texts()[0]), {"message_sid": sid}, next_poll_at=clinic.clock.now())
            poll(clinic)
    alert = clinic.alert(kind="system")
    assert (alert.subject, alert.tier, alert.patient_id) == ("scheduled-by-provider", "red", None)
    clinic.hurry()
    clinic.gateway.expect(NORA)
    clinic.gateway.ignore_the_rest()

"""What became of a text is reported by webhook: in any order, any number of times, always with the same result."""

from collections.abc import Iterator
from itertools import permutations

import pytest

from app.errors import DeliveryFailed
from app.messaging.gateway import Departure
from app.tables import AlertEvent, DeliveryEvent, OutboundMessage
from tests.edges.webhooks.door import PUBLIC_URL, Door, open_door
from tests.fakes import FixedClock
from tests.running_clinic import ANA, NORA, OMAR


@pytest.fixture
def door(database_url: str, clock: FixedClock) -> Iterator[Door]:
    with open_door(database_url, clock) as opened:
        opened.invite()
        yield opened


def invitation(door: Door) -> OutboundMessage:
    (row,) = (row for row in door.rows(OutboundMessage) if row.kind == "invitation")
    assert isinstance(row, OutboundMessage)
    return row


def test_reports_in_any_order_and_number_come_to_the_same(door: Door) -> None:
    patients = [f"+1555030{number:04d}" for number in range(6)]
    for patient_id in door.clinic.add_patients(*patients):
        door.clinic.issue(patient_id)
    door.work()
    for phone, order in zip(patients, permutations(("queued", "sent", "delivered")), strict=True):
        (departure,) = door.texts_to(phone)
        sid = door.gateway.sid_of(departure)
        for status in (*order, *order[::-1]):
            assert door.report(departure, sid, status).status_code == 204
    told = [row for row in door.rows(OutboundMessage) if row.kind == "invitation" and row.patient_id is not None]
    reported = {event.message_id for event in door.rows(DeliveryEvent)}
    assert {row.status for row in told if row.id in reported} == {"delivered"}
    assert len(reported) == len(patients)
    assert len(door.rows(DeliveryEvent)) == 3 * len(patients)


def test_a_failure_wins_over_what_contradicts_it(door: Door) -> None:
    (departure,) = door.texts_to(ANA)
    sid = door.gateway.sid_of(departure)
    door.report(departure, sid, "undelivered", 30005)
    door.report(departure, sid, "delivered")
    door.report(departure, sid, "sent")
    assert (invitation(door).status, invitation(door).error_code) == ("undelivered", 30005)


def test_a_page_that_does_not_arrive_calls_the_next_nurse_at_once(door: Door) -> None:
    door.text("8 3 5")
    (page,) = door.texts_to(NORA)
    assert door.texts_to(OMAR) == []
    for _ in range(2):  # reported twice, it speeds things up once
        door.report(page, door.gateway.sid_of(page), "undelivered", 30003)
        door.work()
    assert len(door.texts_to(OMAR)) == 1
    assert [event.type for event in door.rows(AlertEvent)].count("page_failed") == 1


def test_a_report_that_comes_before_the_answer_binds_the_text(door: Door) -> None:
    sids: dict[str, str] = {}

    def report(departure: Departure) -> None:
        sids[departure.message_id] = sid = f"SM{len(sids):032d}"
        assert door.report(departure, sid, "delivered").status_code == 204

    door.gateway.while_sending = report
    door.gateway.fail(ANA, DeliveryFailed("the line was cut", ambiguous=True))
    door.text("8 3 5")
    (reply,) = (row for row in door.rows(OutboundMessage) if row.kind == "reply")
    assert (reply.state, reply.status, reply.message_sid) == ("handed_over", "delivered", sids[reply.id])
    door.clock.advance(minutes=10)
    door.work()
    assert len(door.texts_to(ANA)) == 2  # the invitation and one reply: nothing was sent again


def test_reports_of_nothing_known_are_kept_and_change_nothing(door: Door) -> None:
    form = {"MessageSid": "SM" + "9" * 32, "MessageStatus": "delivered"}
    path = "/webhooks/twilio/status/" + "x" * 32
    answer = door.post(form, signature=door.sign(form, url=PUBLIC_URL + path), path=path)
    assert answer.status_code == 204
    (event,) = door.rows(DeliveryEvent)
    assert (event.message_id, event.status) == (None, "delivered")
    (departure,) = door.texts_to(ANA)
    assert door.report(departure, door.gateway.sid_of(departure), "Teleported").status_code == 204
    assert {event.status for event in door.rows(DeliveryEvent)} == {"delivered", "teleported"}
    assert invitation(door).state == "handed_over"


def test_another_text_s_id_does_not_take_over(door: Door) -> None:
    (departure,) = door.texts_to(ANA)
    door.report(departure, "SM" + "f" * 32, "failed", 30008)
    assert invitation(door).message_sid == door.gateway.sid_of(departure)
    assert invitation(door).status != "failed"


def test_an_unsigned_report_is_refused(door: Door) -> None:
    (departure,) = door.texts_to(ANA)
    path = str(departure.callback_url).removeprefix(PUBLIC_URL)
    form = {"MessageSid": door.gateway.sid_of(departure), "MessageStatus": "failed"}
    assert door.post(form, signature=None, path=path).status_code == 403
    assert door.post(form, signature=door.sign(form), path=path).status_code == 403  # signed for another address
    assert door.rows(DeliveryEvent) == []
    assert invitation(door).status == "queued"


@pytest.mark.parametrize("broken", [{"MessageSid": ""}, {"MessageStatus": ""}, {"MessageStatus": "x" * 21}])
def test_a_report_without_its_parts_is_malformed(door: Door, broken: dict[str, str]) -> None:
    (departure,) = door.texts_to(ANA)
    url = str(departure.callback_url)
    form = {"MessageSid": door.gateway.sid_of(departure), "MessageStatus": "sent", **broken}
    answer = door.post(form, signature=door.sign(form, url=url), path=url.removeprefix(PUBLIC_URL))
    assert answer.status_code == 400
    assert door.rows(DeliveryEvent) == []

"""The provider refuses us, or is away: nothing is lost, somebody hears of it at once, and it goes on by itself."""

from datetime import timedelta
from itertools import count

import pytest

from app.db import site_scope
from app.errors import DeliveryFailed
from app.messaging.delivery import MessageKind
from app.messaging.models import OutboundMessage, SenderPace
from app.workflows.deliver_outbox import deliver_outbox, settle_unknown
from app.workflows.issue_checkins import issue_due_checkins
from app.workflows.queue_text import PATIENTS, STAFF, queue_many, text_values
from app.workflows.record_delivery_status import record_delivery_status
from tests.factories import ANA, NORA, create_patients, create_site
from tests.world import AlertSeen, Clinic

SUSPENDED = DeliveryFailed("no", code=20005)
QUEUE_FULL = DeliveryFailed("no", code=21611)
AWAY = DeliveryFailed("no route to host")
PEOPLE = 6
_numbers = count(1)


def queue(clinic: Clinic, how_many: int = PEOPLE) -> list[str]:
    """Let so many patients be due to be asked; their numbers."""
    create_patients(clinic.service, site_id=clinic.site_id, how_many=how_many)
    clinic.tick()
    clinic.gateway.ignore_the_rest()
    clinic.clock.advance(days=1)
    issue_due_checkins(clinic.service)
    return [f"+1555012{n:04d}" for n in range(1, how_many + 1)]


def queue_to_ana(clinic: Clinic, ana: str, how_many: int = 1) -> None:
    """Let so many texts to Ana wait."""
    with clinic.db.transaction(site_scope(clinic.site_id)) as session:
        rows = [
            text_values(
                session, site_id=clinic.site_id, kind=MessageKind.INVITATION, phone=ANA, body="how are you",
                key=f"test:{next(_numbers)}", now=clinic.clock.now(), patient_id=ana,
            )
            for _ in range(how_many)
        ]  # fmt: skip
        queue_many(session, rows)


def refuse(clinic: Clinic, numbers: list[str], failure: DeliveryFailed) -> None:
    for number in numbers:
        clinic.gateway.fail_always(number, failure)


def recover(clinic: Clinic) -> None:
    clinic.gateway._always.clear()


def asked(clinic: Clinic) -> list[str]:
    return [d.recipient for d in clinic.gateway.departures if "how are you" in d.body]


def invitations(clinic: Clinic) -> list[OutboundMessage]:
    return clinic.texts(kind="invitation")


def trouble(clinic: Clinic) -> AlertSeen:
    return clinic.alert(subject="sender")


def test_a_refused_account_keeps_the_queue_tells_once_and_goes_on_by_itself(clinic: Clinic) -> None:
    people = queue(clinic)
    refuse(clinic, people, SUSPENDED)
    clinic.deliver()
    tried = len(clinic.gateway.attempted)
    assert (trouble(clinic).tier, trouble(clinic).kind, trouble(clinic).patient_id) == ("red", "system", None)
    for minute in range(1, 6):
        clinic.later(seconds=59)
        assert to_patients(clinic, tried) == minute - 1, "one text a minute tries"
        clinic.later(seconds=1)
        assert to_patients(clinic, tried) == minute
    rows = invitations(clinic)
    assert {row.state for row in rows} == {"pending"}
    assert {row.attempt for row in rows} == {0}, "what was no fault of the text's does not count against it"
    assert trouble(clinic).happened("evidence") == []
    recover(clinic)
    clinic.later(minutes=1)
    assert sorted(asked(clinic)) == people
    assert len(trouble(clinic).happened("texts_leave_again")) == 1
    assert not any(pace.paused_code for pace in clinic.rows(SenderPace))
    clinic.gateway.ignore_the_rest()


def to_patients(clinic: Clinic, since: int) -> int:
    return sum("how are you" in d.body for d in clinic.gateway.attempted[since:])


def test_the_first_text_that_is_taken_lets_every_sender_try_at_once(clinic: Clinic, ana: str) -> None:
    for number in (ANA, NORA):
        clinic.gateway.fail(number, SUSPENDED)
    clinic.ask(ana)
    later = clinic.clock.now() + timedelta(minutes=5)
    clinic.damage(SenderPace, {"id": clinic.gateway.staff_senders[0]}, paused_until=later)
    clinic.later(minutes=1)
    clinic.gateway.expect(ANA, "how are you")
    clinic.gateway.expect(NORA, trouble(clinic).code)


def test_every_site_that_a_sender_serves_is_told_once(clinic: Clinic) -> None:
    other = create_site(clinic.service, code="lakeside", public_name="Lakeside Clinic")
    refuse(clinic, queue(clinic, 5), SUSPENDED)
    clinic.deliver()
    clinic.later(minutes=3)
    assert {alert.site_id for alert in clinic.alerts(subject="sender")} == {clinic.site_id, other}
    assert len(clinic.alerts(subject="sender")) == 2
    clinic.gateway.ignore_the_rest()


def test_a_text_that_waits_out_a_refusal_still_expires_in_its_own_time(clinic: Clinic, ana: str) -> None:
    clinic.gateway.fail_always(ANA, SUSPENDED)
    clinic.ask(ana)
    recover(clinic)
    clinic.clock.advance(hours=21)  # the window is 20 hours
    clinic.deliver()
    assert [row.state for row in invitations(clinic)] == ["cancelled"]
    clinic.gateway.ignore_the_rest()


def test_a_full_queue_holds_check_ins_and_no_page(clinic: Clinic) -> None:
    people = queue(clinic)
    clinic.gateway.staff_senders = clinic.gateway.patients_senders  # the worst case: one number for everything
    refuse(clinic, people, QUEUE_FULL)
    clinic.deliver()
    assert trouble(clinic).tier == "amber"
    clinic.gateway.ignore_the_rest()
    clinic.receive(people[0], "I have chest pain")
    clinic.hurry()
    clinic.gateway.expect(NORA, "RED")
    assert asked(clinic) == []
    recover(clinic)
    clinic.later(minutes=1)
    assert set(people[1:]) <= set(asked(clinic))
    clinic.gateway.ignore_the_rest()


def test_a_page_that_meets_a_full_queue_is_tried_again_soon(clinic: Clinic, ana: str) -> None:
    clinic.gateway.fail(NORA, QUEUE_FULL, QUEUE_FULL)
    clinic.text(ANA, "I have chest pain")
    clinic.later(seconds=1)
    clinic.later(seconds=2)
    clinic.gateway.expect(NORA, "RED")
    clinic.gateway.ignore_the_rest()


def test_a_provider_that_is_away_is_an_alarm_within_a_minute(clinic: Clinic, ana: str) -> None:
    clinic.gateway.fail_always(ANA, AWAY)
    clinic.ask(ana)
    for _ in range(12):
        clinic.later(seconds=5)
    assert trouble(clinic).tier == "red"
    assert "cannot be reached" in trouble(clinic).reason
    recover(clinic)
    clinic.later(minutes=1)
    clinic.gateway.expect(ANA, "how are you")
    assert trouble(clinic).happened("texts_leave_again")
    clinic.gateway.ignore_the_rest()


def test_trouble_that_comes_and_goes_does_not_fill_the_history(clinic: Clinic, ana: str) -> None:
    for _ in range(8):
        clinic.gateway.fail(ANA, SUSPENDED)
        queue_to_ana(clinic, ana)
        clinic.deliver()
        clinic.later(minutes=2)
    assert len(trouble(clinic).happened("texts_stopped")) == 1
    assert len(trouble(clinic).happened("texts_leave_again")) == 2
    clinic.gateway.ignore_the_rest()


def test_worse_trouble_makes_the_alert_worse(clinic: Clinic, ana: str) -> None:
    clinic.gateway.fail(ANA, QUEUE_FULL, SUSPENDED)
    clinic.ask(ana)
    assert trouble(clinic).tier == "amber"
    clinic.later(minutes=1)
    assert trouble(clinic).tier == "red"
    clinic.gateway.ignore_the_rest()


@pytest.mark.parametrize(("filtered", "told"), [(4, 0), (6, 1)])
def test_many_filtered_texts_are_an_alarm_and_none_is_repeated(clinic: Clinic, filtered: int, told: int) -> None:
    people = queue(clinic, 20)
    clinic.tick()
    for departure in [d for d in clinic.gateway.departures if "how are you" in d.body][:filtered]:
        token, sid = departure.callback_url.rsplit("/", 1)[1], clinic.gateway.sid_of(departure)
        record_delivery_status(clinic.service, token=token, message_sid=sid, status="undelivered", error_code=30007)
    clinic.later(hours=1)
    assert len(clinic.alerts(kind="system")) == told
    assert len(asked(clinic)) == len(people)
    clinic.gateway.ignore_the_rest()


def test_a_page_takes_the_next_turn_of_a_slow_sender_with_a_long_queue(clinic: Clinic, ana: str) -> None:
    queue_to_ana(clinic, ana, how_many=1000)
    slow(clinic)
    clinic.gateway.staff_senders = clinic.gateway.patients_senders
    for _ in range(3):
        clinic.clock.advance(seconds=2)
        assert one_turn(clinic) == ["how are you"]
    clinic.receive(ANA, "I have chest pain")
    clinic.clock.advance(seconds=2)
    assert one_turn(clinic) == ["Bedside RED"]
    clinic.gateway.ignore_the_rest()


def slow(clinic: Clinic) -> None:
    """One segment a second leaves each number."""
    clinic.gateway.paced = True
    assert clinic.service.settings.sender_mps == 1


def one_turn(clinic: Clinic) -> list[str]:
    """What leaves in one round in which the check-ins come first by chance."""
    before = len(clinic.gateway.departures)
    for pool in (PATIENTS, STAFF):
        deliver_outbox(clinic.service, clinic.gateway, clinic._senders, (pool,))
    left = [d.body for d in clinic.gateway.departures[before:]]
    return [next((said for said in ("Bedside RED", "how are you") if said in body), body) for body in left]


def test_looking_up_what_is_in_doubt_ends_when_the_worker_is_to_stop(clinic: Clinic) -> None:
    people = queue(clinic, 5)
    refuse(clinic, people, DeliveryFailed("no answer", ambiguous=True))
    clinic.deliver()
    clinic.clock.advance(timedelta(seconds=30))
    looked: list[str] = []
    find_sent = clinic.gateway.find_sent

    def look(recipient: str, *rest: object) -> object:
        looked.append(recipient)
        return find_sent(recipient, *rest)  # type: ignore[arg-type]  # handed on as it came

    clinic.gateway.find_sent = look  # type: ignore[method-assign,assignment]
    settle_unknown(clinic.service, clinic.gateway, lambda: len(looked) == 2)
    assert len(looked) == 2
    clinic.gateway.ignore_the_rest()

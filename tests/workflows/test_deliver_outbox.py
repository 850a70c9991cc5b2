"""A text leaves once, to whom it may go, most urgent first; what the provider did with it is never guessed."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from app.db import all_sites
from app.errors import DeliveryFailed
from app.messaging.gateway import Accepted, Departure
from app.messaging.models import OutboundMessage
from app.messaging.store import outbox
from app.patients.models import Consent, ContactPoint
from app.workflows.change_patient import PatientChanges, change_patient
from app.workflows.deliver_outbox import deliver_outbox, record_accepted, settle_unknown
from app.workflows.issue_checkins import issue_due_checkins
from app.workflows.note_progress import pause_outbox
from app.workflows.record_delivery_status import record_delivery_status
from tests.factories import AGENT, ANA, NORA, create_patients
from tests.world import Clinic

TIMED_OUT = DeliveryFailed("no answer", ambiguous=True)
BUSY = DeliveryFailed("slow down", code=20429, retry_after=7)


def invitation(clinic: Clinic) -> OutboundMessage:
    (row,) = clinic.texts(kind="invitation")
    return row


def lost_on_the_way(clinic: Clinic, number: str) -> None:
    """The next text to a number times out and never reached the provider."""

    def lose(departure: Departure) -> None:
        if departure.recipient == number:
            clinic.gateway.while_sending = lambda _: None
            raise RuntimeError("the connection broke")

    clinic.gateway.while_sending = lose


def test_a_page_overtakes_a_queue_of_check_ins(clinic: Clinic, ana: str) -> None:
    create_patients(clinic.service, site_id=clinic.site_id, how_many=20)
    clinic.clock.advance(days=1)
    issue_due_checkins(clinic.service)
    clinic.receive(ANA, "I have chest pain")
    clinic.deliver()
    first = [d.body[:11] for d in clinic.gateway.departures[1:3]]  # after Ana's welcome
    assert first[0] == "Bedside RED"
    assert first[1].startswith("Thank you")
    clinic.gateway.ignore_the_rest()


def test_it_says_by_when_a_text_is_worth_delivering(clinic: Clinic, ana: str) -> None:
    clinic.ask(ana)
    assert clinic.gateway.expect(ANA).validity == 36_000, "the provider takes ten hours at most"
    clinic.text(ANA, "8 1 1")
    assert clinic.gateway.expect(NORA).validity == 15 * 60, "until the ladder's next step"
    clinic.gateway.ignore_the_rest()


def test_consent_withdrawn_while_a_text_waits_holds_it_back(clinic: Clinic, ana: str) -> None:
    clinic.at("23:00")
    pause_outbox(clinic.service, on=True, agent=AGENT)
    clinic.ask(ana)
    clinic.damage(Consent, withdrawn_at=clinic.clock.now())
    pause_outbox(clinic.service, on=False, agent=AGENT)
    clinic.tick()
    assert invitation(clinic).state == "cancelled"


def test_death_cancels_what_waits_in_the_same_moment(clinic: Clinic, ana: str) -> None:
    pause_outbox(clinic.service, on=True, agent=AGENT)
    clinic.ask(ana)
    changes = PatientChanges(status="deceased")
    change_patient(clinic.service, site_id=clinic.site_id, patient_id=ana, changes=changes, agent=AGENT)
    assert invitation(clinic).state == "cancelled"
    assert clinic.checkins()[0].status == "cancelled"


def test_a_paused_outbox_sends_nothing_and_loses_nothing(clinic: Clinic, ana: str) -> None:
    pause_outbox(clinic.service, on=True, agent=AGENT)
    clinic.ask(ana)
    clinic.receive(ANA, "8 1 1")
    clinic.tick()
    clinic.gateway.nothing_unexpected()
    pause_outbox(clinic.service, on=False, agent=AGENT)
    clinic.tick()
    clinic.gateway.expect(NORA, "RED")
    clinic.gateway.ignore_the_rest()


def test_an_expired_page_is_dropped(clinic: Clinic, ana: str) -> None:
    clinic.receive(ANA, "I have chest pain")
    clinic.clock.advance(minutes=20)
    clinic.deliver()
    assert [t.state for t in clinic.texts(kind="page")] == ["cancelled"]
    clinic.gateway.ignore_the_rest()


def test_a_busy_provider_is_left_alone_as_long_as_it_asked(clinic: Clinic, ana: str) -> None:
    clinic.gateway.fail(ANA, BUSY, DeliveryFailed("slow down", code=20429), DeliveryFailed("slow down", code=20429))
    clinic.ask(ana)
    tried = [len(clinic.gateway.attempted)]
    for seconds in (6, 1, 1, 1, 3, 1):
        clinic.later(seconds=seconds)
        tried.append(len(clinic.gateway.attempted))
    assert [count - tried[0] for count in tried] == [0, 0, 1, 1, 2, 2, 3]
    assert invitation(clinic).state == "handed_over"
    clinic.gateway.expect(ANA)


@pytest.mark.parametrize("kind", ["page", "invitation"])
def test_what_the_provider_took_in_spite_of_a_timeout_is_not_sent_again(clinic: Clinic, ana: str, kind: str) -> None:
    clinic.gateway.fail(NORA if kind == "page" else ANA, TIMED_OUT)
    if kind == "page":
        clinic.text(ANA, "I have chest pain")
    else:
        clinic.ask(ana)
    assert [t.state for t in clinic.texts(kind=kind)] == ["unknown"]
    clinic.later(seconds=30)
    (row,) = clinic.texts(kind=kind)
    assert (row.state, row.attempt) == ("handed_over", 1)
    clinic.gateway.expect(NORA if kind == "page" else ANA)
    clinic.gateway.ignore_the_rest()


def test_a_page_that_was_lost_is_sent_again_until_it_is_taken(clinic: Clinic, ana: str) -> None:
    lost_on_the_way(clinic, NORA)
    clinic.text(ANA, "I have chest pain")
    clinic.gateway.expect(ANA)
    clinic.gateway.nothing_unexpected()
    clinic.later(seconds=29)
    clinic.gateway.nothing_unexpected()
    lost_on_the_way(clinic, NORA)
    clinic.later(seconds=1)
    clinic.later(seconds=30)
    clinic.gateway.expect(NORA, "RED")
    assert [t.attempt for t in clinic.texts(kind="page")] == [3]


def test_an_invitation_goes_out_twice_at_most_and_then_a_person_looks(clinic: Clinic, ana: str) -> None:
    lost_on_the_way(clinic, ANA)
    clinic.ask(ana)
    lost_on_the_way(clinic, ANA)
    clinic.later(seconds=30)
    clinic.later(seconds=30)
    clinic.later(minutes=5)
    row = invitation(clinic)
    assert (row.state, row.status, row.attempt) == ("dead", "unknown", 2)
    assert clinic.alert().kind == "contact"
    clinic.gateway.expect(NORA, "AMBER")
    clinic.at("tue 10:00")
    clinic.gateway.expect(ANA, "how are you today")  # a hiccup of the provider is no reason to stop asking
    clinic.gateway.ignore_the_rest()


@pytest.mark.parametrize(("code", "status"), [(21211, "unreachable"), (21610, "opted_out"), (21999, "active")])
def test_a_number_that_fails_is_looked_at_by_a_person_and_given_up_only_if_dead(
    clinic: Clinic, ana: str, code: int, status: str
) -> None:
    clinic.gateway.fail(ANA, DeliveryFailed("no", permanent=True, code=code))
    clinic.ask(ana)
    alert = clinic.alert()
    assert (alert.kind, alert.tier, str(code) in alert.reason or code == 21610) == ("contact", "amber", True)
    assert [c.status for c in clinic.rows(ContactPoint)] == [status]
    clinic.at("tue 10:00")
    asked_again = any("how are you" in d.body for d in clinic.gateway.departures)
    assert asked_again == (status == "active")
    clinic.gateway.ignore_the_rest()


# --- workers that die, and workers that come late ---


def test_a_worker_that_dies_while_sending_leaves_nothing_lost(clinic: Clinic, ana: str) -> None:
    clinic.receive(ANA, "I have chest pain")
    _take_and_die(clinic)
    clinic.later(seconds=59)
    clinic.gateway.nothing_unexpected()
    clinic.later(seconds=1)
    clinic.gateway.expect(NORA, "RED")
    clinic.gateway.expect(ANA)


def test_the_result_of_a_worker_that_comes_late_is_refused(clinic: Clinic, ana: str) -> None:
    clinic.receive(ANA, "I have chest pain")
    (page,) = clinic.texts(kind="page")
    _take_and_die(clinic)
    clinic.clock.advance(minutes=1)
    settle_unknown(clinic.service, clinic.gateway)  # the provider does not know of it
    _take_and_die(clinic)  # a second worker has it now, and the first one comes back
    assert not record_accepted(clinic.service, page.id, 1, Accepted("SM-late", "queued"))
    (page,) = clinic.texts(kind="page")
    assert (page.state, page.attempt, page.message_sid) == ("leased", 2, None)
    assert record_accepted(clinic.service, page.id, 2, Accepted("SM-second", "queued"))


def test_a_late_result_counts_while_the_fate_is_open(clinic: Clinic, ana: str) -> None:
    clinic.receive(ANA, "I have chest pain")
    (page,) = clinic.texts(kind="page")
    clinic.gateway.fail(NORA, TIMED_OUT)
    clinic.deliver()
    assert record_accepted(clinic.service, page.id, 1, Accepted("SM-late", "queued"))
    clinic.later(minutes=1)
    clinic.gateway.expect(NORA)
    clinic.gateway.ignore_the_rest()


def test_what_one_worker_holds_another_does_not_send(clinic: Clinic, ana: str) -> None:
    with ThreadPoolExecutor(1) as other:
        clinic.gateway.while_sending = lambda _: _none_left(deliver_outbox(clinic.service, clinic.gateway, other))
        clinic.ask(ana)
    clinic.gateway.expect(ANA, "how are you today")
    assert invitation(clinic).attempt == 1


def test_a_report_before_the_answer_to_the_send_adopts_the_text(clinic: Clinic, ana: str) -> None:
    def report_first(departure: Departure) -> None:
        token = departure.callback_url.rsplit("/", 1)[1]
        record_delivery_status(clinic.service, token=token, message_sid="SM1", status="sent", error_code=None)
        raise RuntimeError("and then the connection broke")

    clinic.gateway.while_sending = report_first
    clinic.ask(ana)
    clinic.gateway.while_sending = lambda _: None
    row = invitation(clinic)
    assert (row.state, row.status, row.message_sid) == ("handed_over", "sent", "SM1")
    clinic.later(minutes=5)
    assert settle_unknown(clinic.service, clinic.gateway) == 0
    assert len(clinic.gateway.attempted) == 2, "the welcome and one invitation"


def _take_and_die(clinic: Clinic) -> None:
    """A worker claims everything that is due, and is never seen again."""
    now = clinic.clock.now()
    with clinic.db.transaction(all_sites()) as session:
        for pool in ("staff", "patients"):
            outbox.lease_due_messages(session, now=now, lease_until=now + timedelta(minutes=1), limit=99, pool=pool)


def _none_left(claimed: int) -> None:
    assert claimed == 0, "another worker took a text that is being sent"

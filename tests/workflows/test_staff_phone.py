"""A nurse's STOP disables that telephone only, is answered once, and leaves no alert waiting for it."""

import pytest

from app.db import all_sites
from app.errors import DeliveryFailed
from app.messaging.models import InboundMessage
from app.staff import store as staff
from app.staff.models import Practitioner
from app.workflows.note_progress import pause_outbox
from app.workflows.receive_sms import InboundSms, _store
from app.workflows.record_delivery_status import record_delivery_status
from app.workflows.staff_phone import handle_staff_word
from tests.factories import AGENT, ANA, NORA, OMAR, SWITCHBOARD, TESS, create_practitioner, create_site
from tests.world import OUR_NUMBER, Clinic, _sids


def say(clinic: Clinic, sender: str, body: str, **more: str) -> str | None:
    """Let a nurse text, as far as the words go that are about the telephone itself."""
    sms = InboundSms(message_sid=f"SM{next(_sids):032x}", sender=sender, recipient=OUR_NUMBER, body=body, **more)  # type: ignore[arg-type]  # words only
    with clinic.db.transaction(all_sites()) as session:
        nurses = staff.list_practitioners_by_phone(session, phone=sender)
        inbound = _store(clinic.service, session, sms, [], nurses)
        assert inbound is not None
        inbound.result = handle_staff_word(clinic.service, session, inbound, nurses[0]) or "not a word"
        assert session.info["scope"] == all_sites()
    clinic.hurry()
    return inbound.result


def phone(clinic: Clinic, practitioner_id: str) -> str:
    return clinic.rows(Practitioner, id=practitioner_id)[0].phone_status


@pytest.mark.parametrize(
    ("body", "more"),
    [("STOP", {}), ("Please stop texting me", {}), ("basta", {}), ("anything", {"opt_out_type": "STOP"})],
)
def test_stop_disables_the_phone_and_the_next_contact_is_paged_at_once(
    clinic: Clinic, ana: str, body: str, more: dict[str, str]
) -> None:
    clinic.text(ANA, "I have chest pain")
    alert = clinic.alert(kind="clinical")
    clinic.gateway.expect(NORA, "RED")
    clinic.later(minutes=1)
    assert say(clinic, NORA, body, **more) == "opt_out"
    assert phone(clinic, clinic.nora) == "stopped"
    assert clinic.paged(alert) == [("Nora", 0), ("Omar", 1)]
    clinic.gateway.expect(NORA, "You get no more pages")
    clinic.gateway.expect(OMAR, alert.code)
    told = clinic.alert(kind="system")
    assert told.tier == "red", "she is on call now"
    assert "Nora Lindqvist gets no more pages" in told.reason
    clinic.gateway.expect(OMAR, told.code)
    clinic.gateway.expect(SWITCHBOARD)
    clinic.gateway.ignore_the_rest()
    clinic.later(hours=1)
    assert not [d for d in clinic.gateway._unexpected if d.recipient == NORA]
    clinic.gateway.ignore_the_rest()


def test_a_page_that_waits_for_the_phone_is_called_off(clinic: Clinic, ana: str) -> None:
    pause_outbox(clinic.service, on=True, agent=AGENT)
    clinic.receive(ANA, "I have chest pain")
    say(clinic, NORA, "STOP")
    assert [t.state for t in clinic.texts(kind="page", practitioner_id=clinic.nora)] == ["cancelled"]
    pause_outbox(clinic.service, on=False, agent=AGENT)
    clinic.tick()
    assert not [d for d in clinic.gateway.departures if d.recipient == NORA and "RED" in d.body]
    assert clinic.paged(clinic.alert(kind="clinical")) == [("Nora", 0), ("Omar", 0)]
    clinic.gateway.ignore_the_rest()


def test_a_second_stop_is_not_answered_again(clinic: Clinic) -> None:
    say(clinic, TESS, "STOP")
    assert say(clinic, TESS, "STOP") == "opt_out"
    clinic.gateway.expect(TESS, "You get no more pages")
    assert len(clinic.alerts(kind="system")) == 1
    clinic.gateway.ignore_the_rest()
    assert [t.kind for t in clinic.texts(practitioner_id=clinic.tess)] == ["page_reply"]


def test_off_duty_it_is_amber_and_red_when_nobody_is_left_to_page(clinic: Clinic) -> None:
    say(clinic, TESS, "STOP")
    assert clinic.alert(kind="system").tier == "amber"
    clinic.damage(Practitioner, {"id": clinic.nora}, phone_status="stopped")
    say(clinic, OMAR, "STOP")
    assert [a.tier for a in clinic.alerts(kind="system")] == ["amber", "red"]
    clinic.gateway.ignore_the_rest()


def test_start_takes_it_back(clinic: Clinic, ana: str) -> None:
    say(clinic, NORA, "STOP")
    assert say(clinic, NORA, "start") == "opt_in"
    clinic.gateway.expect(NORA, "You get pages on this phone again")
    assert clinic.alert(kind="system").happened("note") == ["Nora Lindqvist texted START and gets pages again."]
    clinic.gateway.ignore_the_rest()
    clinic.text(ANA, "I have chest pain")
    clinic.gateway.expect(NORA, "RED")
    clinic.gateway.ignore_the_rest()


def test_help_says_what_can_be_said_and_other_words_are_not_about_the_phone(clinic: Clinic) -> None:
    assert say(clinic, NORA, "HELP?") == "help"
    clinic.gateway.expect(NORA, "STOP ends pages to this phone")
    for other in ("1A", "who is it?", "I can stop by at ten"):
        assert say(clinic, NORA, other) == "not a word"
    assert phone(clinic, clinic.nora) == "active"


def test_each_site_of_a_nurse_is_told(clinic: Clinic) -> None:
    other = create_site(clinic.service, code="lakeside", public_name="Lakeside Clinic", fallback_phone="+15550100277")
    create_practitioner(clinic.service, site_id=other, name="Nora Lindqvist", phone=NORA)
    say(clinic, NORA, "STOP")
    assert {a.site_id: a.tier for a in clinic.alerts(kind="system")} == {clinic.site_id: "red", other: "red"}
    assert len(clinic.texts(kind="page_reply")) == 1, "it is one telephone"
    clinic.gateway.ignore_the_rest()


@pytest.mark.parametrize("reported", [False, True])
def test_a_page_refused_because_the_nurse_opted_out_does_the_same(clinic: Clinic, ana: str, reported: bool) -> None:
    if not reported:
        clinic.gateway.fail_always(NORA, DeliveryFailed("no", permanent=True, code=21610))
    clinic.text(ANA, "I have chest pain")
    if reported:
        page = clinic.gateway.expect(NORA, "RED")
        token, sid = page.callback_url.rsplit("/", 1)[1], clinic.gateway.sid_of(page)
        record_delivery_status(clinic.service, token=token, message_sid=sid, status="failed", error_code=21610)
        clinic.hurry()
    assert phone(clinic, clinic.nora) == "stopped"
    assert clinic.paged(clinic.alert(kind="clinical")) == [("Nora", 0), ("Omar", 0)]
    assert clinic.alert(kind="system").tier == "red"
    clinic.gateway.ignore_the_rest()


def test_a_dead_number_of_a_nurse_is_a_task_for_somebody(clinic: Clinic, ana: str) -> None:
    clinic.gateway.fail_always(NORA, DeliveryFailed("no", permanent=True, code=21614))
    clinic.text(ANA, "I have chest pain")
    clinic.later(minutes=45)
    told = clinic.alert(kind="system")
    assert (told.tier, "Nora Lindqvist cannot be paged" in told.reason) == ("amber", True)
    assert phone(clinic, clinic.nora) == "active"
    clinic.gateway.ignore_the_rest()


def test_what_she_texted_is_kept(clinic: Clinic) -> None:
    say(clinic, TESS, "STOP")
    assert [row.result for row in clinic.rows(InboundMessage)] == ["opt_out"]
    clinic.gateway.ignore_the_rest()

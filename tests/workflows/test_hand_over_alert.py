"""An alert is given to a colleague, who is told, and to whom its pages go from then on."""

import pytest

from app.errors import Conflict, DeliveryFailed, Rejected
from app.staff.models import Practitioner
from app.workflows.acknowledge_alert import acknowledge_alert
from app.workflows.hand_over_alert import hand_over_alert
from app.workflows.manage_staff import disable_staff
from app.workflows.record_delivery_status import record_delivery_status
from tests.factories import AGENT, ANA, NORA, OMAR, TESS, create_practitioner
from tests.workflows.moderate import close
from tests.world import AlertSeen, Clinic


@pytest.fixture
def alert(clinic: Clinic, ana: str) -> AlertSeen:
    """A red alert that Nora was paged for."""
    clinic.text(ANA, "I have chest pain")
    clinic.gateway.ignore_the_rest()
    return clinic.alert()


def hand_over(clinic: Clinic, alert: AlertSeen, to: str, by: str | None = None, reason: str = "") -> None:
    hand_over_alert(clinic.service, site_id=clinic.site_id, alert_id=alert.id, to=to, agent=AGENT, by=by, reason=reason)
    clinic.hurry()


def test_the_new_owner_is_told_and_paged_from_then_on(clinic: Clinic, alert: AlertSeen) -> None:
    acknowledge_alert(clinic.service, site_id=clinic.site_id, alert_id=alert.id, practitioner_id=clinic.nora, via="web")
    hand_over(clinic, alert, clinic.tess, by=clinic.nora, reason="My shift ends")
    clinic.gateway.expect(TESS, f"{alert.code} is yours now, from Nora")
    seen = clinic.alert()
    assert (seen.status, seen.acknowledged_by) == ("acknowledged", clinic.tess)
    assert seen.happened("handed_over") == ["From Nora Lindqvist to Tess Okoye. My shift ends"]
    clinic.later(hours=2)  # nobody spoke to Ana: her owner is reminded
    assert clinic.paged(alert)[-1] == ("Tess", 120)
    clinic.gateway.ignore_the_rest()


def test_one_that_nobody_has_taken_is_taken_by_being_handed_over(clinic: Clinic, alert: AlertSeen) -> None:
    hand_over(clinic, alert, clinic.omar, by=clinic.nora)
    clinic.gateway.expect(OMAR, "is yours now, from Nora")
    clinic.later(minutes=20)
    assert clinic.paged(alert) == [("Nora", 0), ("Omar", 0)], "the ladder has stopped"
    assert clinic.alert().acknowledged_by == clinic.omar
    assert clinic.text(NORA, alert.code) == "already_taken"
    clinic.gateway.ignore_the_rest()


def test_when_the_new_owner_cannot_be_told_the_ladder_begins_again(clinic: Clinic, alert: AlertSeen) -> None:
    acknowledge_alert(clinic.service, site_id=clinic.site_id, alert_id=alert.id, practitioner_id=clinic.nora, via="web")
    clinic.gateway.fail_always(TESS, DeliveryFailed("dead", code=21211, permanent=True))
    hand_over(clinic, alert, clinic.tess, by=clinic.nora)
    clinic.hurry()
    seen = clinic.alert(code=alert.code)
    assert (seen.status, seen.acknowledged_by) == ("triggered", None)
    assert "A page was not taken (21211)." in seen.happened("page_failed")
    assert sorted(clinic.paged(alert)) == [("Nora", 0), ("Nora", 0), ("Tess", 0)], "whoever is on call hears at once"
    assert clinic.text(NORA, alert.code) == "acknowledged"
    clinic.gateway.ignore_the_rest()


def test_an_older_page_to_the_owner_that_fails_late_takes_nothing_from_them(clinic: Clinic, ana: str) -> None:
    clinic.text(ANA, "I have chest pain")
    page = clinic.gateway.expect(NORA, "RED")
    alert = clinic.alert()
    hand_over(clinic, alert, clinic.omar)
    hand_over(clinic, alert, clinic.nora)
    token, sid = page.callback_url.rsplit("/", 1)[1], clinic.gateway.sid_of(page)
    record_delivery_status(clinic.service, token=token, message_sid=sid, status="undelivered", error_code=30003)
    clinic.hurry()
    assert clinic.alert(code=alert.code).acknowledged_by == clinic.nora
    clinic.gateway.ignore_the_rest()


def test_a_page_that_waits_is_called_off(clinic: Clinic, ana: str) -> None:
    clinic.receive(ANA, "I have chest pain")
    hand_over(clinic, clinic.alert(), clinic.omar)
    clinic.gateway.expect(OMAR, "is yours now")
    clinic.gateway.expect(ANA, "")  # the reply to her; nothing went to Nora


def test_only_somebody_who_can_act_and_be_told_gets_it(clinic: Clinic, alert: AlertSeen) -> None:
    desk = create_practitioner(
        clinic.service, site_id=clinic.site_id, name="Carl Desk", role="coordinator", phone="+15550100216"
    )
    silent = create_practitioner(
        clinic.service, site_id=clinic.site_id, name="Sara Silent", role="nurse", phone="+15550100217"
    )
    clinic.damage(Practitioner, {"id": silent}, phone_status="stopped")
    for to in (desk, silent, "nobody", ""):
        with pytest.raises(Rejected) as refused:
            hand_over(clinic, alert, to)
        assert list(refused.value.problems) == ["staff"]
    with pytest.raises(Rejected) as refused:
        hand_over(clinic, alert, clinic.omar, reason="x" * 301)
    assert list(refused.value.problems) == ["reason"]
    assert clinic.alert().status == "triggered"


def test_neither_a_closed_one_nor_ones_own_is_handed_over(clinic: Clinic, alert: AlertSeen) -> None:
    hand_over(clinic, alert, clinic.omar)
    with pytest.raises(Conflict, match="already"):
        hand_over(clinic, alert, clinic.omar)
    close(clinic, alert)
    with pytest.raises(Conflict, match="resolved"):
        hand_over(clinic, alert, clinic.nora)
    clinic.gateway.ignore_the_rest()


def test_what_somebody_had_who_leaves_is_the_next_ones_at_once(clinic: Clinic, alert: AlertSeen, ana: str) -> None:
    clinic.text(NORA, alert.code)
    clinic.text(ANA, "and I have a fever")
    waits = clinic.alert(status="triggered")
    assert clinic.paged(waits) == [("Nora", 0)]
    clinic.clock.advance(minutes=3)
    disable_staff(clinic.service, site_id=clinic.site_id, email="nora@riverside.example", agent=AGENT)
    clinic.tick()
    had = clinic.alert(id=alert.id)
    assert (had.status, had.acknowledged_by) == ("triggered", None)
    assert had.happened("handed_over") == ["Nora Lindqvist works here no more: nobody has it."]
    assert clinic.paged(had)[-1] == ("switchboard", 3), "Nora was the only one on call"
    assert clinic.paged(waits)[-1] == ("Omar", 3)
    clinic.gateway.ignore_the_rest()

"""Every error code of the provider's has its own consequence, whether the text was refused or failed later."""

import json
from dataclasses import dataclass
from datetime import timedelta

import pytest

from app.gateways.twilio_http import refusal
from app.messaging.delivery import ERROR_CODES
from app.messaging.models import OutboundMessage, SenderPace
from app.patients.models import ContactPoint
from app.workflows.record_delivery_status import record_delivery_status
from tests.factories import ANA, NORA, OMAR
from tests.world import Clinic

one_database = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

HTTP = {20003: 401, 20005: 403, 20429: 429, 63038: 429, 20500: 500, 20503: 503}
NOBODY: tuple[str, ...] = ()
TEAM = ("contact amber",)
RED, AMBER = ("system red",), ("system amber",)


@dataclass(frozen=True)
class Action:
    """What becomes of an invitation, of the number, and who is told; ``again`` is when a second copy leaves."""

    state: str = "dead"
    number: str = "active"
    told: tuple[str, ...] = NOBODY
    rests: bool = False
    again: timedelta | None = None


SOON, LATER = timedelta(0), timedelta(minutes=20)
DEAD_NUMBER = Action(number="unreachable", told=TEAM)
REFUSED = {
    20003: Action("pending", told=RED, rests=True),
    20005: Action("pending", told=RED, rests=True),
    63038: Action("pending", told=RED, rests=True),
    21611: Action("pending", told=AMBER, rests=True),
    20429: Action("pending"),
    20500: Action("unknown"),
    20503: Action("unknown"),
    21211: DEAD_NUMBER,
    21612: DEAD_NUMBER,
    21614: DEAD_NUMBER,
    21635: DEAD_NUMBER,
    21610: Action(number="opted_out", told=TEAM),
    21408: Action(told=AMBER),
    21606: Action(told=RED),
    21659: Action(told=RED),
    21660: Action(told=RED),
    21602: Action(told=AMBER),
    21617: Action(told=AMBER),
    90007: Action(told=AMBER),
    21999: Action(told=TEAM),  # one that we do not know
}
LATE_DEAD_NUMBER = Action("handed_over", number="unreachable", told=TEAM)
REPORTED = {
    30001: Action("handed_over", told=AMBER, rests=True, again=LATER),
    30022: Action("handed_over", told=AMBER, rests=True, again=LATER),
    30002: Action("handed_over", told=RED, rests=True, again=LATER),
    63038: Action("handed_over", told=RED, rests=True, again=LATER),
    30003: Action("handed_over", again=LATER),
    30008: Action("handed_over", again=SOON),
    30500: Action("handed_over", again=SOON),
    30004: LATE_DEAD_NUMBER,
    30005: LATE_DEAD_NUMBER,
    30006: LATE_DEAD_NUMBER,
    21610: Action("handed_over", number="opted_out", told=TEAM),
    30007: Action("handed_over"),
    30032: Action("handed_over", told=RED),
    30034: Action("handed_over", told=RED),
    30035: Action("handed_over", told=RED),
    30047: Action("handed_over", told=RED),
    30610: Action("handed_over", told=RED),
    11200: Action("handed_over", told=RED),
    30036: Action("handed_over"),
    30045: Action("handed_over", told=AMBER),
    None: Action("handed_over", told=TEAM),
}


def test_no_code_is_left_out() -> None:
    assert not ERROR_CODES - REFUSED.keys() - REPORTED.keys()


@one_database
@pytest.mark.parametrize("code", REFUSED)
def test_a_text_that_is_refused(clinic: Clinic, ana: str, code: int) -> None:
    answer = json.dumps({"code": code, "message": "no", "status": HTTP.get(code, 400)})
    clinic.gateway.fail_always(ANA, refusal(HTTP.get(code, 400), None, answer))
    clinic.ask(ana)
    assert seen(clinic) == REFUSED[code]
    clinic.gateway.ignore_the_rest()


@one_database
@pytest.mark.parametrize("code", REPORTED)
def test_a_text_that_fails_on_its_way(clinic: Clinic, ana: str, code: int | None) -> None:
    clinic.ask(ana)
    first = clinic.gateway.expect(ANA)
    report(clinic, "undelivered", code)
    assert seen(clinic) == REPORTED[code]
    if REPORTED[code].again is None:
        assert len(invitations(clinic)) == 1
    else:
        again = REPORTED[code].again or SOON
        clinic.later(again - timedelta(seconds=1) if again else SOON)
        assert (again == SOON) == (len(sent_to_ana(clinic)) == 2)
        clinic.later(seconds=1)
        assert clinic.gateway.expect(ANA).body == first.body
        report(clinic, "undelivered", code)
        clinic.later(hours=1)
        assert len(invitations(clinic)) == 2, "once more, and then a person looks"
        assert "contact amber" in seen(clinic).told
    clinic.gateway.ignore_the_rest()


@one_database
@pytest.mark.parametrize("code", [21408, 21606, 21610, 21612, 30003, 30005, 30007, 30008, 30034, 30036, 30500, None])
def test_a_page_that_fails_goes_to_the_next_contact_and_is_in_the_history(
    clinic: Clinic, ana: str, code: int | None
) -> None:
    clinic.text(ANA, "I have chest pain")
    clinic.gateway.expect(NORA, "RED")
    clinic.later(minutes=1)
    report(clinic, "undelivered", code, kind="page")
    clinic.tick()
    alert = clinic.alert(kind="clinical")
    assert clinic.paged(alert) == [("Nora", 0), ("Omar", 1)]
    assert any(str(code) in line for line in alert.happened("page_failed"))
    clinic.gateway.expect(OMAR, "RED")
    clinic.gateway.ignore_the_rest()


def seen(clinic: Clinic) -> Action:
    """What there is to be seen."""
    first, *copies = invitations(clinic)
    told = tuple(f"{alert.kind} {alert.tier}" for alert in clinic.alerts())
    again = copies[0].next_attempt_at - clinic.clock.now() if copies else None
    (contact,) = clinic.rows(ContactPoint)
    rests = any(pace.paused_code for pace in clinic.rows(SenderPace))
    return Action(first.state, contact.status, told, rests, again)


def invitations(clinic: Clinic, kind: str = "invitation") -> list[OutboundMessage]:
    """The first copy and then the second."""
    return sorted(clinic.texts(kind=kind), key=lambda row: row.business_key)


def sent_to_ana(clinic: Clinic) -> list[str]:
    return [d.body for d in clinic.gateway.departures if d.recipient == ANA and "how are you" in d.body]


def report(clinic: Clinic, status: str, code: int | None, kind: str = "invitation") -> None:
    """Report of the newest text of a kind what became of it."""
    row = invitations(clinic, kind)[-1]
    departure = next(d for d in clinic.gateway.departures if d.message_id == row.id)
    token, sid = departure.callback_url.rsplit("/", 1)[1], clinic.gateway.sid_of(departure)
    record_delivery_status(clinic.service, token=token, message_sid=sid, status=status, error_code=code)

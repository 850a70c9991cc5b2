"""Processes may be killed at any moment: no answer is lost, nobody is asked twice, and every alert reaches a nurse."""

from app.tables import Alert, Answer, CheckinPlan, InboundMessage, QuestionnaireResponse
from app.workflows.receive_sms import InboundSms, receive_sms
from tests.faults.invariants import check_copies, check_drained, check_invariants
from tests.faults.stage import Stage
from tests.processes import PATIENTS_SENDER, free_port
from tests.running_clinic import NORA, OMAR, phones, zone_by_day

# A red answer takes some sixty statements and one commit.
WEB_POINTS = [*(("statement", n) for n in range(2, 62, 12)), ("commit", 1), ("committed", 1)]
WORKER_POINTS = [
    *(("statement", n) for n in range(3, 110, 15)),
    *(("commit", n) for n in range(1, 14, 4)),
    *(("committed", n) for n in range(2, 14, 4)),
    *(("asked", n) for n in (1, 3)),
    *(("taken", n) for n in (1, 3)),
]


def test_web_may_die_at_any_moment_of_a_red_answer(stage: Stage) -> None:
    clinic, people = stage.clinic, phones(len(WEB_POINTS))
    patients = clinic.add_patients(*people, zone=zone_by_day())
    for patient in patients:
        clinic.issue(patient)
    stage.drain()
    stage.nursery.web(stage.port)
    deaths = []
    for (point, passage), phone in zip(WEB_POINTS, people, strict=True):
        victim_port = free_port()
        victim = stage.nursery.web(victim_port, "--threads", "1", die_at={point: passage})
        form = stage.text_in(f"SM{phone[1:]:0>32}", phone, "8 3 5")
        if stage.post(form, port=victim_port) == "200":
            victim.kill()
        else:
            deaths.append((point, passage))
            victim.wait()
            assert stage.post(form) == "200"
        assert stage.post(form) == "200"  # and once more, as networks do
    assert len(deaths) > len(WEB_POINTS) / 2, f"killed only at {deaths}"
    stage.drain()
    _each_answered_once(stage, patients)
    for phone in people:
        invitation, reply = stage.network.handset(phone).texts()
        assert "how are you today?" in invitation.body
        assert "We have alerted the nurse" in reply.body
    paged = [text.body for text in stage.network.handset(NORA).texts()]
    for alert in stage.clinic.rows(Alert):
        assert sum(f" {alert.code}" in body for body in paged) == 1, f"{alert.code} in {paged}"
    _nothing_is_wrong(stage, f"web killed at {deaths}", most=1)


def _each_answered_once(stage: Stage, patients: list[str]) -> None:
    assert len(stage.clinic.rows(InboundMessage)) == len(patients)
    assert {row.result for row in stage.clinic.rows(InboundMessage)} == {"answer"}
    for patient in patients:
        (response,) = stage.clinic.rows(QuestionnaireResponse, QuestionnaireResponse.patient_id == patient)
        answers = {row.link_id: row.value for row in stage.clinic.rows(Answer, Answer.response_id == response.id)}
        assert answers == {"pain": 8, "breathlessness": 3, "tiredness": 5}
        assert len(stage.clinic.alerts(patient)) == 1


def test_a_worker_may_die_at_any_moment_of_its_round(stage: Stage) -> None:
    clinic = stage.clinic
    people = phones(2 * len(WORKER_POINTS))
    patients = clinic.add_patients(*people, zone=zone_by_day())
    deaths = []
    for number, (point, passage) in enumerate(WORKER_POINTS):
        _let_something_be_due(stage, patients[2 * number : 2 * number + 2], people[2 * number])
        inside = {point: passage} if point not in ("asked", "taken") else {}
        victim = stage.nursery.start("worker", "--once", die_at=inside)
        if not inside:
            stage.network.aim(point, passage, victim)
        victim.wait()
        if victim.code is None:
            deaths.append((point, passage))
        stage.drain()
    assert len(deaths) > len(WORKER_POINTS) / 2, f"killed only at {deaths}"
    clinic.make_alerts_due()
    stage.drain()
    said = f"workers killed at {deaths}"
    for answering, silent in zip(people[::2], people[1::2], strict=True):
        invited, told = stage.network.handset(answering).texts()
        assert "how are you today?" in invited.body and "alerted the nurse" in told.body, said
        (invited,) = stage.network.handset(silent).texts()
        assert "how are you today?" in invited.body, said
    for alert in clinic.rows(Alert):
        for nurse in (NORA, OMAR):
            copies = [text for text in stage.network.handset(nurse).texts() if f" {alert.code}" in text.body]
            assert 1 <= len(copies) <= 2, f"{alert.code} reached {nurse} {len(copies)} times; {said}"
    _nothing_is_wrong(stage, said, most=2)


def _let_something_be_due(stage: Stage, patients: list[str], answering: str) -> None:
    """One red answer to page for and to reply to, one slot to issue, and the steps of earlier alerts."""
    clinic = stage.clinic
    clinic.make_alerts_due()
    clinic.issue(patients[0])
    stage.drain()
    clinic.make_alerts_due()
    sms = InboundSms(message_sid=f"SM{answering[1:]:0>32}", sender=answering, recipient=PATIENTS_SENDER, body="8 3 5")
    assert receive_sms(clinic.service, sms) == "answer"
    now = clinic.service.clock.now()
    clinic.change(CheckinPlan, CheckinPlan.patient_id == patients[1], CheckinPlan.name == "daily", next_slot_at=now)


def _nothing_is_wrong(stage: Stage, said: str, *, most: int) -> None:
    texts = stage.network.all_texts()
    found = check_invariants(stage.url) + check_drained(stage.url) + check_copies(stage.url, texts, most=most)
    assert found == [], said

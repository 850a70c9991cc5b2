"""Save answers to a check-in, judge them at once, and say what comes next. Text messages and the web form meet here.

Runs inside the caller's transaction, with the patient's row locked: the answer, its alert, the first page and the next
question are one commit.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from app.alerts.judgement import record_of
from app.alerts.reassessment import MERGED_WITHIN, NOT_RELIEVED
from app.alerts.red_flags import find
from app.alerts.rules import Finding
from app.alerts.store import reassessments
from app.checkins.models import Checkin, Enrolment
from app.checkins.plan import GOALS
from app.checkins.store import checkins
from app.checkins.store import programs as program_store
from app.codes import Channel, Respondent, Tier
from app.db import Session
from app.messaging.delivery import MessageKind
from app.messaging.store import outbox
from app.questionnaires import store as questionnaires
from app.questionnaires.definition import ItemType, Questionnaire
from app.questionnaires.engine import Given, is_complete, narrowed
from app.questionnaires.models import Answer, QuestionnaireResponse
from app.workflows.concern import Concern, concerns_of
from app.workflows.definitions import Program, load_program, load_questionnaire
from app.workflows.judge import judge_response
from app.workflows.keep_goals import keep_goals
from app.workflows.note_silence import HELPER_SLOT, note_answered, note_in_silence
from app.workflows.person import Person
from app.workflows.raise_alerts import Raised, raise_alerts
from app.workflows.service import Service
from app.workflows.settle_reassessment import Reply, is_reassessment, settle_reassessment, settle_unanswered
from app.workflows.team_message import flag_finding
from app.workflows.watch_refractory import watch_refractory


@dataclass(slots=True)
class Dialogue:
    """One check-in with one person, as far as it has come. ``given`` holds the answers by ``link_id``.

    ``questionnaire`` holds what this occasion asks, which may be less than was published.
    """

    person: Person
    checkin: Checkin
    questionnaire: Questionnaire
    enrolment: Enrolment
    program: Program
    response: QuestionnaireResponse | None
    answers: dict[str, Answer]
    findings: list[Finding] = field(default_factory=list)

    @property
    def given(self) -> dict[str, Given]:
        """The answers so far, as the engine reads them."""
        return {
            link_id: Given(answer.value, answer.text or None, answer.status == "skipped")
            for link_id, answer in self.answers.items()
        }

    @property
    def respondent(self) -> Respondent:
        """Whose series the answers belong to."""
        return self.questionnaire.respondent(related=self.person.related is not None)

    @property
    def worst_tier(self) -> Tier | None:
        """The most urgent tier that this response raised so far."""
        return Tier(self.response.tier) if self.response is not None and self.response.tier else None


def load_dialogue(session: Session, person: Person, checkin: Checkin, enrolment: Enrolment | None = None) -> Dialogue:
    """Where a check-in stands; its enrolment is read where it is not known yet."""
    response, rows = questionnaires.find_response(session, checkin_id=checkin.id)
    enrolment = enrolment or program_store.get_enrolment(session, enrolment_id=checkin.enrolment_id)
    return Dialogue(
        person=person,
        checkin=checkin,
        questionnaire=narrowed(load_questionnaire(session, checkin.questionnaire_id), checkin.only),
        enrolment=enrolment,
        program=load_program(session, enrolment.program_id),
        response=response,
        answers={row.link_id: row for row in rows},
    )


def answer_question(
    service: Service,
    session: Session,
    dialogue: Dialogue,
    new: Mapping[str, Given],
    *,
    channel: Channel,
    texts: Sequence[str] = (),
    inbound_id: str | None = None,
    finish: bool = True,
) -> list[Finding]:
    """Save ``new`` answers and judge them; returns what was found this time.

    When nothing is left to ask and ``finish`` is set, the check-in completes and every rule runs; until then only those
    that a single answer may fire. ``texts`` are words that came along, for the red-flag rule.
    """
    now = service.clock.now()
    _save(session, dialogue, new, channel, now)
    checkin, response = dialogue.checkin, dialogue.response
    assert response is not None
    if checkin.status == "issued":
        checkin.status = "started"
    # A check-in that is closed already is judged whole again: a late answer may change what it means.
    closed = checkin.status in ("completed", "partial", "missed", "cancelled")
    if checkin.status == "missed" and any(not given.skipped for given in new.values()):
        checkin.status = "partial"
    complete = closed or (finish and is_complete(dialogue.questionnaire, dialogue.given))
    if complete and not closed:
        complete_checkin(session, dialogue, now)
    return judge_dialogue(service, session, dialogue, completed=complete, texts=texts, inbound_id=inbound_id)


def judge_dialogue(
    service: Service,
    session: Session,
    dialogue: Dialogue,
    *,
    completed: bool,
    texts: Sequence[str] = (),
    inbound_id: str | None = None,
) -> list[Finding]:
    """Judge what a check-in's response holds now, and raise what it needs a person for."""
    response = dialogue.response
    assert response is not None
    before = response.findings or ()
    findings = judge_response(
        session, patient=dialogue.person.patient, program=dialogue.program, response=response,
        completed=completed, texts=texts, answers=dialogue.answers.values(),
    )  # fmt: skip
    if dialogue.checkin.name == GOALS:
        # No rule looks at goals, but red-flag words are looked for in whatever a person writes.
        findings = [flag_finding(flag) for text in texts for flag in find(text, dialogue.person.language)]
    about: dict[str, Any] = {
        "patient": dialogue.person.patient, "response_id": response.id, "respondent": response.respondent,
        "program": dialogue.program, "inbound_id": inbound_id,
    }  # fmt: skip
    relieved: set[str] = set()
    if is_reassessment(dialogue.checkin):
        again = settle_reassessment(service, session, _reply(dialogue, completed), findings)
        # Kept with the rules' own findings: a replay takes it as it was, for no program decides it.
        kept = [found for found in before if found["rule"] == NOT_RELIEVED]
        response.findings = [*(response.findings or ()), *kept, *map(record_of, again.findings)]
        findings = [*findings, *again.findings]
        relieved = {again.relieved} if again.relieved else relieved
    concerns = concerns_of([f for f in findings if f.subject not in relieved], **about)
    words = _words(dialogue)
    if completed and words and not any(f.subject.startswith("words:") for f in findings):
        # Whoever writes to the team is told that nurses read it, so it has to stand on their list.
        concerns.append(
            Concern(kind="review", subject="message", tier="watch", reason=f"Wrote: {words[:500]}", **about)
        )
    raised = raise_alerts(service, session, concerns)
    if completed:
        _look_further(service, session, dialogue, response)
    raised = Raised(raised.alerts, {*raised.settled, *relieved})
    response.findings = raised.mark(response.findings or ())
    tiers = [f.tier for f in findings if f.subject not in raised.settled]
    response.tier = min([*tiers, *([dialogue.worst_tier] if dialogue.worst_tier else [])], key=_rank, default=None)
    dialogue.findings += findings
    return findings


def _look_further(service: Service, session: Session, dialogue: Dialogue, response: QuestionnaireResponse) -> None:
    """What follows from all of a response, beside its alerts: goals, or a symptom that nothing has helped yet."""
    if dialogue.checkin.name == GOALS:
        keep_goals(session, response, dialogue.questionnaire, dialogue.given, service.clock.now())
        return
    watch_refractory(
        service, session, patient=dialogue.person.patient, program=dialogue.program, response=response,
        given=dialogue.given,
    )  # fmt: skip


def settle_unasked(service: Service, session: Session, dialogue: Dialogue, *, promised: bool) -> None:
    """A check-in ended without an answer: where it asked again whether something helped, say what follows."""
    if is_reassessment(dialogue.checkin):
        settle_unanswered(service, session, _reply(dialogue, True), promised=promised)


def _reply(dialogue: Dialogue, ended: bool) -> Reply:
    return Reply(
        checkin=dialogue.checkin, patient=dialogue.person.patient, program=dialogue.program,
        respondent=dialogue.respondent, response_id=dialogue.response.id if dialogue.response else None,
        given=dialogue.given, ended=ended, complete=is_complete(dialogue.questionnaire, dialogue.given),
    )  # fmt: skip


def complete_checkin(session: Session, dialogue: Dialogue, now: datetime) -> None:
    """Close a check-in as answered; its reminders are no longer wanted."""
    checkin, response = dialogue.checkin, dialogue.response
    assert response is not None
    checkin.status, checkin.closed_at, checkin.next_action_at, checkin.asked = "completed", now, None, []
    response.status = "completed"
    outbox.cancel_waiting(session, checkin_id=checkin.id, kind=MessageKind.REMINDER)
    who: dict[str, Any] = {"patient_id": checkin.patient_id, "related_person_id": checkin.related_person_id}
    checkins.wake_planned(session, now=now, **who)
    if checkin.slot.startswith(HELPER_SLOT) and dialogue.person.related is not None:
        said = f"{dialogue.person.related.name} answered: see what they noticed."
        note_in_silence(session, dialogue.person.patient, said, now)
    if dialogue.person.related is None:
        note_answered(session, dialogue.person.patient, now)
    # Whoever is answering just now is asked in the same sitting what would come a little later.
    reassessments.bring_forward(session, due_before=now + MERGED_WITHIN, now=now, **who)


def _words(dialogue: Dialogue) -> str:
    """What the person wrote in their own words, in answer to questions that ask for words."""
    asked = {item.link_id for item in dialogue.questionnaire.items if item.type is ItemType.TEXT}
    return "\n".join(row.text for row in dialogue.answers.values() if row.link_id in asked and row.text)


def _save(session: Session, dialogue: Dialogue, new: Mapping[str, Given], channel: Channel, now: datetime) -> None:
    checkin, person = dialogue.checkin, dialogue.person
    late = checkin.window_ends_at < now
    if dialogue.response is None:
        dialogue.response = QuestionnaireResponse(
            patient_id=checkin.patient_id, enrolment_id=checkin.enrolment_id, checkin_id=checkin.id,
            check_in=checkin.name, questionnaire_id=checkin.questionnaire_id, respondent=dialogue.respondent,
            related_person_id=person.related_id, channel=channel, language=person.language, status="in-progress",
            authored_at=now, late=late, historical=False, tier=None, created_at=now,
        )  # fmt: skip
        session.add(dialogue.response)
        session.flush()
        if late:
            dialogue.response.status = "stopped"
    response = dialogue.response
    response.authored_at, response.late = now, response.late or late
    if checkin.closed_at is not None and response.status == "completed":
        response.status = "amended"
    for link_id, given in new.items():
        row = dialogue.answers.get(link_id)
        if row is None:
            row = Answer(response_id=response.id, link_id=link_id, value=None)
            session.add(row)
            dialogue.answers[link_id] = row
        row.value, row.text = given.value, given.text
        row.status = "skipped" if given.skipped else "answered"
        row.channel, row.answered_at = channel, now


def _rank(tier: Tier) -> int:
    return tier.rank

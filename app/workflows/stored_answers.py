"""What people answered, and did not, as it is replayed through other rules: some enrolments at a time."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from functools import partial

from app.alerts.overrides import fitting
from app.alerts.past import HORIZON
from app.alerts.reassessment import NOT_RELIEVED
from app.alerts.replay import CircumstancesAt, Occasion, Replay
from app.checkins.models import Checkin, Enrolment
from app.checkins.store import checkins
from app.codes import Tier
from app.db import Session, scope_of
from app.patients import store as patients
from app.patients.models import Patient
from app.questionnaires import store as questionnaires
from app.questionnaires.models import QuestionnaireResponse
from app.staff import store as staff
from app.staff.models import Site
from app.workflows import recall
from app.workflows.circumstances import Standing, circumstances_at, load_standings
from app.workflows.definitions import Program
from app.workflows.recall import Said
from app.zones import zone

_FRESH = timedelta(hours=48)


@dataclass(frozen=True, slots=True)
class Trial:
    """The program that is proposed, and the one in use to compare with, if there is one."""

    proposed: Program
    current: Program | None


def load_replays(
    session: Session, enrolments: Sequence[Enrolment], trial: Trial, *, since: datetime
) -> list[tuple[str, Replay]]:
    """The replay of each enrolment, by patient id. What is older than ``since`` is looked back on and not counted."""
    people = patients.find_patients(session, patient_ids={enrolment.patient_id for enrolment in enrolments})
    whose = {enrolment.id: enrolment.patient_id for enrolment in enrolments}
    responses: dict[str, list[QuestionnaireResponse]] = {}
    standings = load_standings(session, program=trial.proposed.name, patient_ids=people)
    seen = since - _reach(trial, standings.values())
    rows = questionnaires.list_responses_since(session, whose=whose, authored=seen, came=since)
    for row in rows:
        responses.setdefault(row.enrolment_id or "", []).append(row)
    silences: dict[str, list[Checkin]] = {}
    for checkin in checkins.list_silences(session, whose=whose, since=since):
        silences.setdefault(checkin.enrolment_id, []).append(checkin)
    said = recall.said_in(session, [row.id for row in rows])
    site = staff.get_site(session, site_id=scope_of(session))
    found = []
    for enrolment in enrolments:
        patient = people[enrolment.patient_id]
        about = patient, site, standings[patient.id]
        mine, quiet = responses.get(enrolment.id, []), silences.get(enrolment.id, [])
        occasions = _occasions(session, mine, quiet, said, zone(patient.time_zone), since)
        replay = Replay(
            occasions, _circumstances(trial.proposed, *about),
            _circumstances(trial.current, *about) if trial.current else None, enrolment.enrolled_at,
        )  # fmt: skip
        found.append((patient.id, replay))
    return found


def _reach(trial: Trial, standings: Iterable[Standing]) -> timedelta:
    """How old an answer may be that matters to one that counts, under the rules and under anybody's own."""
    overrides = [one for standing in standings for one in standing.overrides if one.change]
    rules = [rule for program in (trial.proposed, trial.current) if program for rule in program.rules]
    own = [fitting(rule, one) for one in overrides for rule in rules if rule.id == one.rule_id]
    return max([HORIZON, *(rule.reach for rule in (*rules, *own) if rule)])


def _circumstances(program: Program, patient: Patient, site: Site, standing: Standing) -> CircumstancesAt:
    """What held for a person at any moment; where nothing was ever set, it is the same throughout."""
    at = partial(circumstances_at, program=program, patient=patient, site=site, standing=standing)
    if not (standing.levels or standing.snoozes or standing.overrides or patient.treatment_ended_at):
        always = at(patient.created_at)
        return lambda _: always
    return at


def _occasions(
    session: Session,
    responses: Sequence[QuestionnaireResponse],
    silences: Sequence[Checkin],
    said: Mapping[str, Sequence[Said]],
    local: tzinfo,
    since: datetime,
) -> list[Occasion]:
    late = {row.checkin_id: row.created_at for row in responses if row.checkin_id}
    answered = [
        Occasion(
            id=row.id, at=row.authored_at, judged_at=max(row.authored_at, row.created_at), came_at=row.created_at,
            entry=recall.answered(session, row, said.get(row.id, ()), local),
            old=row.historical or row.created_at - row.authored_at > _FRESH, asked_again=_asked_again(row),
            counts=row.authored_at >= since,
        )
        for row in responses
    ]  # fmt: skip
    missed = [
        Occasion(
            id=row.id, at=row.window_ends_at, judged_at=max(row.closed_at or row.window_ends_at, row.window_ends_at),
            entry=recall.silence(session, row, local), answered_at=late.get(row.id),
            counts=row.window_ends_at >= since,
        )
        for row in silences
    ]  # fmt: skip
    return answered + missed


def _asked_again(row: QuestionnaireResponse) -> Tier | None:
    """What came of asking again whether something helped, where the response was about that."""
    tiers = [Tier(found["tier"]) for found in row.findings or () if found["rule"] == NOT_RELIEVED]
    return min(tiers, key=lambda tier: tier.rank, default=None)

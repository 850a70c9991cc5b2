"""Let a rule of a program hold otherwise than published, at the site or for one person; or as published again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from app.alerts.entries import ItemSet
from app.alerts.models import RuleOverride
from app.alerts.overrides import Override, check
from app.alerts.store import overrides as override_store
from app.audit import store as audit
from app.checkins.store import programs as program_store
from app.db import Session, retry_on_conflict, site_scope
from app.errors import NotFound, Rejected
from app.patients import store as patients
from app.questionnaires import store as questionnaires
from app.staff import store as staff
from app.workflows.definitions import Program, load_items, load_program
from app.workflows.service import Service

LONGEST_REASON = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class OverrideGiven:
    """How a rule is to hold: ``muted``, or with the operands in ``change`` (``{"at_least": 8}``).

    Without ``patient_id`` it is for the whole site. ``program`` may be left out for a patient who follows only one.
    """

    rule: str
    reason: str
    program: str | None = None
    patient_id: str | None = None
    muted: bool = False
    change: Mapping[str, float] | None = None
    ends_at: datetime | None = None


@retry_on_conflict
def override_rule(service: Service, *, site_id: str, given: OverrideGiven, agent: str) -> str:
    """Set a rule's override from now on; returns its id. The one before is ended, and stays on record.

    Raises ``NotFound``, ``Rejected`` naming each wrong field, also when it would silence what must never be.
    """
    now = service.clock.now()
    with service.db.transaction(site_scope(site_id)) as session:
        staff.lock_site(session, site_id=site_id)  # two administrators at once: each is checked beside the other
        if given.patient_id is not None:
            patients.lock_patient(session, patient_id=given.patient_id)
        program = _program(session, given)
        _check_terms(given, now)
        before = override_store.lock_overrides(
            session, program=program.name, rule_id=given.rule, patient_id=given.patient_id
        )
        proposed = Override(
            rule_id=given.rule, patient_id=given.patient_id, version=max((o.version for o in before), default=0) + 1,
            muted=given.muted, change=given.change, starts_at=now, ends_at=given.ends_at,
        )  # fmt: skip
        items = _items(session, program)
        for beside in _beside(session, program.name, given.patient_id, now):
            check(program.rules, proposed, beside=beside, items=items)
        _end(before, now, agent)
        row = RuleOverride(
            patient_id=given.patient_id, program=program.name, rule_id=given.rule, version=proposed.version,
            muted=given.muted, change=dict(given.change) if given.change else None, reason=given.reason.strip(),
            starts_at=now, ends_at=given.ends_at, set_by=agent,
        )  # fmt: skip
        session.add(row)
        audit.record(
            session, agent=agent, action="mute" if given.muted else "change", entity="rule_override", entity_id=row.id,
            now=now, rule=given.rule, program=program.name, version=row.version, patient=given.patient_id,
            change=row.change,
        )  # fmt: skip
        return row.id


def end_override(service: Service, *, site_id: str, override_id: str, agent: str) -> None:
    """Let a rule hold as published again; one that is over already stays as it is. Raises ``NotFound``."""
    now = service.clock.now()
    with service.db.transaction(site_scope(site_id)) as session:
        row = override_store.lock_override(session, override_id=override_id)
        if row is None:
            raise NotFound("there is no such override")
        if _end([row], now, agent):
            audit.record(
                session, agent=agent, action="end", entity="rule_override", entity_id=row.id, now=now, rule=row.rule_id,
                program=row.program, version=row.version, patient=row.patient_id,
            )  # fmt: skip


def _end(rows: Sequence[RuleOverride], now: datetime, agent: str) -> bool:
    """End those that are still in force; whether there were any."""
    running = [row for row in rows if row.ended_at is None and (row.ends_at is None or row.ends_at > now)]
    for row in running:
        row.ended_at, row.ended_by = now, agent
    return bool(running)


def _check_terms(given: OverrideGiven, now: datetime) -> None:
    problems: dict[str, list[str]] = {}
    if not given.reason.strip() or len(given.reason) > LONGEST_REASON:
        problems["reason"] = [f"Say why, in 1 to {LONGEST_REASON} characters."]
    if given.ends_at is not None and given.ends_at <= now:
        problems["ends_at"] = ["must be later than now."]
    if problems:
        raise Rejected(problems)


def _program(session: Session, given: OverrideGiven) -> Program:
    """The program as the patient follows it, or as new patients of the site will."""
    if given.patient_id is None:
        pinned = program_store.find_site_program(session, name=given.program or "")
        if pinned is None:
            raise Rejected({"program": ["is no program of this site."]})
        return load_program(session, pinned.id)
    followed = program_store.list_enrolments(session, patient_id=given.patient_id)
    wanted = [row for row in followed if given.program in (None, row.program)]
    if not wanted or (given.program is None and len({row.program for row in wanted}) > 1):
        raise Rejected({"program": ["must be a program that the patient follows."]})
    return load_program(session, wanted[-1].program_id)


def _beside(session: Session, program: str, patient_id: str | None, now: datetime) -> list[list[Override]]:
    """What a new override will be in force with: for one of the site also what each patient has of their own."""
    known = [one for one in override_store.list_overrides_of(session, program=program) if one.holds(now)]
    everybodys = [one for one in known if one.patient_id is None]
    own: dict[str, list[Override]] = {}
    for one in known:
        if one.patient_id is not None and patient_id in (None, one.patient_id):
            own.setdefault(one.patient_id, []).append(one)
    return [everybodys, *([*everybodys, *theirs] for theirs in own.values())]


def _items(session: Session, program: Program) -> list[ItemSet]:
    """What the program's check-ins ask."""
    found = (questionnaires.find_questionnaire(session, name=c.questionnaire) for c in program.check_ins)
    return [load_items(session, id) for id in dict.fromkeys(row.id for row in found if row is not None)]

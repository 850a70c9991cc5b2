"""How the rules of a site differ from its programs as published, and which rules raised alerts that were not useful."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app.alerts.definition import AlertRule
from app.alerts.lifecycle import Outcome
from app.alerts.overrides import Override, fitting, operands
from app.db import Database, site_scope
from app.errors import NotFound
from app.reports.agents import agent_names
from app.tables import Alert, PublishedProgram, RuleOverride, SiteProgram

_COUNTED = timedelta(days=90)


@dataclass(frozen=True, slots=True, kw_only=True)
class OverrideRow:
    """A rule as it holds for a site, or for one patient, and what it is as published.

    ``standard`` and ``change`` are operands by operator. ``fits`` is false when the program has changed so that the
    override has no effect.
    """

    id: str
    program: str
    rule: str
    tier: str
    patient: str | None
    version: int
    muted: bool
    change: Mapping[str, float]
    standard: Mapping[str, float]
    reason: str
    since: datetime
    until: datetime | None
    set_by: str
    fits: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleDrift:
    """One rule that differs: the site's override, if there is one, and how many patients have their own."""

    program: str
    rule: str
    tier: str
    standard: Mapping[str, float]
    site: OverrideRow | None
    patients: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleUse:
    """How many alerts a rule raised that are closed by now, and how many of them were called not useful, and why."""

    rule: str
    closed: int
    not_useful: int
    because: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Drift:
    """Where a site stands apart from its programs. ``use`` counts the alerts that were closed since ``since``."""

    rules: tuple[RuleDrift, ...]
    use: tuple[RuleUse, ...]
    since: datetime


def read_drift(db: Database, *, site_id: str, now: datetime) -> Drift:
    """The drift of one site at a moment; the rules most often called not useful first."""
    with db.reading(site_scope(site_id)) as session:
        found: dict[tuple[str, str], list[OverrideRow]] = {}
        for row in overrides_of(session, now=now):
            found.setdefault((row.program, row.rule), []).append(row)
        rules = tuple(
            RuleDrift(
                program=program, rule=rule, tier=rows[0].tier, standard=rows[0].standard,
                site=next((row for row in rows if row.patient is None), None),
                patients=len({row.patient for row in rows if row.patient is not None}),
            )
            for (program, rule), rows in sorted(found.items())
        )  # fmt: skip
        return Drift(rules=rules, use=_use(session, now - _COUNTED), since=now - _COUNTED)


def read_overrides(
    db: Database, *, site_id: str, now: datetime, patient_id: str | None = None
) -> tuple[OverrideRow, ...]:
    """The overrides in force at a site, or those of one patient; by program and rule, the site's first."""
    with db.reading(site_scope(site_id)) as session:
        rows = overrides_of(session, now=now)
        return tuple(row for row in rows if patient_id is None or row.patient == patient_id)


def get_override(db: Database, *, site_id: str, override_id: str) -> OverrideRow:
    """One override, also one that is over; raises ``NotFound``."""
    with db.reading(site_scope(site_id)) as session:
        row = session.scalar(select(RuleOverride).where(RuleOverride.id == override_id))
        if row is None:
            raise NotFound("there is no such override")
        return _rows(session, [row])[0]


def overrides_of(session: Session, *, now: datetime) -> list[OverrideRow]:
    """The overrides in force within a session."""
    wanted = select(RuleOverride).where(
        RuleOverride.starts_at <= now,
        RuleOverride.ended_at.is_(None),
        or_(RuleOverride.ends_at.is_(None), RuleOverride.ends_at > now),
    )
    in_order = RuleOverride.program, RuleOverride.rule_id, RuleOverride.patient_id.is_not(None), RuleOverride.starts_at
    return _rows(session, session.scalars(wanted.order_by(*in_order)).all())


def _rows(session: Session, rows: Sequence[RuleOverride]) -> list[OverrideRow]:
    names = agent_names(session, [row.set_by for row in rows])
    programs = rules_of_site(session) if rows else {}
    return [_row(row, programs.get(row.program, {}).get(row.rule_id), names) for row in rows]


def rules_of_site(session: Session) -> dict[str, dict[str, AlertRule]]:
    """The rules of the programs that new patients of the site follow, by program and id."""
    wanted = select(PublishedProgram).join(SiteProgram, SiteProgram.program_id == PublishedProgram.id)
    found = {}
    for program in session.scalars(wanted.order_by(PublishedProgram.name)):
        rules = (AlertRule.from_mapping(rule) for rule in program.definition.get("rules", ()))
        found[program.name] = {rule.id: rule for rule in rules}
    return found


def _row(row: RuleOverride, rule: AlertRule | None, names: Mapping[str, str]) -> OverrideRow:
    override = Override(
        rule_id=row.rule_id, patient_id=row.patient_id, version=row.version, muted=row.muted, change=row.change,
        starts_at=row.starts_at, ends_at=row.ends_at, ended_at=row.ended_at,
    )  # fmt: skip
    return OverrideRow(
        id=row.id, program=row.program, rule=row.rule_id, tier=str(rule.tier) if rule else "", patient=row.patient_id,
        version=row.version, muted=row.muted, change=row.change or {}, standard=operands(rule) if rule else {},
        reason=row.reason, since=row.starts_at, until=row.ended_at or row.ends_at,
        set_by=names.get(row.set_by, row.set_by), fits=rule is not None and fitting(rule, override) != rule,
    )  # fmt: skip


def _use(session: Session, since: datetime) -> tuple[RuleUse, ...]:
    wanted = select(Alert.rules, Alert.outcome, Alert.not_useful_because).where(
        Alert.status == "resolved", Alert.resolved_at >= since
    )
    closed: Counter[str] = Counter()
    because: dict[str, Counter[str]] = {}
    for rules, outcome, why in session.execute(wanted):
        for rule in _names(rules):
            closed[rule] += 1
            if outcome == Outcome.NOT_USEFUL:
                because.setdefault(rule, Counter())[why or "other"] += 1
    found = [
        RuleUse(rule=rule, closed=count, not_useful=sum(because.get(rule, Counter()).values()),
                because=dict(because.get(rule, {})))
        for rule, count in closed.items()
    ]  # fmt: skip
    return tuple(sorted(found, key=lambda use: (-use.not_useful, -use.closed, use.rule)))


def _names(rules: Sequence[Any]) -> set[str]:
    return {str(rule) for rule in rules}

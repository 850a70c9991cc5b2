"""What a play came to: who was asked and answered, what was raised, how soon nurses were called, came and closed it."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from math import ceil
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from app.alerts.entries import ItemSet
from app.codes import Tier
from app.db import Database, site_scope
from app.questionnaires.definition import Questionnaire
from app.tables import Alert, Answer, Checkin, Page, Patient, PublishedQuestionnaire, QuestionnaireResponse

PUBLISHED = (
    "PRO-TECT: 34 % of weekly surveys alerted",
    "a closed loop at MSK: 7.8 % of questionnaires alerted",
    "where patients were asked what they need: 10 % urgent",
)
"""What was reported elsewhere, to hold the figures against."""
_MINUTE = 60.0


def read_figures(db: Database, *, site_id: str, nurses: int, days: int) -> dict[str, Any]:
    """The figures of one site, JSON-ready. Durations are minutes, shares between 0 and 1."""
    with db.reading(site_scope(site_id)) as session:
        alerts = session.execute(_ALERTS).all()
        responses = session.execute(_RESPONSES).all()
        people = session.scalar(select(func.count()).select_from(Patient)) or 0
        pages = session.scalar(select(func.count()).select_from(Page).where(Page.practitioner_id.is_not(None))) or 0
        first: Mapping[str, datetime] = {alert_id: at for alert_id, at in session.execute(_FIRST_PAGES)}
        weeks = max(people * days / 7, 1 / 7)
        answered = len(responses) or 1
        return {
            "people": people, "days": days, "nurses": nurses,
            "check_ins": _check_ins(session),
            "answered": len(responses),
            "share_of_answers": {
                **_shares([tier for _, tier in responses]),
                "severe": round(_severe(session) / answered, 3),
                "by_check_in": {
                    name: _shares([tier for of, tier in responses if of == name])
                    for name in sorted({of for of, _ in responses if of})
                },
            },
            "alerts": {
                "by_tier": dict(Counter(alert.tier for alert in alerts)),
                "by_kind": dict(Counter(alert.kind for alert in alerts).most_common()),
                "by_rule": dict(Counter(rule for alert in alerts for rule in alert.rules).most_common()),
                "by_outcome": dict(Counter(alert.outcome or "open" for alert in alerts).most_common()),
                "per_person_and_week": round(len(alerts) / weeks, 2),
                "red_and_amber_per_nurse_and_day": round(
                    sum(alert.tier != Tier.WATCH for alert in alerts) / (nurses * days), 2
                ),
            },
            "pages_per_nurse_and_day": round(pages / (nurses * days), 2),
            "minutes": {tier.value: _times([a for a in alerts if a.tier == tier], first) for tier in Tier},
            "published": list(PUBLISHED),
        }  # fmt: skip


_ALERTS = select(
    Alert.id, Alert.tier, Alert.kind, Alert.rules, Alert.outcome, Alert.opened_at, Alert.triggered_at,
    Alert.acknowledged_at, Alert.resolved_at,
)  # fmt: skip
_RESPONSES = select(QuestionnaireResponse.check_in, QuestionnaireResponse.tier)
# Since it was raised: an amber one that becomes red days later starts again.
_FIRST_PAGES = (
    select(Page.alert_id, func.min(Page.paged_at))
    .join(Alert, Alert.id == Page.alert_id)
    .where(Page.paged_at >= Alert.triggered_at)
    .group_by(Page.alert_id)
)


def _shares(tiers: Sequence[str | None]) -> dict[str, float]:
    """Which part of some responses called somebody, also by tier."""
    counted, total = Counter(tier for tier in tiers if tier), len(tiers) or 1
    return {
        "with_an_alert": round(sum(counted.values()) / total, 3),
        **{tier.value: round(counted[tier.value] / total, 3) for tier in Tier},
    }


def _check_ins(session: Session) -> dict[str, dict[str, int]]:
    counted: dict[str, dict[str, int]] = {}
    wanted = select(Checkin.name, Checkin.status, func.count()).group_by(Checkin.name, Checkin.status)
    for name, status, count in session.execute(wanted.order_by(Checkin.name, Checkin.status)):
        counted.setdefault(name, {})[status] = count
    return counted


def _severe(session: Session) -> int:
    """How many responses hold an answer of 7 or worse on a 0-10 scale."""
    bad: list[ColumnElement[bool]] = []
    for row in session.scalars(select(PublishedQuestionnaire)):
        facts = ItemSet(Questionnaire.from_mapping(row.definition).items).by_link.values()
        for worse, limit in (("high", Answer.value >= 7), ("low", Answer.value <= 3)):
            links = [f.link_id for f in facts if f.worse == worse and f.severe(10 if worse == "high" else 0)]
            if links and "personal-goals" not in row.url:
                bad.append(and_(QuestionnaireResponse.questionnaire_id == row.id, Answer.link_id.in_(links), limit))
    joined = select(func.count(func.distinct(Answer.response_id))).join(
        QuestionnaireResponse, QuestionnaireResponse.id == Answer.response_id
    )
    return session.scalar(joined.where(or_(*bad))) or 0 if bad else 0


def _times(alerts: Sequence[Any], first: Mapping[str, datetime]) -> dict[str, dict[str, float]]:
    return {
        "to_page": _spread(first[a.id] - a.triggered_at for a in alerts if a.id in first),
        "to_acknowledge": _spread(a.acknowledged_at - a.triggered_at for a in alerts if a.acknowledged_at),
        "to_resolve": _spread(a.resolved_at - a.triggered_at for a in alerts if a.resolved_at),
    }


def _spread(lengths: Iterable[Any]) -> dict[str, float]:
    ordered = sorted(length.total_seconds() / _MINUTE for length in lengths)
    if not ordered:
        return {}
    return {f"p{p}": round(ordered[max(0, ceil(len(ordered) * p / 100) - 1)], 1) for p in (50, 90)} | {
        "count": len(ordered)
    }

"""Each time a patient, or a caregiver, was asked or answered unasked, with the answers; and each symptom over time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.codes import Tier
from app.questionnaires.definition import Item, ItemType, Questionnaire
from app.reports.worklist import by_id
from app.tables import Answer, Checkin, PublishedQuestionnaire, QuestionnaireResponse

_LATEST = 40
_GOALS = "personal-goals"


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerRow:
    """What became of one question: a number, an option's words, own words, or skipped."""

    link_id: str
    label: str
    value: float | None
    words: str
    skipped: bool
    low: float | None
    high: float | None
    worse: str
    charted: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Occasion:
    """One time that somebody was asked, or answered unasked.

    ``status`` is the check-in's (``completed``, ``partial``, ``missed``, ``issued`` …), or ``unasked``. Without any
    answer ``answered_at`` is ``None``: that means nothing is known, never that all is well.
    """

    id: str
    name: str
    who: str
    respondent: str
    status: str
    asked_at: datetime
    answered_at: datetime | None
    channel: str | None
    late: bool
    tier: Tier | None
    answers: tuple[AnswerRow, ...]
    only: tuple[str, ...] = ()
    """What was asked, by ``link_id``, where it was not all of the questionnaire."""

    @property
    def at(self) -> datetime:
        """When it was answered, else when it was asked."""
        return self.answered_at or self.asked_at


@dataclass(frozen=True, slots=True)
class Point:
    """One answer in time; without a value it is a gap."""

    at: datetime
    value: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """One symptom over time, told by one kind of respondent; oldest first."""

    link_id: str
    label: str
    respondent: str
    low: float
    high: float
    worse: str
    points: tuple[Point, ...]


def read_occasions(session: Session, *, patient_id: str, names: Mapping[str | None, str]) -> tuple[Occasion, ...]:
    """The latest occasions of a patient, newest first. ``names`` are helpers' by id, ``None`` is the patient."""
    checkins = session.scalars(
        select(Checkin)
        .where(Checkin.patient_id == patient_id, Checkin.status != "cancelled")
        .order_by(Checkin.due_at.desc(), Checkin.id)
        .limit(_LATEST)
    ).all()
    responses = session.scalars(
        select(QuestionnaireResponse)
        .where(QuestionnaireResponse.patient_id == patient_id, QuestionnaireResponse.status != "entered-in-error")
        .order_by(QuestionnaireResponse.authored_at.desc(), QuestionnaireResponse.id)
        .limit(2 * _LATEST)
    ).all()
    answers = _answers(session, responses)
    by_checkin = {response.checkin_id: response for response in responses if response.checkin_id}
    published = by_id(session, PublishedQuestionnaire, {checkin.questionnaire_id for checkin in checkins})
    found = [
        _asked(checkin, definition_of(published[checkin.questionnaire_id]), by_checkin.get(checkin.id), answers, names)
        for checkin in checkins
    ]
    found += [_unasked(response, answers, names) for response in responses if response.checkin_id is None]
    return tuple(sorted(found, key=lambda occasion: occasion.at, reverse=True)[:_LATEST])


def series_of(occasions: Sequence[Occasion]) -> tuple[Series, ...]:
    """The symptoms that were answered on a scale, in the order of the questions; self and caregiver apart."""
    facts: dict[tuple[str, str], AnswerRow] = {}
    asked_in: dict[tuple[str, str], set[str]] = {}
    for occasion in occasions:
        if occasion.name == _GOALS:
            continue  # levels wished for, not felt
        for answer in occasion.answers:
            if answer.charted and answer.low is not None and answer.high is not None:
                key = (answer.link_id, occasion.respondent)
                facts.setdefault(key, answer)
                asked_in.setdefault(key, set()).add(occasion.name)
    return tuple(
        Series(
            link_id=link_id, label=answer.label, respondent=respondent, low=answer.low or 0, high=answer.high or 10,
            worse=answer.worse, points=_points(occasions, link_id, respondent, asked_in[link_id, respondent]),
        )
        for (link_id, respondent), answer in facts.items()
    )  # fmt: skip


def _points(occasions: Sequence[Occasion], link_id: str, respondent: str, names: set[str]) -> tuple[Point, ...]:
    points = []
    for occasion in reversed(occasions):
        if occasion.respondent != respondent or occasion.name not in names:
            continue
        if occasion.only and link_id not in occasion.only:
            continue  # it was not asked
        value = next((a.value for a in occasion.answers if a.link_id == link_id), None)
        # What is still open is not a gap: the answer may yet come.
        if value is not None or occasion.status not in ("issued", "started"):
            points.append(Point(occasion.at, value))
    return tuple(points)


def definition_of(row: PublishedQuestionnaire) -> Questionnaire:
    """A published questionnaire as a definition, made once."""
    return _questionnaire(_Published(row.id, row.definition))


def _answers(session: Session, responses: Sequence[QuestionnaireResponse]) -> dict[str, tuple[AnswerRow, ...]]:
    given: dict[str, dict[str, Answer]] = {}
    wanted = select(Answer).where(Answer.response_id.in_([response.id for response in responses]))
    for answer in session.scalars(wanted):
        given.setdefault(answer.response_id, {})[answer.link_id] = answer
    published = by_id(session, PublishedQuestionnaire, {r.questionnaire_id for r in responses})
    found = {}
    for response in responses:
        mine = given.get(response.id, {})
        items = definition_of(published[response.questionnaire_id]).items
        found[response.id] = tuple(_row(item, mine[item.link_id]) for item in items if item.link_id in mine)
    return found


def _row(item: Item, answer: Answer) -> AnswerRow:
    option = next((o.text.get("en", "") for o in item.options if o.value == answer.value), "")
    return AnswerRow(
        link_id=item.link_id, label=item.short("en"), value=answer.value, words=option or answer.text,
        skipped=answer.status == "skipped", low=item.low, high=item.high, worse=item.worse,
        charted=item.type in (ItemType.SCALE, ItemType.NUMBER),
    )  # fmt: skip


def _asked(
    checkin: Checkin,
    questionnaire: Questionnaire,
    response: QuestionnaireResponse | None,
    answers: Mapping[str, tuple[AnswerRow, ...]],
    names: Mapping[str | None, str],
) -> Occasion:
    silent = questionnaire.respondent(related=checkin.related_person_id is not None)
    return Occasion(
        id=checkin.id, name=checkin.name, who=names.get(checkin.related_person_id, ""), only=tuple(checkin.only or ()),
        respondent=response.respondent if response else silent, status=checkin.status, asked_at=checkin.due_at,
        **_given(response, answers),
    )  # fmt: skip


def _unasked(
    response: QuestionnaireResponse,
    answers: Mapping[str, tuple[AnswerRow, ...]],
    names: Mapping[str | None, str],
) -> Occasion:
    return Occasion(
        id=response.id, name=response.check_in or "", who=names.get(response.related_person_id, ""),
        respondent=response.respondent, status="unasked", asked_at=response.authored_at, **_given(response, answers),
    )  # fmt: skip


def _given(response: QuestionnaireResponse | None, answers: Mapping[str, tuple[AnswerRow, ...]]) -> dict[str, Any]:
    rows = answers.get(response.id, ()) if response else ()
    return {
        "answers": rows,
        "answered_at": response.authored_at if response and rows else None,
        "channel": response.channel if response else None,
        "late": bool(response and response.late),
        "tier": Tier(response.tier) if response and response.tier else None,
    }


class _Published:
    """A definition under its id, so that it is made once: what is published never changes."""

    def __init__(self, id: str, definition: Mapping[str, Any]) -> None:
        self.id, self.definition = id, definition

    def __hash__(self) -> int:
        return hash(self.id)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Published) and self.id == other.id


@lru_cache(maxsize=256)
def _questionnaire(published: _Published) -> Questionnaire:
    return Questionnaire.from_mapping(published.definition)

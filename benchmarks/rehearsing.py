"""B8: a changed program, rehearsed on the stored answers of a large clinic; and how much memory that takes."""

import resource
import time
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import insert

from app.checkins.store import programs as program_store
from app.codes import Tier
from app.cohort.answers import Answer as Given
from app.cohort.answers import fill_in
from app.cohort.courses import live
from app.cohort.people import make_people
from app.db import site_scope
from app.ids import new_id
from app.questionnaires import store as questionnaires
from app.questionnaires.models import Answer, QuestionnaireResponse
from app.workflows.definitions import load_questionnaire
from app.workflows.rehearse import rehearse_site
from benchmarks.clinic import Clinic
from benchmarks.figures import Figure

_DAYS, _SECONDS, _GROWTH = 90, 60, 60
_LIVES, _TOGETHER = 40, 20
"""So many different made-up lives are shared out among the people: making them up takes longer than storing them."""


def measure(clinic: Clinic, database: str, responses: int) -> Figure:
    """Store ``responses`` daily check-ins, a quarter of a year of each person's, and replay them all."""
    _fill(clinic, responses)
    definition, before, started = _changed(clinic), _memory(), time.perf_counter()
    found = rehearse_site(clinic.service, site_id=clinic.site_id, definition=definition, days=_DAYS + 5)
    took, grown = time.perf_counter() - started, _memory() - before
    answered, allowed = found.counted.proposed.answered, _SECONDS * responses / 100_000
    return Figure(
        "B8", database, f"{answered:,} responses replayed through a changed program and the one in use",
        f"{took:.0f} s, {answered / took:,.0f}/s, memory + {grown:.0f} MB", "", f"≤ {allowed:.0f} s, memory flat",
        took <= allowed and grown <= _GROWTH,
        {"seconds": round(took, 2), "grown_mb": round(grown, 1), "red": found.counted.proposed.by_tier[Tier.RED.value]},
    )  # fmt: skip


def _memory() -> float:
    """The most that this process, or one of its children, ever held, in MB."""
    held = [resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return max(held) / 1024


def _changed(clinic: Clinic) -> dict[str, Any]:
    """The program in use with one rule changed."""
    with clinic.service.db.reading(site_scope(clinic.site_id)) as session:
        row = program_store.find_site_program(session, name="advanced-cancer")
        assert row is not None
        definition = dict(row.definition)
    stricter = {"item": "pain", "at_least": 8}
    rules = [rule if rule["id"] != "pain-severe" else {**rule, "when": stricter} for rule in definition["rules"]]
    return definition | {"version": "proposed", "rules": rules}


def _fill(clinic: Clinic, responses: int) -> None:
    clinic.add_patients(-(-responses // _DAYS))
    with clinic.service.db.reading(site_scope(clinic.site_id)) as session:
        enrolments = [
            (row.patient_id, row.id) for row in program_store.list_enrolments_in(session, program="advanced-cancer")
        ]
        asked = questionnaires.find_questionnaire(session, name="core-daily")
        assert asked is not None
        daily = load_questionnaire(session, asked.id)
    lives = [
        [fill_in(person, day, daily, person.dice("answers", number)) for number, day in enumerate(live(person, _DAYS))]
        for person in make_people(_LIVES, seed=8, days=_DAYS, text_share=0)
    ]
    start = datetime.now(UTC) - timedelta(days=_DAYS)
    for place in range(0, len(enrolments), _TOGETHER):
        rows: list[dict[str, Any]] = []
        answers: list[dict[str, Any]] = []
        for number, (patient_id, enrolment_id) in enumerate(enrolments[place : place + _TOGETHER], place):
            for day, given in enumerate(lives[number % _LIVES]):
                at = start + timedelta(days=day, minutes=number % 600)
                rows.append(_response(clinic.site_id, patient_id, enrolment_id, asked.id, at))
                answers += [_answer(rows[-1], link_id, value) for link_id, value in given.items()]
        with clinic.service.db.engine.begin() as connection:
            connection.execute(insert(QuestionnaireResponse), rows)
            connection.execute(insert(Answer), answers)
    clinic.service.db.refresh_statistics()  # as the worker does every ten minutes


def _response(site_id: str, patient_id: str, enrolment_id: str, asked: str, at: datetime) -> dict[str, Any]:
    return {
        "id": new_id(), "site_id": site_id, "patient_id": patient_id, "enrolment_id": enrolment_id, "checkin_id": None,
        "check_in": "daily", "questionnaire_id": asked, "respondent": "self", "related_person_id": None,
        "channel": "web", "language": "en", "status": "completed", "authored_at": at, "late": False,
        "historical": False, "tier": None, "findings": None, "created_at": at,
    }  # fmt: skip


def _answer(response: dict[str, Any], link_id: str, value: Given) -> dict[str, Any]:
    return {
        "id": new_id(), "site_id": response["site_id"], "response_id": response["id"], "link_id": link_id,
        "value": value if isinstance(value, float) else None, "_text": None,
        "status": "skipped" if value is None else "answered", "channel": "web",
        "answered_at": response["authored_at"],
    }  # fmt: skip

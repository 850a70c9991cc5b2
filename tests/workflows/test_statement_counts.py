"""How many statements a batch takes: what grows with each row is what makes a clinic of thousands slow."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event

from app.db import Database
from app.questionnaires.models import QuestionnaireResponse
from app.workflows.issue_checkins import issue_due_checkins
from app.workflows.record_response import ResponseGiven, record_response
from app.workflows.tidy import tidy
from tests.factories import AGENT, ANA, NORA, create_patients
from tests.world import Clinic, counting

ISSUED_EACH = 1.0
"""Statements that one more check-in may add to a batch."""
DELIVERED_EACH = 1.5
"""Statements that one more text may add: its result is recorded by itself, because the provider answers one by one."""
AN_ANSWER = 30
"""Statements for one text that answers a question, with nothing to raise."""
GROWING = "answer|questionnaire_response|checkin|outbound_message|inbound_message|alert|alert_event|page|delivery_event"
"""Tables of which a clinic has a hundred thousand rows after a year."""


def test_issuing_fifty_takes_hardly_more_than_issuing_five(clinic: Clinic) -> None:
    few, many = (_issue(clinic, how_many, day) for day, how_many in enumerate((5, 50)))
    assert (many - few) / 45 <= ISSUED_EACH, f"5 took {few} statements, 50 took {many}"
    clinic.gateway.ignore_the_rest()


def test_delivering_sixteen_takes_little_more_than_delivering_two(clinic: Clinic) -> None:
    counts = []
    for first, how_many in ((1, 2), (10, 16)):
        create_patients(clinic.service, site_id=clinic.site_id, how_many=how_many, program=None, first=first)
        with counting(clinic.db) as statements:
            assert clinic.deliver() == how_many
        counts.append(len(statements))
    few, many = counts
    assert (many - few) / 14 <= DELIVERED_EACH, f"2 took {few} statements, 16 took {many}"
    clinic.gateway.ignore_the_rest()


def test_an_answer_does_not_cost_more_as_the_history_grows(clinic: Clinic, ana: str) -> None:
    costs = []
    for day in ("tue", "wed", "thu"):
        clinic.at(f"{day} 10:00")
        with counting(clinic.db) as statements:
            clinic.receive(ANA, "2 2 2")
        costs.append(len(statements))
        clinic.finish(ana)
        clinic.later(hours=1)
    assert max(costs) <= AN_ANSWER, costs
    assert costs[-1] <= costs[0] + 4, costs
    clinic.gateway.ignore_the_rest()


@contextmanager
def watching(db: Database) -> Iterator[list[str]]:
    """How SQLite goes about the statements that run meanwhile: a line for each table."""
    lines: list[str] = []

    def note(connection: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, many: bool) -> None:
        if not many and re.match("SELECT|UPDATE|DELETE|WITH", statement):
            plan = connection.connection.execute(f"EXPLAIN QUERY PLAN {statement}", parameters)
            lines.extend(f"{row[3]} | {statement}" for row in plan)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield lines
    finally:
        event.remove(db.engine, "before_cursor_execute", note)


def _issue(clinic: Clinic, how_many: int, day: int) -> int:
    """Statements that issuing a day's check-ins for so many patients takes."""
    missing = how_many - (5 if day else 0)
    create_patients(clinic.service, site_id=clinic.site_id, how_many=missing, first=1 + 100 * day)
    clinic.clock.advance(days=1)
    with counting(clinic.db) as statements:
        # On the second day the question for goals comes up as well, and is put off.
        assert issue_due_checkins(clinic.service) == how_many + 5 * day
    return len(statements)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_on_sqlite_one_patients_rows_are_found_without_reading_everybodys(clinic: Clinic, ana: str) -> None:
    """Every statement names the site as well: without statistics SQLite takes that index for as good as any."""
    for number, patient_id in enumerate(create_patients(clinic.service, site_id=clinic.site_id, how_many=12), 1):
        clinic.ask(patient_id)
        clinic.receive(f"+1555012{number:04d}", "8 1 1")
    clinic.hurry()
    tidy(clinic.service)
    with watching(clinic.db) as answering:
        clinic.ask(ana)
        clinic.receive(ANA, "8 2 2")
        clinic.finish(ana)
        clinic.hurry()
    (code,) = (alert.code for alert in clinic.alerts() if alert.patient_id == ana)
    with watching(clinic.db) as taking:
        clinic.receive(NORA, code)
    plans = answering + taking
    assert len(plans) > 100
    assert read_whole(plans) == ""
    clinic.gateway.ignore_the_rest()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_on_sqlite_a_year_of_answers_is_not_read_to_judge_one(clinic: Clinic, ana: str) -> None:
    """The first answer of all is found, and a row of answers that is not whole within four weeks is looked for."""
    others = create_patients(clinic.service, site_id=clinic.site_id, how_many=30)
    costs, plans = [], list[str]()
    for month in range(12):
        for patient_id in [*others[: 30 - 30 * bool(month)], *[ana] * 8]:
            _answered(clinic, patient_id, 365 - 30 * month, pain=2)
        tidy(clinic.service)
        with counting(clinic.db) as statements, watching(clinic.db) as watched:
            last = _answered(clinic, ana, 364 - 30 * month, pain=5, worry=0)
        costs.append(len(statements))
        plans += watched
    (response,) = clinic.rows(QuestionnaireResponse, id=last)
    assert {found["rule"] for found in response.findings or ()} == {"pain-rising"}
    assert len(set(costs[1:])) == 1, costs
    assert read_whole(plans) == ""
    clinic.gateway.ignore_the_rest()


def _answered(clinic: Clinic, patient_id: str, days_ago: int, **answers: int) -> str:
    given = ResponseGiven(answers=answers, authored_at=clinic.clock.now() - timedelta(days=days_ago))
    return record_response(clinic.service, site_id=clinic.site_id, patient_id=patient_id, given=given, agent=AGENT)


def read_whole(plans: list[str]) -> str:
    """The plans by which a growing table is read from end to end, or a whole site's rows of it."""
    whole = rf"SCAN ({GROWING})(_\d+)?\b|SEARCH ({GROWING})(_\d+)? .*\(site_id=\?\)"
    return "\n".join(plan.replace("\n", " ") for plan in plans if re.match(whole, plan))

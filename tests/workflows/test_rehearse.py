"""Rehearsal is live judging over again: the same answers, the same findings; and a changed rule shows."""

from collections.abc import Iterator, Mapping
from copy import deepcopy
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from app.alerts.reassessment import NOT_RELIEVED
from app.checkins.models import Checkin
from app.checkins.store import programs as program_store
from app.cohort.clinic import put_on_duty, register
from app.cohort.nurses import Nurse
from app.cohort.people import make_people
from app.cohort.play import Played, on_stage, play
from app.content.loader import ContentBundle
from app.db import site_scope
from app.questionnaires.models import QuestionnaireResponse
from app.workflows.definitions import load_program
from app.workflows.record_response import ResponseGiven, record_response
from app.workflows.rehearse import rehearse_site
from app.workflows.resolve_alert import ResolutionGiven, resolve_alert
from app.workflows.service import Service
from app.workflows.stored_answers import Trial, load_replays
from tests.factories import AGENT, ANA, NORA, OMAR, create_patients, create_site
from tests.faults.invariants import check_invariants
from tests.world import Clinic, counting

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""What the other tests here prove of PostgreSQL, these need not prove again."""

MONDAY = datetime(2026, 1, 5, 5, tzinfo=UTC)
PEOPLE, DAYS = {"sqlite": 8, "postgresql": 5}, {"sqlite": 6, "postgresql": 5}
OCCASIONS, FOUND = {"sqlite": 40, "postgresql": 20}, {"sqlite": 10, "postgresql": 4}
"""More than so many were lived through, and so many of them needed somebody."""
EVER = datetime(2025, 1, 1, tzinfo=UTC)


@pytest.fixture
def played(unstaffed: Clinic) -> Iterator[tuple[Service, str, Played]]:
    """Made-up people who lived some days with the service, some of them answering by text."""
    kind = unstaffed.db.engine.dialect.name
    how_many, days = PEOPLE[kind], DAYS[kind]
    stage, site_id = on_stage(unstaffed.service, MONDAY), unstaffed.site_id
    people = make_people(how_many, seed=11, days=days, text_share=0.25)
    nurses = [Nurse(unstaffed.nora, NORA), Nurse(unstaffed.omar, OMAR)]
    put_on_duty(stage, site_id, nurses, days=days)
    numbers = register(stage, site_id, people)
    yield (
        stage, site_id,
        play(stage, site_id=site_id, people=people, numbers=numbers, nurses=nurses, seed=11, days=days),
    )  # fmt: skip


def test_replayed_answers_give_the_findings_that_they_gave_live(played: tuple[Service, str, Played]) -> None:
    service, site_id, result = played
    live, again = found_live(service, site_id), found_again(service, site_id)
    assert (result.refused, result.stuck) == (0, ())
    kind = service.db.engine.dialect.name
    assert len(live) > OCCASIONS[kind] and sum(bool(found) for found in live.values()) > FOUND[kind]
    assert again == live
    assert check_invariants(service.settings.database_url, now=service.clock.now()) == []


@on_sqlite
def test_what_came_of_asking_again_is_in_the_past_of_a_replay_too(clinic: Clinic, ana: str) -> None:
    """It is red that the call did not happen, and silence after a red is one: no rule of a program makes the first."""
    clinic.ask(ana)
    clinic.receive(ANA, "1 1 8")  # tiredness: amber
    clinic.finish(ana)
    given = ResolutionGiven(outcome="visit_arranged")
    resolve_alert(
        clinic.service, site_id=clinic.site_id, alert_id=clinic.alert(subject="self:tiredness").id,
        practitioner_id=clinic.nora, agent=AGENT, given=given,
    )  # fmt: skip
    clinic.at("wed 10:00")  # due at the same time, after two days
    clinic.receive(ANA, "1 1 1")
    clinic.finish(ana)
    clinic.later(minutes=1)
    clinic.receive(ANA, "1")
    clinic.receive(ANA, "2")  # it did not happen
    clinic.finish(ana)
    clinic.at("fri 07:00")
    clinic.gateway.ignore_the_rest()
    live, again = found_live(clinic.service, clinic.site_id), found_again(clinic.service, clinic.site_id)
    assert "silent-after-red" in {found["rule"] for record in live.values() for found in record}
    assert again == live


@on_sqlite
def test_what_was_old_when_it_came_was_no_red_in_a_replay_either(clinic: Clinic, ana: str) -> None:
    given = ResponseGiven(answers={"pain": 8}, authored_at=clinic.clock.now() - timedelta(days=3), check_in="daily")
    record_response(clinic.service, site_id=clinic.site_id, patient_id=ana, given=given, agent=AGENT)
    clinic.at("wed 07:00")
    clinic.gateway.ignore_the_rest()
    live, again = found_live(clinic.service, clinic.site_id), found_again(clinic.service, clinic.site_id)
    assert {found["rule"] for record in live.values() for found in record} == {"pain-severe"}
    assert len(live) > 1 and again == live


def test_what_came_late_was_not_known_before_it_came(clinic: Clinic, ana: str) -> None:
    """Monday's mild pain is sent on Wednesday: Tuesday's pain of 6 was no rise when it was judged."""
    monday = clinic.clock.now()
    clinic.at("tue 09:00")
    answer(clinic, ana, pain=6)
    clinic.at("wed 09:00")
    given = ResponseGiven(answers={"pain": 3}, authored_at=monday, check_in="daily")
    record_response(clinic.service, site_id=clinic.site_id, patient_id=ana, given=given, agent=AGENT)
    clinic.clock.advance(minutes=1)
    answer(clinic, ana, pain=6)
    clinic.gateway.ignore_the_rest()
    live, again = found_live(clinic.service, clinic.site_id), found_again(clinic.service, clinic.site_id)
    assert "pain-rising" in {found["rule"] for record in live.values() for found in record}
    assert again == live


def found_live(service: Service, site_id: str) -> dict[str, Any]:
    """What was found when it happened, by response and by check-in that closed without an answer."""
    with service.db.reading(site_scope(site_id)) as session:
        responses = session.scalars(select(QuestionnaireResponse)).all()
        silences = [row for row in session.scalars(select(Checkin)) if row.findings is not None]
        found = {row.id: plain(row.findings) for row in responses}
        return found | {row.id: plain(row.findings) for row in silences}


def found_again(service: Service, site_id: str) -> dict[str, Any]:
    """The same, found by replaying what is stored through the program that was followed."""
    with service.db.reading(site_scope(site_id)) as session:
        enrolments = program_store.list_enrolments_in(session, program="advanced-cancer")
        program = load_program(session, enrolments[0].program_id)
        replays = load_replays(session, enrolments, Trial(program, None), since=EVER)
    return {occasion.id: plain(found.record) for _, replay in replays for occasion, found, _ in replay.run()}


def plain(record: list[Any] | None) -> list[Any]:
    """The rules' findings, in one order, without a mark of what the team had dealt with by then."""
    by_rules = [found for found in record or [] if found["rule"] != NOT_RELIEVED]
    unmarked = [{name: value for name, value in found.items() if name != "settled"} for found in by_rules]
    return sorted(unmarked, key=lambda finding: (finding["rule"], finding["subject"]))


def changed(content: ContentBundle, rule_id: str, when: Mapping[str, Any]) -> dict[str, Any]:
    """The shipped program with another condition in one rule, and the next version."""
    definition = deepcopy(dict(content.programs["advanced-cancer"].data))
    definition["version"] = "next"
    definition["rules"] = [rule if rule["id"] != rule_id else {**rule, "when": when} for rule in definition["rules"]]
    return definition


def answer(clinic: Clinic, patient_id: str, **answers: int) -> None:
    given = ResponseGiven(answers=answers, authored_at=clinic.clock.now(), check_in="daily")
    record_response(clinic.service, site_id=clinic.site_id, patient_id=patient_id, given=given, agent=AGENT)


def test_a_changed_rule_shows_who_would_no_longer_be_called_for(
    clinic: Clinic, ana: str, content: ContentBundle
) -> None:
    for pain in (2, 7, 9):
        answer(clinic, ana, pain=pain)
        clinic.clock.advance(days=1)
    clinic.gateway.ignore_the_rest()
    definition = changed(content, "pain-severe", {"item": "pain", "at_least": 8})
    found = rehearse_site(clinic.service, site_id=clinic.site_id, definition=definition).as_dict()
    assert found["rules_lost"]["pain-severe"] == 1 and found["people_changed"] == 1
    assert (found["proposed"]["alerts"]["red"], found["current"]["alerts"]["red"]) == (1, 2)
    assert found["proposed"]["severe_that_call_nobody"] == {"pain": 1}
    assert found["current"]["severe_that_call_nobody"] == {}
    assert found["nurses"] == 3


def test_a_rehearsal_changes_nothing_and_sees_no_other_clinic(clinic: Clinic, ana: str, content: ContentBundle) -> None:
    answer(clinic, ana, pain=9)
    clinic.gateway.ignore_the_rest()
    other = create_site(clinic.service, code="hill")
    definition = changed(content, "pain-severe", {"item": "pain", "at_least": 8})
    with counting(clinic.db) as statements:
        assert rehearse_site(clinic.service, site_id=other, definition=definition).empty
        assert rehearse_site(clinic.service, site_id=clinic.site_id, definition=definition).counted.people == 1
    assert {statement.split()[0] for statement in statements} == {"SELECT"}


def test_only_the_days_that_are_asked_for_count_and_older_answers_are_looked_back_on(
    clinic: Clinic, ana: str, content: ContentBundle
) -> None:
    for pain in (1, 5):
        answer(clinic, ana, pain=pain)
        clinic.clock.advance(days=3)
    clinic.gateway.ignore_the_rest()
    definition = changed(content, "pain-severe", {"item": "pain", "at_least": 8})
    lately = rehearse_site(clinic.service, site_id=clinic.site_id, definition=definition, days=4).as_dict()
    assert lately["proposed"]["answered"] == 1
    assert lately["proposed"]["rules"]["pain-rising"] == {"amber": 1}


def test_limited_work_says_whom_it_left_out(clinic: Clinic, content: ContentBundle) -> None:
    for patient_id in create_patients(clinic.service, site_id=clinic.site_id, how_many=12):
        answer(clinic, patient_id, pain=1)
    clinic.gateway.ignore_the_rest()
    definition = changed(content, "pain-severe", {"item": "pain", "at_least": 8})
    found = rehearse_site(clinic.service, site_id=clinic.site_id, definition=definition, at_most=1)
    assert (found.counted.people, found.left_out) == (10, 2)


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_shared_between_processes_nothing_is_lost(clinic: Clinic, content: ContentBundle) -> None:
    ids = create_patients(clinic.service, site_id=clinic.site_id, how_many=12)
    for patient_id, pain in zip(ids, range(12), strict=True):
        answer(clinic, patient_id, pain=min(pain, 10))
    clinic.gateway.ignore_the_rest()
    definition = changed(content, "pain-severe", {"item": "pain", "at_least": 8})
    alone = rehearse_site(clinic.service, site_id=clinic.site_id, definition=definition)
    together = rehearse_site(clinic.service, site_id=clinic.site_id, definition=definition, share_from=1)
    assert together.as_dict() == alone.as_dict() and together.counted.people == 12

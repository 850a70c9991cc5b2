"""What would be comfortable is asked once, in a quiet moment, and becomes the person's goals."""

import pytest

from app.careplans.models import SymptomLevel
from app.checkins.models import CheckinPlan
from app.errors import Conflict
from app.reports.patient_page import read_patient
from app.workflows.issue_checkins import issue_checkin
from app.workflows.record_response import ResponseGiven, record_response
from app.workflows.submit_form import check_second_fact, read_form, save_answer, submit_form
from tests.factories import AGENT, ANA, NORA
from tests.world import Clinic

PAIN, NAUSEA = "22253000", "422587007"

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""What the other tests here prove of PostgreSQL, these need not prove again."""


def goals(clinic: Clinic) -> dict[str, float | None]:
    return {row.item: row.value for row in clinic.rows(SymptomLevel)}


def open_form(clinic: Clinic) -> str:
    """The token of the link in the text that asks for goals."""
    said = clinic.gateway.expect(ANA, "we would like to know what matters to you").body
    token = said.partition("/c/")[2].split()[0]
    assert check_second_fact(clinic.service, token, "1955")
    return token


def asked(clinic: Clinic, ana: str) -> str:
    """Ana has answered on Tuesday, and is asked for her goals that afternoon."""
    clinic.at("tue 10:00")
    clinic.receive(ANA, "1 1 1")
    clinic.finish(ana)
    clinic.gateway.ignore_the_rest()
    clinic.at("tue 15:00")
    return open_form(clinic)


@on_sqlite
def test_it_is_asked_once_on_the_day_after_and_reminded_of_once(clinic: Clinic, ana: str) -> None:
    asked(clinic, ana)
    clinic.gateway.nothing_unexpected()
    clinic.at("wed 10:00")
    clinic.gateway.expect(ANA, "how are you today")
    assert clinic.text(ANA, "1 1 1") == "answer", "the form keeps nobody from the daily questions"
    clinic.finish(ana)
    clinic.gateway.ignore_the_rest()
    clinic.at("wed 15:00")
    clinic.gateway.expect(ANA, "a small reminder")
    clinic.at("thu 09:00")
    clinic.gateway.nothing_unexpected()
    clinic.at("fri 16:00")
    assert [c.status for c in clinic.checkins(name="personal-goals")] == ["cancelled"], "that is no silence"
    assert clinic.alerts(subject="silence") == []
    clinic.gateway.ignore_the_rest()
    clinic.at("sat 15:00")
    assert len(clinic.checkins(name="personal-goals")) == 1
    clinic.gateway.ignore_the_rest()


@on_sqlite
def test_nobody_who_has_not_answered_yet_is_asked_for_more(clinic: Clinic, ana: str) -> None:
    clinic.damage(CheckinPlan, {"name": "daily"}, next_slot_at=None)
    for day in ("tue", "wed", "thu"):
        clinic.at(f"{day} 15:00")
    assert clinic.checkins(name="personal-goals") == []
    clinic.gateway.ignore_the_rest()


@on_sqlite
def test_it_waits_while_something_else_is_asked(clinic: Clinic, ana: str) -> None:
    clinic.at("tue 09:00")
    clinic.ask(ana, "bad-day")
    clinic.text(ANA, "1")
    clinic.text(ANA, "3")
    clinic.at("tue 15:00")  # the daily one is open
    assert clinic.checkins(name="personal-goals") == []
    clinic.finish(ana)
    clinic.at("wed 10:00")
    clinic.receive(ANA, "1 1 1")
    clinic.finish(ana)
    clinic.at("wed 15:00")
    assert len(clinic.checkins(name="personal-goals")) == 1
    clinic.gateway.ignore_the_rest()


@on_sqlite
def test_what_was_answered_becomes_goals_and_is_judged_by_no_rule(clinic: Clinic, ana: str) -> None:
    token = asked(clinic, ana)
    save_answer(clinic.service, token, "pain", "8")
    save_answer(clinic.service, token, "nausea", "1")
    assert goals(clinic) == {}, "not before it is sent"
    for item in read_form(clinic.service, token).items:
        if item.link_id not in ("pain", "nausea"):
            save_answer(clinic.service, token, item.link_id, None)
    submit_form(clinic.service, token)
    assert goals(clinic) == {PAIN: 8, NAUSEA: 1}
    assert clinic.alerts() == []
    page = read_patient(clinic.db, site_id=clinic.site_id, patient_id=ana)
    (pain,) = [series for series in page.series if series.link_id == "pain"]
    assert [point.value for point in pain.points] == [1], "what is wished for is not charted as felt"
    clinic.gateway.ignore_the_rest()


@on_sqlite
def test_half_a_form_is_kept(clinic: Clinic, ana: str) -> None:
    save_answer(clinic.service, asked(clinic, ana), "pain", "2")
    clinic.at("fri 15:00")
    assert goals(clinic) == {PAIN: 2}
    assert [c.status for c in clinic.checkins(name="personal-goals")] == ["partial"]
    assert not [a for a in clinic.alerts() if a.subject == "self:partial-answer"]
    clinic.gateway.ignore_the_rest()


@on_sqlite
def test_a_goal_decides_what_is_above_it(clinic: Clinic, ana: str) -> None:
    save_answer(clinic.service, asked(clinic, ana), "pain", "6")
    clinic.at("fri 15:00")
    for day in ("sat", "sun"):
        clinic.at(f"{day} 10:00")
        clinic.receive(ANA, "5 1 1")
        clinic.finish(ana)
    assert [a for a in clinic.alerts(subject="self:pain") if "2 times running" in a.reason] == []
    clinic.gateway.ignore_the_rest()


@on_sqlite
def test_red_flag_words_are_heard_in_the_form_for_goals(clinic: Clinic, ana: str) -> None:
    token = asked(clinic, ana)
    save_answer(clinic.service, token, "matters_words", "I have chest pain right now")
    clinic.hurry()
    assert clinic.alert().subject == "words:chest_pain"
    clinic.gateway.expect(NORA, "RED")


@on_sqlite
def test_words_and_numbers_by_text_never_land_in_the_form_for_goals(clinic: Clinic, ana: str) -> None:
    asked(clinic, ana)
    assert clinic.text(ANA, "pain 4") in ("message", "late_answer", "added_words", "corrected")
    assert clinic.text(ANA, "LINK") == "link"
    clinic.gateway.ignore_the_rest()
    assert goals(clinic) == {}
    assert [r.check_in for r in clinic.responses()] == ["daily"]


@on_sqlite
def test_by_hand_it_can_be_asked_again_but_not_twice_at_once(clinic: Clinic, ana: str) -> None:
    about = {"site_id": clinic.site_id, "patient_id": ana, "agent": AGENT, "name": "personal-goals"}
    issue_checkin(clinic.service, **about)
    with pytest.raises(Conflict, match="is open for this person already"):
        issue_checkin(clinic.service, **about)
    clinic.hurry()
    clinic.gateway.expect(ANA, "what matters to you")


@on_sqlite
def test_goals_from_another_system_are_goals(clinic: Clinic, ana: str) -> None:
    given = ResponseGiven(answers={"pain": 2}, authored_at=clinic.clock.now(), check_in="personal-goals")
    record_response(clinic.service, site_id=clinic.site_id, patient_id=ana, given=given, agent=AGENT)
    assert goals(clinic) == {PAIN: 2}
    assert clinic.alerts() == []

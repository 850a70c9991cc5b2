"""Everything that needs a person becomes one alert per subject; new evidence is added, and pages again when worse."""

from dataclasses import replace
from datetime import timedelta

import pytest

from app.alerts.logic import Scene, Verdict
from app.checkins.models import PublishedProgram
from app.codes import Tier
from app.workflows import definitions
from app.workflows.resolve_alert import ResolutionGiven, resolve_alert
from tests.factories import AFTER_HOURS, ANA, NORA, OMAR, create_patient, create_program, create_shift
from tests.world import Clinic


@pytest.fixture
def asked(clinic: Clinic, ana: str) -> Clinic:
    """Ana has just been asked."""
    clinic.ask(ana)
    clinic.gateway.expect(ANA, "how are you today")
    return clinic


def test_a_red_answer_pages_at_once_without_a_name_or_a_symptom(asked: Clinic) -> None:
    asked.text(ANA, "8 3 2")
    page = asked.gateway.expect(NORA, "RED").body
    assert not any(word in page.lower() for word in ("ana", "flores", "pain", "8 ", "riverside"))
    alert = asked.alert()
    assert (alert.subject, alert.tier, alert.status) == ("self:pain", "red", "triggered")
    assert "Pain 8" in alert.reason
    asked.gateway.expect(ANA, "We have alerted the nurse on shift, who will contact you by 12:00")


def test_two_red_subjects_of_one_answer_are_one_page_and_one_code_takes_both(asked: Clinic) -> None:
    asked.text(ANA, "8 9 2")
    page = asked.gateway.expect(NORA, "RED").body
    codes = {alert.code for alert in asked.alerts()}
    assert len(codes) == 2 and all(code in page for code in codes)
    asked.text(NORA, min(codes))
    assert {alert.status for alert in asked.alerts()} == {"acknowledged"}
    asked.gateway.ignore_the_rest()


def test_the_same_again_is_added_and_pages_nobody(clinic: Clinic, ana: str) -> None:
    _answer_and_take(clinic, ana, "8 3 2")
    clinic.later(hours=1)
    _answer_again(clinic, ana, "8 3 2")
    alert = clinic.alert(subject="self:pain")
    assert alert.status == "acknowledged"
    assert len(alert.happened("evidence")) == 1
    assert clinic.paged(alert) == [("Nora", 0)]


def test_worse_than_the_owner_saw_is_triggered_again_from_the_first_step(clinic: Clinic, ana: str) -> None:
    _answer_and_take(clinic, ana, "8 3 2")
    clinic.later(hours=1)
    _answer_again(clinic, ana, "9 3 2")
    alert = clinic.alert(subject="self:pain")
    assert (alert.status, alert.acknowledged_by) == ("triggered", None)
    assert clinic.paged(alert) == [("Nora", 0), ("Nora", 60)]
    clinic.later(minutes=15)
    assert clinic.paged(alert)[-1] == ("Omar", 75)
    clinic.gateway.ignore_the_rest()


def test_equal_on_a_later_day_pages_the_owner_again(clinic: Clinic, ana: str) -> None:
    _answer_and_take(clinic, ana, "8 3 2", by=OMAR)
    clinic.at("tue 10:00")
    before = len(clinic.paged(clinic.alert(subject="self:pain")))
    clinic.text(ANA, "8 3 2")
    alert = clinic.alert(subject="self:pain")
    assert alert.status == "acknowledged"
    assert [who for who, _ in clinic.paged(alert)][before:] == ["Omar"]
    clinic.gateway.ignore_the_rest()


def test_the_rest_of_the_same_check_in_does_not_page_the_owner_once_more(clinic: Clinic, ana: str) -> None:
    _answer_and_take(clinic, ana, "8 3 2")
    clinic.finish(ana)
    clinic.at("tue 10:00")
    before = len(clinic.paged(clinic.alert(subject="self:pain")))
    clinic.text(ANA, "8 3 2")
    clinic.finish(ana)
    assert len(clinic.paged(clinic.alert(subject="self:pain"))) == before + 1
    clinic.gateway.ignore_the_rest()


def test_an_amber_that_turns_red_pages_at_night(clinic: Clinic, ana: str) -> None:
    clinic.at("19:00")
    clinic.ask(ana)
    for reply in ("1 1 1", "1 7", "1 1 1", "1 2", "3", "3"):  # no appetite: amber
        clinic.text(ANA, reply)
    amber = clinic.alert(tier="amber")
    assert amber.subject == "self:appetite" and clinic.paged(amber) == []
    clinic.gateway.ignore_the_rest()
    name = create_program(clinic.service, name="stricter", rules=[_APPETITE_IS_RED])
    clinic.damage(PublishedProgram, {"name": "advanced-cancer"}, definition=clinic.definition(name))
    clinic.ask(ana)
    for reply in ("1 1 1", "1 7"):
        clinic.text(ANA, reply)
    alert = clinic.alert(subject="self:appetite")
    assert alert.tier == "red" and alert.code == amber.code
    assert clinic.paged(alert) == [("Nora", 0)]
    clinic.gateway.ignore_the_rest()


def test_urgency_now_triggers_an_acknowledged_alert_again(clinic: Clinic, ana: str) -> None:
    clinic.ask(ana, "bad-day")
    clinic.text(ANA, "5")
    clinic.text(ANA, "1")
    first = clinic.alert()
    assert (first.subject, first.tier) == ("self:urgency", "red")
    clinic.text(NORA, first.code)
    clinic.later(minutes=30)
    clinic.ask(ana, "bad-day")
    clinic.text(ANA, "5")
    clinic.text(ANA, "1")
    assert clinic.alert().status == "triggered"
    clinic.gateway.ignore_the_rest()


def test_red_flag_words_twice_trigger_an_acknowledged_alert_again(clinic: Clinic, ana: str) -> None:
    clinic.text(ANA, "I have chest pain")
    clinic.text(NORA, clinic.alert().code)
    clinic.later(minutes=10)
    clinic.text(ANA, "the chest pain is still there")
    assert clinic.alert().status == "triggered"
    clinic.gateway.ignore_the_rest()


def test_a_resolved_alert_is_not_raised_again_by_the_rest_of_the_same_check_in(clinic: Clinic, ana: str) -> None:
    clinic.ask(ana)
    clinic.text(ANA, "8 3 2")
    alert = clinic.alert()
    given = ResolutionGiven(outcome="medication_changed")
    resolve_alert(
        clinic.service, site_id=clinic.site_id, alert_id=alert.id, practitioner_id=clinic.nora, agent="t", given=given
    )
    clinic.text(ANA, "1 1")
    assert [a.status for a in clinic.alerts(subject="self:pain")] == ["resolved"]
    clinic.finish(ana)
    clinic.later(timedelta(hours=2))
    clinic.ask(ana)
    clinic.text(ANA, "8 3 2")
    assert [a.status for a in clinic.alerts(subject="self:pain")] == ["resolved", "triggered"]
    clinic.gateway.ignore_the_rest()


# --- what the person is told ---


def test_no_time_is_named_when_nobody_is_on_call(unstaffed: Clinic) -> None:
    patient_id = create_patient(unstaffed.service, site_id=unstaffed.site_id)
    unstaffed.ask(patient_id)
    unstaffed.gateway.ignore_the_rest()
    unstaffed.text(ANA, "8 1 1")
    told = unstaffed.gateway.expect(ANA, "No nurse is on shift right now").body
    assert "(555) 010-0297" in told and AFTER_HOURS.endswith("0100297") and "911" in told and "by 1" not in told
    unstaffed.gateway.ignore_the_rest()


def test_no_time_is_named_when_the_shift_ends_before_it(unstaffed: Clinic) -> None:
    clinic = unstaffed
    ends = clinic.clock.now() + timedelta(hours=1)
    create_shift(clinic.service, site_id=clinic.site_id, staff=clinic.nora, ends_at=ends)
    clinic.ask(create_patient(clinic.service, site_id=clinic.site_id))
    clinic.gateway.ignore_the_rest()
    clinic.text(ANA, "8 1 1")
    told = clinic.gateway.expect(ANA, "We have alerted the nurse on shift, but cannot say when they will call").body
    assert "(555) 010-0297" in told and "911" in told
    clinic.gateway.expect(NORA, "RED")


def test_whoever_wants_to_die_is_answered_like_a_human_being(clinic: Clinic, ana: str) -> None:
    clinic.text(ANA, "I want to die")
    told = clinic.gateway.expect(ANA, "You do not have to carry this alone").body
    assert "988" in told and "nurse, who will call you" in told
    clinic.gateway.expect(NORA, "RED")
    assert clinic.alert().subject == "words:wants_to_die"


def test_what_to_do_now_is_said_once_and_not_after_every_answer(asked: Clinic) -> None:
    asked.text(ANA, "8 3 2")
    asked.gateway.expect(ANA, "Thank you for telling us")
    asked.gateway.expect(NORA, "RED")
    asked.text(ANA, "1 1")
    assert "Thank you for telling us" not in asked.gateway.expect(ANA).body


# --- when the rules fail ---


def test_a_rule_that_raises_is_a_red_review_and_hides_no_other_finding(asked: Clinic) -> None:
    (known,) = asked.rows(PublishedProgram)
    with asked.reading() as session:
        program = definitions.load_program(session, known.id)
    broken = replace(program.rules[-1], id="broken", tier=Tier.RED, when=_Explodes())
    definitions._PROGRAMS[known.id] = replace(program, rules=(broken, *program.rules))
    asked.text(ANA, "8 1 1")
    assert {(a.subject, a.tier) for a in asked.alerts()} == {("review", "red"), ("self:pain", "red")}
    assert asked.answers() == {"pain": 8, "breathlessness": 1, "tiredness": 1}
    asked.gateway.expect(NORA, "RED")
    asked.gateway.expect(ANA, "We have alerted the nurse")


def test_a_rule_that_cannot_be_read_is_a_red_review_and_the_answer_is_kept(clinic: Clinic) -> None:
    name = create_program(clinic.service, name="flawed", rules=[_PAIN_IS_RED])
    clinic.ask(create_patient(clinic.service, site_id=clinic.site_id, program=name))
    unreadable = {"id": "unheard-of", "tier": "red", "when": {"moon": "full"}}
    clinic.damage(PublishedProgram, {"name": name}, definition={**clinic.definition(name), "rules": [unreadable]})
    clinic.text(ANA, "8 1 1")
    assert [(a.kind, a.tier) for a in clinic.alerts()] == [("review", "red")]
    assert len(clinic.inbox()) == 1
    clinic.gateway.ignore_the_rest()


class _Explodes:
    """A condition that fails when it is judged."""

    def judge(self, scene: Scene) -> Verdict:
        raise ZeroDivisionError


_PAIN_IS_RED = {"id": "pain-severe", "tier": "red", "when": {"item": "pain", "at_least": 7}}
_APPETITE_IS_RED = {"id": "appetite-severe", "tier": "red", "when": {"item": "appetite", "at_least": 7}}


def _answer_and_take(clinic: Clinic, ana: str, reply: str, by: str = NORA) -> None:
    clinic.ask(ana)
    clinic.text(ANA, reply)
    if by == OMAR:
        clinic.later(minutes=15)
    clinic.text(by, clinic.alert(subject="self:pain").code)
    clinic.finish(ana)
    clinic.gateway.ignore_the_rest()


def _answer_again(clinic: Clinic, ana: str, reply: str) -> None:
    clinic.ask(ana)
    clinic.text(ANA, reply)
    clinic.gateway.ignore_the_rest()

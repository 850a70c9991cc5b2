"""What a text from a known person does, beyond what the golden dialogues show: what is stored, and what is not."""

from datetime import timedelta

import pytest

from app.workflows.submit_form import save_answer
from tests.factories import ANA, NORA, ROSA, check_in, create_patient, create_program, create_related_person
from tests.world import Clinic


@pytest.fixture
def asked(clinic: Clinic, ana: str) -> Clinic:
    """Ana was asked on Tuesday at ten."""
    clinic.at("tue 10:00")
    clinic.gateway.expect(ANA, "how are you today")
    return clinic


def test_a_late_answer_counts_and_is_marked_late(asked: Clinic) -> None:
    asked.at("wed 06:30")
    assert [c.status for c in asked.checkins()] == ["missed"]
    assert asked.text(ANA, "2 1 8") == "late_answer"
    assert asked.answers() == {"pain": 2, "breathlessness": 1, "tiredness": 8}
    assert [r.late for r in asked.responses()] == [True]
    tiers = {alert.subject: alert.tier for alert in asked.alerts()}
    assert tiers.items() >= {"self:late-answer": "watch", "self:tiredness": "amber"}.items()
    assert asked.checkins()[0].status == "partial", "whoever answers, however late, was not silent"
    asked.gateway.ignore_the_rest()


def test_a_late_red_answer_pages_and_says_what_to_do(asked: Clinic) -> None:
    asked.at("wed 06:30")
    asked.gateway.ignore_the_rest()
    asked.text(ANA, "9 1 1")
    asked.gateway.expect(NORA, "RED")
    asked.gateway.expect(ANA, "Thank you for telling us")


def test_after_two_days_a_number_is_a_message_and_no_answer(clinic: Clinic) -> None:
    once = [check_in(timing={"every": "P1W", "on": ["tue"], "at": "10:00"})]
    name = create_program(clinic.service, name="weekly", check_ins=once)
    create_patient(clinic.service, site_id=clinic.site_id, program=name)
    clinic.at("tue 10:00")
    clinic.at("wed 06:00")
    clinic.at("fri 06:01")
    assert clinic.text(ANA, "2 1 8") == "message"
    assert clinic.answers() == {}
    assert clinic.alert().reason == "A message outside a check-in: 2 1 8"
    clinic.gateway.ignore_the_rest()


def test_a_late_number_is_not_taken_for_what_was_never_asked(asked: Clinic) -> None:
    asked.at("wed 06:30")
    asked.text(ANA, "2 1 1")
    asked.text(ANA, "7")
    assert set(asked.answers()) == {"pain", "breathlessness", "tiredness"}
    asked.gateway.ignore_the_rest()


def test_words_after_the_end_are_kept_with_the_check_in_and_stand_on_the_list(clinic: Clinic, ana: str) -> None:
    clinic.ask(ana)
    clinic.text(ANA, "1 1 1")
    clinic.finish(ana)
    assert clinic.text(ANA, "My sister visits on Sunday") == "added_words"
    assert clinic.answers()["free_text"] is not None
    assert clinic.alert().reason == "Wrote: My sister visits on Sunday"
    assert [r.status for r in clinic.responses()] == ["amended"]
    clinic.gateway.ignore_the_rest()


def test_skip_leaves_a_question_without_a_number(clinic: Clinic, ana: str) -> None:
    clinic.ask(ana)
    assert clinic.text(ANA, "skip") == "answer"
    assert clinic.answers() == {"pain": None, "breathlessness": None, "tiredness": None}
    clinic.gateway.ignore_the_rest()


def test_a_new_link_is_sent_on_asking_and_opens_the_same_check_in(clinic: Clinic, ana: str) -> None:
    clinic.ask(ana)
    clinic.gateway.expect(ANA)
    assert clinic.text(ANA, "LINK") == "link"
    clinic.gateway.expect(ANA, "https://bedside.example/c/")
    assert len(clinic.checkins()) == 1


def test_help_is_answered_in_and_out_of_a_check_in_and_is_no_answer(clinic: Clinic, ana: str) -> None:
    for body in ("HELP", "info"):
        assert clinic.text(ANA, body) == "help"
        clinic.gateway.expect(ANA, "call 911. Text STOP to stop.")
    clinic.ask(ana)
    clinic.text(ANA, "Help!")
    assert clinic.checkins()[0].misunderstood == 0
    clinic.gateway.ignore_the_rest()


@pytest.mark.parametrize("body", ["STOP", "stop.", "unsubscribe", "ALTO", "please stop texting me"])
def test_stop_is_immediate_confirmed_once_and_seen(clinic: Clinic, ana: str, body: str) -> None:
    clinic.ask(ana)
    clinic.gateway.expect(ANA)
    assert clinic.text(ANA, body) == "opt_out"
    clinic.gateway.expect(ANA, "we have stopped")
    clinic.gateway.expect(NORA, "AMBER")
    alert = clinic.alert()
    assert (alert.kind, alert.patient_id) == ("opt_out", ana)
    assert ("own words" in alert.reason) == ("please" in body)
    assert [c.status for c in clinic.checkins()] == ["cancelled"]
    clinic.at("14:00")
    assert clinic.texts(kind="reminder") == []
    clinic.gateway.ignore_the_rest()


def test_the_carriers_own_word_for_it_counts_too(clinic: Clinic, ana: str) -> None:
    assert clinic.text(ANA, "no quiero", opt_out_type="STOP") == "opt_out"
    clinic.gateway.ignore_the_rest()


def test_after_stop_a_text_is_read_by_a_person_and_gets_no_reply(clinic: Clinic, ana: str) -> None:
    clinic.text(ANA, "STOP")
    clinic.gateway.ignore_the_rest()
    clinic.text(ANA, "are you there?")
    clinic.gateway.nothing_unexpected()
    assert clinic.alert(subject="message").tier == "watch"


def test_start_takes_it_up_again(clinic: Clinic, ana: str) -> None:
    clinic.text(ANA, "STOP")
    clinic.gateway.ignore_the_rest()
    assert clinic.text(ANA, "start") == "opt_in"
    clinic.gateway.expect(ANA, "welcome back")
    clinic.at("tue 10:00")
    clinic.gateway.expect(ANA, "how are you today")
    clinic.gateway.ignore_the_rest()


def test_a_caregivers_stop_is_hers_alone(clinic: Clinic, ana: str) -> None:
    create_related_person(clinic.service, site_id=clinic.site_id, patient_id=ana)
    clinic.tick()
    clinic.text(ROSA, "STOP")
    clinic.gateway.ignore_the_rest()
    clinic.at("tue 10:00")
    clinic.gateway.expect(ANA, "how are you today")
    clinic.gateway.ignore_the_rest()


def test_red_flag_words_beside_a_number_keep_both(clinic: Clinic, ana: str) -> None:
    clinic.ask(ana)
    clinic.text(ANA, "2 1 1 and I have chest pain")
    assert clinic.answers() == {"pain": 2, "breathlessness": 1, "tiredness": 1}
    assert clinic.alert().subject == "words:chest_pain"
    clinic.gateway.ignore_the_rest()


def test_red_flag_words_in_a_check_in_are_no_misunderstanding(clinic: Clinic, ana: str) -> None:
    clinic.ask(ana)
    clinic.gateway.expect(ANA)
    assert clinic.text(ANA, "I have chest pain") == "red_flag"
    told = clinic.gateway.expect(ANA, "Thank you for telling us").body
    assert "Reply with 3 numbers" in told
    assert clinic.checkins()[0].misunderstood == 0
    clinic.gateway.expect(NORA, "RED")


def test_a_review_of_a_misunderstood_seven_is_red(clinic: Clinic, ana: str) -> None:
    clinic.ask(ana)
    clinic.text(ANA, "between 7 and 8 I guess")
    clinic.text(ANA, "7 or 8")
    review = clinic.alert()
    assert (review.subject, review.tier) == ("review", "red")
    assert "7 or 8" in review.reason
    clinic.gateway.ignore_the_rest()


def test_the_form_having_been_quicker_a_text_still_means_what_it_was_asked_for(clinic: Clinic, ana: str) -> None:
    clinic.ask(ana)
    link = clinic.gateway.expect(ANA).body.rsplit("/c/", 1)[1]
    for link_id in ("pain", "breathlessness", "tiredness"):
        save_answer(clinic.service, link, link_id, "2")
    clinic.text(ANA, "3 3 3")
    assert clinic.answers() == {"pain": 3, "breathlessness": 3, "tiredness": 3}
    clinic.text(ANA, "1")  # asked for two numbers by now: one is not taken for the first of them
    assert clinic.answers() == {"pain": 3, "breathlessness": 3, "tiredness": 3}
    clinic.gateway.ignore_the_rest()


def test_two_check_ins_are_open_and_the_newest_is_meant(clinic: Clinic, ana: str) -> None:
    clinic.ask(ana)
    clinic.later(timedelta(minutes=5))
    clinic.ask(ana, "bad-day")
    clinic.text(ANA, "4")
    assert clinic.answers() == {"worst": 4}
    clinic.gateway.ignore_the_rest()

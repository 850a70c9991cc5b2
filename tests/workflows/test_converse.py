"""What a text from a known person does, beyond what the golden dialogues show: what is stored, and what is not."""

from datetime import timedelta

import pytest

from app.db import site_scope
from app.patients.models import ContactPoint
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


def test_a_second_check_in_waits_and_its_answers_are_never_mixed_with_the_first(clinic: Clinic, ana: str) -> None:
    clinic.ask(ana, "bad-day")
    clinic.later(minutes=5)
    clinic.ask(ana)
    assert [c.status for c in clinic.checkins()] == ["issued", "planned"]
    clinic.text(ANA, "4")
    assert clinic.answers() == {"worst": 4}
    clinic.text(ANA, "3")
    clinic.tick()
    assert [c.status for c in clinic.checkins()] == ["completed", "issued"]
    clinic.text(ANA, "1 1 2")
    assert clinic.answers() == {"worst": 4, "urgency": 3, "pain": 1, "breathlessness": 1, "tiredness": 2}
    clinic.gateway.ignore_the_rest()


def test_a_planned_check_in_is_called_off_with_the_rest(clinic: Clinic, ana: str) -> None:
    clinic.ask(ana, "bad-day")
    clinic.ask(ana)
    clinic.text(ANA, "STOP")
    assert {c.status for c in clinic.checkins()} == {"cancelled"}
    clinic.gateway.ignore_the_rest()


def receive_before(clinic: Clinic, body: str) -> str:
    """A text that reached us before the last one was taken in, as when two come within a blink."""
    result = clinic.receive(ANA, body, arrived_at=clinic.clock.now() - timedelta(milliseconds=50))
    clinic.hurry()
    return result


def test_two_answers_in_a_blink_are_both_kept_and_the_worse_one_pages(clinic: Clinic, ana: str) -> None:
    clinic.ask(ana, "bad-day")
    clinic.text(ANA, "3")
    clinic.gateway.ignore_the_rest()
    assert receive_before(clinic, "8") == "two_answers"
    assert clinic.answers() == {"worst": 8}
    assert clinic.alert(subject="self:worst").tier == "red"
    said = clinic.gateway.expect(ANA, "Two answers came at once").body
    assert "We have alerted the nurse" in said and "worst thing right now" in said
    assert {message.result for message in clinic.inbox()} == {"answer", "two_answers"}
    clinic.text(ANA, "3")  # what was right after all; the nurse is on her way
    assert clinic.answers() == {"worst": 3}
    assert clinic.alert(subject="self:worst").status == "triggered"
    clinic.gateway.ignore_the_rest()


def test_the_milder_of_two_answers_in_a_blink_does_not_win(clinic: Clinic, ana: str) -> None:
    clinic.ask(ana, "bad-day")
    clinic.text(ANA, "8")
    receive_before(clinic, "3")
    assert clinic.answers() == {"worst": 8}
    clinic.gateway.ignore_the_rest()


def test_the_same_answer_twice_in_a_blink_answers_nothing_else(clinic: Clinic, ana: str) -> None:
    clinic.ask(ana, "bad-day")
    clinic.text(ANA, "3")
    clinic.gateway.ignore_the_rest()
    assert receive_before(clinic, "3") == "repeated_answer"
    assert clinic.answers() == {"worst": 3}
    clinic.gateway.nothing_unexpected()


def test_two_answers_in_a_blink_to_the_last_question(clinic: Clinic, ana: str) -> None:
    clinic.ask(ana, "bad-day")
    clinic.text(ANA, "2")
    clinic.clock.advance(minutes=1)
    clinic.text(ANA, "3")
    assert receive_before(clinic, "1") == "two_answers"
    assert clinic.alert(subject="self:urgency").tier == "red"
    assert "Two answers" in clinic.alert(subject="review").reason
    clinic.gateway.ignore_the_rest()


def test_a_correction_is_written_into_the_alert_that_the_old_answer_raised(clinic: Clinic, ana: str) -> None:
    clinic.ask(ana)
    clinic.text(ANA, "pain 8")
    clinic.clock.advance(minutes=1)
    assert clinic.text(ANA, "I meant 3") == "corrected"
    alert = clinic.alert(subject="self:pain")
    assert alert.status == "triggered"
    assert alert.happened("corrected") == ["Corrected by text: pain 8 became 3."]
    clinic.gateway.ignore_the_rest()


def test_a_reply_by_text_and_the_form_at_once_are_one_check_in(clinic: Clinic, ana: str) -> None:
    clinic.ask(ana)
    token = clinic.gateway.departures[-1].body.rpartition("/c/")[2].split()[0]
    save_answer(clinic.service, token, "pain", "9")
    clinic.text(ANA, "2 1 1")
    assert len(clinic.responses()) == 1
    assert clinic.answers() == {"pain": 2, "breathlessness": 1, "tiredness": 1}
    assert clinic.alert(subject="self:pain").tier == "red"
    clinic.gateway.ignore_the_rest()


def test_a_second_phone_of_ana_is_ana_too(clinic: Clinic, ana: str) -> None:
    clinic.clock.advance(minutes=1)
    with clinic.db.transaction(site_scope(clinic.site_id)) as session:
        session.add(
            ContactPoint(
                patient_id=ana, related_person_id=None, system="phone", value=ROSA,
                value_index=clinic.db.keyring.index("phone", ROSA), status="active", created_at=clinic.clock.now(),
            )
        )  # fmt: skip
    clinic.ask(ana)
    clinic.gateway.expect(ROSA, "how are you today?")  # the newest of her numbers
    clinic.text(ANA, "2 1 1")
    clinic.gateway.expect(ANA, "nausea")  # answered where she wrote from
    assert clinic.text(ROSA, "0 1") == "answer"
    clinic.damage(ContactPoint, {"value_index": clinic.db.keyring.index("phone", ROSA)}, status="unreachable")
    clinic.gateway.ignore_the_rest()
    clinic.text(ANA, "STOP")
    assert {c.status for c in clinic.rows(ContactPoint)} == {"opted_out"}
    clinic.gateway.ignore_the_rest()


@pytest.mark.parametrize(
    ("body", "status", "result"),
    [
        ("1", "active", "confirmed"),
        ("who is this", "active", "message"),
        ("WRONG", "wrong", "wrong_number"),
        ("I'm driving right now.", "unconfirmed", "automatic"),
        ("STOP", "opted_out", "opt_out"),
    ],
)
def test_what_an_answer_says_of_a_number_that_was_asked_about(
    clinic: Clinic, ana: str, body: str, status: str, result: str
) -> None:
    clinic.damage(ContactPoint, status="unconfirmed", asked_again_at=clinic.clock.now())
    assert clinic.text(ANA, body) == result
    assert clinic.rows(ContactPoint)[0].status == status
    clinic.gateway.ignore_the_rest()


def test_who_confirms_a_number_is_thanked(clinic: Clinic, ana: str) -> None:
    clinic.damage(ContactPoint, status="unconfirmed", asked_again_at=clinic.clock.now())
    clinic.tick()
    clinic.gateway.ignore_the_rest()
    clinic.text(ANA, "1")
    clinic.gateway.expect(ANA, "Thank you, we go on as before.")

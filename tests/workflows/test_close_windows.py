"""Reminders, and what becomes of a check-in that nobody finished: silence is data."""

from tests.factories import ANA, BEN, NORA, check_in, create_patient, create_program
from tests.world import Clinic


def test_one_reminder_and_none_once_answered(clinic: Clinic, ana: str) -> None:
    clinic.at("tue 10:00")
    clinic.gateway.expect(ANA, "how are you today")
    clinic.at("14:00")
    clinic.gateway.expect(ANA, "a small reminder")
    clinic.at("20:00")
    clinic.gateway.nothing_unexpected()
    clinic.at("wed 10:00")
    clinic.gateway.expect(ANA, "how are you today")
    for reply in ("1 1 1", "1 1", "1 1 1", "0 2", "1"):
        clinic.text(ANA, reply)
    clinic.gateway.ignore_the_rest()
    assert clinic.checkins()[-1].status == "completed"
    clinic.at("14:00")
    clinic.gateway.nothing_unexpected()


def test_a_reminder_waits_for_the_morning_and_is_dropped_with_its_window(unstaffed: Clinic) -> None:
    clinic = unstaffed
    late = [check_in(timing={"every": "P1D", "at": "18:00"}, window="PT10H", reminders=["PT4H"])]
    name = create_program(clinic.service, name="late", check_ins=late)
    create_patient(clinic.service, site_id=clinic.site_id, program=name)
    clinic.at("18:00")
    clinic.gateway.ignore_the_rest()
    clinic.at("22:00")
    clinic.at("08:00")
    clinic.gateway.nothing_unexpected()
    assert clinic.texts(kind="reminder") == []


def test_a_worker_that_was_down_reminds_once(clinic: Clinic, ana: str) -> None:
    clinic.at("tue 10:00")
    clinic.gateway.expect(ANA, "how are you today")
    clinic.at("17:00")
    clinic.gateway.expect(ANA, "a small reminder")
    clinic.later(minutes=30)
    assert len(clinic.texts(kind="reminder")) == 1


def test_a_window_that_closes_with_some_answers_is_partial_and_judged_whole(clinic: Clinic, ana: str) -> None:
    clinic.at("tue 10:00")
    clinic.text(ANA, "2 2 8")
    assert clinic.alerts() == [], "tiredness is amber: judged when the check-in ends"
    clinic.at("wed 06:00")
    assert [c.status for c in clinic.checkins()] == ["partial"]
    assert [r.status for r in clinic.responses()] == ["stopped"]
    assert {(a.subject, a.tier) for a in clinic.alerts()} == {
        ("self:tiredness", "amber"),
        ("self:partial-answer", "watch"),
    }
    clinic.gateway.ignore_the_rest()


def test_two_missed_in_a_row_raise_one_alert_however_long_it_lasts(clinic: Clinic, ana: str) -> None:
    clinic.at("wed 06:00")
    assert [c.status for c in clinic.checkins()] == ["missed"]
    assert clinic.alerts() == []
    clinic.at("thu 06:00")
    silence = clinic.alert()
    assert (silence.kind, silence.subject, silence.tier) == ("silence", "silence", "amber")
    clinic.at("thu 08:00")
    clinic.gateway.expect(NORA, "AMBER")
    clinic.text(NORA, silence.code)
    clinic.at("fri 06:00")
    silence = clinic.alert()
    assert len(silence.happened("evidence")) == 1
    assert silence.status == "acknowledged"
    assert sum("Bedside AMBER" in d.body for d in clinic.gateway.departures) == 1
    clinic.gateway.ignore_the_rest()


def test_an_answer_ends_the_silence(clinic: Clinic, ana: str) -> None:
    clinic.at("wed 06:00")
    clinic.at("wed 10:00")
    clinic.text(ANA, "1 1 1")
    clinic.at("thu 06:00")
    clinic.at("fri 06:00")
    assert [c.status for c in clinic.checkins()] == ["missed", "partial", "missed"]
    assert clinic.alerts(subject="silence") == []
    clinic.gateway.ignore_the_rest()


def test_silence_after_a_red_answer_is_red_at_once(clinic: Clinic, ana: str) -> None:
    clinic.at("tue 10:00")
    clinic.text(ANA, "8 1 1")
    clinic.text(NORA, clinic.alert().code)
    clinic.at("wed 10:00")
    clinic.at("thu 06:00")
    silence = clinic.alert(subject="silence")
    assert silence.tier == "red"
    assert clinic.paged(silence) == [("Nora", 0)]
    clinic.gateway.ignore_the_rest()


def test_a_check_in_that_was_only_skipped_through_is_missed(clinic: Clinic, ana: str) -> None:
    clinic.at("tue 10:00")
    clinic.text(ANA, "SKIP")
    clinic.at("wed 06:00")
    assert [c.status for c in clinic.checkins()] == ["missed"]
    clinic.gateway.ignore_the_rest()


def test_one_check_in_that_cannot_be_closed_does_not_keep_the_others_open(clinic: Clinic, ana: str) -> None:
    name = create_program(clinic.service, name="doomed")
    ben = create_patient(clinic.service, site_id=clinic.site_id, program=name, given_name="Ben", phone=BEN)
    clinic.at("tue 10:00")
    clinic.break_program(name)
    clinic.at("wed 06:00")
    assert [c.status for c in clinic.checkins(patient_id=ana)] == ["missed"]
    assert [c.status for c in clinic.checkins(patient_id=ben)] == ["issued"]
    clinic.gateway.ignore_the_rest()

"""What a clinician is told about valid content before it is published."""

import sys

import pytest

from app.content.check import Report, report
from app.content.loader import load
from tests.unit.content.conftest import ROOT


@pytest.fixture(scope="module")
def told() -> Report:
    return report(load(ROOT))


def test_every_message_is_shown_with_its_cost_in_every_language(told):
    (closing,) = [cost for cost in told.messages if (cost.name, cost.language) == ("closing", "es")]
    assert (closing.encoding, closing.segments, closing.allowed) == ("GSM-7", 1, 1)
    assert closing.text.startswith("Gracias, eso es todo. Enfermeria lo lee lun-vie 8:00-17:00.")


def test_a_clinician_is_asked_to_sign_off(told):
    assert "sign them off" in told.sign_off


def test_an_emergency_number_lost_in_translation_is_noticed(content):
    content.replace("sms_templates/es/red_uncovered.txt", "{{ emergency_number }}", "911")

    warnings = report(load(content.root)).warnings

    assert [w.split(",")[0] for w in warnings if "does not mention" in w] == [
        "sms_templates/es/red_uncovered.txt: does not mention emergency_number"
    ]


def test_a_check_in_that_costs_too_much_is_noticed(content):
    content.replace("instruments/core-daily.yaml", "  - [sleep, worry, low_mood]\n", "")

    warnings = report(load(content.root)).warnings

    assert "advanced-cancer: check-in 'daily' can cost 10 segments in 'en'; aim at 8" in warnings


def test_a_question_that_does_not_fit_in_one_text_is_noticed(content):
    content.replace(
        "instruments/core-daily.yaml",
        "How much of the day did you spend",
        "Thinking back carefully over all of the last day, how much of it did you spend",
    )

    assert any("a question costs 2 segments in 'en'" in warning for warning in report(load(content.root)).warnings)


def test_a_long_sentence_is_noticed(content):
    content.replace(
        "sms_templates/en/help.txt",
        "we ask by text how you are.",
        "we ask by text how you are and " + "so on and " * 8 + "on.",
    )

    assert any("words in one sentence" in warning for warning in report(load(content.root)).warnings)


def test_the_higher_price_of_another_alphabet_is_shown_and_has_a_bound_of_its_own(told):
    (invitation,) = [cost for cost in told.messages if (cost.name, cost.language) == ("invitation", "ar")]
    assert (invitation.encoding, invitation.segments, invitation.allowed) == ("UCS-2", 5, 5)
    assert "advanced-cancer: check-in 'daily' can cost 17 segments in 'ar'; aim at 8" in told.warnings


def test_a_heart_in_an_english_message_is_no_reason_for_a_higher_price(content):
    content.replace("sms_templates/en/help.txt", "how you are.", "how you are \u2665.")

    assert any("en/help.txt:1: costs 3 segments (UCS-2)" in str(problem) for problem in content.problems())


def test_it_is_said_whether_a_native_speaker_has_read_a_language(content):
    content.replace("sms_templates/es/language.yaml", "reviewed_by: null", 'reviewed_by: "Rosa Flores, 2026-03-02"')

    notes = report(load(content.root)).notes

    assert "ar (العربية): no native speaker has reviewed it yet." in notes
    assert "es (Español): reviewed by Rosa Flores, 2026-03-02." in notes


def test_the_red_flag_words_are_shown_with_their_version(told):
    notes = [note for note in told.notes if note.startswith("red_flags/")]

    assert len(notes) == 3
    assert all("version 2, fingerprint " in note and " phrases for 13 signs, " in note for note in notes)


def about_programs(told):
    return [line for line in told.warnings if line.startswith("programs/")]


def test_nothing_that_calls_for_somebody_at_once_is_overlooked_in_what_we_ship(told):
    assert about_programs(told) == []


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("when: {red_flag_text: true}", "when: {all: [{red_flag_text: true}, {late: true}]}", [
            "no red rule looks for red-flag words in what self writes: see red_flag_text",
            "no red rule looks for red-flag words in what proxy writes: see red_flag_text",
            "no red rule looks for red-flag words in what caregiver writes: see red_flag_text",
        ]),
        ("respondents: [self, proxy, caregiver]\n    when: {red_flag", "respondents: [self]\n    when: {red_flag", [
            "no red rule looks for red-flag words in what proxy writes: see red_flag_text",
            "no red rule looks for red-flag words in what caregiver writes: see red_flag_text",
        ]),
        ("tier: red\n    subject: urgency", "tier: amber\n    subject: urgency", [
            "no red rule heeds that self wants a call now: see says: urgent",
        ]),
    ],
)  # fmt: skip
def test_words_and_wishes_that_make_nobody_look_at_once_are_noticed(content, old, new, said):
    content.replace("programs/advanced-cancer.yaml", old, new)

    found = about_programs(report(load(content.root)))

    assert found == [f"programs/advanced-cancer.yaml: {words}" for words in said]


def test_numbers_that_no_rule_reads_are_named_a_line_for_each_questionnaire(content, told):
    left = [note for note in told.notes if "no rule reads" in note]
    assert left == [
        "programs/advanced-cancer.yaml: no rule reads what caregiver-observed asks proxy about: eating, sleeping",
        "programs/advanced-cancer.yaml: no rule reads what core-daily asks self about: function",
        "programs/advanced-cancer.yaml: no rule reads what core-weekly asks self about: function",
    ]
    content.replace("programs/advanced-cancer.yaml", "    when: {item: worst, at_least: 7}", "    when: {late: true}")

    now = report(load(content.root)).notes

    assert "programs/advanced-cancer.yaml: no rule reads what bad-day asks self about: worst" in now


def test_a_text_that_needs_too_much_school_is_noticed(content):
    content.replace(
        "sms_templates/en/help.txt",
        "we ask by text how you are.",
        "notwithstanding considerable deterioration, participation necessitates electronic communication.",
    )
    content.replace(
        "instruments/core-daily.yaml",
        "How worn out have you felt in the last 24 hours?",
        "Characterise the intensity of debilitating exhaustion experienced recently and typically?",
    )

    warnings = [warning for warning in report(load(content.root)).warnings if "aim at 11" in warning]

    assert {warning.split(": needs a reader of ")[0] for warning in warnings} == {
        "sms_templates/en/help.txt",
        "instruments/core-daily.yaml",
    }


def test_where_the_library_is_missing_it_is_said_that_reading_was_not_checked(content, monkeypatch):
    monkeypatch.setitem(sys.modules, "textstat", None)  # what an installation without it looks like to Python

    told = report(load(content.root))

    assert any(note.startswith("Reading level was not checked") for note in told.notes)
    assert not any("reader of" in warning for warning in told.warnings)

"""What a clinician is told about valid content before it is published."""

from app.content.check import report
from app.content.loader import load


def test_every_message_is_shown_with_its_cost_in_every_language(content):
    told = report(load(content.root))

    (closing,) = [cost for cost in told.messages if (cost.name, cost.language) == ("closing", "es")]
    assert (closing.encoding, closing.segments, closing.allowed) == ("GSM-7", 1, 1)
    assert closing.text.startswith("Gracias, eso es todo. Enfermeria lo lee lun-vie 8:00-17:00.")


def test_a_clinician_is_asked_to_sign_off(content):
    assert "sign them off" in report(load(content.root)).sign_off


def test_an_emergency_number_lost_in_translation_is_noticed(content):
    content.replace("sms_templates/es/red_uncovered.txt", "{{ emergency_number }}", "911")

    (warning,) = report(load(content.root)).warnings

    assert warning.startswith("sms_templates/es/red_uncovered.txt: does not mention emergency_number")


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

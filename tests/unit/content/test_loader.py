"""A clinician's mistake is refused, and the message says in which file and line it is and what is wrong."""

# ruff: noqa: E501  (the table of mistakes reads better with one mistake a line)

import shutil
from dataclasses import FrozenInstanceError
from pathlib import Path

import pytest

from app.content.check import report
from app.content.loader import load
from app.content.problems import ContentInvalid, Problem

DAILY = "instruments/core-daily.yaml"
OBSERVED = "instruments/caregiver-observed.yaml"
PROGRAM = "programs/advanced-cancer.yaml"

PAIN = (
    '  - link_id: pain\n    code: {system: "http://snomed.info/sct", code: "22253000"}\n    type: scale\n    min: 0\n'
)

MISTAKES = {
    # name: (file, text to replace, replacement, lines below the replaced text's first, words of the message)
    "unknown key": (DAILY, "    worse: high\n    label: {en: \"pain\"", "    wurse: high\n    label: {en: \"pain\"", 0, "wurse: is not a key"),
    "missing key": (DAILY, "url: urn:bedside:questionnaire:core-daily\n", "", None, "url: is missing"),
    "number as version": (DAILY, 'version: "3"', "version: 3", 0, "write it in quotes"),
    "unknown item type": (DAILY, "    type: scale", "    type: slider", 0, "'slider' is not known: use choice, date, display, group, number, scale or text"),
    "scale upside down": (DAILY, "    min: 0\n    max: 10", "    min: 10\n    max: 0", 0, "min 10 must be less than max 0"),
    "scale without end": (DAILY, "    max: 10\n    worse: high\n    label: {en: \"pain\"", "    worse: high\n    label: {en: \"pain\"", -4, "a scale needs min and max"),
    "same id twice": (DAILY, "  - link_id: breathlessness", "  - link_id: pain", 0, "'pain' is used by an earlier item"),
    "same code twice": (DAILY, 'code: "267036007"', 'code: "22253000"', 0, "same code as 'pain'"),
    "text without a language": (DAILY, '\n      es: "¿Cuánto dolor ha tenido en las últimas 24 horas?"', "", -1, "text: is missing in 'es'"),
    "option without a language": (DAILY, '{value: 3, text: {en: "more than half", es: "más de la mitad", ar: "أكثر من النصف"}}', '{value: 3, text: {en: "more than half"}}', 0, "text: is missing in 'es'"),
    "anchor without a language": (DAILY, '    anchors: {en: ["none", "worst imaginable"], es: ["nada", "lo peor imaginable"], ar: ["لا شيء", "أسوأ ما يمكن"]}', '    anchors: {en: ["none", "worst imaginable"]}', 0, "anchors: is missing in 'es'"),
    "same option twice": (DAILY, "      - {value: 2, text: {en: \"neither\"", "      - {value: 1, text: {en: \"neither\"", 0, "1 is used by an earlier option"),
    "option that is no number": (DAILY, "      - {value: 2, text: {en: \"neither\"", "      - {value: two, text: {en: \"neither\"", 0, "expected a whole number"),
    "option in words of the phone company": (DAILY, 'en: "it can wait"', 'en: "Cancel."', 0, "ends, starts or steers a text conversation"),
    "the same in Spanish": (DAILY, 'es: "puede esperar"', 'es: "¡Sí!"', 0, "ends, starts or steers a text conversation"),
    "the same in Arabic": (DAILY, 'ar: "يمكن الانتظار"', 'ar: "إلغاء"', 0, "ends, starts or steers a text conversation"),
    "label that is a keyword": (DAILY, 'label: {en: "tiredness"', 'label: {en: "Tired"', 0, "ends, starts or steers a text conversation"),
    "anchor that is a keyword": (DAILY, '["none", "worst imaginable"]', '["no", "worst imaginable"]', 0, "ends, starts or steers a text conversation"),
    "branch on nothing": (DAILY, "{item: worry, at_least: 4}", "{item: wory, at_least: 4}", 0, "there is no item 'wory'"),
    "branch on a later item": (DAILY, '    anchors: {en: ["none", "worst imaginable"]', '    enable_when: {any: [{item: function, at_least: 2}]}\n    anchors: {en: ["none", "worst imaginable"]', 0, "'function' is not asked before this item"),
    "branch on itself": (DAILY, "{item: low_mood, at_least: 4}", "{item: urgency, at_least: 2}", 0, "'urgency' is not asked before this item"),
    "branch that never opens": (DAILY, "{item: low_mood, at_least: 4}", "{item: low_mood, at_least: 40}", 0, "40 can never be answered"),
    "branch with two bounds": (DAILY, "{item: low_mood, at_least: 4}", "{item: low_mood, at_least: 4, at_most: 6}", 0, "use exactly one of at_least"),
    "together with nothing": (DAILY, "[nausea, appetite]", "[nausea, apetite]", 0, "there is no item 'apetite'"),
    "together twice": (DAILY, "[nausea, appetite]", "[nausea, pain]", 0, "'pain' is already asked together"),
    "together with free text": (DAILY, "[nausea, appetite]", "[nausea, free_text]", 0, "'free_text' is not answered with a number"),
    "address used twice": (DAILY, "questionnaire:core-daily", "questionnaire:bad-day", 0, "is the url of 'bad-day' too"),
    "key written twice": (DAILY, 'version: "3"', 'version: "3"\nversion: "4"', 1, "the key 'version' is written twice"),
    "not YAML": (DAILY, "ask_together:", "ask_together: [", 1, "not readable as YAML"),
    "recall that is no duration": (DAILY, "recall_period: PT24H", "recall_period: 24 hours", 0, "'24 hours' is not a duration"),
    "program in another file": (PROGRAM, "name: advanced-cancer", "name: other", 0, "is in a file called advanced-cancer.yaml"),
    "no such instrument": (PROGRAM, "questionnaire: core-daily", "questionnaire: core-monthly", 0, "there is no instrument 'core-monthly': use bad-day, caregiver-observed, caregiver-self"),
    "window that is no duration": (PROGRAM, "window: PT20H", "window: 20h", 0, "'20h' is not a duration"),
    "reminder after the window": (PROGRAM, "reminders: [PT4H]", "reminders: [PT4H, PT21H]", 0, "not before the window"),
    "reminders out of order": (PROGRAM, "reminders: [PT4H]", "reminders: [PT4H, PT2H]", 0, "in order"),
    "hour that does not exist": (PROGRAM, 'at: "10:00"', 'at: "25:00"', 0, "'25:00' is not a time of day"),
    "day that does not exist": (PROGRAM, "on: [mon, thu]", "on: [mon, day]", 0, "'day' is not known"),
    "days without weeks": (PROGRAM, "{every: P1W, on:", "{every: P1D, on:", 0, "interval of weeks"),
    "interval without a start": (PROGRAM, "{every: P1D, at:", "{every: P3D, at:", 0, "starts_on"),
    "unknown respondent": (PROGRAM, "respondent: patient", "respondent: nurse", 0, "'nurse' is not known: use caregiver or patient"),
    "same rule twice": (PROGRAM, "id: breathlessness-severe", "id: pain-severe", 0, "'pain-severe' is used twice"),
    "unknown tier": (PROGRAM, "    tier: red", "    tier: purple", 0, "'purple' is not known"),
    "unknown rule key": (PROGRAM, "    tier: red", "    tier: red\n    priority: 1", 1, "priority: is not a key"),
    "unknown condition": (PROGRAM, "{missed_in_a_row: 2}", "{missed_in_row: 2}", 0, "no condition is called 'missed_in_row'"),
    "rule on nothing": (PROGRAM, "{item: nausea, at_least: 7}", "{item: nausea_x, at_least: 7}", 0, "asks 'nausea_x'"),
    "rule on what is asked of others": (PROGRAM, "    respondents: [proxy]\n    when: {item: confusion", "    when: {item: confusion", 0, "asks 'confusion' of self"),
    "rule on free text": (PROGRAM, "{item: nausea, at_least: 7}", "{item: free_text, at_least: 7}", 0, "'free_text' is not answered with a number"),
    "rule on a score that nobody adds up": (PROGRAM, "{item: nausea, at_least: 7}", "{score: total, at_least: 3}", 0, "no questionnaire asked of self has the score 'total': none is declared"),
    "rule that never fires": (PROGRAM, "{item: nausea, at_least: 7}", "{item: nausea, at_least: 70}", 0, "70 can never be answered"),
    "rise that never happens": (PROGRAM, "rises_by: 2, since: previous", "rises_by: 20, since: previous", 0, "cannot change by 20"),
    "unknown since": (PROGRAM, "since: previous", "since: yesterday", 0, "use previous, baseline or best"),
    "comparison with nothing": (PROGRAM, "{item: nausea, at_least: 7}", "{item: nausea}", 0, "compares with nothing"),
    "wrong direction": (PROGRAM, "{item: confusion, equals: 1}", "{item: confusion, at_least: 1}", 0, "lower is worse for 'confusion': use at_most"),
    "cluster that cannot fill": (PROGRAM, "{items: [nausea, appetite], at_least: 4, count: 2}", "{items: [nausea, appetite], at_least: 4, count: 3}", 0, "whole number from 1 to 2"),
    "instruction that nobody wrote": (PROGRAM, "    tier: red", "    tier: red\n    instruction: go_home", 1, "there is no message 'go_home'"),
    "unknown target": (PROGRAM, "page: backup", "page: doctor", 0, "'doctor' is not known: use backup, everyone, fallback or on_call"),
    "suggestion that pages": (PROGRAM, "    tier: watch\n    then: step_down", "    tier: amber\n    then: step_down", 0, "a suggestion to ask less often is watch"),
    "suggestion after one good answer": (PROGRAM, "{item: pain, at_most: 3, consecutive: 7}", "{item: pain, at_most: 3}", 0, "needs consecutive: 3 or more"),
    "suggestion after bad answers": (PROGRAM, "{item: pain, at_most: 3, consecutive: 7}", "{item: pain, at_least: 3, consecutive: 7}", 0, "rests on good answers"),
    "suggestion after silence": (PROGRAM, "{item: pain, at_most: 3, consecutive: 7}", "{missed_in_a_row: 3}", 0, "rests on good answers"),
    "suggestion above the goal": (PROGRAM, "{item: pain, at_most: 3, consecutive: 7}", "{item: pain, above_goal: true, consecutive: 7}", 0, "is no good answer"),
    "suggestion after too little peace": (PROGRAM, "{item: pain, at_most: 3, consecutive: 7}", "{item: peace, at_most: 3, consecutive: 7}", 0, "lower is worse for 'peace'"),
    "about nobody": ("instruments/caregiver-self.yaml", "about: respondent\nrecall", "about: caregiver\nrecall", 0, "use patient or respondent"),
    "caregiver's own item asked of nobody else": (PROGRAM, "    respondents: [caregiver]\n    when: {item: managing", "    respondents: [proxy]\n    when: {item: managing", 1, "asks 'managing' of proxy"),
    "red without a call": (PROGRAM, "steps: [{page: on_call}, {after: PT15M, page: backup}, {after: PT15M, page: everyone}]", "steps: []", 0, "a red alert must page somebody"),
    "step without a wait": (PROGRAM, "{after: PT15M, page: backup}", "{page: backup}", 0, "needs after"),
    "settled for too long": (PROGRAM, "settled_for: P7D", "settled_for: P31D", 0, "keeps quiet for 30 days at most"),
    "tier without a ladder": (PROGRAM, "  watch: {steps: [], settled_for: P7D}\n", "", None, "does not say what happens with watch"),
}  # fmt: skip


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda name: name.replace(" ", "-"))
def test_a_mistake_is_named_with_its_file_its_line_and_the_reason(content, mistake):
    file, old, new, below, words = MISTAKES[mistake]
    shutil.rmtree(content.root / "sms_templates")  # they have tests of their own, and take long to read
    line = content.replace(file, old, new)

    found = [problem for problem in content.problems() if problem.file == file and words in problem.message]

    assert found, content.problems()
    if below is not None:
        assert found[0].line == line + below


def test_all_mistakes_are_told_at_once_and_in_order(content):
    content.replace(DAILY, 'version: "3"', "version: 3")
    content.replace(DAILY, "    type: scale", "    type: slider")
    content.replace(PROGRAM, "window: PT20H", "window: long")
    content.replace("sms_templates/es/closing.txt", "{{ readers }}", "{{ reader }}")

    problems = content.problems()

    assert {problem.file for problem in problems} == {DAILY, PROGRAM, "sms_templates/es/closing.txt"}
    assert problems == sorted(problems)
    assert len(problems) >= 4


def test_what_is_right_is_loaded_as_written_and_cannot_be_changed(content):
    bundle = load(content.root)

    assert bundle.instruments["core-daily"].data["url"] == "urn:bedside:questionnaire:core-daily"
    assert bundle.instruments["core-daily"].questionnaire.item("pain").max == 10
    assert bundle.programs["advanced-cancer"].data["check_ins"][1]["timing"] == {
        "every": "P1W",
        "on": ["mon", "thu"],
        "at": "11:00",
    }
    with pytest.raises(FrozenInstanceError):
        bundle.programs = {}  # type: ignore[misc]
    with pytest.raises(TypeError):
        bundle.programs["advanced-cancer"].data["name"] = "other"  # type: ignore[index]


def test_what_is_designed_for_later_is_accepted(content):
    content.replace(
        PROGRAM,
        "rules:\n",
        """rules:
  - id: designed
    tier: watch
    subject: nausea
    instruction: red
    not_during: hospital
    applies_to: [comfort]
    respondents: self
    when:
      any:
        - {item: nausea, at_most: 2, consecutive: 3, within: P7D}
        - {item: pain, falls_by: 2, since: best}
        - {item: "22253000", discordance_at_least: 4}
        - {not: {silent_for: P2D}}
        - {item: free_text, red_flag_text: true}
""",
    )

    assert content.problems() == []


@pytest.mark.parametrize("timing", ["", "    timing: null\n", '    timing: {every: P3D, starts_on: 2026-01-31, at: ["09:30", "16:00"]}\n', "    timing: {every: PT30S}\n"])  # fmt: skip
def test_a_check_in_may_be_timed_in_several_ways_or_not_at_all(content, timing):
    content.replace(PROGRAM, '    timing: {every: P1D, at: "10:00"}\n', timing)

    assert content.problems() == []


def test_a_program_may_be_written_without_quotes_around_its_hours(content):
    content.replace(PROGRAM, 'at: "10:00"', "at: 10:00")

    assert load(content.root).programs["advanced-cancer"].data["check_ins"][0]["timing"]["at"] == "10:00"


def test_a_missing_folder_or_message_is_a_problem(content):
    (content.root / "sms_templates/es/closing.txt").unlink()
    for file in (content.root / "programs").iterdir():
        file.unlink()
    (content.root / "programs").rmdir()

    assert Problem("sms_templates/es/closing.txt", 1, "is missing") in content.problems()
    assert Problem("programs", 1, "this folder is missing") in content.problems()


def test_a_language_that_is_only_begun_lacks_all_that_is_not_yet_said(content):
    content.write("sms_templates/fr/link.txt", "{{ link }}")

    problems = content.problems()

    assert Problem("sms_templates/fr/closing.txt", 1, "is missing") in problems
    assert Problem("red_flags/fr.yaml", 1, "is missing") in problems
    assert any(problem.file == DAILY and "title: is missing in 'fr'" in problem.message for problem in problems)


def test_a_language_that_every_clinic_needs_is_missed(content):
    shutil.rmtree(content.root / "sms_templates/es")

    assert Problem("sms_templates/es/wants_to_die.txt", 1, "is missing") in content.problems()


def test_a_clinic_need_not_speak_every_language_that_is_shipped(content):
    shutil.rmtree(content.root / "sms_templates/ar")

    assert load(content.root).languages == ("en", "es")


def test_a_clinics_own_questions_may_lack_an_optional_language(content):
    content.replace(DAILY, '\n      ar: "ما شدة الألم في آخر 24 ساعة؟"', "")

    (warning,) = [w for w in report(load(content.root)).warnings if "is asked in English" in w]
    assert warning == f"{DAILY}: is asked in English where 'ar' is missing: pain"


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("name: Arabic\ndirection: up\n", 2, "direction: 'up' is not known: use ltr or rtl"),
        ("name: Arabic\ndirection: rtl\nreviewd_by: Nora\n", 3, "reviewd_by: is not a key"),
        ("direction: rtl\n", 1, "name: is missing"),
    ],
)
def test_what_a_language_says_of_itself_is_checked(content, text, line, words):
    content.write("sms_templates/ar/language.yaml", text)

    found = [problem for problem in content.problems() if problem.file == "sms_templates/ar/language.yaml"]

    assert [(problem.line, words in problem.message) for problem in found] == [(line, True)]


def test_a_language_may_say_nothing_of_itself(content):
    (content.root / "sms_templates/es/language.yaml").unlink()

    assert load(content.root).notes["es"].reviewed_by is None


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Thank you {{ name }}", "'name' is not declared for 'closing'"),
        ("Thank you {{ readers", "not readable as a template"),
        ("{% for x in readers %}{{ x }}{% endfor %}", "for is not used in messages"),
        ("{{ readers.__class__ }}", "getattr is not used in messages"),
        ("{{ 'x' * 99999999 }}", "mul is not used in messages"),
        ("{% include 'page' %}", "include is not used in messages"),
        ("{% set readers = 'nobody' %}{{ readers }}", "given from outside"),
        ("{# nothing to say #}", "says nothing"),
        ("Thank you. " * 20, "costs 2 segments (GSM-7) with typical values; 1 at most"),
        ("Thank you " + "♥" * 65, "costs 2 segments (UCS-2)"),
        ("{{ {'a': 1}[readers] }}", "cannot be rendered"),
    ],
)
def test_a_message_that_must_not_be_sent_is_refused_with_its_line(content, text, words):
    content.write("sms_templates/en/closing.txt", "{# Ends a check-in. #}\n" + text)

    (problem,) = [p for p in content.problems() if words in p.message]

    assert problem.file == "sms_templates/en/closing.txt"
    assert problem.line == (1 if words.startswith(("says", "costs", "cannot")) else 2)


def test_a_message_that_never_ends_is_refused(content):
    content.write("sms_templates/en/closing.txt", "{{ " + "(" * 20_000 + "readers" + ")" * 20_000 + " }}")

    assert Problem("sms_templates/en/closing.txt", 1, "nested too deeply") in content.problems()


def test_a_message_that_nothing_sends_is_refused(content):
    content.write("sms_templates/en/hello.txt", "Hello")

    assert content.problems() == [Problem("sms_templates/en/hello.txt", 1, "there is no message called 'hello'")]


@pytest.mark.parametrize(
    ("name", "raw", "words"),
    [
        ("latin.yaml", "title: fácil".encode("latin-1"), "not UTF-8"),
        ("empty.yaml", b"", "expected keys and values"),
        ("list.yaml", b"- 1", "expected keys and values"),
        ("alias.yaml", b"a: &x 1\nb: *x", "anchors"),
        ("tag.yaml", b"a: !!python/object/apply:os.system [id]", "tags"),
        ("deep.yaml", b"a: " + b"[" * 500, "nested too deeply"),
        ("huge.yaml", b"# " + b"x" * 600_000, "larger than 512 KB"),
        ("short.yml", b"a: 1", "ending .yaml"),
        ("Wrong Name.yaml", b"a: 1", "small letters"),
    ],
)
def test_a_file_that_is_not_what_it_should_be_is_a_problem_and_not_a_crash(content, name, raw, words):
    (content.root / "instruments" / name).write_bytes(raw)

    (problem,) = content.problems()

    assert problem.file == f"instruments/{name}"
    assert words in problem.message


def test_the_error_reads_like_a_list_for_the_terminal(content):
    line = content.replace(DAILY, 'version: "3"', "version: 3")

    with pytest.raises(ContentInvalid, match=rf"^{DAILY}:{line}: version: expected text, found 3: write it in quotes$"):
        load(content.root)


def test_no_content_at_all_is_refused(tmp_path: Path):
    with pytest.raises(ContentInvalid):
        load(tmp_path)

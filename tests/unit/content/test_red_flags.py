"""Red-flag words are content: a clinic may bring its own, and a mistake in them is refused with its file and line."""

import shutil
from collections.abc import Iterator

import pytest

from app.alerts import word_files
from app.alerts.red_flags import find
from app.alerts.word_list import FLAGS, readable
from app.content.loader import load
from app.content.red_flags import unheard
from tests.unit.content.conftest import ROOT

ENGLISH = "red_flags/en.yaml"
MISTAKES = {
    # name: (text to replace, replacement, lines below the replaced text's first, words of the message)
    "unknown flag": ("  fever: |", "  feever: |", 0, "there is no such flag: use bladder_control"),
    "missing flag": ("  fever: |", "  feever: |", None, "says nothing for 'fever'"),
    "key misspelt": ("idioms: |", "idoms: |", 0, "idoms: is not a key"),
    "unknown list": ("    @chest @pain\n", "    @chst @pain\n", 0, "names the list chst, which is not there"),
    "regular expression": ("    angina\n", "    (a+)+$\n", 0, "is not readable"),
    "half a bracket": ("    angina\n", "    (angina\n", 0, "is not readable"),
    "nothing but gaps": ("    angina\n", "    .. ..\n", 0, "is not readable"),
    "nothing that must be there": ("    angina\n", "    (angina)\n", 0, "is not readable"),
    "many gaps": ("    angina\n", "    angina .. very .. bad .. now\n", 0, "is too long"),
    "written twice": ("    angina\n", "    angina\n    angina\n", 1, "'angina' is written twice"),
    "list that is none": ("  chest: chest|cheast|chst\n", "  chest: chest||chst\n", 0, "with | between them"),
    "without a version": ('version: "2"\n', "", None, "version: is missing"),
    "empty flag": ("  chest_pain: |\n", "  chest_pain: ''\n  other: |\n", 0, "expected lines of text"),
}


@pytest.fixture
def own(content) -> Iterator[object]:
    shutil.copytree(ROOT / "red_flags", content.root / "red_flags")
    yield content
    word_files.use_folder(content.root / "nothing here")


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda name: name.replace(" ", "-"))
def test_a_mistake_is_named_with_its_file_its_line_and_the_reason(own, mistake):
    old, new, below, words = MISTAKES[mistake]
    shutil.rmtree(own.root / "sms_templates")  # they have tests of their own, and take long to read
    line = own.replace(ENGLISH, old, new)

    found = [problem for problem in own.problems() if problem.file == ENGLISH and words in problem.message]

    assert found, [problem for problem in own.problems() if problem.file == ENGLISH]
    assert below is None or found[0].line == line + below


def test_a_clinics_own_words_are_used_and_nothing_else_changes(own):
    assert find("the sky is purple", "en") == []
    own.replace(ENGLISH, "    angina\n", "    angina\n    sky (is) purple\n")

    word_files.use_folder(own.root / "red_flags")

    assert [flag.flag for flag in find("the sky is purple", "en")] == ["chest_pain"]
    assert [flag.flag for flag in find("no tengo fiebre, me duele el pecho", "es")] == ["chest_pain"]


def test_without_lists_of_its_own_a_clinic_has_the_shipped_ones(content):
    word_files.use_folder(content.root / "red_flags")

    assert [flag.flag for flag in find("I have chest pain", "en")] == ["chest_pain"]
    assert set(load(content.root).red_flags) == {"ar", "en", "es"}


@pytest.mark.parametrize("spoilt", ["{", "version: '2'\n", ""])
def test_lists_that_cannot_be_read_leave_nobody_unheard(own, spoilt):
    own.write(ENGLISH, spoilt)

    word_files.use_folder(own.root / "red_flags")

    assert [flag.flag for flag in find("I have chest pain", "en")] == ["chest_pain"]


def test_what_looks_like_a_regular_expression_is_only_a_word_that_nobody_says(own):
    own.replace(ENGLISH, "    angina\n", "    angina\n    (a+)+b[\n    x.*y\n")

    word_files.use_folder(own.root / "red_flags")

    assert find("a" * 1000 + " xzzy", "en") == []
    assert [flag.flag for flag in find("x.. angina", "en")] == ["chest_pain"]


def test_a_phrase_that_an_idiom_swallows_is_noticed(own):
    own.replace(ENGLISH, "    angina\n", "    angina\n    bleeding heart syndrome\n")

    (warning,) = unheard(load(own.root).red_flags)

    assert warning.startswith("red_flags/en.yaml: chest_pain: 'bleeding heart syndrome' is never heard")


def test_another_version_has_another_fingerprint(own):
    before = load(own.root).red_flags["en"]
    own.replace(ENGLISH, "    angina\n", "    angina pectoris\n")
    after = load(own.root).red_flags["en"]

    assert before.fingerprint != after.fingerprint
    assert load(own.root).red_flags["en"].fingerprint == after.fingerprint


@pytest.mark.parametrize(
    "phrase", ["a", "a|b", "bleed*", "@cant move", "(my) chest .. hurts $", "temp : 38", "ألم .. صدر*"]
)
def test_what_a_phrase_may_be(phrase):
    assert readable(phrase)


@pytest.mark.parametrize(
    "phrase", ["", "..", "$", ":", "a:", "(a)", "a+", "a.b", "[ab]", "a||b", "*", "a)", "(a", "\\w", "a* b**"]
)
def test_what_a_phrase_may_not_be(phrase):
    assert not readable(phrase)


def test_every_flag_is_a_name_that_alerts_can_use():
    assert len(set(FLAGS)) == len(FLAGS) == 13

"""Composite grades against the published table, typed a second time here in another form, and the other scores."""

from itertools import product

import pytest

from app.composites import TERMS
from app.questionnaires.scoring import ESAS_R_PRESENT, Band, band, composite_for, composite_grade, sum_score

# Basch et al., Clin Trials 2021;18:104-114. First attribute 1 to 4 outermost, then second 0 to 4, then third 0 to 4.
FSI = (
    "0112211122122232223322333",
    "0112211122222332223322333",
    "1112211122222332233322333",
    "1112211223222332233322333",
)
PAIRS = {
    ("frequency", "severity"): ("11122", "11222", "11233", "11233"),
    ("frequency", "interference"): ("11122", "11122", "11233", "11233"),
    ("severity", "interference"): ("11122", "11223", "12233", "22233"),
}
SINGLES = {"frequency": "01123", "severity": "01233", "interference": "01122"}


def rows():
    """Every combination that can be answered, with its grade: a first attribute of 0 ends it there."""
    for name, grades in SINGLES.items():
        for value, grade in enumerate(grades):
            yield {name: value}, int(grade)
    for (first, second), table in PAIRS.items():
        yield {first: 0, second: 0}, 0
        for a, b in product(range(1, 5), range(5)):
            yield {first: a, second: b}, int(table[a - 1][b])
    yield {"frequency": 0, "severity": 0, "interference": 0}, 0
    for f, s, i in product(range(1, 5), range(5), range(5)):
        yield {"frequency": f, "severity": s, "interference": i}, int(FSI[f - 1][s * 5 + i])


ROWS = list(rows())


def graded(answers):
    grade = composite_grade(**answers)
    assert grade is not None
    return grade


def test_the_table_has_all_179_combinations():
    assert len(ROWS) == 179
    assert [graded(answers) for answers, _ in ROWS] == [grade for _, grade in ROWS]


def test_very_severe_is_often_graded_low_so_it_must_not_be_gated():
    very_severe = [graded(a) for a, _ in ROWS if a.get("severity") == 4]
    assert len(very_severe) == 30
    assert sum(grade <= 2 for grade in very_severe) == 13
    assert sum(graded(a) < 3 for a, _ in ROWS if a.get("severity", 0) >= 3) == 28


def test_a_worse_answer_never_lowers_the_grade():
    for answers, grade in ROWS:
        for name, value in answers.items():
            if value < 4:
                assert graded(answers | {name: value + 1}) >= grade


@pytest.mark.parametrize("rest", [{"severity": 4}, {"severity": 4, "interference": 4}, {"interference": 3}])
def test_a_first_attribute_of_0_is_0_whatever_follows(rest):
    assert composite_grade(frequency=0, **rest) == 0


def test_nothing_asked_has_no_grade():
    assert composite_grade() is None


@pytest.mark.parametrize("value", [-1, 5, 2.5, 10])
def test_an_impossible_answer_is_an_error_not_a_grade(value):
    with pytest.raises(ValueError, match="severity"):
        composite_grade(severity=value)


def test_numbers_as_stored_are_taken():
    assert composite_grade(frequency=4.0, severity=4.0, interference=0.0) == 2


@pytest.mark.parametrize(
    ("term", "answers", "grade"),
    [
        ("pain", {"frequency": 4, "severity": 4, "interference": 0}, 2),
        ("pain", {"frequency": 0}, 0),
        # Severity none: interference was skipped by branching and counts 0.
        ("pain", {"frequency": 3, "severity": 0}, 1),
        # Asked and not answered: no grade.
        ("pain", {"frequency": 3, "severity": 2}, None),
        ("pain", {"frequency": 3, "interference": 2}, None),
        ("pain", {"severity": 4, "interference": 4}, None),
        ("pain", {"frequency": None, "severity": 4, "interference": 4}, None),
        ("pain", {}, None),
        ("nausea", {"frequency": 0}, 0),
        ("nausea", {"frequency": 4, "severity": 3}, 3),
        ("nausea", {"frequency": 4}, None),
        ("urinary urgency", {"frequency": 3, "interference": 2}, 2),
        ("urinary_urgency", {"frequency": 0}, 0),
        ("shortness of breath", {"severity": 0}, 0),
        ("fatigue", {"severity": 4, "interference": 1}, 2),
        ("constipation", {"severity": 4}, 3),
        ("Diarrhoea", {"frequency": 4}, 3),
        ("hair loss", {"amount": 4}, 2),
        ("bed sores", {"presence": 1}, None),
        # What the term is not asked by changes nothing.
        ("constipation", {"severity": 2, "interference": 4}, 2),
    ],
)
def test_composite_of_a_term(term, answers, grade):
    assert composite_for(term, answers) == grade


SHAPES = {shape: term for term, shape in TERMS.items() if shape}


def test_every_row_is_graded_from_a_term_s_answers_with_and_without_what_branching_skips():
    seen = 0
    for answers, grade in ROWS:
        term = SHAPES[tuple(answers)]
        assert composite_for(term, answers) == grade
        first_zero = next((place for place, value in enumerate(answers.values()) if value == 0), None)
        if first_zero is not None and all(value == 0 for value in list(answers.values())[first_zero:]):
            asked = dict(list(answers.items())[: first_zero + 1])
            assert composite_for(term, asked) == grade, "what follows a 0 was not asked, and counts 0"
            seen += 1
        for missing in answers:
            before = [
                value for name, value in answers.items() if list(answers).index(name) < list(answers).index(missing)
            ]
            if 0 not in before:
                assert composite_for(term, answers | {missing: None}) is None
    assert seen > 10
    assert all(
        composite_for(term, {"presence": 1, "severity": 4}) is None for term, shape in TERMS.items() if not shape
    )


def test_every_term_is_there_once_in_its_shape():
    shapes = list(TERMS.values())
    assert len(TERMS) == 80
    assert sum(map(len, shapes)) + shapes.count(()) == 124
    counts = {"fsi": 9, "fs": 10, "fi": 4, "si": 12, "s": 20, "f": 2, "i": 2, "": 21}
    assert {key: sum("".join(a[0] for a in s) == key for s in shapes) for key in counts} == counts


def test_an_unknown_term_is_an_error():
    with pytest.raises(ValueError, match="grief"):
        composite_for("grief", {"severity": 4})


@pytest.mark.parametrize(
    ("value", "name"),
    [(0, Band.NONE), (1, Band.MILD), (3, Band.MILD), (3.9, Band.MILD), (4, Band.MODERATE), (6, Band.MODERATE)]
    + [(7, Band.SEVERE), (10, Band.SEVERE)],
)
def test_bands(value, name):
    assert band(value) is name


@pytest.mark.parametrize("value", [-1, 11])
def test_no_band_off_the_scale(value):
    with pytest.raises(ValueError, match="0-10"):
        band(value)


def test_presence_cut_offs_differ_by_symptom():
    assert ESAS_R_PRESENT["nausea"] < ESAS_R_PRESENT["pain"] < ESAS_R_PRESENT["appetite"]


def test_a_sum_needs_every_answer_and_counts_skipped_by_branching_as_0():
    items = ("interest", "mood")
    assert sum_score({"interest": 2, "mood": 3}, items) == 5
    assert sum_score({"interest": 2, "mood": None}, items) is None
    assert sum_score({"interest": 2}, items) is None
    assert sum_score({"interest": 2}, items, skipped={"mood"}) == 2

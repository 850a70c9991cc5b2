"""Telling a correction from an answer: what is left of it, and what is none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.questionnaires.corrections import corrected_part


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("I meant 4", "4"),
        ("Sorry, I meant 4", "4"),
        ("oops I meant 4 not 8", "4"),
        ("Correction: pain 4", "pain 4"),
        ("4, sorry I meant", "4"),
        ("should be 3", "3"),
        ("I made a mistake, worst 8", "worst 8"),
        ("no wait, make it 3 2 1", "3 2 1"),
        ("Quise decir 4", "4"),
        ("Perdón, era 4", "4"),
        ("me equivoqué, 4", "4"),
        ("corrijo: dolor 6, náuseas 2", "dolor 6, nauseas 2"),
    ],
)
def test_what_is_said_instead(text: str, part: str) -> None:
    assert corrected_part(text) == part


@pytest.mark.parametrize(
    "text", ["4", "sorry 4", "no 4", "what do you mean", "", "mean", "I meant", "perdón", "it should", "8 not 4"]
)
def test_what_is_no_correction(text: str) -> None:
    # "Sorry, 4" may just be late: only words that say that an answer was wrong change one.
    assert corrected_part(text) is None


@given(st.text(max_size=400))
def test_never_raises_and_never_invents(text: str) -> None:
    part = corrected_part(text)
    assert part is None or part

"""Who reads and when: true for clinics that are not open from Monday to Friday, and short enough for a text."""

from types import SimpleNamespace
from typing import Any

import pytest

from app.config import ROOT
from app.content.templates import load_templates
from app.messaging.rendering import Renderer
from app.messaging.segments import measure
from app.workflows.wording import readers

SERVICE: Any = SimpleNamespace(renderer=Renderer(load_templates(ROOT)))
DAY, MORNING, SPLIT = [["08:00", "17:00"]], [["09:00", "12:00"]], [["08:00", "12:00"], ["13:00", "17:00"]]
WEEK = ("mon", "tue", "wed", "thu", "fri")


def said(hours: dict[str, Any], language: str = "en", *, by_text: bool = True) -> str:
    site: Any = SimpleNamespace(clinic_hours=hours)
    return readers(SERVICE, site, language, by_text=by_text)


@pytest.mark.parametrize(
    ("hours", "when"),
    [
        (dict.fromkeys(WEEK, DAY), "Mon-Fri 8:00-17:00"),
        (dict.fromkeys(("mon", "wed"), DAY), "Mon, Wed 8:00-17:00"),
        (dict.fromkeys(("mon", "tue", "thu", "fri"), DAY), "Mon-Tue, Thu-Fri 8:00-17:00"),
        ({"thu": DAY}, "Thu 8:00-17:00"),
        (dict.fromkeys(("sun", "mon", "tue", "wed", "thu"), DAY), "Sun-Thu 8:00-17:00"),
        (dict.fromkeys(("sat", "sun", "mon"), DAY), "Sat-Mon 8:00-17:00"),
        (dict.fromkeys((*WEEK, "sat", "sun"), DAY), "Mon-Sun 8:00-17:00"),
        ({"mon": DAY, "tue": None, "wed": [], "fri": DAY}, "Mon, Fri 8:00-17:00"),
    ],
)
def test_only_days_on_which_the_clinic_is_open_are_named(hours: dict[str, Any], when: str) -> None:
    assert said(hours) == f"Nurses read this {when}."


def test_days_with_other_hours_are_said_with_theirs_or_without_any_where_there_is_no_room() -> None:
    hours = {**dict.fromkeys(WEEK, DAY), "sat": MORNING}
    assert said(hours, by_text=False) == "Nurses read this Mon-Fri 8:00-17:00; Sat 9:00-12:00."
    assert said(hours) == "Nurses read this Mon-Sat."
    assert said({"mon": SPLIT}) == "Nurses read this Mon 8:00-12:00, 13:00-17:00."


def test_every_language_says_it_with_its_own_words_and_marks() -> None:
    hours = {"mon": DAY, "wed": DAY, "sat": MORNING}
    assert said(hours, "es", by_text=False) == "Enfermería lo lee lun, mié 8:00-17:00; sáb 9:00-12:00."
    assert said(hours, "ar", by_text=False) == (
        "يقرأ التمريض هذا الاثنين، الأربعاء 8:00-17:00؛ السبت 9:00-12:00."
    )  # fmt: skip


@pytest.mark.parametrize("language", ["en", "es", "ar"])
def test_whatever_the_hours_the_sentence_leaves_room_for_others(language: str) -> None:
    odd = {day: [[f"0{n}:15", f"1{n}:45"]] for n, day in enumerate((*WEEK, "sat", "sun"))}
    every_other = dict.fromkeys(("mon", "wed", "fri", "sun"), SPLIT)
    for hours in (odd, every_other, {**odd, "wed": None}):
        assert len(said(hours, language)) <= 60
        assert measure(said(hours, language)).count == 1

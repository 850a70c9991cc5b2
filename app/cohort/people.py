"""Who is in a synthetic cohort: how they will fare, how they answer, and who answers for them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeVar

from app.codes import Channel, Language
from app.ids import Dice

T = TypeVar("T")


class Course(StrEnum):
    """How somebody fares over the weeks, and who tells."""

    STABLE = "stable"
    FLARES = "flares"
    DECLINES = "declines"
    FALLS_SILENT = "falls_silent"
    TOLD_BY_CAREGIVER = "told_by_caregiver"


# Proposed shares; nothing published gives them for one clinic. Most people with advanced cancer who are asked at home
# are steady in most weeks; about a quarter have spells of a bad symptom; one in six gets steadily worse within three
# months; one in ten answers less and less (completion of such programs falls from 90 to about 75 % in a year); and a
# few are too ill to answer themselves.
SHARES: Mapping[Course, float] = {
    Course.STABLE: 0.45,
    Course.FLARES: 0.24,
    Course.DECLINES: 0.15,
    Course.FALLS_SILENT: 0.10,
    Course.TOLD_BY_CAREGIVER: 0.06,
}
# The middle of what people with advanced cancer who live at home say on 0-10 scales: tiredness leads, nausea trails.
USUAL: Mapping[str, float] = {
    "pain": 1.9,
    "breathlessness": 1.2,
    "tiredness": 2.5,
    "nausea": 0.8,
    "appetite": 1.6,
    "sleep": 1.7,
    "worry": 1.3,
    "low_mood": 1.1,
}
_MOST = 5.5
"""Whoever has more than that most of the time is treated, or not at home."""
_LANGUAGES = {Language.EN: 0.78, Language.ES: 0.17, Language.AR: 0.05}
_ZONES = {"America/New_York": 0.9, "America/Chicago": 0.07, "America/Denver": 0.03}
_GIVEN = {
    Language.EN: "Agnes Albert Beth Carl Dora Edwin Faye George Helen Ian Joan Keith Lena Martin Nell Oscar Peg Ralph",
    Language.ES: "Aurora Blas Carmen Diego Elvira Felipe Gloria Hugo Inés Javier Luz Manuel Nieves Pedro Rocío Tomás",
    Language.AR: "Amal Basim Dalal Fadi Hanan Jamil Karim Layla Munir Nadia Rami Salma Tarek Widad",
}
_FAMILY = {
    Language.EN: "Archer Baker Carter Dalton Ellis Fisher Grant Harper Irwin Jensen Kirk Lowe Mercer Nolan Page Reed",
    Language.ES: "Aguilar Bravo Campos Díaz Esteban Fuentes Gil Herrera Ibarra Lara Mora Navarro Ortega Prieto Rivas",
    Language.AR: "Abbas Darwish Fares Habib Issa Khalil Mansour Nasser Qasim Saleh Tawil Yousef",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Persona:
    """One made-up person. ``usual`` are their own middles by symptom; ``answers`` is how likely a check-in is answered.

    ``hour`` is how many hours after an invitation they like to answer; ``silent_from`` is the day on which somebody
    who falls silent begins to; ``stops_on`` the day on which they text STOP. ``helper`` tells of a caregiver.
    """

    number: int
    seed: str
    course: Course
    given_name: str
    family_name: str
    birth_year: int
    language: str
    time_zone: str
    channel: str
    usual: Mapping[str, float] = field(default_factory=dict)
    answers: float = 0.9
    hours: float = 1.0
    helper: str | None = None
    silent_from: int | None = None
    stops_on: int | None = None

    @property
    def phone(self) -> str:
        """Their number, in a range that belongs to nobody."""
        return f"+1555013{self.number:04d}"

    @property
    def helper_phone(self) -> str:
        """Their caregiver's number."""
        return f"+1555014{self.number:04d}"

    def dice(self, *about: object) -> Dice:
        """Chance in one matter of this person's, whatever else was drawn before."""
        return Dice(":".join([self.seed, str(self.number), *map(str, about)]))


def make_people(count: int, *, seed: int, days: int, text_share: float) -> list[Persona]:
    """A cohort of ``count`` people, of whom ``text_share`` answer by text and the others on the form."""
    return [_make(number, str(seed), days, text_share) for number in range(1, count + 1)]


def _make(number: int, seed: str, days: int, text_share: float) -> Persona:
    dice = Dice(f"{seed}:{number}:who")
    course = _pick(dice, SHARES)
    language = _pick(dice, _LANGUAGES)
    heavy = {Course.DECLINES: 1.15, Course.TOLD_BY_CAREGIVER: 1.3}.get(course, 1.0)
    told = course is Course.TOLD_BY_CAREGIVER
    return Persona(
        number=number, seed=seed, course=course, language=language.value, time_zone=_pick(dice, _ZONES),
        given_name=dice.choice(_GIVEN[language].split()), family_name=dice.choice(_FAMILY[language].split()),
        birth_year=dice.randint(1938, 1979), channel=Channel.SMS if dice.random() < text_share else Channel.WEB,
        # Many are hardly troubled and a few very much: a gamma shape, as symptom scores have.
        usual={n: min(_MOST, middle * heavy * dice.gammavariate(1.8, 1 / 1.8)) for n, middle in USUAL.items()},
        answers=0.25 if told else dice.betavariate(14, 1.8), hours=dice.choice((0.2, 0.5, 1, 1, 2, 5, 8)),
        helper=dice.choice(("daughter", "son", "wife", "husband", "sister")) if told or dice.random() < 0.3 else None,
        silent_from=dice.randint(5, max(6, days * 2 // 3)) if course is Course.FALLS_SILENT else None,
        stops_on=dice.randint(3, max(4, days)) if dice.random() < 0.015 else None,
    )  # fmt: skip


def _pick(dice: Dice, shares: Mapping[T, float]) -> T:
    return dice.choices(list(shares), list(shares.values()))[0]

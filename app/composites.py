"""PRO-CTCAE composite grades: one number, 0 to 3, from the frequency, severity and interference of a symptom.

The mapping is a published scoring fact: Basch E. et al., Clinical Trials 2021;18:104-114, which gives a grade for each
of the 179 possible combinations. Only the numbers are here; the questions' wording belongs to their owner.

A composite says how burdensome a symptom is on the whole. It must never be the only gate on an answer of "very severe":
13 of the 30 combinations with that answer have a grade of 2 or less.
"""

from collections.abc import Iterable, Mapping
from types import MappingProxyType

FREQUENCY, SEVERITY, INTERFERENCE = "frequency", "severity", "interference"
_ATTRIBUTES = (FREQUENCY, SEVERITY, INTERFERENCE)
_ANSWERS = range(5)

_ONE: Mapping[str, tuple[int, ...]] = {
    FREQUENCY: (0, 1, 1, 2, 3),
    SEVERITY: (0, 1, 2, 3, 3),
    INTERFERENCE: (0, 1, 1, 2, 2),
}
# The rows of the tables below are the first attribute from 1 to 4: where it is 0 the grade is 0.
_TWO: Mapping[tuple[str, str], tuple[tuple[int, ...], ...]] = {
    (FREQUENCY, SEVERITY): (
        (1, 1, 1, 2, 2),
        (1, 1, 2, 2, 2),
        (1, 1, 2, 3, 3),
        (1, 1, 2, 3, 3),
    ),
    (FREQUENCY, INTERFERENCE): (
        (1, 1, 1, 2, 2),
        (1, 1, 1, 2, 2),
        (1, 1, 2, 3, 3),
        (1, 1, 2, 3, 3),
    ),
    (SEVERITY, INTERFERENCE): (
        (1, 1, 1, 2, 2),
        (1, 1, 2, 2, 3),
        (1, 2, 2, 3, 3),
        (2, 2, 2, 3, 3),
    ),
}
# By frequency, then severity 0 to 4 (rows), then interference 0 to 4 (columns).
_THREE: tuple[tuple[tuple[int, ...], ...], ...] = (
    ((0, 1, 1, 2, 2), (1, 1, 1, 2, 2), (1, 2, 2, 2, 3), (2, 2, 2, 3, 3), (2, 2, 3, 3, 3)),
    ((0, 1, 1, 2, 2), (1, 1, 1, 2, 2), (2, 2, 2, 3, 3), (2, 2, 2, 3, 3), (2, 2, 3, 3, 3)),
    ((1, 1, 1, 2, 2), (1, 1, 1, 2, 2), (2, 2, 2, 3, 3), (2, 2, 3, 3, 3), (2, 2, 3, 3, 3)),
    ((1, 1, 1, 2, 2), (1, 1, 2, 2, 3), (2, 2, 2, 3, 3), (2, 2, 3, 3, 3), (2, 2, 3, 3, 3)),
)

_BY_SHAPE: Mapping[tuple[str, ...], str] = {
    (FREQUENCY, SEVERITY, INTERFERENCE): """
        abdominal-pain arm-leg-swelling pain headache aching-muscles aching-joints anxiety nothing-could-cheer-you-up
        sad""",
    (FREQUENCY, SEVERITY): """
        nausea vomiting heartburn bloating hiccups pounding-heartbeat chills excessive-sweating hot-flashes
        nosebleeds""",
    (FREQUENCY, INTERFERENCE): """
        loss-of-bowel-control urinary-urgency frequent-urination loss-of-urine-control""",
    (SEVERITY, INTERFERENCE): """
        mouth-sores decreased-appetite shortness-of-breath cough numbness-tingling dizziness blurry-vision watery-eyes
        concentration memory insomnia fatigue""",
    (SEVERITY,): """
        dry-mouth difficulty-swallowing cracking-mouth-corners hoarse-voice problems-tasting constipation wheezing
        dry-skin acne itchy-skin hand-foot-syndrome radiation-burns ringing-in-ears vaginal-dryness painful-urination
        erection-difficulty decreased-sexual-interest pain-during-sex breast-swelling body-odor""",
    (FREQUENCY,): "diarrhea ejaculation-problems",
    (INTERFERENCE,): "hair-loss vaginal-discharge",
    # Presence items are answered yes or no: they have no composite.
    (): """
        voice-changes flatulence rash hives nail-loss nail-ridging nail-discoloration sun-sensitivity bed-sores
        skin-darkening stretch-marks flashing-lights floaters irregular-periods missed-periods urine-color
        delayed-orgasm no-orgasm bruising decreased-sweating injection-site-reaction""",
}

TERMS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {term: shape for shape, terms in _BY_SHAPE.items() for term in terms.split()}
)
"""The 80 symptom terms and the attributes that each is asked by, in the order in which they are asked."""


def term_key(term: str) -> str:
    """A term's name as ``TERMS`` spells it: lower case with hyphens; ``ValueError`` when there is no such term."""
    key = _spelled(term)
    if key not in TERMS:
        raise ValueError(f"{term!r} is not a PRO-CTCAE symptom term.")
    return key


def part_of(link_id: str, term: str | None = None, attribute: str | None = None) -> tuple[str, str]:
    """The term and the attribute that an item asks for: those that it says, else those that its name is made of.

    The name is then ``<term>-<attribute>``. An amount is an interference by another word.
    """
    if not term or not attribute:
        term, _, attribute = link_id.lower().replace("_", "-").rpartition("-")
    return _spelled(term), INTERFERENCE if attribute == "amount" else attribute


def items_of(term: str, items: Iterable[tuple[str, str | None, str | None]]) -> dict[str, str]:
    """The ``link_id`` of a term's items by attribute, among items as ``link_id``, ``term`` and ``attribute``.

    What an item says comes before what another is called.
    """
    key = term_key(term)
    found: dict[str, str] = {}
    for item in sorted(items, key=lambda item: not (item[1] and item[2])):
        whose, attribute = part_of(*item)
        if whose == key:
            found.setdefault(attribute, item[0])
    return found


def composite_grade(
    *, frequency: float | None = None, severity: float | None = None, interference: float | None = None
) -> int | None:
    """The grade, 0 to 3, of answers from 0 to 4.

    Leave out the attributes that the term does not have. Pass every attribute that it has, those that branching skipped
    as 0. ``interference`` stands for the amount too. ``None`` when nothing is given; ``ValueError`` for an answer that
    is not a whole number from 0 to 4.
    """
    given = {
        name: _answer(name, value)
        for name, value in zip(_ATTRIBUTES, (frequency, severity, interference), strict=True)
        if value is not None
    }
    if not given:
        return None
    names, values = tuple(given), tuple(given.values())
    if values[0] == 0:
        return 0
    if len(values) == 1:
        return _ONE[names[0]][values[0]]
    if len(values) == len(_ATTRIBUTES):
        return _THREE[values[0] - 1][values[1]][values[2]]
    return _TWO[names[0], names[1]][values[0] - 1][values[1]]


def composite_for(term: str, answers: Mapping[str, float | None]) -> int | None:
    """The grade of a term from its answers by attribute, or ``None`` when there is no grade.

    ``answers`` maps ``frequency``, ``severity``, ``interference`` (or ``amount``) to 0-4. An attribute that branching
    skips counts as 0: severity is asked when there is a frequency, interference when there is a severity (or, for a
    term without severity, a frequency). One that was asked and not answered leaves no grade; neither does one that was
    answered with anything but a whole number from 0 to 4. A presence term has none.
    """
    values: dict[str, float] = {}
    before: float | None = None
    for attribute in TERMS[term_key(term)]:
        value = answers.get(attribute)
        if value is None and attribute == INTERFERENCE:
            value = answers.get("amount")
        if value is None and before == 0:
            value = 0
        if value is None or value not in _ANSWERS:
            return None
        values[attribute] = before = value
    return composite_grade(**values)


def _spelled(term: str) -> str:
    key = term.strip().lower().replace("_", "-").replace(" ", "-")
    return {"diarrhoea": "diarrhea", "body-odour": "body-odor", "sad-unhappy": "sad"}.get(key, key)


def _answer(name: str, value: float) -> int:
    if value not in _ANSWERS:
        raise ValueError(f"The {name} is {value!r}, not a whole number from 0 to 4.")
    return int(value)

"""The names that FHIR R4 and its Structured Data Capture guide give to what a questionnaire may hold."""

from collections.abc import Mapping
from types import MappingProxyType

_CORE = "http://hl7.org/fhir/StructureDefinition/"
_SDC = "http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-"

TRANSLATION = _CORE + "translation"
ITEM_CONTROL = _CORE + "questionnaire-itemControl"
CONTROL_SYSTEM = "http://hl7.org/fhir/questionnaire-item-control"
ORDINAL = _CORE + "ordinalValue"
WEIGHT = _CORE + "itemWeight"
MIN, MAX = _CORE + "minValue", _CORE + "maxValue"
SHORT_TEXT = _SDC + "shortText"
HIDDEN = _CORE + "questionnaire-hidden"

REFUSED_TYPES: Mapping[str, str] = MappingProxyType(
    {
        "open-choice": "an answer that is none of the options has no number for rules and scores; "
        "make it a choice with an option 'other', and a text question",
        "dateTime": "only days are asked for; make it a date",
        "time": "times of day are not asked for",
        "url": "addresses are not asked for",
        "quantity": "a number with a unit to choose is not asked for; make it a decimal and name the unit in its words",
        "attachment": "pictures and files are not taken",
        "reference": "it can be answered only inside another system",
    }
)
"""Types of questions that cannot be asked, and why."""

REFUSED_EXTENSIONS: Mapping[str, str] = MappingProxyType(
    {
        _SDC + "enableWhenExpression": "when to ask is a formula: say it with enableWhen",
        _SDC + "calculatedExpression": "the answer is calculated: leave the question out and declare a score",
        _SDC + "answerExpression": "the options are looked up in another system: list them",
        _SDC + "candidateExpression": "the options are looked up in another system: list them",
        _SDC + "answerOptionsToggleExpression": "the options change with a formula: list them all",
        HIDDEN: "a question that nobody sees cannot be answered: leave it out",
        "http://hl7.org/fhir/StructureDefinition/cqf-expression": "the words are a formula: write them out",
    }
)
"""Extensions that change what is asked, or when, in a way that we do not follow."""

UNUSED: Mapping[str, str] = MappingProxyType(
    {
        "prefix": "the mark in front of a question is not shown",
        "initial": "no answer is filled in beforehand",
        "required": "whoever is ill may skip every question",
        "maxLength": "longer answers are taken",
        "code": "one code names the series; the others say the same",
        "extension": "",
        "id": "",
    }
)
"""Why we do without what is kept of an item; empty where there is nothing to say."""

CONTROLS = frozenset({"slider", "radio-button", "drop-down", "text-box", "spinner", "check-box"})
"""Ways to show a question that mean the same as ours."""

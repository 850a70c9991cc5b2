"""What comes in as a FHIR Questionnaire is asked as it was meant, or refused with the reason, and goes out the same."""

# ruff: noqa: E501  (the tables of cases read better with one case a line)

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from app.content.documents import Document, read_document
from app.content.fhir.exporting import export_questionnaire, left_out
from app.content.fhir.files import instrument_text, parse_json
from app.content.fhir.importing import Imported, NotImportable, import_questionnaire
from app.content.fhir.names import MAX, MIN, ORDINAL, REFUSED_TYPES
from app.content.instruments import instrument_findings
from app.content.loader import load
from app.questionnaires.definition import ItemType, Questionnaire
from app.questionnaires.engine import Given, enabled_items
from tests.unit.content.fhir_samples import FILES, questionnaires, same_meaning

ROOT = Path(__file__).parents[3]
SPOKEN = {"ar", "en", "es"}


def sample(name: str) -> dict[str, Any]:
    (path,) = (path for path in FILES if path.stem == name)
    loaded: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return loaded


def imported(resource: dict[str, Any]) -> Imported:
    return import_questionnaire(resource, name="imported")


def asked(resource: dict[str, Any]) -> Questionnaire:
    return Questionnaire.from_mapping(imported(resource).definition)


def as_written(definition: dict[str, Any], folder: Path) -> dict[str, Any]:
    """The definition as it is once it was written to a file and read again."""
    (folder / "file.yaml").write_text(instrument_text(definition), encoding="utf-8")
    document = read_document(folder, "file.yaml")
    assert isinstance(document, Document), document
    read: dict[str, Any] = document.data
    return read


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_file_comes_back_as_it_went_in(path, tmp_path):
    resource = json.loads(path.read_text(encoding="utf-8"))
    definition = as_written(imported(resource).definition, tmp_path)

    assert list(instrument_findings(definition, {"en", "es"}, SPOKEN)) == []
    assert same_meaning(export_questionnaire(definition)) == same_meaning(resource)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
@given(questionnaires())
def test_whatever_can_be_imported_comes_back_with_the_same_meaning(tmp_path_factory, resource):
    folder = tmp_path_factory.getbasetemp()
    definition = as_written(imported(resource).definition, folder)

    assert list(instrument_findings(definition, {"en", "es"}, SPOKEN)) == []
    exported = export_questionnaire(definition)
    assert same_meaning(exported) == same_meaning(resource)
    assert import_questionnaire(exported, name="imported").definition == imported(resource).definition


def test_the_words_around_a_question_are_asked_with_it():
    joy, mood = asked(sample("two-mood-questions")).items

    assert joy.wording("en") == "In the last 2 weeks, how often did you have: little joy in what you do?"
    assert mood.wording("en") == "In the last 2 weeks, how often did you have: a low or hopeless mood?"
    assert [option.value for option in mood.options] == [0, 1, 2, 3]


def test_help_is_not_read_out_with_every_question():
    texts = [item.wording("es") for item in asked(sample("groups-and-words")).items]
    assert "¿Cuánto le ha pesado cada una de estas cosas esta semana? Dolores" in texts


@pytest.mark.parametrize(
    ("name", "answers", "waiting"),
    [
        ("three-attributes", {}, ["headache-frequency"]),
        ("three-attributes", {"headache-frequency": 0}, ["headache-frequency"]),
        ("three-attributes", {"headache-frequency": 2}, ["headache-frequency", "headache-severity"]),
        ("three-attributes", {"headache-frequency": 2, "headache-severity": 1}, "all"),
        ("three-attributes", {"headache-frequency": 2, "headache-severity": 0}, ["headache-frequency", "headache-severity"]),
        ("thermometer", {"burden": 3}, ["burden"]),
        ("thermometer", {"burden": 4}, "all"),
        ("groups-and-words", {"q2.1": 5, "q2.2": 1, "q3.1": 0}, "all"),
        ("groups-and-words", {"q2.1": 5}, ["q1", "q2.1", "q2.2", "q3.1", "q4"]),
        ("groups-and-words", {"q2.1": 4, "q3.1": 0}, ["q1", "q2.1", "q2.2", "q4"]),
        ("numbers", {"00000-3": 30.5}, ["00000-3", "00000-5"]),
        ("numbers", {"00000-3": 31, "00000-5": 3}, "all"),
    ],
)  # fmt: skip
def test_a_question_is_asked_when_its_owner_meant_it_to_be(name, answers, waiting):
    questionnaire = asked(sample(name))
    found = [item.link_id for item in enabled_items(questionnaire, {k: Given(float(v)) for k, v in answers.items()})]
    assert found == ([item.link_id for item in questionnaire.items] if waiting == "all" else waiting)


def test_words_are_an_answer_that_exists():
    resource = sample("groups-and-words")
    resource["item"][-1]["enableWhen"] = [{"question": "q1", "operator": "exists", "answerBoolean": True}]
    questionnaire = asked(resource)

    assert "q4" not in [item.link_id for item in enabled_items(questionnaire, {"q1": Given(skipped=True)})]
    assert "q4" in [item.link_id for item in enabled_items(questionnaire, {"q1": Given(text="the stairs")})]


def test_a_slider_is_a_scale_with_its_ends():
    burden = asked(sample("thermometer")).item("burden")
    assert (burden.type, burden.min, burden.max) == (ItemType.SCALE, 0, 10)
    assert burden.anchors == {"en": ["light", "too heavy to bear"]}


def test_yes_and_no_are_1_and_0_and_named_otherwise():
    money = asked(sample("thermometer")).item("money")
    assert {option.value: option.text["en"] for option in money.options} == {1: "that is so", 0: "that is not so"}
    assert money.wording("en") == "Was any of these a problem? Money"


def scored(*scores: float | None) -> dict[str, Any]:
    """One question, whose options have these scores."""
    codings = [{"code": f"c{place}", "display": f"option {place}"} for place in range(len(scores))]
    for coding, score in zip(codings, scores, strict=True):
        if score is not None:
            coding |= {"extension": [{"url": ORDINAL, "valueDecimal": score}]}  # type: ignore[dict-item]
    return one_item(type="choice", answerOption=[{"valueCoding": coding} for coding in codings])


@pytest.mark.parametrize(
    ("scores", "values", "no_answer"),
    [
        ((0, 1, 2, None), [0, 1, 2, 3], [3]),
        ((None, 4, 3, None), [5, 4, 3, 6], [5, 6]),
        ((98, 99, None), [98, 99, 0], [0]),
        ((0, 0.5, None), [1, 2, 3], [3]),
        ((None, None), [1, 2], []),
    ],
)
def test_an_option_without_a_score_among_others_is_no_answer_and_is_named(scores, values, no_answer, tmp_path):
    resource = scored(*scores)
    found = imported(resource)
    (item,) = Questionnaire.from_mapping(as_written(found.definition, tmp_path)).items

    assert [option.value for option in item.options] == values
    assert [option.value for option in item.options if option.missing] == no_answer
    assert sum("it is no answer" in note for note in found.notes) == len(no_answer)
    assert same_meaning(export_questionnaire(found.definition)) == same_meaning(resource)


def test_it_is_said_where_the_scores_of_options_cannot_be_their_numbers():
    assert any("are numbered as listed" in note for note in imported(scored(0, 0.5)).notes)
    assert not any("are numbered as listed" in note for note in imported(scored(2, 0)).notes)


def test_options_that_phone_companies_act_on_make_it_a_form():
    resource = sample("two-mood-questions")
    assert "by" not in imported(resource).definition
    resource["item"][0]["item"][0]["answerOption"][0]["valueCoding"]["display"] = "Stop"

    found = imported(resource)

    assert found.definition["by"] == "link"
    assert any("'Stop'" in note for note in found.notes)
    assert list(instrument_findings(found.definition, {"en"}, SPOKEN)) == []


def test_what_it_is_not_translated_into_need_not_be_said():
    definition = imported(sample("thermometer")).definition
    assert definition["languages"] == ["en"]
    del definition["languages"]
    assert any("missing in 'es'" in message for _, message in instrument_findings(definition, {"en", "es"}, SPOKEN))


KEPT: dict[str, dict[str, Any]] = {
    "prefix": {"prefix": "1."},
    "required": {"required": True},
    "maxLength": {"maxLength": 7},
    "initial": {"initial": [{"valueInteger": 3}]},
    "definition": {"definition": "http://example.org#x"},
    "http://example.org/unknown": {"extension": [{"url": "http://example.org/unknown", "valueString": "x"}]},
    "text beside its words": {"_text": {"extension": [{"url": "http://example.org/style", "valueString": "bold"}]}},
    "questionnaire-unit": {"extension": [{"url": "http://hl7.org/fhir/StructureDefinition/questionnaire-unit", "valueCoding": {"code": "kg"}}]},
}  # fmt: skip


def one_item(**item: Any) -> dict[str, Any]:
    whole = {"linkId": "a", "type": "integer", "text": "How many?"} | item
    return {
        "resourceType": "Questionnaire",
        "url": "u",
        "version": "1",
        "title": "t",
        "copyright": "c",
        "item": [whole],
    }


@pytest.mark.parametrize("named", KEPT)
def test_what_is_not_used_is_kept_and_said(named, tmp_path):
    resource = one_item(**KEPT[named])
    found = imported(resource)

    assert any(named in note for note in found.notes)
    assert same_meaning(export_questionnaire(as_written(found.definition, tmp_path))) == same_meaning(resource)


OPTIONS = [{"valueCoding": {"system": "s", "code": code, "display": f"the {code}"}} for code in "ab"]


def branched(answer: dict[str, Any], options: Any = OPTIONS, **more: Any) -> dict[str, Any]:
    """A choice, and a question that is asked when its answer is this one."""
    when = {"question": "a", "operator": "=", "answerCoding": answer}
    follow = {"linkId": "b", "type": "integer", "text": "b", "enableWhen": [when], **more}
    return {**one_item(), "item": [one_item(type="choice", answerOption=options)["item"][0], follow]}


LEFT_OUT: dict[str, tuple[dict[str, Any], str]] = {
    "joins nothing": (branched({"system": "s", "code": "a"}, enableBehavior="xor"), "Item 'b': enableBehavior 'xor' is left out"),
    "joins no conditions": (one_item(enableBehavior="any"), "Item 'a': enableBehavior 'any' is left out"),
    "other words": (branched({"system": "s", "code": "a", "display": "not the a"}), "display 'not the a' is left out"),
    "more of a code": (branched({"system": "s", "code": "a", "version": "2"}), "version '2' is left out"),
    "no system": (branched({"code": "b"}), "names no system: 'b' is taken for the option's code"),
    "retired": ({**one_item(), "status": "retired"}, "its owner has retired it"),
}  # fmt: skip


@pytest.mark.parametrize("case", LEFT_OUT)
def test_what_changes_nothing_that_is_asked_is_said_all_the_same(case):
    resource, words = LEFT_OUT[case]
    assert [note for note in imported(resource).notes if words in note], imported(resource).notes


def test_what_says_nothing_new_is_not_told():
    plain = imported(branched({"system": "s", "code": "a", "display": "the a"}, enableBehavior="all"))
    assert not [note for note in plain.notes if "left out" in note or "retired" in note]


def test_a_code_without_its_system_is_the_only_option_of_that_code():
    assert [c.equals for c in asked(branched({"code": "b"})).item("b").enable_when.conditions] == [2]  # type: ignore[union-attr]
    twice = [*OPTIONS, {"valueCoding": {"system": "z", "code": "b", "display": "another b"}}]
    for answer, options in (({"code": "b"}, twice), ({"code": "c"}, OPTIONS), ({"system": "z", "code": "b"}, OPTIONS)):
        with pytest.raises(NotImportable, match="compares with what is no answer to it"):
            imported(branched(answer, options))


def extension(name: str, **value: Any) -> dict[str, Any]:
    return {"extension": [{"url": f"http://hl7.org/fhir/{name}", **value}]}


SDC = "uv/sdc/StructureDefinition/sdc-questionnaire-"
CHOICE = [{"valueCoding": {"code": "a", "display": "a"}}, {"valueCoding": {"code": "b", "display": "b"}}]
REFUSED = {
    "answers to choose several of": (one_item(repeats=True), "repeats"),
    "an answer that nobody gives": (one_item(readOnly=True), "readOnly"),
    "a question without words": (one_item(text=" "), "no words"),
    "options in another place": (one_item(type="choice", answerValueSet="http://example.org/vs"), "answerValueSet"),
    "options that are days": (one_item(type="choice", answerOption=[{"valueDate": "2026-01-01"}] * 2), "option 1"),
    "one option": (one_item(type="choice", answerOption=CHOICE[:1]), "at least two options"),
    "an unknown modifier": (one_item(modifierExtension=[{}]), "modifierExtension"),
    "a formula for when": (one_item(**extension(SDC + "enableWhenExpression", valueExpression={})), "formula"),
    "a calculated answer": (one_item(**extension(SDC + "calculatedExpression", valueExpression={})), "declare a score"),
    "a hidden question": (one_item(**extension("StructureDefinition/questionnaire-hidden", valueBoolean=True)), "nobody sees"),
    "a bound that is no number": (one_item(extension=[{"url": MIN, "valueDate": "2026-01-01"}]), "not one number"),
    "two bounds": (one_item(extension=[{"url": MAX, "valueInteger": 1}, {"url": MAX, "valueInteger": 2}]), "not one number"),
    "a type of another version": (one_item(type="coding"), "no type 'coding'"),
    "a group of nothing": (one_item(type="group"), "without items"),
    "a branch on what comes later": (one_item(enableWhen=[{"question": "z", "operator": "exists", "answerBoolean": True}]), "no question before it"),
    "a branch with an unknown sign": (
        {**one_item(), "item": [one_item()["item"][0], {"linkId": "b", "type": "text", "text": "b", "enableWhen": [{"question": "a", "operator": "~", "answerInteger": 1}]}]},
        "not understood",
    ),
    "branches that nothing joins": (
        {**one_item(), "item": [one_item()["item"][0], {"linkId": "b", "type": "text", "text": "b", "enableWhen": [{"question": "a", "operator": "=", "answerInteger": 1}] * 2}]},
        "enableBehavior",
    ),
    "one name for two": ({**one_item(), "item": one_item()["item"] * 2}, "used twice"),
    "nobody's work": ({**one_item(), "copyright": ""}, "licence"),
    "a version that is no version": ({**one_item(), "version": "1|2"}, "version"),
    "rules of its own": ({**one_item(), "implicitRules": "http://example.org"}, "implicitRules"),
    "no items": ({**one_item(), "item": []}, "has no items"),
    "no questionnaire": ({"resourceType": "Patient"}, "no FHIR Questionnaire"),
    "a list": ([], "no FHIR Questionnaire"),
} | {f"the type {kind}": (one_item(type=kind), why) for kind, why in REFUSED_TYPES.items()}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED, ids=lambda case: case.replace(" ", "-"))
def test_what_would_change_a_question_is_refused_with_the_reason(case):
    resource, reason = REFUSED[case]
    with pytest.raises(NotImportable) as refused:
        import_questionnaire(resource, name="imported")
    assert any(reason in problem for problem in refused.value.problems), refused.value.problems


def test_all_reasons_are_told_at_once():
    with pytest.raises(NotImportable) as refused:
        imported({**one_item(repeats=True, readOnly=True), "implicitRules": "x"})
    assert len(refused.value.problems) == 3


@pytest.mark.parametrize(
    "raw",
    [b"{", b"\xff", b'{"a": NaN}', b'{"a": 1e999}', b'{"a": 1, "a": 2}', b'"\\ud800"', b"[" * 100_000, b" " * 600_000],
    ids=["half", "bytes", "nan", "infinite", "twice", "surrogate", "deep", "large"],
)
def test_a_file_that_is_no_json_is_refused(raw):
    with pytest.raises(NotImportable):
        import_questionnaire(parse_json(raw), name="imported")


JUNK: tuple[Any, ...] = (
    None,
    1,
    "x",
    [],
    {},
    {"linkId": 1},
    {"type": [], "linkId": {}},
    {"item": "x", "text": {}, "code": {}},
)


def test_an_item_is_never_a_crash():
    for junk in JUNK:
        with pytest.raises(NotImportable):
            imported({**one_item(), "item": [junk]})
        for key in ("item", "answerOption", "enableWhen", "extension", "_text", "code"):
            with pytest.raises(NotImportable):
                imported(one_item(type="choice", **{key: junk}))


ODD: tuple[Any, ...] = (-1, "x", "", [], {}, [{}], True, None, ["x"], 1.5, 10**9)


def test_an_odd_value_anywhere_is_refused_or_kept_and_never_a_crash():
    """Each place takes a turn at one of the values: all values at all places take a minute, and find no more."""
    for path in FILES:
        resource = json.loads(path.read_text(encoding="utf-8"))
        for turn, place in enumerate(places(resource)):
            odd = ODD[turn % len(ODD)]
            try:
                definition = imported(replaced(resource, place, odd)).definition
            except NotImportable:
                continue
            if not list(instrument_findings(definition, {"en", "es"}, SPOKEN)):
                Questionnaire.from_mapping(definition)
                export_questionnaire(definition)


def places(value: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, below in inside:
        yield (*at, key)
        yield from places(below, (*at, key))


def replaced(data: Any, place: tuple[Any, ...], value: Any) -> Any:
    changed = copy.deepcopy(data)
    inner = changed
    for key in place[:-1]:
        inner = inner[key]
    inner[place[-1]] = value
    return changed


@pytest.fixture(scope="module")
def shipped():
    return load(ROOT).instruments


def test_what_we_ship_can_be_taken_up_elsewhere_and_comes_back_the_same(shipped):
    for instrument in shipped.values():
        ours = instrument.questionnaire
        there_and_back = asked(export_questionnaire(instrument.data))
        for mine, back in zip(ours.items, there_and_back.items, strict=True):
            for name in ("link_id", "type", "text", "code", "min", "max", "enable_when"):
                assert getattr(back, name) == getattr(mine, name), (instrument.name, mine.link_id, name)
            assert {o.value: o.text for o in back.options} == {o.value: o.text for o in mine.options}
            assert {k: list(v) for k, v in back.anchors.items()} == {k: list(v) for k, v in mine.anchors.items()}


def test_an_export_says_what_has_no_place_in_it(shipped):
    assert set(left_out(shipped["core-daily"].data)) == {"ask_together", "recall_period", "words", "worse", "optional"}

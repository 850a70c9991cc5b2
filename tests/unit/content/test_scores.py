"""A score that could never be told, or would tell something else, is refused with its place."""

# ruff: noqa: E501  (the tables of cases read better with one case a line)

import pytest

from app.content.instruments import instrument_findings

SCALE = {"type": "scale", "min": 0, "max": 4, "text": {"en": "How bad?"}}
INSTRUMENT = {
    "url": "u", "version": "1", "license": "ours", "title": {"en": "t"},
    "items": [
        {"link_id": "a", **SCALE}, {"link_id": "b", **SCALE},
        {"link_id": "f", **SCALE, "term": "pain", "attribute": "frequency"},
        {"link_id": "s", **SCALE, "term": "pain", "attribute": "severity"},
        {"link_id": "i", **SCALE, "term": "pain", "attribute": "interference"},
        {"link_id": "hair", **SCALE, "term": "hair-loss", "attribute": "amount"},
        {"link_id": "cough-severity", **SCALE}, {"link_id": "cough-interference", **SCALE},
        {"link_id": "insomnia-severity", **SCALE, "max": 10}, {"link_id": "insomnia-interference", **SCALE},
        {"link_id": "words", "type": "text", "text": {"en": "What else?"}},
    ],
}  # fmt: skip
SUM = {"name": "total", "kind": "sum", "items": ["a", "b"]}
BANDS = [{"name": "low", "from": 0, "to": 2}, {"name": "high", "from": 3}]


def findings(*scores):
    return [
        f"{'.'.join(map(str, at))}: {why}"
        for at, why in instrument_findings({**INSTRUMENT, "scores": list(scores)}, {"en"})
    ]


@pytest.mark.parametrize(
    "score",
    [
        SUM,
        SUM | {"missing": "prorate_half", "bands": BANDS, "title": {"en": "Total"}},
        SUM | {"kind": "mean", "missing": {"at_most": 1}},
        {"name": "grade", "kind": "composite", "items": ["f", "s", "i"]},
        {"name": "grade", "kind": "composite", "items": ["hair"]},
        {"name": "grade", "kind": "composite", "items": ["cough-severity", "cough-interference"]},
    ],
)
def test_what_is_right_is_taken(score):
    assert findings(score) == []


@pytest.mark.parametrize(
    ("score", "said"),
    [
        (SUM | {"items": ["a", "z"]}, "scores.0.items.1: there is no item 'z'"),
        (SUM | {"items": ["a", "words"]}, "scores.0.items.1: 'words' is not answered with a number"),
        (SUM | {"items": ["a", "a"]}, "scores.0.items.1: 'a' is listed twice"),
        (SUM | {"name": "a"}, "scores.0.name: 'a' is the name of an item"),
        (SUM | {"kind": "product"}, "scores.0.kind: 'product' is not known"),
        (SUM | {"missing": "some"}, "scores.0.missing: 'some' is not known"),
        (SUM | {"missing": {"at_most": 2}}, "scores.0.missing: of 2 items at least one has to be answered"),
        (SUM | {"missing": {"most": 2}}, "scores.0.missing.most: is not a key"),
        (SUM | {"bands": [{"name": "x", "from": 3, "to": 1}]}, "scores.0.bands.0.to: 1 is less than 3"),
        (SUM | {"bands": [{"name": "x", "from": 0, "to": 2}, {"name": "y", "from": 2}]}, "scores.0.bands.1.from: bands go up"),
        (SUM | {"title": {"es": "Total"}}, "scores.0.title: is missing in 'en'"),
        ({"name": "g", "kind": "composite", "items": ["f", "s"]}, "scores.0.items: 'pain' is asked by frequency, severity, interference"),
        ({"name": "g", "kind": "composite", "items": ["a", "b"]}, "scores.0.items: a composite is of one PRO-CTCAE term"),
        ({"name": "g", "kind": "composite", "items": ["insomnia-severity", "insomnia-interference"]}, "scores.0.items.0: 'insomnia-severity' is not answered from 0 to 4"),
        ({"name": "g", "kind": "composite", "items": ["f", "s", "i"], "missing": {"at_most": 1}}, "a composite has no grade"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named(score, said):
    assert any(said in finding for finding in findings(score)), findings(score)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ([{"score": 0}, {"score": 1}, {"missing": True}], []),
        ([{}, {}, {"missing": True}], []),
        ([{"score": 0}, {"score": 1}, {}], ["items.0.options.2: the other options have a score: give it one too, or missing: true where it is no answer"]),
        ([{"score": 0}, {"score": 1, "missing": True}], ["items.0.options.1.score: what is no answer has no score"]),
    ],
)  # fmt: skip
def test_what_an_option_counts_is_never_a_guess(options, said):
    listed = [{"value": value, "text": {"en": f"option {value}"}, **option} for value, option in enumerate(options)]
    whole = {**INSTRUMENT, "items": [{"link_id": "a", "type": "choice", "text": {"en": "How?"}, "options": listed}]}
    assert [f"{'.'.join(map(str, at))}: {why}" for at, why in instrument_findings(whole, {"en"})] == said


def test_two_scores_of_one_name_are_refused():
    assert any("'total' is the name of an item or of another score" in finding for finding in findings(SUM, SUM))

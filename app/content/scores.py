"""What a score may say, and what has to be true of it."""

from collections.abc import Iterator, Mapping
from typing import Any

from marshmallow import ValidationError, fields

from app.composites import TERMS, part_of
from app.content import grades
from app.content.branches import numeric
from app.content.documents import Place
from app.content.fields import Finding, ListOf, Number, OneOf, Strict, Text, entries, id_text, is_number, texts
from app.content.outline import questions_of
from app.questionnaires.score import PRORATE_HALF


class _AtMost(Strict):
    at_most = Number(whole=True, least=1, most=200, required=True)


class _Missing(fields.Field[Any]):
    def _deserialize(self, value: Any, attr: str | None, data: Any, **_: Any) -> Any:
        if isinstance(value, Mapping):
            if wrong := _AtMost().validate(value):
                raise ValidationError(wrong)
        elif value not in ("none", PRORATE_HALF):
            raise ValidationError(f"{value!r} is not known: use none, {PRORATE_HALF} or {{at_most: 1}}")
        return value


# `from` cannot be an attribute's name.
_Band = Strict.from_dict({"name": id_text(required=True), "from": Number(required=True), "to": Number()}, name="Band")


class ScoreShape(Strict):
    """One entry of an instrument's ``scores``."""

    name = id_text(required=True)
    kind = OneOf("sum", "mean", "composite", required=True)
    items = ListOf(Text(), required=True)
    missing = _Missing()
    title = texts()
    bands = ListOf(fields.Nested(_Band), most=20)


def score_findings(instrument: Mapping[str, Any]) -> Iterator[Finding]:
    """Everything wrong with an instrument's scores that their shape does not tell."""
    items = {str(item.get("link_id")): item for _, item in questions_of(instrument)}
    taken = set(items)
    for index, score in entries(instrument.get("scores")):
        at: Place = ("scores", index)
        if (name := str(score.get("name"))) in taken:
            yield (*at, "name"), f"{name!r} is the name of an item or of another score"
        taken.add(name)
        listed = score.get("items")
        named = [str(link_id) for link_id in listed] if isinstance(listed, list) else []
        yield from _items(named, (*at, "items"), items)
        yield from _missing(score, len(named), at)
        if score.get("kind") == "composite" and all(link_id in items for link_id in named):
            yield from _composite([items[link_id] for link_id in named], at)
        yield from _bands(score.get("bands"), (*at, "bands"))


def _items(named: list[str], at: Place, items: Mapping[str, Mapping[str, Any]]) -> Iterator[Finding]:
    for position, link_id in enumerate(named):
        if link_id not in items:
            yield (*at, position), f"there is no item {link_id!r}"
        elif not numeric(items[link_id]):
            yield (*at, position), f"{link_id!r} is not answered with a number"
        if link_id in named[:position]:
            yield (*at, position), f"{link_id!r} is listed twice"


def _missing(score: Mapping[str, Any], count: int, at: Place) -> Iterator[Finding]:
    missing = score.get("missing", "none")
    if score.get("kind") == "composite" and missing != "none":
        yield (*at, "missing"), "a composite has no grade when an answer is missing: leave it out"
    most = missing.get("at_most") if isinstance(missing, Mapping) else None
    if is_number(most) and most >= count:
        yield (*at, "missing"), f"of {count} items at least one has to be answered"


def _composite(items: list[Mapping[str, Any]], at: Place) -> Iterator[Finding]:
    """A composite is of one term, by all the attributes that the term is asked by."""
    parts = [part_of(*grades.named(item)) for item in items]
    terms = sorted({term for term, _ in parts})
    if len(terms) != 1 or terms[0] not in TERMS:
        yield (*at, "items"), f"a composite is of one PRO-CTCAE term, not of {', '.join(filter(None, terms)) or 'none'}"
        return
    (term,) = terms
    if sorted(attribute for _, attribute in parts) != sorted(TERMS[term]) or not TERMS[term]:
        yield (*at, "items"), f"{term!r} is asked by {grades.shape(term)}"
    for position, item in enumerate(items):
        if grades.worst(item) is None:
            yield (*at, "items", position), f"{item.get('link_id')!r} is not answered from 0 to 4, as a composite needs"


def _bands(bands: Any, at: Place) -> Iterator[Finding]:
    """Bands go up, and do not overlap: a score has one meaning."""
    before: float | None = None
    for index, band in entries(bands):
        low, high = band.get("from"), band.get("to")
        if is_number(low) and is_number(high) and high < low:
            yield (*at, index, "to"), f"{high} is less than {low}"
        if is_number(low) and before is not None and low <= before:
            yield (*at, index, "from"), "bands go up, each from above where the one before ends"
        before = high if is_number(high) else low if is_number(low) else before

"""The options of a choice: a number that a person texts, the words, and what the option counts in a score."""

from collections.abc import Mapping, Sequence
from typing import Any

from app.content.fhir.names import ORDINAL, WEIGHT
from app.content.fhir.words import Tongues, put_texts, take_texts
from app.content.fields import is_number

MOST = 99
"""The largest number that stands for an option."""

_VALUES = ("valueCoding", "valueString", "valueInteger")


def take_options(listed: Any, tongues: Tongues) -> tuple[list[dict[str, Any]], list[str]]:
    """The options of a question as an instrument has them, and what is wrong with them.

    The number of an option is its score, where all have different whole ones, else its own number, else its place. One
    without a score among others that have one ("Prefer not to answer") is no answer, and has the next number.
    """
    options: list[dict[str, Any]] = []
    problems: list[str] = []
    for place, entry in enumerate(listed if isinstance(listed, list) else [], start=1):
        option = _option(entry, tongues) if isinstance(entry, Mapping) else None
        if option is None:
            problems.append(f"option {place} is no coding with words, no text and no whole number")
        else:
            options.append(option)
    if len(options) < 2:
        problems.append("a choice needs at least two options, listed in the file")
    scored = any("score" in option for option in options)
    for option, value in zip(options, _values(options), strict=True):
        option["value"] = value
        if scored and "score" not in option:
            option["missing"] = True
    ordered = ("value", "text", "score", "missing", "code", "fhir")
    return [{key: option[key] for key in ordered if key in option} for option in options], problems


def put_option(option: Mapping[str, Any], tongues: Tongues, system: str) -> dict[str, Any]:
    """An option as FHIR has it; one without a code gets its number as a code of ``system``."""
    kept = dict(option.get("fhir", {}))
    ours = "fhir" not in option and "code" not in option
    scored = "score" in option or (ours and not option.get("missing"))
    score = {"url": kept.pop("score_url", ORDINAL), "valueDecimal": option.get("score", option["value"])}
    on_coding = kept.pop("score_on_coding", False)
    if "valueInteger" in kept:
        element = kept
    elif kept.pop("words", False):
        element = kept
        put_texts(element, "valueString", option["text"], tongues)
    else:
        coding = dict(kept.pop("valueCoding", {})) | dict(
            option.get("code") or {"system": system, "code": str(option["value"])}
        )
        put_texts(coding, "display", option["text"], tongues)
        if scored and on_coding:
            coding["extension"] = [*coding.get("extension", []), score]
        element = kept | {"valueCoding": coding}
    if scored and not on_coding:
        element["extension"] = [*element.get("extension", []), score]
    return element


def _option(entry: Mapping[str, Any], tongues: Tongues) -> dict[str, Any] | None:
    rest = dict(entry)
    (kind, *others) = [key for key in _VALUES if key in rest] or [""]
    if others or not kind or any(key.startswith("value") and key not in _VALUES for key in rest):
        return None
    option: dict[str, Any] = _take_score(rest, {})
    if kind == "valueInteger":
        whole = rest["valueInteger"]
        if not is_number(whole) or not isinstance(whole, int):
            return None
        return option | {"text": {tongues.base: str(whole)}, "fhir": option.pop("fhir", {}) | rest}
    if kind == "valueString":
        option["text"] = take_texts(rest, "valueString", tongues)
        rest["words"] = True
    else:
        coding = dict(rest.pop("valueCoding")) if isinstance(rest["valueCoding"], Mapping) else {}
        if "score" not in option and "score" in (scored := _take_score(coding, {"score_on_coding": True})):
            option |= scored
        option["text"] = take_texts(coding, "display", tongues)
        code = {key: coding.pop(key) for key in ("system", "code") if isinstance(coding.get(key), str)}
        if "code" not in code:
            return None
        option["code"] = code
        rest |= {"valueCoding": coding} if coding else {}
    if not option["text"]:
        return None
    kept = option.pop("fhir", {}) | rest
    return option | ({"fhir": kept} if kept else {})


def _take_score(element: dict[str, Any], how: dict[str, Any]) -> dict[str, Any]:
    """Take the score out of an element's extensions, with what is needed to put it back; nothing where it has none."""
    extensions = element.get("extension")
    found = [e for e in extensions if _is_score(e)] if isinstance(extensions, list) else []
    if len(found) != 1:
        return {}
    others = [extension for extension in element.pop("extension") if extension is not found[0]]
    if others:
        element["extension"] = others
    kept = how | ({"score_url": WEIGHT} if found[0]["url"] == WEIGHT else {})
    return {"score": found[0]["valueDecimal"]} | ({"fhir": kept} if kept else {})


def _is_score(extension: Any) -> bool:
    known = isinstance(extension, Mapping) and extension.get("url") in (ORDINAL, WEIGHT)
    return known and set(extension) == {"url", "valueDecimal"} and is_number(extension["valueDecimal"])


def _values(options: Sequence[Mapping[str, Any]]) -> Sequence[int]:
    scores = [option.get("score") for option in options]
    given = [score for score in scores if score is not None]
    if given and _usable(given) and len(options) <= MOST:
        beyond = int(max(given)) + 1
        free = iter([*range(beyond, MOST + 1), *(n for n in range(beyond) if n not in given)])
        return [next(free) if score is None else int(score) for score in scores]
    wholes = [option.get("fhir", {}).get("valueInteger") for option in options]
    return wholes if _usable(wholes) else range(1, len(options) + 1)


def _usable(numbers: Sequence[Any]) -> bool:
    """Whether numbers may stand for options: different whole ones that a person can text."""
    whole = all(is_number(n) and n == int(n) and 0 <= n <= MOST for n in numbers)
    return whole and len(set(numbers)) == len(numbers)

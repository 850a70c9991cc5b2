"""When a question is asked: FHIR's `enableWhen` and an instrument's `enable_when`."""

from collections.abc import Mapping
from typing import Any

from app.content.fields import entries, is_number

_OPERATORS = {
    ">=": "at_least", "<=": "at_most", "=": "equals", "!=": "not_equals", ">": "more_than", "<": "less_than",
    "exists": "exists",
}  # fmt: skip
_WRITTEN = {ours: theirs for theirs, ours in _OPERATORS.items()}

Rows = Mapping[str, Mapping[str, Any]]
"""Questions of an instrument by the name that the other side gives them."""


def take_branch(element: dict[str, Any], rows: Rows, notes: list[str]) -> tuple[dict[str, Any] | None, list[str]]:
    """Take when to ask out of a FHIR item, and what is wrong with it. ``rows`` are the questions before, by linkId.

    What does not matter to it, and is not kept, goes to ``notes``.
    """
    listed = element.pop("enableWhen", None)
    behavior = element.pop("enableBehavior", None)
    if behavior not in (None, "any", "all") or (listed is None and behavior is not None):
        notes.append(f"enableBehavior {behavior!r} is left out: it joins nothing")
    if listed is None:
        return None, []
    conditions, problems = [], []
    for entry in listed if isinstance(listed, list) else [None]:
        condition, problem = (
            _condition(entry, rows, notes) if isinstance(entry, Mapping) else (None, "is not a condition")
        )
        if condition is None:
            problems.append(f"enableWhen {problem}")
        else:
            conditions.append(condition)
    if not problems and len(conditions) > 1 and behavior not in ("any", "all"):
        problems.append("several enableWhen need enableBehavior, any or all")
    if problems or not conditions:
        return None, problems
    if len(conditions) == 1:
        return conditions[0], []
    return {str(behavior): conditions}, []


def put_branch(
    element: dict[str, Any], when: Mapping[str, Any], rows: Rows, names: Mapping[str, str], system: str
) -> None:
    """Say in a FHIR item when it is asked. ``rows`` are questions by ``link_id``, ``names`` their linkIds."""
    behavior = next((key for key in ("any", "all") if key in when), None)
    conditions = [row for _, row in entries(when[behavior])] if behavior else [when]
    element["enableWhen"] = [
        {"question": names[row["item"]], **_written(row, rows[row["item"]], system)} for row in conditions
    ]
    if len(conditions) > 1:
        element["enableBehavior"] = behavior


def coding_system(url: str, link_id: str) -> str:
    """The system of the codes that options without a code of their own are given."""
    return f"{url}:{link_id}"


def _condition(entry: Mapping[str, Any], rows: Rows, notes: list[str]) -> tuple[dict[str, Any] | None, str]:
    question, operator = entry.get("question"), _OPERATORS.get(str(entry.get("operator")))
    row = rows.get(str(question))
    if row is None:
        return None, f"looks at {question!r}, which is no question before it"
    answers = [key for key in entry if key.startswith("answer")]
    if operator is None or len(answers) != 1 or set(entry) - {"question", "operator", *answers, "id"}:
        return (
            None,
            f"on {question!r} is not understood: {entry.get('operator')} with {', '.join(answers) or 'nothing'}",
        )
    value = entry[answers[0]]
    if operator == "exists":
        if not isinstance(value, bool):
            return None, f"on {question!r}: exists takes true or false"
        return {"item": row["link_id"], "exists": value}, ""
    number = _number(answers[0], value, row)
    if number is None and answers[0] == "answerCoding" and (known := _only_option(value, row)):
        number = known["value"]
        notes.append(f"enableWhen on {question!r} names no system: {value['code']!r} is taken for the option's code")
    if number is None:
        return None, f"on {question!r} compares with what is no answer to it"
    if row["type"] == "choice" and operator not in ("equals", "not_equals"):
        return None, f"on {question!r}: options are equal or not, and not more or less"
    if answers[0] == "answerCoding":
        notes += _left_of_coding(value, question, next(o for o in row["options"] if o["value"] == number))
    return {"item": row["link_id"], operator: number}, ""


def _number(kind: str, value: Any, row: Mapping[str, Any]) -> float | None:
    """The answer that a condition compares with, as the number that the question is answered with."""
    if row["type"] == "choice":
        if row.get("fhir", {}).get("type") == "boolean":
            return int(value) if kind == "answerBoolean" and isinstance(value, bool) else None
        return next((option["value"] for option in row["options"] if _is_option(kind, value, option)), None)
    if row["type"] in ("scale", "number") and kind in ("answerInteger", "answerDecimal") and is_number(value):
        return value
    return None


def _is_option(kind: str, value: Any, option: Mapping[str, Any]) -> bool:
    match kind:
        case "answerCoding":
            code = option.get("code", {})
            same = isinstance(value, Mapping) and value.get("code") == code.get("code")
            return bool(code) and same and value.get("system") == code.get("system")
        case "answerInteger":
            return is_number(value) and option.get("fhir", {}).get("valueInteger") == value
        case "answerString":
            return "words" in option.get("fhir", {}) and value in option["text"].values()
    return False


def _only_option(coding: Any, row: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The option that a coding without a system means: the only one with its code."""
    if not isinstance(coding, Mapping) or "system" in coding or not isinstance(coding.get("code"), str):
        return None
    options = [o for o in row.get("options", ()) if o.get("code", {}).get("code") == coding["code"]]
    return options[0] if len(options) == 1 else None


def _left_of_coding(coding: Mapping[str, Any], question: Any, option: Mapping[str, Any]) -> list[str]:
    """What a condition says of its option beside the code, and the option itself does not say."""
    left = {key: said for key, said in coding.items() if key not in ("system", "code", "id")}
    if left.get("display") in option["text"].values():
        del left["display"]
    return [f"enableWhen on {question!r}: {key} {said!r} is left out: the code says it" for key, said in left.items()]


def _written(row: Mapping[str, Any], target: Mapping[str, Any], system: str) -> dict[str, Any]:
    operator = next(key for key in _WRITTEN if key in row)
    value = row[operator]
    if operator == "exists":
        return {"operator": "exists", "answerBoolean": value}
    return {"operator": _WRITTEN[operator], **_answer(value, target, coding_system(system, target["link_id"]))}


def _answer(value: Any, target: Mapping[str, Any], system: str) -> dict[str, Any]:
    if target["type"] != "choice":
        whole = (target["type"] == "scale" or target.get("whole")) and value == int(value)
        return {"answerInteger": int(value)} if whole else {"answerDecimal": value}
    if target.get("fhir", {}).get("type") == "boolean":
        return {"answerBoolean": bool(value)}
    option = next(option for option in target["options"] if option["value"] == value)
    kept = option.get("fhir", {})
    if "valueInteger" in kept:
        return {"answerInteger": kept["valueInteger"]}
    if kept.get("words"):
        return {"answerString": next(iter(option["text"].values()))}
    return {"answerCoding": dict(option.get("code") or {"system": system, "code": str(value)})}

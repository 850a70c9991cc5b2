"""Questionnaires as other systems send them: generated ones, files, and what makes two of them mean the same."""

import json
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from app.content.fhir.names import ITEM_CONTROL, MAX, MIN, ORDINAL, TRANSLATION, WEIGHT

FILES = sorted((Path(__file__).parent / "fhir").glob("*.json"))


def same_meaning(element: Any) -> Any:
    """The element without what says nothing: the order of extensions, defaults, and the page that repeats it all."""
    if isinstance(element, list):
        return [same_meaning(part) for part in element]
    if not isinstance(element, dict):
        return float(element) if isinstance(element, int) and not isinstance(element, bool) else element
    plain = {key: same_meaning(value) for key, value in element.items()}
    if plain.get("resourceType") == "Questionnaire":
        plain.pop("text", None)
    if len(plain.get("enableWhen", ())) < 2:
        plain.pop("enableBehavior", None)
    if isinstance(plain.get("answerCoding"), dict):
        plain["answerCoding"].pop("display", None)
    if isinstance(plain.get("extension"), list):
        plain["extension"].sort(key=lambda extension: json.dumps(extension, sort_keys=True))
    return {key: value for key, value in plain.items() if value not in ([], {})}


words = st.text(st.sampled_from("abc def ghi áñ? 12,'\"%:#"), min_size=1, max_size=20).filter(
    lambda text: text.strip() == text and text != ""
)
ids = st.text(st.sampled_from("abAB01/.- é"), min_size=1, max_size=8)
SYSTEM = "http://example.org/codes"


def translations(draw: Any) -> dict[str, Any]:
    parts = [{"url": "lang", "valueCode": "es"}, {"url": "content", "valueString": draw(words)}]
    return {"extension": [{"url": TRANSLATION, "extension": parts}]}


@st.composite
def questionnaires(draw: Any) -> dict[str, Any]:
    """A questionnaire that can be imported: every type, groups, branches, scores, and things that are only kept."""
    maker = _Maker(draw)
    resource = {
        "resourceType": "Questionnaire", "url": "http://example.org/q",
        "version": draw(st.sampled_from(["1", "2.0-a"])), "title": draw(words),
        "status": draw(st.sampled_from(["draft", "active"])), "copyright": "ours",
        "item": maker.items(0),
    }  # fmt: skip
    resource |= draw(st.sampled_from([{}, {"language": "en-US"}, {"publisher": "us", "code": [{"code": "x"}]}]))
    return resource


class _Maker:
    def __init__(self, draw: Any) -> None:
        self.draw = draw
        self.used: set[str] = set()
        self.codes = 0
        self.before: list[dict[str, Any]] = []

    def items(self, depth: int) -> list[dict[str, Any]]:
        made = [self.item(depth) for _ in range(self.draw(st.integers(1, 4)))]
        return [*made, self.question("integer")] if depth == 0 else made

    def item(self, depth: int) -> dict[str, Any]:
        kinds = ["integer", "decimal", "choice", "boolean", "string", "text", "date", "display"]
        return self.question(self.draw(st.sampled_from(kinds + ["group"] * (depth < 2))), depth)

    def question(self, kind: str, depth: int = 9) -> dict[str, Any]:
        draw = self.draw
        item = {"linkId": draw(ids.filter(lambda link: link not in self.used)), "type": kind, "text": draw(words)}
        self.used.add(item["linkId"])
        if draw(st.booleans()):
            item["_text"] = translations(draw)
        item |= draw(st.sampled_from([{}, {}, {"prefix": "1."}, {"required": True}, {"required": False, "id": "a"}]))
        if kind not in ("group", "display") and draw(st.booleans()):
            self.codes += draw(st.integers(0, 1))
            item["code"] = [{"system": SYSTEM, "code": str(self.codes), "display": "d"}]
        self.branch(item)
        self.of_kind(item, kind)
        if kind not in ("group", "display"):
            self.before.append(item)
        if kind == "group" or (depth < 2 and kind != "display" and draw(st.integers(0, 4)) == 0):
            item["item"] = self.items(depth + 1)
        return item

    def of_kind(self, item: dict[str, Any], kind: str) -> None:
        draw = self.draw
        if kind == "choice":
            item["answerOption"] = draw(st.sampled_from([self.codings, self.strings, self.integers]))()
        if kind in ("integer", "decimal"):
            key = "valueInteger" if kind == "integer" else "valueDecimal"
            low, high = draw(st.sampled_from([(None, None), (0, 10), (0, 400), (-5, 5), (None, 7), (1, None)]))
            item["extension"] = [{"url": url, key: end} for url, end in ((MIN, low), (MAX, high)) if end is not None]
            if draw(st.booleans()):
                concept = {"coding": [{"system": "http://hl7.org/fhir/questionnaire-item-control", "code": "slider"}]}
                item["extension"].append({"url": ITEM_CONTROL, "valueCodeableConcept": concept})

    def codings(self) -> list[dict[str, Any]]:
        draw = self.draw
        url = draw(st.sampled_from([ORDINAL, WEIGHT, None]))
        scores = draw(st.lists(st.sampled_from([0, 1, 2, 3, 0.5, 200]), min_size=2, max_size=4))
        options = []
        for place, score in enumerate(scores):
            coding = {"system": SYSTEM, "code": f"c{place}", "display": draw(words)}
            option: dict[str, Any] = {"valueCoding": coding}
            if url and draw(st.integers(0, 4)):  # some are no answer, and have no score
                draw(st.sampled_from([option, coding]))["extension"] = [{"url": url, "valueDecimal": score}]
            options.append(option | draw(st.sampled_from([{}, {"initialSelected": True}])))
        return options

    def strings(self) -> list[dict[str, Any]]:
        listed = self.draw(st.lists(words, min_size=2, max_size=3, unique=True))
        return [{"valueString": text} for text in listed]

    def integers(self) -> list[dict[str, Any]]:
        listed = self.draw(st.lists(st.sampled_from([0, 1, 5, 99, 100, -1]), min_size=2, max_size=4, unique=True))
        return [{"valueInteger": number} for number in listed]

    def branch(self, item: dict[str, Any]) -> None:
        if not self.before or self.draw(st.booleans()):
            return
        count = self.draw(st.integers(1, 2))
        item["enableWhen"] = [self.condition(self.draw(st.sampled_from(self.before))) for _ in range(count)]
        if count > 1:
            item["enableBehavior"] = self.draw(st.sampled_from(["any", "all"]))

    def condition(self, target: dict[str, Any]) -> dict[str, Any]:
        draw, kind = self.draw, target["type"]
        answer: dict[str, Any] = {"answerBoolean": draw(st.booleans())}
        operator = "exists"
        if kind in ("boolean", "choice", "integer", "decimal") and draw(st.booleans()):
            operator = draw(st.sampled_from(["=", "!="]))
        if operator != "exists" and kind == "choice":
            option = draw(st.sampled_from(target["answerOption"]))
            (given,) = (key for key in option if key.startswith("value"))
            value = option[given]
            coding = {key: value[key] for key in ("system", "code")} if given == "valueCoding" else value
            answer = {given.replace("value", "answer"): coding}
        elif operator != "exists" and kind in ("integer", "decimal"):
            operator = draw(st.sampled_from(["=", "!=", "<", "<=", ">", ">="]))
            answer = {"answerInteger": 4} if kind == "integer" else {"answerDecimal": draw(st.sampled_from([4, 4.5]))}
        return {"question": target["linkId"], "operator": operator, **answer}

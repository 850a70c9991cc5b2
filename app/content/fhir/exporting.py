"""Writes an instrument as a FHIR R4 Questionnaire, with what was kept of the one that it came from."""

from collections.abc import Mapping
from typing import Any

from app.content.fhir import names
from app.content.fhir.branches import coding_system, put_branch
from app.content.fhir.options import put_option
from app.content.fhir.words import Tongues, put_texts
from app.content.outline import everything, questions_of

_OURS_ALONE = (
    "ask_together", "recall_period", "about", "by", "items_per_occasion", "scores", "words", "worse", "optional",
    "term", "attribute",
)  # fmt: skip


def export_questionnaire(instrument: Mapping[str, Any]) -> dict[str, Any]:
    """The FHIR R4 Questionnaire of an instrument that passed ``instrument_findings``, ready for JSON."""
    writer = _Writer(instrument)
    kept = dict(instrument.get("fhir", {"status": "active", "subjectType": ["Patient"], "language": "en"}))
    kept.pop("languages", None)
    resource: dict[str, Any] = {"resourceType": "Questionnaire", "url": instrument["url"]}
    resource |= {"version": instrument["version"], **kept}
    if not resource.pop("untitled", False):
        put_texts(resource, "title", instrument["title"], writer.tongues)
    if "fhir" not in instrument:
        resource["copyright"] = instrument.get("copyright") or instrument["license"]
    resource["item"] = [writer.item(row) for row in instrument["items"]]
    return resource


def left_out(instrument: Mapping[str, Any]) -> list[str]:
    """What an instrument says that has no place in a FHIR Questionnaire."""
    said = set(instrument).union(*(entry for _, entry in everything(instrument["items"])))
    return [key for key in _OURS_ALONE if key in said]


class _Writer:
    def __init__(self, instrument: Mapping[str, Any]) -> None:
        kept = instrument.get("fhir", {})
        self.tongues = Tongues(kept.get("language", "en"), kept.get("languages"))
        self._native = "fhir" not in instrument
        self._url = instrument["url"]
        self._rows = {str(row["link_id"]): row for _, row in questions_of(instrument)}
        self._links = {name: row.get("fhir", {}).get("linkId", name) for name, row in self._rows.items()}

    def item(self, row: Mapping[str, Any]) -> dict[str, Any]:
        kept = dict(row.get("fhir", {}))
        element: dict[str, Any] = {"linkId": kept.pop("linkId", row["link_id"]), "type": self._type(row, kept)}
        ends = kept.pop("ends", None)
        codes = kept.pop("code", None)
        element |= kept
        put_texts(element, "text", row.get("text", {}), self.tongues)
        self._put_code(element, row, codes)
        self._put_bounds(element, row)
        if self._native:
            self._put_native(element, row)
        if element["type"] == "choice":
            system = coding_system(self._url, str(row["link_id"]))
            element["answerOption"] = [put_option(option, self.tongues, system) for option in row["options"]]
        if "enable_when" in row:
            put_branch(element, row["enable_when"], self._rows, self._links, self._url)
        below = self._ends(row, ends) + [self.item(inner) for inner in row.get("items", ())]
        if below:
            element["item"] = below
        return element

    def _type(self, row: Mapping[str, Any], kept: dict[str, Any]) -> str:
        kind = str(row["type"])
        whole = "integer" if row.get("whole") else "decimal"
        return str(kept.pop("type", None) or {"scale": "integer", "number": whole}.get(kind, kind))

    def _put_code(self, element: dict[str, Any], row: Mapping[str, Any], kept: Any) -> None:
        """The code that names the series, then what else the questionnaire had."""
        if "code" not in row:
            if kept is not None:
                element["code"] = kept
            return
        beside = kept or [{}]
        element["code"] = [{**beside[0], **row["code"]}, *beside[1:]]

    def _put_bounds(self, element: dict[str, Any], row: Mapping[str, Any]) -> None:
        key = "valueInteger" if element["type"] == "integer" else "valueDecimal"
        for name, url in (("min", names.MIN), ("max", names.MAX)):
            if name in row:
                _extend(element, {"url": url, key: row[name]})

    def _put_native(self, element: dict[str, Any], row: Mapping[str, Any]) -> None:
        """What an instrument of ours says in other words: a slider, and the short name."""
        if row["type"] == "scale":
            _extend(element, _control("slider"))
        if label := row.get("label", {}).get(self.tongues.base):
            beside = element.setdefault("_text", {})
            beside["extension"] = [{"url": names.SHORT_TEXT, "valueString": label}, *beside.get("extension", [])]

    def _ends(self, row: Mapping[str, Any], kept: Any) -> list[dict[str, Any]]:
        """What the two ends of a scale mean, as displays beneath it."""
        anchors = row.get("anchors")
        if not anchors:
            return []
        below = [dict(end) for end in kept] if kept else [
            {"linkId": f"{row['link_id']}-{place}", "type": "display", "extension": [_control(place)]}
            for place in ("lower", "upper")
        ]  # fmt: skip
        for index, end in enumerate(below):
            put_texts(end, "text", {language: words[index] for language, words in anchors.items()}, self.tongues)
        return below


def _extend(element: dict[str, Any], extension: dict[str, Any]) -> None:
    element["extension"] = [*element.get("extension", []), extension]


def _control(code: str) -> dict[str, Any]:
    concept = {"coding": [{"system": names.CONTROL_SYSTEM, "code": code}]}
    return {"url": names.ITEM_CONTROL, "valueCodeableConcept": concept}

"""The items of a FHIR Questionnaire as an instrument has them."""

import re
from collections.abc import Mapping
from typing import Any

from app.content.fhir import names
from app.content.fhir.branches import take_branch
from app.content.fhir.leftovers import control_of, extensions_of, kept_of_item, kept_of_option, numbered
from app.content.fhir.options import take_options
from app.content.fhir.words import Tongues, take_texts
from app.content.fields import IDENTIFIER, is_number
from app.content.wording import steers

_SCALE_END = 100
_DEEPEST = 8
_ORDER = (
    "link_id", "code", "type", "min", "max", "whole", "optional", "shown", "label", "text", "anchors", "options",
    "enable_when", "items", "fhir",
)  # fmt: skip
# Said to be so, or not so, in words that no phone company acts on.
_SO = {"en": "that is so", "es": "así es", "ar": "هذا صحيح"}
_NOT_SO = {"en": "that is not so", "es": "no es así", "ar": "هذا غير صحيح"}


class ItemReader:
    """Reads items one after the other, and collects what there is to say of them.

    ``problems`` keep the questionnaire from being imported; ``notes`` tell what was left unused; ``spoken`` holds the
    languages of each wording; ``needs_form`` tells that an option is a word that steers a text conversation.
    """

    def __init__(self, tongues: Tongues) -> None:
        self.tongues = tongues
        self.problems: list[str] = []
        self.notes: list[str] = []
        self.spoken: list[set[str]] = []
        self.needs_form = False
        self._rows: dict[str, dict[str, Any]] = {}
        self._links: set[str] = set()
        self._names: set[str] = set()
        self._codes: set[tuple[str, str]] = set()

    def items(self, listed: Any, around: str, depth: int = 0) -> list[dict[str, Any]]:
        """The entries of a list of items; those that cannot be asked are problems."""
        if not isinstance(listed, list) or not listed or depth > _DEEPEST:
            why = "is nested too deeply" if depth > _DEEPEST else "has no items"
            self.problems.append(f"{around or 'The questionnaire'} {why}.")
            return []
        rows = [self._item(dict(entry), depth) if isinstance(entry, Mapping) else None for entry in listed]
        if None in rows:
            self.problems.append(f"{around or 'The questionnaire'} holds something that is no item.")
        return [row for row in rows if row is not None]

    def _item(self, rest: dict[str, Any], depth: int) -> dict[str, Any]:
        link, kind = rest.pop("linkId", None), str(rest.pop("type", None))
        where = f"Item {link!r}"
        row: dict[str, Any] = {"link_id": self._link_id(link, where), "fhir": {}}
        if row["link_id"] != link:
            row["fhir"]["linkId"] = link
        self._refuse(rest, kind, where)
        self._words(row, rest, kind, where)
        self._code(row, rest, where)
        told: list[str] = []
        row["enable_when"], wrong = take_branch(rest, self._rows, told)
        self.problems += [f"{where}: {problem}." for problem in wrong]
        self.notes += [f"{where}: {note}." for note in told]
        self._kind(row, rest, kind, where)
        if "item" in rest:
            row["items"] = self.items(rest.pop("item"), where, depth + 1)
        elif kind == "group":
            self.problems.append(f"{where} is a group without items.")
        self._keep(row, rest, where)
        return {key: row[key] for key in _ORDER if row.get(key) not in (None, {})}

    def _link_id(self, link: Any, where: str) -> str:
        """Our name of an item: its linkId, with what cannot stand in a name replaced."""
        wanted = re.sub(r"[^A-Za-z0-9._-]+", "-", str(link)).strip("-._")[:60] or "item"
        if not isinstance(link, str) or link in self._links:
            self.problems.append(f"{where}: linkId is not a text, or used twice.")
        self._links.add(str(link))
        if not IDENTIFIER.fullmatch(wanted):
            wanted = "item"
        name, count = wanted, 1
        while name in self._names:
            count += 1
            name = f"{wanted}-{count}"
        self._names.add(name)
        if name != link:
            self.notes.append(f"{where} is called {name} here.")
        return name

    def _refuse(self, rest: dict[str, Any], kind: str, where: str) -> None:
        if rest.get("repeats") is True:
            self.problems.append(f"{where}: repeats: a question takes one answer; ask for each by itself.")
        if rest.get("readOnly") is True:
            self.problems.append(f"{where}: readOnly: nobody answers it; leave it out.")
        if "answerValueSet" in rest:
            self.problems.append(f"{where}: answerValueSet: the options are in another place; list them here.")
        if "modifierExtension" in rest:
            self.problems.append(f"{where}: modifierExtension: it changes what is meant in a way we do not know.")
        if kind in names.REFUSED_TYPES:
            self.problems.append(f"{where}: {kind}: {names.REFUSED_TYPES[kind]}.")
        for extension in extensions_of(rest):
            if (why := names.REFUSED_EXTENSIONS.get(str(extension.get("url")))) and extension.get(
                "valueBoolean"
            ) is not False:
                self.problems.append(f"{where}: {extension['url']}: {why}.")

    def _words(self, row: dict[str, Any], rest: dict[str, Any], kind: str, where: str) -> None:
        row["text"] = take_texts(rest, "text", self.tongues)
        if row["text"]:
            self.spoken.append(set(row["text"]))
        elif kind != "group":
            self.problems.append(f"{where} has no words to show (text).")

    def _code(self, row: dict[str, Any], rest: dict[str, Any], where: str) -> None:
        """Take the first code; one that an earlier question has would make one series of both."""
        codes = rest.get("code")
        first = codes[0] if isinstance(codes, list) and codes and isinstance(codes[0], Mapping) else {}
        if not all(isinstance(first.get(key), str) for key in ("system", "code")):
            return
        key = (first["system"], first["code"])
        if key in self._codes:
            self.notes.append(f"{where} has the code of an earlier question: it is kept for export alone.")
            return
        self._codes.add(key)
        ours = {name: value for name, value in first.items() if name in ("system", "code", "display")}
        row["code"] = ours
        beside = [{name: value for name, value in first.items() if name not in ours}, *rest.pop("code")[1:]]
        if any(beside):
            row["fhir"]["code"] = beside
            self.notes.append(f"{where}: more of code is kept for export: {names.UNUSED['code']}.")

    def _kind(self, row: dict[str, Any], rest: dict[str, Any], kind: str, where: str) -> None:
        match kind:
            case "group":
                row["type"] = "group"
            case "display":
                row["type"] = "display"
                self.notes.append(f"{where} is shown before the question behind it, and not by itself.")
                if control_of(rest) not in (None, "prompt") or row["enable_when"]:
                    row["shown"] = False
                    self.notes[-1] = f"{where} is a display that is not shown: it is help, or shown only to some."
            case "integer" | "decimal":
                self._number(row, rest, kind, where)
            case "choice":
                row["type"] = "choice"
                row["options"], wrong = take_options(rest.pop("answerOption", None), self.tongues)
                self.problems += [f"{where}: {problem}." for problem in wrong]
                self._option_words(row, where)
                self.notes += numbered(row["options"], where)
            case "boolean":
                row["type"], row["fhir"]["type"] = "choice", "boolean"
                row["options"] = [
                    {"value": value, "text": {language: said.get(language, said["en"]) for language in row["text"]}}
                    for value, said in ((1, _SO), (0, _NOT_SO))
                ]
            case "text" | "string":
                row["type"] = "text"
                row["fhir"] |= {"type": "string"} if kind == "string" else {}
                if rest.get("required") is not True:
                    row["optional"] = True
                    self.notes.append(f"{where} is asked on the form, and not by text: nobody has to write.")
            case "date":
                row["type"] = "date"
            case _:
                row["type"] = "text"
                if kind not in names.REFUSED_TYPES:
                    self.problems.append(f"{where}: there is no type {kind!r} in FHIR R4.")
        if kind not in ("group", "display"):
            self._rows[str(row["fhir"].get("linkId", row["link_id"]))] = row

    def _number(self, row: dict[str, Any], rest: dict[str, Any], kind: str, where: str) -> None:
        ends = {end: self._bound(rest, url, where) for end, url in (("min", names.MIN), ("max", names.MAX))}
        low, high = ends["min"], ends["max"]
        whole = kind == "integer"
        scale = whole and low is not None and high is not None and 0 <= low < high <= _SCALE_END
        row |= {"type": "scale" if scale else "number"} | {
            end: value for end, value in ends.items() if value is not None
        }
        if whole and not scale:
            row["whole"] = True
        if scale:
            self._anchors(row, rest)

    def _bound(self, rest: dict[str, Any], url: str, where: str) -> float | None:
        found = [e for e in extensions_of(rest) if e.get("url") == url]
        values = [value for e in found for key, value in e.items() if key in ("valueInteger", "valueDecimal")]
        if not found:
            return None
        if len(found) != 1 or len(values) != 1 or not is_number(values[0]):
            self.problems.append(f"{where}: {url} is not one number.")
            return None
        rest["extension"] = [extension for extension in rest["extension"] if extension is not found[0]]
        return values[0]

    def _anchors(self, row: dict[str, Any], rest: dict[str, Any]) -> None:
        """Take what the two ends of a scale mean, where a slider says it with displays beneath it."""
        below = rest.get("item")
        if not isinstance(below, list) or [control_of(end) for end in below if isinstance(end, Mapping)] != [
            "lower",
            "upper",
        ]:
            return
        ends = [dict(end) for end in below]
        said = [take_texts(end, "text", self.tongues) for end in ends]
        if (
            any(end.get("type") != "display" or "item" in end for end in ends)
            or not all(said)
            or set(said[0]) != set(said[1])
        ):
            return
        rest.pop("item")
        row["anchors"] = {language: [said[0][language], said[1][language]] for language in said[0]}
        row["fhir"]["ends"] = ends
        self.spoken.append(set(said[0]))

    def _option_words(self, row: dict[str, Any], where: str) -> None:
        for option in row["options"]:
            if "valueInteger" not in option.get("fhir", {}):
                self.spoken.append(set(option["text"]))
            for language, said in option["text"].items():
                if steers(said, set(option["text"])):
                    self.needs_form = True
                    self.notes.append(f"{where}: {said!r} ({language}) steers a text conversation: asked by link only.")

    def _keep(self, row: dict[str, Any], rest: dict[str, Any], where: str) -> None:
        if rest.get("extension") == []:
            rest.pop("extension")
        self.notes += kept_of_item(rest, where)
        for option in row.get("options", ()):
            self.notes += kept_of_option(option, where)
        row["fhir"] = rest | row["fhir"]

"""What is kept of a questionnaire without being used, told in sentences; and what extensions say."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from app.content.fhir import names

_OF_OPTIONS = {"score_url", "score_on_coding", "words", "valueInteger", "id"}


def extensions_of(element: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The extensions of an element, whatever has another shape left out."""
    listed = element.get("extension")
    return [extension for extension in listed if isinstance(extension, Mapping)] if isinstance(listed, list) else []


def control_of(element: Mapping[str, Any]) -> str | None:
    """Which control an item asks for, if it does."""
    for extension in extensions_of(element):
        concept = extension.get("valueCodeableConcept")
        if extension.get("url") == names.ITEM_CONTROL and isinstance(concept, Mapping):
            codings = concept.get("coding")
            first = codings[0] if isinstance(codings, list) and codings else {}
            return str(first.get("code")) if isinstance(first, Mapping) else None
    return None


def kept_of_item(rest: Mapping[str, Any], where: str) -> Iterator[str]:
    """A sentence for each thing that is left of an item."""
    for extension in extensions_of(rest):
        if extension.get("url") != names.ITEM_CONTROL or control_of(rest) not in names.CONTROLS:
            yield f"{where}: kept for export, and not used: the extension {extension.get('url')}."
    for key in sorted(rest):
        if key.startswith("_"):
            yield f"{where}: kept for export, and not used: what is said of {key[1:]} beside its words."
        elif rest[key] is not False and (why := names.UNUSED.get(key, "it has no meaning here")):
            yield f"{where}: {key} is kept for export, and not used: {why}."


def kept_of_option(option: Mapping[str, Any], where: str) -> Iterator[str]:
    """A sentence for what is left of an option."""
    kept = {key: value for key, value in option.get("fhir", {}).items() if key not in _OF_OPTIONS}
    left = sorted(set(kept) - {"valueCoding"} | set(kept.get("valueCoding", ())))
    if left:
        yield f"{where}: kept of an option for export, and not used: {', '.join(left)}."


def numbered(options: Sequence[Mapping[str, Any]], where: str) -> Iterator[str]:
    """A sentence for each option that is no answer, and one where numbers are not the scores that the file has."""
    for option in options:
        if option.get("missing"):
            words = next(iter(option["text"].values()))
            yield f"{where}: {words!r} has no score, as others have: chosen, it is no answer, and counts nowhere."
    if any(option.get("score", option["value"]) != option["value"] for option in options):
        yield f"{where}: options are numbered as listed, since their scores are no different whole numbers up to 99."
